package io.transvisor.console.rfb.security;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificate and key of this server: {@code server-cert.pem} and {@code server-key.pem} in a
 * directory, the names QEMU uses for {@code -object tls-creds-x509,dir=}. A certificate of our own
 * making is kept, so that viewers that have accepted it once recognise it.
 *
 * @param directory where the two files are
 * @param renewable whether they are made when they are not there
 */
public record TlsCredentials(Path directory, boolean renewable) {
  private static final String CERTIFICATE = "server-cert.pem";
  private static final String KEY = "server-key.pem";

  /** The longest browsers accept of certificates installed by hand. */
  private static final Duration VALIDITY = Duration.ofDays(820);

  /** A certificate about to expire is made anew. */
  private static final Duration RENEWAL = Duration.ofDays(30);

  private static final int SERIAL_BITS = 128;

  /**
   * Sessions longer than the week RFC 8446 section 4.6.1 allows are not offered for resumption.
   * TigerVNC's viewer before 1.13 takes no notice of what arrives together with such an offer, and
   * waits for ever.
   */
  private static final long NO_TICKETS_SECONDS = 7 * 24 * 3600 + 1;

  /** Sessions of TLS 1.2 kept for resumption. */
  private static final long SESSIONS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(TlsCredentials.class);

  /** Those in a directory. */
  public static TlsCredentials in(Path directory) {
    return new TlsCredentials(directory, false);
  }

  /** A certificate made here, kept below the user's state directory (XDG base directories). */
  public static TlsCredentials selfMade() {
    String state = System.getenv("XDG_STATE_HOME");
    Path base =
        state == null || state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state);
    return new TlsCredentials(base.resolve("transvisor").resolve("tls"), true);
  }

  /**
   * Reads the files, or makes them.
   *
   * @throws VmmException if that cannot be done
   */
  public SslContext open() {
    Path certificate = directory.resolve(CERTIFICATE);
    Path key = directory.resolve(KEY);
    try {
      if (renewable && !isUsable(certificate, key)) {
        make(certificate, key);
      }
      if (!Files.isReadable(certificate) || !Files.isReadable(key)) {
        throw new VmmException(
            "TLS: " + directory + " must hold " + CERTIFICATE + " and " + KEY + ", readable");
      }
      SslContext context =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sessionTimeout(NO_TICKETS_SECONDS)
              .sessionCacheSize(SESSIONS)
              .build();
      LOG.info("TLS certificate {}, SHA-256 {}", certificate, fingerprint(certificate));
      return context;
    } catch (SSLException | IllegalArgumentException | CertificateException e) {
      throw new VmmException(
          "TLS: certificate or key in " + directory + " cannot be used: " + e.getMessage(), e);
    } catch (IOException | GeneralSecurityException e) {
      throw new VmmException("TLS: " + directory + ": " + e.getMessage(), e);
    }
  }

  private static boolean isUsable(Path certificate, Path key) throws IOException {
    if (!Files.isReadable(certificate) || !Files.isReadable(key)) {
      return false;
    }
    try {
      Instant end = read(certificate).getNotAfter().toInstant();
      return end.isAfter(Instant.now().plus(RENEWAL));
    } catch (CertificateException e) {
      return false;
    }
  }

  private static X509Certificate read(Path certificate) throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(certificate)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static String fingerprint(Path certificate) throws IOException, GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(read(certificate).getEncoded());
    return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
  }

  private void make(Path certificate, Path key) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] encoded = selfSigned(pair).getEncoded();
      Files.createDirectories(directory);
      write(key, "PRIVATE KEY", pair.getPrivate().getEncoded());
      write(certificate, "CERTIFICATE", encoded);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make a certificate: " + e.getMessage(), e);
    }
    LOG.info("made a certificate in {}", directory);
  }

  private static X509CertificateHolder selfSigned(KeyPair pair)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    Instant now = Instant.now();
    X500Name name = new X500NameBuilder().addRDN(BCStyle.CN, "Transvisor console").build();
    GeneralName[] alternatives = {
      new GeneralName(GeneralName.dNSName, "localhost"),
      new GeneralName(GeneralName.dNSName, hostName()),
      new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
      new GeneralName(GeneralName.iPAddress, "::1"),
    };
    return new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(SERIAL_BITS, new SecureRandom()),
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(VALIDITY)),
            name,
            pair.getPublic())
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
        .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives))
        .addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z0-9.-]+") ? name : "localhost";
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Readable by the owner only, from the first byte on; never half there under its name. */
  private static void write(Path file, String kind, byte[] content) throws IOException {
    Path draft =
        Files.createTempFile(
            file.getParent(),
            "tls",
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        draft, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}

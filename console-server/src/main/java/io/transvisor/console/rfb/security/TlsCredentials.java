package io.transvisor.console.rfb.security;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
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
      SslContext context = SslContextBuilder.forServer(certificate.toFile(), key.toFile()).build();
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
    Instant now = Instant.now();
    CertificateBuilder builder =
        new CertificateBuilder()
            .algorithm(CertificateBuilder.Algorithm.ecp256)
            .subject("CN=Transvisor console on " + hostName())
            .notBefore(now.minus(Duration.ofDays(1)))
            .notAfter(now.plus(VALIDITY))
            .addSanDnsName("localhost")
            .addSanDnsName(hostName())
            .addSanIpAddress("127.0.0.1")
            .addSanIpAddress("::1");
    X509Bundle bundle;
    try {
      bundle = builder.buildSelfSigned();
    } catch (Exception e) {
      throw new IOException("cannot make a certificate: " + e.getMessage(), e);
    }
    Files.createDirectories(directory);
    write(key, bundle.getPrivateKeyPEM());
    write(certificate, bundle.getCertificatePathPEM());
    LOG.info("made a certificate in {}", directory);
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
  private static void write(Path file, String text) throws IOException {
    Path draft =
        Files.createTempFile(
            file.getParent(),
            "tls",
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(draft, text, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}

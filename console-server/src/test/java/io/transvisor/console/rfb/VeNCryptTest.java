package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.TlsCredentials;
import io.transvisor.console.rfb.security.VncAuthentication;
import io.transvisor.core.display.Screen;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way in through VeNCrypt, with a certificate made here and checked by the client. */
@Timeout(60)
class VeNCryptTest {
  @TempDir private Path directory;

  private InetSocketAddress address;
  private DataInputStream in;
  private DataOutputStream out;

  private VncTestServer server(Credentials credentials) {
    SecurityPolicy policy =
        new SecurityPolicy(credentials, new TlsCredentials(directory, true), false);
    VncOptions options = new VncOptions("127.0.0.1", 0, 0, policy, SharePolicy.IGNORE, 0, "Guest");
    return new VncTestServer(new Screen(), new RecordingInput(), options);
  }

  /** Up to the sub-types, which are returned. */
  private int[] negotiate(Socket socket) throws Exception {
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    in.readNBytes(12);
    out.writeBytes("RFB 003.008\n");
    assertThat(in.readNBytes(2)).containsExactly(1, 19);
    out.writeByte(19);
    assertThat(in.readNBytes(2)).containsExactly(0, 2);
    out.writeShort(2);
    assertThat(in.readByte()).isZero();
    int[] types = new int[in.readUnsignedByte()];
    for (int i = 0; i < types.length; i++) {
      types[i] = in.readInt();
    }
    return types;
  }

  private void startTls(Socket socket, int subtype) throws Exception {
    out.writeInt(subtype);
    assertThat(in.readByte()).isEqualTo((byte) 1);
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream file = Files.newInputStream(directory.resolve("server-cert.pem"))) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 0, true);
    tls.startHandshake();
    in = new DataInputStream(tls.getInputStream());
    out = new DataOutputStream(tls.getOutputStream());
  }

  private void isLetIn() throws Exception {
    assertThat(in.readInt()).isZero();
    out.writeByte(1);
    assertThat(in.readUnsignedShort()).isEqualTo(640);
  }

  @Test
  void withoutPassword() throws Exception {
    try (VncTestServer server = server(Credentials.NONE);
        Socket socket = connect(server)) {
      assertThat(negotiate(socket)).containsExactly(260);
      startTls(socket, 260);
      isLetIn();
    }
  }

  @Test
  void withNameAndPassword() throws Exception {
    try (VncTestServer server = server(new Credentials("correct horse", null, "anna"))) {
      try (Socket socket = connect(server)) {
        assertThat(negotiate(socket)).containsExactly(262);
        startTls(socket, 262);
        plain("anna", "correct horse");
        isLetIn();
      }
      try (Socket socket = connect(server)) {
        negotiate(socket);
        startTls(socket, 262);
        plain("otto", "correct horse");
        assertThat(in.readInt()).isEqualTo(1);
      }
    }
  }

  private void plain(String user, String password) throws Exception {
    out.writeInt(user.length());
    out.writeInt(password.length());
    out.write((user + password).getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void withAChallenge() throws Exception {
    try (VncTestServer server = server(Credentials.of("sesame"));
        Socket socket = connect(server)) {
      assertThat(negotiate(socket)).containsExactly(262, 261);
      startTls(socket, 261);
      out.write(VncAuthentication.response("sesame", in.readNBytes(16)));
      isLetIn();
    }
  }

  @Test
  void whoGoesOnInClearIsDisconnected() throws Exception {
    try (VncTestServer server = server(Credentials.NONE);
        Socket socket = connect(server)) {
      negotiate(socket);
      out.write(new byte[] {0, 0, 1, 4, 1, 1, 1, 1});
      assertThat(in.readAllBytes().length).isLessThanOrEqualTo(1);
    }
  }

  private Socket connect(VncTestServer server) throws Exception {
    if (address == null) {
      address = server.start();
    }
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }
}

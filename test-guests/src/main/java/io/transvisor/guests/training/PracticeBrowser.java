package io.transvisor.guests.training;

import io.transvisor.console.rfb.security.TlsCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** What a browser does at the web console, encrypted, with a certificate made for that. */
final class PracticeBrowser {
  private static final String CERTIFICATE = "server-cert.pem";

  private PracticeBrowser() {}

  /** Makes a certificate; {@code -object tls-creds-x509} takes it from the directory. */
  static void makeCertificate(Path directory) {
    new TlsCredentials(directory, true).open();
  }

  /**
   * Loads the page's parts, and is a viewer for so long.
   *
   * @param directory where the certificate is
   */
  static void use(int port, Path directory, long millis) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusting(directory)).build()) {
      for (String path : new String[] {"", "page/main.js", "api/session", "api/status"}) {
        URI uri = URI.create("https://localhost:" + port + "/" + path);
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
      }
      WebSocket status = open(client, port, "status");
      WebSocket console = open(client, port, "console");
      PracticeViewer.use(bytes -> console.sendBinary(ByteBuffer.wrap(bytes), true).join(), millis);
      console.abort();
      status.abort();
    }
  }

  private static WebSocket open(HttpClient client, int port, String name) {
    return client
        .newWebSocketBuilder()
        .buildAsync(
            URI.create("wss://localhost:" + port + "/ws/" + name), new WebSocket.Listener() {})
        .join();
  }

  private static SSLContext trusting(Path directory) throws IOException {
    try (InputStream in = Files.newInputStream(directory.resolve(CERTIFICATE))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "console", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}

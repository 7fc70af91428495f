package io.transvisor.console.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.transvisor.console.control.FakeOperator;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.SharePolicy;
import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.ViewerListener;
import io.transvisor.console.rfb.ViewerOptions;
import io.transvisor.console.rfb.VncOptions;
import io.transvisor.console.rfb.VncServer;
import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.TlsCredentials;
import io.transvisor.console.web.WebOptions;
import io.transvisor.console.web.WebServer;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random clients at live servers: VNC in clear, VeNCrypt up to and inside of TLS, WebSockets and
 * HTTP. Whatever they send, a good client goes on to see the right picture, nothing is logged as an
 * error of ours, and nobody is left behind. {@code -Dtransvisor.fuzz.seconds=3600} runs for an
 * hour, {@code -Dtransvisor.fuzz.seed=N} repeats a run.
 */
class LiveServerFuzzTest {
  private static final long SECONDS = Long.getLong("transvisor.fuzz.seconds", 4);
  private static final long SEED = Long.getLong("transvisor.fuzz.seed", 1);
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;
  private static final int CLIENTS_PER_CHECK = 200;
  private static final long MOST_DIRECT_MEMORY = 256L << 20;

  /** VeNCrypt, X509None. */
  private static final int X509_NONE = 260;

  private final Screen screen =
      TestPictures.screen(WIDTH, HEIGHT, TestPictures.desktop(WIDTH, HEIGHT));
  private final SplittableRandom random = new SplittableRandom(SEED);

  @TempDir private Path directory;

  private final InputSink deaf =
      new InputSink() {
        @Override
        public void key(Key key, boolean down) {}

        @Override
        public void mouse(int dx, int dy, int dz, int buttons) {}
      };

  private RfbService service() {
    return new RfbService(
        screen,
        deaf,
        Optional.empty(),
        new ViewerOptions("Guest", KeyboardLayout.EN_US, SharePolicy.IGNORE, 0));
  }

  private static VncOptions options(SecurityPolicy policy) {
    return new VncOptions("127.0.0.1", 0, 0, policy, SharePolicy.IGNORE, 0, "Guest");
  }

  @Test
  void noClientHurtsAnother() throws Exception {
    SecurityPolicy open = new SecurityPolicy(Credentials.NONE, null, false);
    SecurityPolicy encrypted =
        new SecurityPolicy(Credentials.NONE, new TlsCredentials(directory, true), false);
    AtomicInteger letIn = new AtomicInteger();
    // Nobody has to wait for a fresh picture.
    screen.watch();
    try (ErrorLog log = new ErrorLog();
        RfbService viewers = service();
        VncServer vnc = new VncServer(viewers, options(open));
        VncServer tls = new VncServer(viewers, options(encrypted));
        WebServer web =
            new WebServer(
                viewers, new FakeOperator(), new WebOptions("127.0.0.1", 0, open, null))) {
      viewers.addListener(
          new ViewerListener() {
            @Override
            public void connected(InetSocketAddress peer) {}

            @Override
            public void initialised(InetSocketAddress peer) {
              letIn.incrementAndGet();
            }

            @Override
            public void disconnected(InetSocketAddress peer) {}
          });
      fuzz(vnc.start(), tls.start(), web.start(), log);
      await().atMost(Duration.ofSeconds(60)).until(() -> viewers.viewers() == 0);
    }
    System.out.printf("%d of them let in%n", letIn.get());
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
        .isLessThan(MOST_DIRECT_MEMORY);
  }

  private void fuzz(
      InetSocketAddress vnc, InetSocketAddress tls, InetSocketAddress web, ErrorLog log)
      throws Exception {
    String host = "127.0.0.1:" + web.getPort();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    long clients = 0;
    do {
      for (int i = 0; i < CLIENTS_PER_CHECK && System.nanoTime() - end < 0; i++) {
        RandomSession session = new RandomSession(random.split());
        switch (random.nextInt(6)) {
          case 0, 1 -> play(vnc, session.plain());
          case 2 -> play(tls, session.veNCrypt());
          case 3 -> playEncrypted(tls, session.encrypted());
          case 4 -> play(web, session.webSocket(host));
          default -> play(web, session.http(host));
        }
        clients++;
      }
      check(vnc, clients);
      assertThat(log.errors()).as("seed %d", SEED).isEmpty();
    } while (System.nanoTime() - end < 0);
    System.out.printf("%d random clients, seed %d%n", clients, SEED);
  }

  private void check(InetSocketAddress vnc, long clients) throws IOException {
    try (RfbTestClient client = RfbTestClient.connect(vnc, null, true)) {
      client.setEncodings(0);
      client.request(false);
      client.readUpdate();
      assertThat(client.framebuffer())
          .as("after %d clients", clients)
          .isEqualTo(screen.copy().pixels());
    }
  }

  private void play(InetSocketAddress address, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      send(socket, bytes);
    }
  }

  /** In pieces; reads now and then what has come, and does not care when it is cut off. */
  private void send(Socket socket, byte[] bytes) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(1 + random.nextInt(20));
    boolean small = random.nextInt(10) == 0;
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    byte[] received = new byte[1 << 16];
    try {
      int at = 0;
      while (at < bytes.length) {
        int length = Math.min(1 + random.nextInt(small ? 3 : 400), bytes.length - at);
        out.write(bytes, at, length);
        out.flush();
        at += length;
        if (random.nextInt(8) == 0) {
          read(in, received);
        }
      }
      if (random.nextBoolean()) {
        read(in, received);
      }
      if (random.nextInt(4) == 0) {
        // Resets the connection instead of closing it.
        socket.setSoLinger(true, 0);
      }
    } catch (IOException e) {
      // The server has had enough.
    }
  }

  private static void read(InputStream in, byte[] buffer) throws IOException {
    try {
      in.read(buffer);
    } catch (SocketTimeoutException e) {
      // Nothing has come.
    }
  }

  private void playEncrypted(InetSocketAddress address, byte[] bytes) throws Exception {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      send(encrypted(socket), bytes);
    } catch (IOException e) {
      // On a busy host the server may run out of patience while TLS begins.
    }
  }

  /** Up to where TLS has begun. */
  private static SSLSocket encrypted(Socket socket) throws Exception {
    socket.setSoTimeout(20_000);
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    in.readNBytes(12);
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    in.readNBytes(2);
    out.write(19);
    in.readNBytes(2);
    out.write(new byte[] {0, 2});
    int types = in.readNBytes(2)[1];
    in.readNBytes(4 * types);
    out.write(new byte[] {0, 0, X509_NONE >> 8, X509_NONE & 0xFF});
    in.readNBytes(1);
    SSLSocket encrypted =
        (SSLSocket) trusting().getSocketFactory().createSocket(socket, "localhost", 0, true);
    encrypted.startHandshake();
    return encrypted;
  }

  /** The certificate does not matter here. */
  private static SSLContext trusting() throws Exception {
    X509TrustManager all =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {all}, new SecureRandom());
    return context;
  }
}

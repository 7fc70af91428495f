package io.transvisor.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.util.concurrent.MoreExecutors;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.transvisor.console.control.FakeOperator;
import io.transvisor.console.fuzz.ErrorLog;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.SharePolicy;
import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.ViewerOptions;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a browser sends, before and after it has a WebSocket: answered, or disconnected. */
class WebSocketFuzzTest {
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 8006);
  private static final String HOST = "Host: 127.0.0.1:8006\r\n";
  private static final String UPGRADE =
      " HTTP/1.1\r\n"
          + HOST
          + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  private static final InputSink DEAF =
      new InputSink() {
        @Override
        public void key(Key key, boolean down) {}

        @Override
        public void mouse(int dx, int dy, int dz, int buttons) {}
      };

  private static ErrorLog log;
  private static RfbService viewers;
  private static WebServer server;

  @BeforeAll
  static void open() {
    log = new ErrorLog();
    Screen screen = TestPictures.screen(96, 80, TestPictures.desktop(96, 80));
    screen.watch();
    viewers =
        new RfbService(
            screen,
            DEAF,
            Optional.empty(),
            new ViewerOptions("Guest", KeyboardLayout.EN_US, SharePolicy.IGNORE, 0));
    SecurityPolicy open = new SecurityPolicy(Credentials.NONE, null, false);
    server =
        new WebServer(
            viewers,
            new FakeOperator(),
            new WebOptions("127.0.0.1", 0, open, null),
            MoreExecutors.newDirectExecutorService());
  }

  @AfterAll
  static void close() {
    viewers.close();
    log.close();
  }

  /** A frame of up to 125 bytes that is masked with zeros, so that its bytes can be read here. */
  private static String frame(int opcode, String payload) {
    return "" + (char) (0x80 | opcode) + (char) (0x80 | payload.length()) + "\0\0\0\0" + payload;
  }

  static Stream<byte[]> seeds() {
    String hello = "RFB 003.008\n";
    String keyA = "\4\1\0\0\0\0\0a\4\0\0\0\0\0\0a";
    String request = "\3\0\0\0\0\0\0\140\0\120";
    return Stream.of(
            "\0" + frame(2, hello) + frame(2, "\1\1") + frame(2, keyA + request),
            "\11" + frame(2, hello + "\1\1") + frame(9, "ping") + frame(8, "\3\350"),
            "\0" + frame(1, "text"),
            "\0\2\206\0\0\0\0RFB 00\200\206\0\0\0\0" + "3.008\n",
            "\0\202\376\1\0\0\0\0\0" + hello,
            "\0\202\377\177\377\377\377\377\377\377\377\0\0\0\0",
            "\1GET /ws/status" + UPGRADE + frame(1, "x"),
            "\1GET /ws/console" + UPGRADE.replace("13", "8"),
            "\1GET /api/status HTTP/1.1\r\n" + HOST + "\r\n",
            "\1POST /api/power HTTP/1.1\r\n"
                + HOST
                + "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"action\":\"reset\"}",
            "\1GET /%2e%2e/ HTTP/1.0\r\n" + HOST + "\r\n",
            "\1GET #ws HTTP/1.1\r\n" + HOST + "\r\n")
        .map(s -> s.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * Of the first byte, bit 0 says whether the bytes begin with a request or are what comes in an
   * open WebSocket, the rest the length of pieces.
   */
  @MethodSource("seeds")
  @FuzzTest
  void answersOrDisconnects(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int piece = ((data[0] & 0xFF) >> 1) * 8 + 1;
    EmbeddedChannel channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress localAddress0() {
            return ADDRESS;
          }

          @Override
          protected SocketAddress remoteAddress0() {
            return ADDRESS;
          }
        };
    server.accept(channel);
    if ((data[0] & 1) == 0) {
      byte[] upgrade = ("GET /ws/console" + UPGRADE).getBytes(StandardCharsets.US_ASCII);
      channel.writeInbound(Unpooled.wrappedBuffer(upgrade));
      assertThat(channel.pipeline().get("handshake")).as("a console").isNotNull();
    }
    try {
      for (int at = 1; at < data.length && channel.isOpen(); at += piece) {
        int length = Math.min(piece, data.length - at);
        channel.writeInbound(Unpooled.copiedBuffer(data, at, length));
      }
    } catch (CorruptedFrameException e) {
      // Of the piece that ended the connection, the rest: its handlers are gone.
      assertThat(channel.isOpen()).isFalse();
    }
    channel.finishAndReleaseAll();
    assertThat(log.errors()).isEmpty();
    assertThat(viewers.viewers()).as("viewers left behind").isZero();
  }
}

package io.transvisor.console.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.VncAuthentication;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFB and the status feed in WebSockets, and frames that should not be. */
@Timeout(60)
class WebSocketTest extends WebTest {
  private static final String KEY_A_DOWN_UP = "04010000000000610400000000000061";

  /** Collects what arrives. */
  private static final class Peer implements WebSocket.Listener {
    final LinkedBlockingQueue<Byte> bytes = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    WebSocket socket;

    @Override
    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
      while (data.hasRemaining()) {
        bytes.add(data.get());
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        texts.add(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    String hex(int count) throws InterruptedException {
      byte[] all = new byte[count];
      for (int i = 0; i < count; i++) {
        Byte next = bytes.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("byte %d of %d", i, count).isNotNull();
        all[i] = next;
      }
      return HexFormat.of().formatHex(all);
    }

    void send(String hex) {
      socket.sendBinary(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), true).join();
    }
  }

  private Peer connect(String path, String... headers) throws Exception {
    Peer peer = new Peer();
    WebSocket.Builder builder = http.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    URI uri = URI.create("ws://127.0.0.1:" + address.getPort() + path);
    peer.socket = builder.buildAsync(uri, peer).get(10, TimeUnit.SECONDS);
    return peer;
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void shakeHands(Peer peer) throws InterruptedException {
    assertThat(peer.hex(12)).isEqualTo(hex("RFB 003.008\n"));
    peer.send(hex("RFB 003.008\n"));
    assertThat(peer.hex(2)).isEqualTo("0101");
    peer.send("01");
    assertThat(peer.hex(4)).isEqualTo("00000000");
    peer.send("01");
    assertThat(peer.hex(4)).isEqualTo("028001e0");
  }

  @Test
  void aViewerInAWebSocketTypes() throws Exception {
    startOpen();
    Peer peer = connect("/ws/console");
    shakeHands(peer);
    peer.send(KEY_A_DOWN_UP);
    Awaitility.await().until(() -> keys.size() == 2);
    assertThat(keys).containsExactly("+A", "-A");
  }

  @Test
  void messagesMayBeCutIntoAnyFrames() throws Exception {
    startOpen();
    Peer peer = connect("/ws/console");
    shakeHands(peer);
    byte[] message = HexFormat.of().parseHex(KEY_A_DOWN_UP);
    for (int i = 0; i < message.length; i++) {
      peer.socket
          .sendBinary(ByteBuffer.wrap(message, i, 1), i % 3 == 2 || i == message.length - 1)
          .join();
    }
    Awaitility.await().until(() -> keys.size() == 2);
  }

  @Test
  void aSessionNeedsNoSecondPassword() throws Exception {
    startLocked();
    shakeHands(connect("/ws/console", "Cookie", cookie(PASSWORD)));
  }

  @Test
  void aViewOnlySessionTypesNothing() throws Exception {
    startLocked();
    Peer peer = connect("/ws/console", "Cookie", cookie(VIEW_PASSWORD));
    shakeHands(peer);
    peer.send(KEY_A_DOWN_UP);
    // An update shows that the keys have been dealt with.
    peer.send("0300000000000001" + "0001");
    peer.hex(24);
    assertThat(keys).isEmpty();
  }

  @Test
  void otherViewersShowThePasswordAsOnTheVncPort() throws Exception {
    start(Credentials.of("sesame"), null);
    Peer peer = connect("/ws/console");
    peer.hex(12);
    peer.send(hex("RFB 003.008\n"));
    assertThat(peer.hex(2)).isEqualTo("0102");
    peer.send("02");
    byte[] challenge = HexFormat.of().parseHex(peer.hex(16));
    peer.send(HexFormat.of().formatHex(VncAuthentication.response("sesame", challenge)));
    assertThat(peer.hex(4)).isEqualTo("00000000");
  }

  @Test
  void theFeedTellsHowTheMachineIs() throws Exception {
    startOpen();
    Peer peer = connect("/ws/status");
    for (int i = 0; i < 2; i++) {
      assertThat(peer.texts.poll(10, TimeUnit.SECONDS))
          .contains("\"state\":\"running\"", "\"cpu0.instructions\":42");
    }
  }

  @Test
  void theFeedIsNotForEverybody() {
    startLocked();
    assertThatThrownBy(() -> connect("/ws/status"))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/console", "/ws/status"})
  void otherSitesPagesAreNotConnected(String path) {
    startOpen();
    assertThatThrownBy(() -> connect(path, "Origin", "http://evil.example"))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8204" + "01020304", // not masked
        "82ff" + "7fffffffffffffff" + "00000000", // longer than anybody has memory
        "82fe" + "ffff" + "00000000", // nearly, and then nothing
        "8181" + "00000000" + "41", // text
        "8f80" + "00000000", // unknown operation
        "f280" + "00000000", // reserved bits
        "8080" + "00000000", // continues nothing
        "0980" + "00000000", // control frame in pieces
        "89fe" + "0080" + "00000000", // control frame too long
        "8880" + "00000000", // end
      })
  void framesThatShouldNotBeEndTheConnectionOnly(String frame) throws Exception {
    startOpen();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      upgrade(socket, in);
      in.readNBytes(2 + 12);
      socket.getOutputStream().write(HexFormat.of().parseHex(frame));
      socket.shutdownOutput();
      in.readAllBytes();
    }
    shakeHands(connect("/ws/console"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/console", "/ws/status"})
  void whoPingsAndDoesNotReadTheAnswersIsDisconnected(String path) throws Exception {
    startOpen();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      upgrade(socket, new DataInputStream(socket.getInputStream()), path);
      ByteArrayOutputStream pings = new ByteArrayOutputStream();
      for (int i = 0; i < 500; i++) {
        pings.writeBytes(HexFormat.of().parseHex("89fd" + "00000000"));
        pings.writeBytes(new byte[125]);
      }
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  socket.getOutputStream().write(pings.toByteArray());
                }
              })
          .isInstanceOf(IOException.class);
    }
    shakeHands(connect("/ws/console"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ws/console HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 99\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "POST /ws/status HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 0\r\n",
        "GET /ws/status HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        "GET /ws/status HTTP/1.1\r\nUpgrade: other\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
      })
  void whatIsNoWebSocketDoesNotStay(String request) throws IOException {
    startOpen();
    assertThat(raw(request + "Host: localhost\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  private void upgrade(Socket socket, DataInputStream in) throws IOException {
    upgrade(socket, in, "/ws/console");
  }

  private void upgrade(Socket socket, DataInputStream in, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET "
                    + path
                    + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Protocol: binary\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(in.readByte());
    }
    assertThat(head.toString(StandardCharsets.ISO_8859_1))
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("sec-websocket-protocol: binary");
  }
}

package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.transvisor.console.rfb.client.PixelFormats;
import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.client.RfbTestClient.Rect;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.core.display.Screen;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.Key;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as viewers meet it, over TCP. */
class VncServerTest {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  private final Screen screen =
      TestPictures.screen(WIDTH, HEIGHT, TestPictures.desktop(WIDTH, HEIGHT));
  private final RecordingInput guest = new RecordingInput();
  private final List<AutoCloseable> open = new ArrayList<>();
  private VncTestServer server;
  private InetSocketAddress address;

  private void start(VncOptions options) {
    server = new VncTestServer(screen, guest, options);
    open.add(server);
    address = server.start();
  }

  private void start() {
    // Spares each test the wait for the first picture.
    screen.watch();
    start(new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest \u2460"));
  }

  private RfbTestClient client() throws IOException {
    return client(true);
  }

  private RfbTestClient client(boolean shared) throws IOException {
    RfbTestClient client = RfbTestClient.connect(address, null, shared);
    open.add(client);
    return client;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable c : open.reversed()) {
      c.close();
    }
    assertThat(guest.held()).isEmpty();
  }

  // ---- pictures ----

  static Stream<Arguments> encodingsAndFormats() {
    return Stream.of(
            Encoding.RAW,
            Encoding.RRE,
            Encoding.HEXTILE,
            Encoding.ZLIB,
            Encoding.TIGHT,
            Encoding.ZRLE)
        .flatMap(e -> PixelFormats.ALL.stream().map(f -> Arguments.of(e, f)));
  }

  @ParameterizedTest
  @MethodSource("encodingsAndFormats")
  void picturesAreIdenticalInEveryEncodingAndFormat(int encoding, PixelFormat format)
      throws IOException {
    start();
    RfbTestClient client = client();
    client.setPixelFormat(format);
    client.setEncodings(encoding, Encoding.COPY_RECT);
    for (int step = 0; step < 4; step++) {
      client.request(step > 0);
      client.readUpdate();
      assertThat(client.framebuffer())
          .isEqualTo(PixelFormats.expected(screen.copy().pixels(), format));
      fill(step * 40, step * 30, 70, 50, 0x336699 * (step + 1) & 0xFFFFFF);
    }
    if (!format.trueColour()) {
      assertThat(client.colourMap()[0b101_011_10])
          .containsExactly(5 * 65535 / 7, 3 * 65535 / 7, 2 * 65535 / 3);
    }
  }

  @Test
  void withoutAnyEncodingAskedForPixelsComeRaw() throws IOException {
    start();
    RfbTestClient client = client();
    assertThat(client.name()).isEqualTo("Guest \u2460");
    client.request(false);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.RAW);
    client.setEncodings(15, -239, 9999);
    client.request(false);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.RAW);
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void theFirstKnownEncodingOfTheListIsUsed() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(15, Encoding.HEXTILE, Encoding.ZRLE, Encoding.RAW, -247);
    client.request(false);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.HEXTILE);
    client.setEncodings(Encoding.COPY_RECT, Encoding.ZRLE, -247, Encoding.HEXTILE);
    client.request(false);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.ZRLE);
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void eachPartIsSentInTheEncodingThatSuitsIt() throws IOException {
    start();
    int[] picture = TestPictures.photo(WIDTH, HEIGHT);
    TestPictures.fill(picture, WIDTH, 10, 10, 200, 100, 0x112233);
    TestPictures.show(screen, picture);
    RfbTestClient client = client();
    client.setEncodings(Encoding.RAW, Encoding.RRE);
    client.request(false);
    assertThat(client.readUpdate())
        .contains(new Rect(10, 10, 200, 100, Encoding.RRE), new Rect(0, 0, 320, 10, Encoding.RAW));
    assertThat(client.framebuffer()).isEqualTo(picture);
    client.setEncodings(Encoding.RRE, Encoding.HEXTILE);
    client.request(false);
    assertThat(client.readUpdate())
        .contains(
            new Rect(10, 10, 200, 100, Encoding.RRE), new Rect(0, 0, 256, 10, Encoding.HEXTILE));
    assertThat(client.framebuffer()).isEqualTo(picture);
  }

  /** The vncsnapshot program, for one, would wait for more rectangles for ever. */
  @Test
  void oldViewersThatListLastRectGetACount() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(Encoding.TIGHT, Encoding.LAST_RECT);
    client.request(false);
    client.readUpdate();
    assertThat(client.lastCount()).isLessThan(1000);
  }

  @Test
  void updatesMayEndWithAMarker() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(Encoding.TIGHT, Encoding.COPY_RECT, Encoding.LAST_RECT, Encoding.FENCE);
    client.request(false);
    assertThat(client.readUpdate()).hasSizeGreaterThan(1);
    assertThat(client.lastCount()).isEqualTo(0xFFFF);
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
    client.request(true);
    fill(30, 30, 100, 100, 0x654321);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void pixelFormatAndEncodingMayChangeAtAnyTime() throws IOException {
    start();
    RfbTestClient client = client();
    int[] encodings = {
      Encoding.ZRLE, Encoding.TIGHT, Encoding.HEXTILE, Encoding.RRE, Encoding.ZLIB, Encoding.RAW
    };
    int round = 0;
    for (PixelFormat format : PixelFormats.ALL) {
      client.setPixelFormat(format);
      client.setEncodings(encodings[round++ % encodings.length]);
      client.request(true);
      client.readUpdate();
      assertThat(client.framebuffer())
          .isEqualTo(PixelFormats.expected(screen.copy().pixels(), format));
    }
  }

  @Test
  void scrollingIsSentAsACopy() throws IOException {
    start();
    TestPictures.show(screen, TestPictures.noise(WIDTH, HEIGHT, 1));
    RfbTestClient client = client();
    client.setEncodings(Encoding.ZRLE, Encoding.COPY_RECT);
    client.request(false);
    client.readUpdate();
    client.request(true);
    screen.paint(
        0,
        0,
        WIDTH,
        HEIGHT,
        (p, stride) -> {
          System.arraycopy(p, 16 * stride, p, 0, p.length - 16 * stride);
          TestPictures.fill(p, stride, 0, HEIGHT - 16, WIDTH, 16, 0xFFFF00);
        });
    assertThat(client.readUpdate())
        .containsExactly(
            new Rect(0, 0, WIDTH, HEIGHT - 16, Encoding.COPY_RECT),
            new Rect(0, HEIGHT - 16, WIDTH, 16, Encoding.ZRLE));
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void whatDidNotChangeIsNotSent() throws IOException {
    start();
    RfbTestClient client = client();
    client.request(false);
    client.readUpdate();
    client.request(true);
    TestPictures.show(screen, screen.copy().pixels());
    assertThat(client.isSilentFor(150)).isTrue();
    fill(100, 100, 3, 3, 0xABCDEF);
    assertThat(client.readUpdate()).containsExactly(new Rect(100, 100, 3, 3, Encoding.RAW));
  }

  @Test
  void nothingIsSentUnasked() throws IOException {
    start();
    RfbTestClient client = client();
    client.request(false);
    client.readUpdate();
    fill(0, 0, 50, 50, 0x123456);
    assertThat(client.isSilentFor(100)).isTrue();
  }

  @Test
  void requestsMayNameAPartOrTooMuchOrNothing() throws IOException {
    start();
    RfbTestClient client = client();
    client.request(false, 10, 20, 30, 40);
    assertThat(client.readUpdate()).containsExactly(new Rect(10, 20, 30, 40, Encoding.RAW));
    client.request(false, 300, 200, 60000, 60000);
    assertThat(client.readUpdate()).containsExactly(new Rect(300, 200, 20, 40, Encoding.RAW));
    client.request(false, 5, 5, 0, 0);
    client.request(false, 60000, 0, 10, 10);
    assertThat(client.isSilentFor(100)).isTrue();
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  // ---- sizes ----

  @Test
  void resizesAreAnnouncedToClientsThatCanFollow() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(Encoding.HEXTILE, Encoding.DESKTOP_SIZE);
    client.request(false);
    client.readUpdate();
    client.request(true);
    screen.resize(400, 300);
    TestPictures.show(screen, TestPictures.desktop(400, 300));
    assertThat(client.readUpdate())
        .containsExactly(new Rect(0, 0, 400, 300, Encoding.DESKTOP_SIZE));
    assertThat(client.isSilentFor(60)).as("asked for one update").isTrue();
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void aSizeThatComesBackBeforeTheClientAsksIsNoNews() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(Encoding.HEXTILE, Encoding.DESKTOP_SIZE);
    client.request(false);
    client.readUpdate();
    screen.resize(400, 300);
    screen.resize(WIDTH, HEIGHT);
    TestPictures.show(screen, TestPictures.noise(WIDTH, HEIGHT, 9));
    client.request(true);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.HEXTILE);
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void otherClientsKeepTheirSize() throws IOException {
    start();
    RfbTestClient client = client();
    client.setEncodings(Encoding.ZRLE);
    client.request(false);
    client.readUpdate();
    screen.resize(400, 100);
    TestPictures.show(screen, TestPictures.noise(400, 100, 9));
    client.request(true);
    client.readUpdate();
    int[] pixels = screen.copy().pixels();
    int[] expected = new int[WIDTH * HEIGHT];
    for (int y = 0; y < 100; y++) {
      System.arraycopy(pixels, y * 400, expected, y * WIDTH, WIDTH);
    }
    assertThat(client.framebuffer()).isEqualTo(expected);
  }

  // ---- several viewers ----

  @Test
  void viewersShareTheScreen() throws IOException {
    start();
    List<RfbTestClient> clients = List.of(client(), client(), client());
    for (int i = 0; i < 3; i++) {
      for (RfbTestClient c : clients) {
        c.request(i > 0);
      }
      for (RfbTestClient c : clients) {
        c.readUpdate();
        assertThat(c.framebuffer()).isEqualTo(screen.copy().pixels());
      }
      fill(i * 50, 10, 40, 40, 0xFF00FF);
    }
    assertThat(server.viewers()).isEqualTo(3);
  }

  @Test
  void aViewerThatWillNotShareDisconnectsTheOthers() throws IOException {
    start();
    RfbTestClient first = client();
    RfbTestClient second = client(false);
    first.awaitClose();
    second.request(false);
    second.readUpdate();
    await().until(() -> server.viewers() == 1);
    client().request(false);
    assertThat(second.isSilentFor(50)).isTrue();
  }

  @Test
  void sharePolicyForceSharedRefusesExclusiveViewers() throws IOException {
    screen.watch();
    start(
        new VncOptions(
            VncOptions.LOOPBACK, 0, 0, SecurityPolicy.OPEN, SharePolicy.FORCE_SHARED, 0, "Guest"));
    RfbTestClient first = client();
    assertThatThrownBy(() -> client(false)).isInstanceOf(IOException.class);
    first.request(false);
    first.readUpdate();
  }

  @Test
  void sharePolicyIgnoreLetsEverybodyStay() throws IOException {
    screen.watch();
    start(
        new VncOptions(
            VncOptions.LOOPBACK, 0, 0, SecurityPolicy.OPEN, SharePolicy.IGNORE, 0, "Guest"));
    RfbTestClient first = client(false);
    RfbTestClient second = client(false);
    first.request(false);
    first.readUpdate();
    second.request(false);
    second.readUpdate();
  }

  @Test
  void theScreenIsPaintedWhileSomebodyLooks() throws IOException {
    start(new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest"));
    assertThat(screen.isWatched()).isFalse();
    RfbTestClient first = client();
    RfbTestClient second = client();
    first.close();
    await().until(() -> server.viewers() == 1);
    assertThat(screen.isWatched()).isTrue();
    second.close();
    await().until(() -> !screen.isWatched());
  }

  // ---- input ----

  @Test
  void keysAndPointerReachTheGuest() throws IOException {
    start();
    RfbTestClient client = client();
    client.key(true, 'A');
    client.key(false, 'A');
    client.pointer(1, 170, 110);
    client.pointer(0, 170, 110);
    client.cutText("ignored");
    client.key(true, 0xFFE3);
    await().until(() -> guest.held(Key.LEFT_CTRL));
    assertThat(guest.takeText()).isEqualTo("A");
    assertThat(guest.takeEvents()).contains("guide -149 110 0 0", "mouse 0 0 0 1", "mouse 0 0 0 0");
    client.close();
    await().until(() -> !guest.held(Key.LEFT_CTRL));
  }

  // ---- passwords ----

  @Test
  void passwordsAreCheckedAndGuessingLocksOut() throws IOException {
    start(new VncOptions(VncOptions.LOOPBACK, 0, "sesame", "Guest"));
    open.add(RfbTestClient.connect(address, "sesame", true));
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> RfbTestClient.connect(address, "wrong", true))
          .hasMessage("Wrong password");
    }
    assertThatThrownBy(() -> RfbTestClient.connect(address, "sesame", true))
        .hasMessageStartingWith("Too many wrong passwords");
  }

  // ---- misbehaviour ----

  @ParameterizedTest
  @ValueSource(bytes = {1, 7, 100, -1, -2})
  void unknownMessagesEndTheConnection(byte type) throws IOException {
    start();
    RfbTestClient client = client();
    client.send(new byte[] {type, 1, 2, 3});
    client.awaitClose();
    RfbTestClient next = client();
    next.request(false);
    next.readUpdate();
  }

  @Test
  void aViewerThatDoesNotReadCostsOneUpdate() throws Exception {
    start();
    screen.resize(1600, 1200);
    RfbTestClient lazy = client();
    RfbTestClient eager = client();
    for (int i = 0; i < 200; i++) {
      lazy.request(false);
      lazy.setPixelFormat(new PixelFormat(8, 8, false, false, 0, 0, 0, 0, 0, 0));
      lazy.setPixelFormat(PixelFormat.NATIVE);
    }
    for (int i = 0; i < 5; i++) {
      TestPictures.show(screen, TestPictures.noise(1600, 1200, i));
      eager.request(true);
      eager.readUpdate();
      assertThat(eager.framebuffer()).isEqualTo(screen.copy().pixels());
    }
    // The lazy one catches up with what is on the screen now, not with all it missed.
    int updates = 0;
    do {
      lazy.readUpdate();
      updates++;
    } while (!Arrays.equals(lazy.framebuffer(), screen.copy().pixels()));
    assertThat(updates).isLessThanOrEqualTo(20);
  }

  // ---- opening the port ----

  @Test
  void aPortInUseIsNamed() {
    start();
    int port = address.getPort();
    VncTestServer second =
        new VncTestServer(screen, guest, new VncOptions(VncOptions.LOOPBACK, port, null, "Guest"));
    assertThatThrownBy(second::start)
        .isInstanceOf(VmmException.class)
        .hasMessageStartingWith("VNC: cannot listen on 127.0.0.1 port " + port + ": ")
        .hasMessageEndingWith("choose another display with -vnc HOST:N, or -vnc none");
    second.close();
  }

  @Test
  void theNextFreePortIsTakenWhereThatIsAllowed() {
    start();
    int port = address.getPort();
    VncTestServer second =
        new VncTestServer(
            screen,
            guest,
            new VncOptions(
                VncOptions.LOOPBACK,
                port,
                Math.min(port + 50, 65535),
                SecurityPolicy.OPEN,
                SharePolicy.IGNORE,
                0,
                "Guest"));
    open.add(second);
    assertThat(second.start().getPort()).isGreaterThan(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0.0.0.0"})
  void anOpenDoorToTheNetworkIsRefusedWithTheRemedy(String host) {
    server = new VncTestServer(screen, guest, new VncOptions(host, 0, null, "Guest"));
    assertThatThrownBy(server::start)
        .isInstanceOf(VmmException.class)
        .hasMessageContainingAll("password-file=FILE", "insecure=on");
  }

  @Test
  void unknownHostsAreNamed() {
    server = new VncTestServer(screen, guest, new VncOptions("no.such.host.invalid", 0, null, "G"));
    assertThatThrownBy(server::start)
        .isInstanceOf(VmmException.class)
        .hasMessage("VNC: unknown host no.such.host.invalid");
  }

  @Test
  void closingDisconnectsViewersAndMayBeRepeated() throws IOException {
    start();
    RfbTestClient client = client();
    server.close();
    client.awaitClose();
    server.close();
    fill(0, 0, 10, 10, 1);
  }

  private void fill(int x, int y, int w, int h, int colour) {
    screen.paint(
        x, y, w, h, (pixels, stride) -> TestPictures.fill(pixels, stride, x, y, w, h, colour));
  }
}

package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.client.RfbTestClient.Rect;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.core.display.PointerShape;
import io.transvisor.core.display.Screen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server offers beyond RFC 6143, over TCP. */
class ExtensionsTest {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;
  private static final int REQUEST = 1 << 31;
  private static final int SYNC_NEXT = 4;

  private final Screen screen =
      TestPictures.screen(WIDTH, HEIGHT, TestPictures.desktop(WIDTH, HEIGHT));
  private final RecordingInput guest = new RecordingInput();
  private final BlockingQueue<String> actions = new LinkedBlockingQueue<>();
  private final MachineActions machine =
      new MachineActions() {
        @Override
        public void shutdown() {
          actions.add("shutdown");
        }

        @Override
        public void reboot() {
          actions.add("reboot");
        }

        @Override
        public void reset() {
          actions.add("reset");
        }
      };
  private final List<AutoCloseable> open = new ArrayList<>();
  private VncTestServer server;
  private RfbTestClient client;

  @BeforeEach
  void start() throws IOException {
    screen.watch();
    connect(Optional.of(machine));
  }

  private void connect(Optional<MachineActions> machineActions) throws IOException {
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest");
    server = new VncTestServer(screen, guest, machineActions, options);
    open.add(server);
    client = RfbTestClient.connect(server.start(), null, true);
    open.add(client);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable c : open.reversed()) {
      c.close();
    }
  }

  private void firstPicture() throws IOException {
    client.request(false);
    while (client.readUpdate().stream().noneMatch(r -> r.encoding() == Encoding.RAW)) {
      client.request(false);
    }
    client.takeNews();
  }

  private void fill(int x, int y, int w, int h, int colour) {
    screen.paint(
        x, y, w, h, (pixels, stride) -> TestPictures.fill(pixels, stride, x, y, w, h, colour));
  }

  // ---- fences and continuous updates ----

  @Test
  void fencesAreEchoedInOrder() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.FENCE);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("fence 80000007 ");
    client.fence(REQUEST | 3, "one");
    client.request(false);
    client.fence(REQUEST | 1 << 20, "x".repeat(64));
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("fence 3 one");
    assertThat(client.readMessage()).as("the update comes before the second fence").isNotNull();
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("fence 0 " + "x".repeat(64));
    client.fence(7, "an answer to nothing");
    assertThat(client.isSilentFor(50)).isTrue();
  }

  @Test
  void aFenceWithSyncNextIsEchoedJustBeforeTheNextMessageTakesEffect() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.FENCE);
    client.readMessageOtherThanUpdate();
    client.takeNews();
    client.fence(REQUEST | SYNC_NEXT, "mark");
    assertThat(client.isSilentFor(50)).isTrue();
    client.request(false);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("fence 4 mark");
    assertThat(client.readUpdate()).isNotEmpty();
  }

  @Test
  void continuousUpdatesComeWithoutRequests() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.CONTINUOUS_UPDATES);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("end of continuous updates");
    firstPicture();
    client.continuousUpdates(true, 0, 0, 200, 65535);
    for (int i = 0; i < 5; i++) {
      fill(10 * i, 10, 5, 5, 0xABCDEF);
      assertThat(client.readUpdate()).containsExactly(new Rect(10 * i, 10, 5, 5, Encoding.RAW));
    }
    fill(201, 10, 5, 5, 0xABCDEF);
    assertThat(client.isSilentFor(60)).as("outside the area").isTrue();
    client.continuousUpdates(false, 0, 0, 0, 0);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("end of continuous updates");
    fill(0, 0, 5, 5, 0x123456);
    assertThat(client.isSilentFor(60)).isTrue();
    client.setEncodings(Encoding.RAW, Encoding.CONTINUOUS_UPDATES);
    assertThat(client.isSilentFor(50)).as("announced once").isTrue();
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void aClientThatDoesNotKeepUpIsNotSentMore() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.CONTINUOUS_UPDATES, Encoding.FENCE);
    firstPicture();
    client.continuousUpdates(true, 0, 0, WIDTH, HEIGHT);
    List<String> marks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      fill(10 * i, 10, 5, 5, 0xABCDEF);
      client.readUpdate();
      client.readMessageOtherThanUpdate();
      marks.addAll(client.takeNews());
    }
    assertThat(marks)
        .containsExactly(
            "fence 80000001 update 1", "fence 80000001 update 2", "fence 80000001 update 3");
    fill(100, 10, 5, 5, 0xABCDEF);
    fill(200, 10, 5, 5, 0xABCDEF);
    assertThat(client.isSilentFor(60)).isTrue();
    client.fence(1, "update 2");
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  // ---- sizes and names ----

  @Test
  void sizesComeWithALayoutForThoseWhoKnowIt() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.DESKTOP_SIZE, Encoding.EXTENDED_DESKTOP_SIZE);
    client.request(false);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("size 0 0 320x240");
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
    client.request(true);
    screen.resize(400, 300);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("size 0 0 400x300");
    client.setDesktopSize(1600, 1200);
    client.request(true);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("size 1 1 400x300");
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  @Test
  void askingForAnotherSizeWithoutKnowingTheExtensionDoesNothing() throws IOException {
    client.setDesktopSize(800, 600);
    client.request(false);
    assertThat(client.readUpdate()).allMatch(r -> r.encoding() == Encoding.RAW);
  }

  @Test
  void announcementsShareOneUpdateWithoutPixels() throws IOException {
    client.setEncodings(
        Encoding.RAW,
        Encoding.DESKTOP_NAME,
        Encoding.QEMU_EXTENDED_KEY_EVENT,
        Encoding.QEMU_LED_STATE,
        Encoding.POINTER_MOTION_CHANGE,
        0xC0A1E5CE);
    assertThat(client.isSilentFor(50)).as("not asked").isTrue();
    client.request(false);
    assertThat(client.readUpdate()).hasSize(4).allMatch(r -> r.encoding() < 0);
    assertThat(client.takeNews())
        .containsExactly("name Guest", "scan codes", "pointer relative", "lights 0");
    client.request(true);
    client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
  }

  // ---- keyboard and pointer ----

  @ParameterizedTest
  @ValueSource(ints = {Encoding.QEMU_LED_STATE, Encoding.VMWARE_LED_STATE})
  void lightsAreShownAsTheyAreWhenTheViewerLooks(int encoding) throws IOException {
    client.setEncodings(Encoding.RAW, encoding);
    firstPicture();
    server.setKeyboardLights(1);
    server.setKeyboardLights(6);
    client.request(true);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("lights 6");
    client.request(true);
    assertThat(client.isSilentFor(50)).isTrue();
    server.setKeyboardLights(2);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("lights 2");
  }

  @ParameterizedTest
  @CsvSource({
    "0x1E, 0x71, A", // A French keyboard's Q is at the place of A.
    "0x9C, 0xFF8D, KEYPAD_ENTER",
    "0xC6, 0xFF13, PAUSE",
    "0x54, 0xFF61, PRINT_SCREEN",
    "0xB7, 0xFF61, PRINT_SCREEN",
    "0x56, 0x3C, NON_US_BACKSLASH",
    "0xDB, 0xFFEB, LEFT_META",
    "0, 0xFFC9, F12", // No scan code known.
    "0xFFFF, 0xFF1B, ESC"
  })
  void scanCodesArePlacesOnTheKeyboard(String scanCode, String keysym, String key)
      throws IOException {
    client.scanCode(true, Integer.decode(keysym), Integer.decode(scanCode));
    client.scanCode(false, Integer.decode(keysym), Integer.decode(scanCode));
    await().untilAsserted(() -> assertThat(guest.held()).isEmpty());
    client.request(false);
    client.readUpdate();
    assertThat(guest.takeEvents()).containsExactly("+" + key, "-" + key);
  }

  @Test
  void keysHeldByScanCodeAreReleasedWhenTheViewerLeaves() throws Exception {
    client.scanCode(true, 0xFFE3, 0x1D);
    client.scanCode(true, 'q', 0x1E);
    client.key(false, 'a');
    client.request(false);
    client.readUpdate();
    client.close();
    await().until(() -> guest.held().isEmpty());
    assertThat(guest.takeEvents())
        .containsExactlyInAnyOrder("+LEFT_CTRL", "+A", "-A", "-LEFT_CTRL");
  }

  @Test
  void movementsReachTheGuestAsTheyAre() throws IOException {
    client.setEncodings(Encoding.RAW, Encoding.POINTER_MOTION_CHANGE);
    firstPicture();
    client.pointer(0, 170, 110);
    client.pointer(1, 0x7FFF - 500, 0x7FFF + 3);
    client.pointer(0, 0x7FFF, 0x7FFF);
    client.request(false);
    client.readUpdate();
    assertThat(guest.takeEvents())
        .containsExactly(
            "push 640 -480 0",
            "guide -149 110 0 0",
            "mouse -500 3 0 0",
            "mouse 0 0 0 1",
            "mouse 0 0 0 0");
  }

  // ---- xvp ----

  @ParameterizedTest
  @CsvSource({"2, shutdown", "3, reboot", "4, reset"})
  void viewersCanRestartTheMachine(int code, String action) throws Exception {
    client.setEncodings(Encoding.XVP);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("xvp 1");
    client.xvp(code);
    assertThat(actions.poll(10, TimeUnit.SECONDS)).isEqualTo(action);
  }

  @Test
  void unknownActionsFail() throws Exception {
    client.xvp(9);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("xvp 0");
    assertThat(actions).isEmpty();
  }

  @Test
  void whoWantsAnswersAndDoesNotReadThemIsDisconnected() throws Exception {
    client.setEncodings(Encoding.RAW, Encoding.XVP);
    byte[] unknown = new byte[4 * 4096];
    for (int i = 0; i < unknown.length; i += 4) {
      unknown[i] = (byte) 250;
      unknown[i + 2] = 1;
      unknown[i + 3] = 99;
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                client.send(unknown);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void withoutAMachineBehindItNothingIsOffered() throws Exception {
    close();
    open.clear();
    connect(Optional.empty());
    client.setEncodings(Encoding.XVP);
    client.xvp(4);
    client.readMessageOtherThanUpdate();
    assertThat(client.takeNews()).containsExactly("xvp 0");
  }

  /** A pointer of three pixels: red, half-transparent green, nothing. */
  private static final PointerShape POINTER =
      new PointerShape(3, 1, 1, 0, new int[] {0xFFFF_0000, 0x8000_FF00, 0});

  @ParameterizedTest
  @CsvSource({
    "-239, 'cursor 3x1 at 1,0: 0000ff00 00ff0000 .'",
    "-314, 'premultiplied cursor 3x1 at 1,0: ff 00 00 ff 00 80 00 80 00 00 00 00'",
    "0x574D5664, 'straight cursor 3x1 at 1,0: ff 00 00 ff 00 ff 00 80 00 00 00 00'",
  })
  void thePointerIsSentInTheClientsEncoding(int encoding, String expected) throws IOException {
    client.setEncodings(Encoding.RAW, encoding);
    firstPicture();
    screen.setPointer(POINTER);
    client.request(true);
    assertThat(client.readUpdate()).hasSize(1);
    assertThat(client.takeNews()).containsExactly(expected);
    // It is sent once; a new shape and another list of encodings are new reasons.
    client.request(true);
    assertThat(client.isSilentFor(200)).isTrue();
    screen.setPointer(PointerShape.INVISIBLE);
    client.readUpdate();
    assertThat(client.takeNews()).singleElement().asString().contains("cursor 1x1 at 0,0:");
    client.setEncodings(Encoding.RAW, Encoding.CURSOR);
    client.request(true);
    client.readUpdate();
    assertThat(client.takeNews()).containsExactly("cursor 1x1 at 0,0: .");
  }

  @Test
  void pointersArePreferredWithAlphaAndSentOnlyToThoseWhoAsk() throws IOException {
    screen.setPointer(POINTER);
    client.setEncodings(Encoding.CURSOR, Encoding.VMWARE_CURSOR, Encoding.CURSOR_WITH_ALPHA);
    client.request(true);
    client.readUpdate();
    assertThat(client.takeNews()).singleElement().asString().startsWith("premultiplied");
    client.setEncodings(Encoding.RAW);
    screen.setPointer(PointerShape.INVISIBLE);
    client.request(false);
    client.readUpdate();
    assertThat(client.takeNews()).isEmpty();
  }
}

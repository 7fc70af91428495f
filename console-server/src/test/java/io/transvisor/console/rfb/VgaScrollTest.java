package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.client.RfbTestClient.Rect;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.FakeClock;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.display.Screen;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.vga.StdVga;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest scrolls its VGA; a viewer copies what it has, and ends up with the very picture. */
class VgaScrollTest {
  private static final int TEXT = 0xB8000;
  private static final int WINDOW = 0xA0000;
  private static final int COLUMNS = 80;
  private static final int ROWS = 25;
  private static final int ROW_BYTES = 2 * COLUMNS;
  private static final int FONT_HEIGHT = 16;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, StdVga.RESERVED_BYTES);
  private final PortSpace ports = new PortSpace();
  private final Screen screen = new Screen();
  private StdVga vga;
  private VncTestServer server;
  private RfbTestClient client;

  @BeforeEach
  void start() throws IOException {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    vga = new StdVga(memory, ports, new FakeClock(), null);
    vga.reset(ResetKind.POWER_ON);
    vga.setStandardTextMode();
    for (int row = 0; row < 2 * ROWS; row++) {
      write(row, "Line %d of the guest's listing, %x".formatted(row, row * 2_654_435_761L));
    }
    screen.watch();
    paint();
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest");
    server = new VncTestServer(screen, new RecordingInput(), options);
    client = RfbTestClient.connect(server.start(), null, true);
    client.setEncodings(Encoding.ZRLE, Encoding.COPY_RECT, Encoding.DESKTOP_SIZE);
    client.request(false);
    client.readUpdate();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  private void write(int row, String text) {
    for (int i = 0; i < COLUMNS; i++) {
      int letter = i < text.length() ? text.charAt(i) : ' ';
      memory.write(TEXT + row * ROW_BYTES + 2 * i, 2, 0x0700 | letter);
    }
  }

  private void paint() {
    while (!screen.gather(() -> vga.refresh(screen))) {
      Thread.onSpinWait();
    }
  }

  private void crtc(int index, int value) {
    ports.write(0x3D4, 2, index | value << 8);
  }

  private void startAt(int row) {
    int address = row * COLUMNS;
    crtc(0x0C, address >> 8);
    crtc(0x0D, address & 0xFF);
  }

  /** Copies rows of text memory as a guest does. */
  private void moveRows(int from, int to, int count) {
    for (int i = 0; i < count * ROW_BYTES; i += 4) {
      memory.write(TEXT + to * ROW_BYTES + i, 4, memory.read(TEXT + from * ROW_BYTES + i, 4));
    }
  }

  /** The viewer brings itself up to date; the rectangles it got for that. */
  private List<Rect> update() throws IOException {
    paint();
    client.request(true);
    List<Rect> rects = client.readUpdate();
    assertThat(client.framebuffer()).isEqualTo(screen.copy().pixels());
    return rects;
  }

  private static int pixels(List<Rect> rects, boolean copied) {
    return rects.stream()
        .filter(r -> (r.encoding() == Encoding.COPY_RECT) == copied)
        .mapToInt(r -> r.width() * r.height())
        .sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 20})
  void textScrolledByTheStartAddress(int rows) throws IOException {
    startAt(rows);
    List<Rect> rects = update();
    assertThat(rects.getFirst().encoding()).isEqualTo(Encoding.COPY_RECT);
    assertThat(rects.getFirst().height()).isGreaterThanOrEqualTo((ROWS - rows - 1) * FONT_HEIGHT);
    assertThat(pixels(rects, false)).isLessThanOrEqualTo((rows + 1) * FONT_HEIGHT * 720);
  }

  @Test
  void textScrolledBackByTheStartAddress() throws IOException {
    startAt(7);
    update();
    startAt(4);
    assertThat(update().getFirst().encoding()).isEqualTo(Encoding.COPY_RECT);
  }

  @Test
  void textMovedInMemoryAboveALineThatStays() throws IOException {
    for (int line = 0; line < 30; line++) {
      moveRows(1, 0, ROWS - 2);
      write(ROWS - 2, "New line " + line * 37);
      write(ROWS - 1, "status " + line);
      List<Rect> rects = update();
      assertThat(rects.getFirst().encoding()).as("line %d", line).isEqualTo(Encoding.COPY_RECT);
      assertThat(pixels(rects, true)).isGreaterThan(pixels(rects, false));
    }
  }

  private void dispi(int index, int value) {
    ports.write(0x1CE, 2, index);
    ports.write(0x1CF, 2, value);
  }

  /** 640x480 in 256 colours, of which the window shows the first 102 rows: they get a pattern. */
  private void graphicsMode() throws IOException {
    dispi(4, 0);
    dispi(1, 640);
    dispi(2, 480);
    dispi(3, 8);
    dispi(4, 1);
    for (int i = 0; i < 0x10000; i += 4) {
      memory.write(WINDOW + i, 4, (i ^ i >>> 3) * 0x9E3779B1 >>> 3 & 0x3F3F3F3F);
    }
    paint();
    client.request(true);
    client.readUpdate();
    assertThat(client.width()).isEqualTo(640);
    client.request(false);
    client.readUpdate();
  }

  @Test
  void graphicsScrolledByTheOffset() throws IOException {
    graphicsMode();
    dispi(9, 12);
    List<Rect> rects = update();
    assertThat(rects.getFirst().encoding()).isEqualTo(Encoding.COPY_RECT);
    assertThat(pixels(rects, false)).isLessThan(640 * 40);
  }

  @Test
  void aPartMovedWhileSomethingElseChanges() throws IOException {
    graphicsMode();
    for (int y = 0; y < 80; y++) {
      for (int x = 0; x < 320; x += 4) {
        memory.write(WINDOW + y * 640 + x, 4, memory.read(WINDOW + (y + 8) * 640 + x, 4));
      }
    }
    memory.write(WINDOW + 50 * 640 + 600, 4, 0x01020304);
    List<Rect> rects = update();
    assertThat(rects.getFirst().encoding()).isEqualTo(Encoding.COPY_RECT);
    assertThat(pixels(rects, false)).isLessThan(320 * 30);
  }
}

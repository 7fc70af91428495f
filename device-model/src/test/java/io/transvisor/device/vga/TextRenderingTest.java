package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.display.Screen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextRenderingTest {
  private static final int GREY = 0xAAAAAA;
  private static final int WHITE = 0xFFFFFF;
  private static final int BLUE = 0x0000AA;

  private final VgaFixture f = new VgaFixture().withRegions();

  /** Mode 3 with the default palette and no cursor. */
  private void standard() {
    f.vga.setStandardTextMode();
    f.crtc(0x0A, 0x2D);
  }

  private void put(int column, int row, int character, int attribute) {
    f.memory.write(0xB8000 + (row * 80 + column) * 2, 2, character | attribute << 8);
  }

  /** Gives a glyph rows that are all the same. */
  private void glyph(int character, int dots) {
    glyph(character, dots, 0);
  }

  private void glyph(int character, int dots, int fontAddress) {
    for (int scan = 0; scan < 32; scan++) {
      f.memory.write(VgaFixture.LFB + (fontAddress + character * 32 + scan) * 4 + 2, 1, dots);
    }
  }

  /** Pixels of one line from x on: '#' for the color, '.' for others. */
  private String dots(int x, int y, int count, int color) {
    Screen.Picture picture = f.picture();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < count; i++) {
      line.append(picture.pixels()[y * picture.width() + x + i] == color ? '#' : '.');
    }
    return line.toString();
  }

  @Test
  void theFewRegistersThatVirtualFirmwareSetsAreEnough() {
    f.out(0x3C2, 0x01);
    glyph('A', 0xFF);
    f.graphics(8, 0xFF);
    f.graphics(6, 0x0C);
    f.graphics(5, 0x10);
    f.sequencer(4, 0);
    f.sequencer(2, 3);
    f.crtc(0x09, 15);
    f.crtc(0x01, 79);
    f.crtc(0x13, 40);
    f.crtc(0x12, 0x90);
    f.crtc(0x07, 0x02);
    f.crtc(0x0A, 0x20);
    f.dac(7, 0x3F, 0x3F, 0x3F);
    f.attribute(7, 7);
    f.sequencer(1, 1);
    put(0, 0, 'A', 0x07);
    assertThat(f.picture().width()).isEqualTo(640);
    assertThat(dots(0, 1, 10, WHITE)).isEqualTo("########..");
  }

  @Test
  void standardModeShowsTextWithoutFirmware() {
    standard();
    String hello = "Hello, guest";
    for (int i = 0; i < hello.length(); i++) {
      put(i, 2, hello.charAt(i), 0x07);
    }
    assertThat(f.vga.text()).startsWith("\n\nHello, guest\n\n");
    assertThat(f.vga.text().lines()).hasSize(25);
    Screen.Picture picture = f.picture();
    assertThat(picture.width()).isEqualTo(720);
    assertThat(picture.height()).isEqualTo(400);
    assertThat(picture.pixels()).contains(GREY);
  }

  @Test
  void textIsTranslatedToUnicode() {
    standard();
    put(0, 0, 0xC9, 7);
    put(1, 0, 0xCD, 7);
    put(2, 0, 0xE1, 7);
    put(3, 0, 0x01, 7);
    put(4, 0, 0x00, 7);
    assertThat(f.vga.text().lines().findFirst()).hasValue("\u2554\u2550\u00DF\u263A");
  }

  @ParameterizedTest
  @CsvSource({
    // character, mode register, expected ninth dot
    "C4, 0C, #",
    "BF, 0C, .",
    "DF, 0C, #",
    "E0, 0C, .",
    "C4, 08, .",
  })
  void ninthDotRepeatsTheEighthForLineGraphics(String character, String mode, String ninth) {
    standard();
    int c = Integer.parseInt(character, 16);
    f.attribute(0x10, Integer.parseInt(mode, 16));
    glyph(c, 0x81);
    put(1, 0, c, 0x07);
    assertThat(dots(9, 0, 9, GREY)).isEqualTo("#......#" + ninth);
  }

  @Test
  void attributesSelectColors() {
    standard();
    glyph('x', 0xF0);
    put(0, 0, 'x', 0x1F);
    assertThat(f.pixel(0, 0)).isEqualTo(WHITE);
    assertThat(f.pixel(8, 0)).isEqualTo(BLUE);
    // With blinking off, attribute bit 7 is a bright background.
    f.attribute(0x10, 0x04);
    put(0, 0, 'x', 0x9F);
    assertThat(f.pixel(8, 0)).isEqualTo(0x5555FF);
  }

  @Test
  void blinkingCharactersComeAndGo() {
    standard();
    glyph('x', 0xF0);
    put(0, 0, 'x', 0x97);
    assertThat(dots(0, 0, 9, GREY)).isEqualTo("####.....");
    f.clock.advance(17 * 14_300_000L);
    assertThat(dots(0, 0, 9, BLUE)).isEqualTo("#########");
    f.clock.advance(16 * 14_300_000L);
    assertThat(dots(0, 0, 9, GREY)).isEqualTo("####.....");
  }

  @Test
  void cursorHasItsShapeAndBlinks() {
    standard();
    f.crtc(0x0A, 0x0D);
    f.crtc(0x0B, 0x0E);
    f.crtc(0x0E, 0);
    f.crtc(0x0F, 81);
    assertThat(dots(9, 28, 9, GREY)).isEqualTo(".........");
    assertThat(dots(9, 29, 9, GREY)).isEqualTo("#########");
    assertThat(dots(9, 30, 9, GREY)).isEqualTo("#########");
    assertThat(dots(9, 31, 9, GREY)).isEqualTo(".........");
    assertThat(dots(18, 30, 9, GREY)).isEqualTo(".........");
    // Skew shows it one character later.
    f.crtc(0x0B, 0x2E);
    assertThat(dots(9, 29, 9, GREY)).isEqualTo(".........");
    assertThat(dots(18, 29, 9, GREY)).isEqualTo("#########");
    // A taller shape shows at once.
    f.crtc(0x0A, 0x00);
    assertThat(dots(18, 16, 9, GREY)).isEqualTo("#########");
    f.clock.advance(9 * 14_300_000L);
    assertThat(dots(18, 29, 9, GREY)).isEqualTo(".........");
    f.clock.advance(8 * 14_300_000L);
    assertThat(dots(18, 29, 9, GREY)).isEqualTo("#########");
    f.crtc(0x0A, 0x20);
    assertThat(dots(18, 29, 9, GREY)).isEqualTo(".........");
    f.crtc(0x0A, 0x0F);
    assertThat(dots(18, 31, 9, GREY)).isEqualTo(".........");
  }

  @Test
  void monochromeTextIsUnderlined() {
    f.vga.setStandardTextMode();
    f.mode(VgaModes.TEXT_MONO);
    f.out(0x3B4, 0x0A);
    f.out(0x3B5, 0x20);
    // Attribute writes in mode() went to the color port; set them again at the other address.
    f.in(0x3BA);
    int[] attributes = VgaModes.TEXT_MONO.attributes;
    for (int i = 0; i < attributes.length; i++) {
      f.out(0x3C0, i);
      f.out(0x3C0, attributes[i]);
    }
    f.out(0x3C0, 0x20);
    f.out(0x3B4, 0x14);
    f.out(0x3B5, 0x0D);
    f.dac(0x08, 0x2A, 0x2A, 0x2A);
    f.memory.write(0xB0000, 2, 0x0120);
    f.memory.write(0xB0002, 2, 0x0720);
    assertThat(dots(0, 13, 18, GREY)).isEqualTo("#########.........");
    assertThat(dots(0, 12, 18, GREY)).isEqualTo("..................");
  }

  @Test
  void attributeBit3SelectsTheFontWhenTwoAreSet() {
    standard();
    // Map B at 0, map A at 16 KiB.
    f.sequencer(3, 0x04);
    glyph('x', 0xFF);
    glyph('x', 0xAA, 0x4000);
    put(0, 0, 'x', 0x07);
    put(1, 0, 'x', 0x0F);
    assertThat(dots(0, 0, 8, GREY)).isEqualTo("########");
    assertThat(dots(9, 0, 8, WHITE)).isEqualTo("#.#.#.#.");
    // Map A at 8 KiB.
    f.sequencer(3, 0x20);
    glyph('x', 0x0F, 0x2000);
    assertThat(dots(9, 0, 8, WHITE)).isEqualTo("....####");
  }

  @Test
  void aNewFontShowsWithoutNewText() {
    standard();
    put(0, 0, 'x', 0x07);
    f.picture();
    glyph('x', 0x11);
    assertThat(dots(0, 0, 8, GREY)).isEqualTo("...#...#");
  }

  @Test
  void fortyColumnsHaveDotsOfTwoPixels() {
    standard();
    f.mode(VgaModes.TEXT_40X25);
    glyph('x', 0xA0);
    put(0, 0, 'x', 0x07);
    assertThat(dots(0, 0, 8, GREY)).isEqualTo("##..##..");
    assertThat(f.screen.width()).isEqualTo(640);
  }

  @Test
  void pelPanningMovesThePictureToTheLeft() {
    standard();
    glyph('x', 0x80);
    put(0, 0, 'x', 0x07);
    put(1, 0, 'x', 0x07);
    put(0, 1, 'x', 0x07);
    // In nine-dot modes 0 means one dot.
    f.attribute(0x13, 0);
    assertThat(dots(0, 0, 18, GREY)).isEqualTo("........#.........");
    f.attribute(0x13, 7);
    assertThat(dots(0, 0, 18, GREY)).isEqualTo(".#................");
    // The character behind the last column, which is the next row's first, comes into view.
    assertThat(dots(720 - 9, 0, 9, GREY)).isEqualTo(".#.......");
    f.attribute(0x13, 8);
    assertThat(dots(0, 0, 18, GREY)).isEqualTo("#........#........");
  }

  @Test
  void pannedCellsAreRepaintedWhereTheyAre() {
    standard();
    glyph('x', 0xFF);
    f.attribute(0x13, 3);
    f.picture();
    put(1, 0, 'x', 0x07);
    assertThat(dots(0, 0, 16, GREY)).isEqualTo(".....########...");
    put(0, 0, 'x', 0x07);
    assertThat(dots(0, 0, 16, GREY)).isEqualTo("####.########...");
  }

  @Test
  void presetRowScanScrollsByLines() {
    standard();
    f.memory.write(VgaFixture.LFB + ('x' * 32 + 5) * 4 + 2, 1, 0xFF);
    for (int scan = 0; scan < 16; scan++) {
      f.memory.write(VgaFixture.LFB + ('x' * 32 + scan) * 4 + 2, 1, scan == 5 ? 0xFF : 0);
    }
    put(0, 0, 'x', 0x07);
    put(0, 1, 'x', 0x07);
    f.crtc(8, 4);
    assertThat(dots(0, 1, 8, GREY)).isEqualTo("########");
    assertThat(dots(0, 17, 8, GREY)).isEqualTo("########");
    assertThat(dots(0, 5, 8, GREY)).isEqualTo("........");
  }

  @Test
  void startAddressBytePanningAndSplit() {
    standard();
    glyph('a', 0xFF);
    glyph('b', 0x0F);
    put(0, 0, 'a', 0x07);
    put(5, 2, 'b', 0x07);
    f.crtc(0x0D, 80 * 2);
    f.crtc(0x08, 0x60);
    // The picture starts at column 3 of row 2.
    assertThat(dots(2 * 9, 0, 8, GREY)).isEqualTo("....####");
    // Lower part from line 32 on.
    f.crtc(0x18, 31);
    f.crtc(0x07, 0x0F);
    f.crtc(0x09, 0x0F);
    assertThat(dots(0, 31, 8, GREY)).isEqualTo("........");
    assertThat(dots(0, 32, 8, GREY)).isEqualTo("########");
    assertThat(f.vga.text().lines().skip(2).findFirst()).hasValue("a");
  }

  @Test
  void panningMayStopAtTheSplit() {
    standard();
    glyph('a', 0x80);
    put(0, 0, 'a', 0x07);
    f.crtc(0x18, 31);
    f.crtc(0x07, 0x0F);
    f.crtc(0x09, 0x0F);
    f.attribute(0x13, 1);
    assertThat(dots(0, 32, 4, GREY)).isEqualTo("....");
    f.attribute(0x10, 0x2C);
    assertThat(dots(0, 32, 4, GREY)).isEqualTo("#...");
    assertThat(dots(0, 0, 4, GREY)).isEqualTo("....");
  }

  @Test
  void onlyChangedCellsAreDamaged() {
    standard();
    f.picture();
    List<String> damage = new ArrayList<>();
    f.screen.addListener(recorder(damage));
    f.picture();
    put(3, 2, 'x', 0x07);
    put(5, 2, 'y', 0x07);
    f.picture();
    assertThat(damage).containsExactly("27,32 27x16");
  }

  private static Screen.Listener recorder(List<String> damage) {
    return new Screen.Listener() {
      @Override
      public void painted() {}

      @Override
      public void resized(int width, int height) {
        damage.add("size " + width + "x" + height);
      }

      @Override
      public void damaged(int x, int y, int width, int height) {
        damage.add(x + "," + y + " " + width + "x" + height);
      }
    };
  }

  /**
   * Hashes of pictures that were compared with QEMU's, pixel by pixel up to the rounding of color
   * levels.
   */
  @ParameterizedTest
  @CsvSource({
    "TEXT_80X25, 00, 720x400 53633103",
    "TEXT_80X25_8_DOTS, 00, 640x400 d76ed81f",
    "TEXT_80X25_8_DOTS, 0D, 640x400 23f43d72",
    "TEXT_80X25_8_DOTS, 36, 640x400 ae11ea14",
    "TEXT_40X25, 00, 640x400 3c677f0e",
    "TEXT_80X50, 00, 720x400 aa077347",
  })
  void wholePictures(VgaModes mode, String fonts, String expected) {
    f.palette();
    f.mode(VgaModes.VGA_640X480X16);
    f.fillPlanes(0x10000, 8);
    f.mode(mode);
    f.sequencer(3, Integer.parseInt(fonts, 16));
    assertThat(f.pictureHash()).isEqualTo(expected);
  }
}

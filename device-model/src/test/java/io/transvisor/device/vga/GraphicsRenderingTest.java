package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphicsRenderingTest {
  private final VgaFixture f = new VgaFixture().withRegions();

  @BeforeEach
  void palette() {
    f.palette();
  }

  /** The color the DAC gives a pixel value, as the fixture's palette has it. */
  private static int color(int index) {
    return level(index & 0x3F) << 16 | level(index >> 2 & 0x3F) << 8 | level(index * 5 & 0x3F);
  }

  private static int level(int six) {
    return six << 2 | six >> 4;
  }

  @Test
  void planarPixelsTakeOneBitOfEachPlane() {
    f.mode(VgaModes.VGA_640X480X16);
    f.graphics(8, 0x80);
    f.graphics(5, 2);
    f.read(0xA0000 + 80);
    f.write(0xA0000 + 80, 0x0D);
    assertThat(f.pixel(0, 1)).isEqualTo(color(0x3D));
    assertThat(f.pixel(1, 1)).isEqualTo(color(0));
  }

  @Test
  void colorPlaneEnableHidesPlanes() {
    f.mode(VgaModes.VGA_640X480X16);
    f.write(0xA0000, 0xFF);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x3F));
    f.attribute(0x12, 0x01);
    assertThat(f.pixel(0, 0)).isEqualTo(color(1));
  }

  @Test
  void colorSelectGivesTheUpperBits() {
    f.mode(VgaModes.VGA_640X480X16);
    f.write(0xA0000, 0xFF);
    f.attribute(0x14, 0x0F);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0xFF));
    f.attribute(0x10, 0x81);
    f.attribute(0x14, 0x05);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x5F));
  }

  @Test
  void pelMaskAppliesToEveryIndex() {
    f.mode(VgaModes.VGA_320X200X256);
    f.write(0xA0000, 0xA5);
    f.out(0x3C6, 0x0F);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x05));
  }

  @Test
  void mode13hShowsEveryPixelAsFour() {
    f.mode(VgaModes.VGA_320X200X256);
    f.write(0xA0000 + 321, 0x77);
    for (int y = 2; y < 4; y++) {
      for (int x = 2; x < 4; x++) {
        assertThat(f.pixel(x, y)).isEqualTo(color(0x77));
      }
    }
    assertThat(f.pixel(4, 2)).isEqualTo(color(0));
    assertThat(f.pixel(2, 4)).isEqualTo(color(0));
  }

  @Test
  void mode13hPansByPixels() {
    f.mode(VgaModes.VGA_320X200X256);
    f.write(0xA0003, 0x77);
    f.attribute(0x13, 6);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x77));
    assertThat(f.pixel(2, 0)).isEqualTo(color(0));
  }

  @Test
  void cgaRowsAlternateBetweenTwoBanks() {
    f.mode(VgaModes.CGA_320X200X4);
    f.write(0xB8000, 0xE4);
    f.write(0xBA000 + 1, 0x01);
    // 11 10 01 00, each two pixels wide and two lines high.
    int[] entries = VgaModes.CGA_320X200X4.attributes;
    for (int i = 0; i < 4; i++) {
      assertThat(f.pixel(2 * i, 0)).isEqualTo(color(entries[3 - i]));
    }
    assertThat(f.pixel(14, 2)).isEqualTo(color(entries[1]));
    assertThat(f.pixel(14, 0)).isEqualTo(color(entries[0]));
  }

  @Test
  void cgaMonochromeRowsAlternateToo() {
    f.mode(VgaModes.CGA_640X200X2);
    f.write(0xB8000, 0x80);
    f.write(0xBA000, 0x40);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x17));
    assertThat(f.pixel(0, 2)).isEqualTo(color(0));
    assertThat(f.pixel(1, 2)).isEqualTo(color(0x17));
  }

  @Test
  void splitScreenStartsAgainAtZero() {
    f.mode(VgaModes.VGA_640X480X16);
    f.crtc(0x0C, 0x80);
    f.write(0xA0000, 0x80);
    f.crtc(0x18, 99);
    f.crtc(0x07, 0x2E);
    f.crtc(0x09, 0x00);
    assertThat(f.pixel(0, 99)).isEqualTo(color(0));
    assertThat(f.pixel(0, 100)).isEqualTo(color(0x3F));
  }

  @Test
  void addressesWrapAtTheEndOfThePlanes() {
    f.mode(VgaModes.VGA_640X480X16);
    f.crtc(0x0C, 0xFF);
    f.crtc(0x0D, 0xFF);
    f.write(0xAFFFF, 0xFF);
    f.write(0xA0000, 0x80);
    assertThat(f.pixel(7, 0)).isEqualTo(color(0x3F));
    assertThat(f.pixel(8, 0)).isEqualTo(color(0x3F));
    assertThat(f.pixel(9, 0)).isEqualTo(color(0));
  }

  @Test
  void planarPanningAndBytePanning() {
    f.mode(VgaModes.VGA_640X480X16);
    f.write(0xA0002, 0x04);
    f.attribute(0x13, 5);
    f.crtc(0x08, 0x40);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x3F));
    assertThat(f.pixel(1, 0)).isEqualTo(color(0));
  }

  @Test
  void verticalCountByTwoDoublesTheLines() {
    f.mode(VgaModes.VGA_320X200X256);
    f.crtc(0x17, 0xA7);
    f.picture();
    assertThat(f.screen.height()).isEqualTo(800);
  }

  @ParameterizedTest
  @CsvSource({
    "15, 7C00, FF0000", "15, 03E0, 00FF00", "15, 001F, 0000FF", "15, 4210, 848484",
    "16, F800, FF0000", "16, 07E0, 00FF00", "16, 001F, 0000FF", "16, 8410, 848284",
    "24, 123456, 123456", "32, FF123456, 123456",
  })
  void directColors(int bits, String pixel, String rgb) {
    f.dispiMode(640, 480, bits, 0);
    int bytes = (bits + 7) / 8;
    int at = VgaFixture.LFB + (640 + 3) * bytes;
    int value = Integer.parseUnsignedInt(pixel, 16);
    for (int i = 0; i < bytes; i++) {
      f.memory.write(at + i, 1, value >>> 8 * i);
    }
    assertThat(f.pixel(3, 1)).isEqualTo(Integer.parseInt(rgb, 16));
    assertThat(f.pixel(2, 1)).isZero();
    assertThat(f.pixel(4, 1)).isZero();
  }

  @Test
  void eightBitDacShowsAllBits() {
    f.dispiMode(640, 480, 8, Dispi.EIGHT_BIT_DAC);
    f.dac(9, 0x81, 0x42, 0x23);
    f.memory.write(VgaFixture.LFB, 1, 9);
    assertThat(f.pixel(0, 0)).isEqualTo(0x814223);
  }

  @Test
  void dispiOffsetsMoveThePicture() {
    f.dispiMode(640, 480, 32, 0);
    f.dispi(Dispi.VIRTUAL_WIDTH, 1024);
    f.dispi(Dispi.X_OFFSET, 17);
    f.dispi(Dispi.Y_OFFSET, 33);
    f.memory.write(VgaFixture.LFB + (34 * 1024 + 19) * 4, 4, 0xABCDEF);
    assertThat(f.pixel(2, 1)).isEqualTo(0xABCDEF);
  }

  @Test
  void fourBitDispiModesPanByPixels() {
    f.mode(VgaModes.VGA_640X480X16);
    f.dispiMode(800, 600, 4, 0);
    f.graphics(5, 0);
    f.dispi(Dispi.VIRTUAL_WIDTH, 1600);
    f.write(0xA0000 + 200 * 3 + 1, 0x10);
    f.dispi(Dispi.X_OFFSET, 11);
    f.dispi(Dispi.Y_OFFSET, 3);
    assertThat(f.pixel(0, 0)).isEqualTo(color(0x3F));
    assertThat(f.pixel(1, 0)).isEqualTo(color(0));
  }

  @ParameterizedTest
  @CsvSource({"0x3C0, 0", "0x3C3, 0", "0x3C4, 0x2101"})
  void switchedOffPicturesAreBlack(String port, String value) {
    f.mode(VgaModes.VGA_320X200X256);
    f.fill(0xA0000, 64000, 1);
    f.picture();
    f.in(0x3DA);
    int v = Integer.decode(value);
    f.ports.write(Integer.decode(port), v > 0xFF ? 2 : 1, v);
    assertThat(f.picture().pixels()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"0x3C4, 0x0000", "0x3D4, 0x2317"})
  void signalsNobodyTurnedOnAreNotMissed(String port, String value) {
    f.mode(VgaModes.VGA_320X200X256);
    f.fill(0xA0000, 64000, 1);
    String before = f.pictureHash();
    f.ports.write(Integer.decode(port), 2, Integer.decode(value));
    assertThat(f.pictureHash()).isEqualTo(before);
  }

  @Test
  void thePictureComesBack() {
    f.mode(VgaModes.VGA_320X200X256);
    f.fill(0xA0000, 64000, 1);
    String before = f.pictureHash();
    f.sequencer(1, 0x21);
    assertThat(f.pictureHash()).isNotEqualTo(before);
    f.sequencer(1, 0x01);
    assertThat(f.pictureHash()).isEqualTo(before);
  }

  /**
   * Hashes of pictures that were compared with QEMU's, pixel by pixel up to the rounding of color
   * levels.
   */
  @ParameterizedTest
  @CsvSource({
    "CGA_320X200X4, 640x400 62ca9cc3",
    "CGA_640X200X2, 640x400 6485bffc",
    "EGA_320X200X16, 640x400 28ae4c68",
    "EGA_640X350X16, 640x350 6979fb5b",
    "VGA_640X480X16, 640x480 3d525318",
    "VGA_320X200X256, 640x400 76a59a1d",
    "MODE_X_320X240X256, 640x480 51f52542",
  })
  void wholeVgaPictures(VgaModes mode, String expected) {
    f.mode(VgaModes.VGA_640X480X16);
    f.fillPlanes(0x10000, 8);
    f.mode(mode);
    f.crtc(0x0D, 3);
    assertThat(f.pictureHash()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 640x480 a618df38",
    "15, 640x480 504550d3",
    "16, 640x480 df3933b0",
    "24, 640x480 88d887e1",
    "32, 640x480 510c53d6"
  })
  void wholeDispiPictures(int bits, String expected) {
    f.dispiMode(640, 480, bits, 0);
    f.fill(VgaFixture.LFB, 640 * 480 * ((bits + 7) / 8), bits);
    assertThat(f.pictureHash()).isEqualTo(expected);
  }
}

package io.transvisor.device.vga;

import java.nio.charset.StandardCharsets;

/** What the monitor says about itself (VESA E-EDID 1.4, section 3). */
final class Edid {
  private static final int LENGTH = 128;
  private static final int ESTABLISHED_TIMINGS = 35;
  private static final int STANDARD_TIMINGS = 38;
  private static final int DESCRIPTORS = 54;
  private static final int DESCRIPTOR_LENGTH = 18;

  /**
   * 1024 x 768 at 60 Hz (VESA DMT 10h), the preferred mode, as a detailed timing descriptor for a
   * 34 x 26 cm screen.
   */
  private static final int[] XGA = {
    0x64, 0x19, 0x00, 0x40, 0x41, 0x00, 0x26, 0x30, 0x18, 0x88, 0x36, 0x00, 0x54, 0x04, 0x11, 0x00,
    0x00, 0x18
  };

  /**
   * Range limits: 50 to 125 Hz vertical, 30 to 160 kHz horizontal, dot clock up to 300 MHz, no
   * further formula.
   */
  private static final int[] RANGE_LIMITS = {
    0, 0, 0, 0xFD, 0, 50, 125, 30, 160, 30, 0x00, 0x0A, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20
  };

  private Edid() {}

  /** The 128 bytes of block 0. */
  static byte[] block() {
    byte[] edid = new byte[LENGTH];
    for (int i = 1; i <= 6; i++) {
      edid[i] = (byte) 0xFF;
    }
    int manufacturer = letter('T') << 10 | letter('V') << 5 | letter('R');
    edid[8] = (byte) (manufacturer >> 8);
    edid[9] = (byte) manufacturer;
    edid[10] = 0x34;
    edid[11] = 0x12;
    edid[16] = 1;
    edid[17] = (byte) (2020 - 1990);
    edid[18] = 1;
    edid[19] = 4;
    // Digital input of 8 bits per color; 34 x 26 cm; gamma 2.2; sRGB with the preferred mode first.
    edid[20] = (byte) 0xA0;
    edid[21] = 34;
    edid[22] = 26;
    edid[23] = 120;
    edid[24] = 0x06;
    put(edid, 25, 0xEE, 0x91, 0xA3, 0x54, 0x4C, 0x99, 0x26, 0x0F, 0x50, 0x54);
    // 720x400, 640x480, 800x600 and 1024x768.
    put(edid, ESTABLISHED_TIMINGS, 0xA1, 0x08, 0x00);
    // 1280x1024, 1280x960, 1600x1200, 1152x864, 1440x900, then unused entries.
    put(edid, STANDARD_TIMINGS, 0x81, 0x80, 0x81, 0x40, 0xA9, 0x40, 0x71, 0x40, 0x95, 0x00);
    put(edid, STANDARD_TIMINGS + 10, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01);
    put(edid, DESCRIPTORS, XGA);
    put(edid, DESCRIPTORS + DESCRIPTOR_LENGTH, RANGE_LIMITS);
    putText(edid, DESCRIPTORS + 2 * DESCRIPTOR_LENGTH, 0xFC, "Transvisor");
    putText(edid, DESCRIPTORS + 3 * DESCRIPTOR_LENGTH, 0xFF, "1");
    int sum = 0;
    for (int i = 0; i < LENGTH - 1; i++) {
      sum += edid[i];
    }
    edid[LENGTH - 1] = (byte) -sum;
    return edid;
  }

  private static int letter(char c) {
    return c - 'A' + 1;
  }

  private static void put(byte[] target, int at, int... values) {
    for (int i = 0; i < values.length; i++) {
      target[at + i] = (byte) values[i];
    }
  }

  /** A display descriptor with text: ended by a line feed, filled with blanks. */
  private static void putText(byte[] target, int at, int tag, String text) {
    put(target, at, 0, 0, 0, tag, 0);
    byte[] padded = (text + "\n            ").substring(0, 13).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(padded, 0, target, at + 5, 13);
  }
}

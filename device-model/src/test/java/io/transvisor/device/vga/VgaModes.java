package io.transvisor.device.vga;

import java.util.Arrays;

/** Register values of the modes tests use: the BIOS modes, and two that programs set up by hand. */
enum VgaModes {
  TEXT_80X25(
      0x67,
      "03 00 03 00 02",
      "5F 4F 50 82 55 81 BF 1F 00 4F 2D 0E 00 00 00 00 9C 8E 8F 28 1F 96 B9 A3 FF",
      "00 00 00 00 00 10 0E 00 FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 00 00 0F 08 00"),
  TEXT_80X25_8_DOTS(
      0x63,
      "03 01 03 00 02",
      "5F 4F 50 82 55 81 BF 1F 00 4F 2D 0E 00 00 00 00 9C 8E 8F 28 1F 96 B9 A3 FF",
      "00 00 00 00 00 10 0E 00 FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 00 00 0F 00 00"),
  TEXT_40X25(
      0x63,
      "03 09 03 00 02",
      "2D 27 28 90 2B A0 BF 1F 00 4F 2D 0E 00 00 00 00 9C 8E 8F 14 1F 96 B9 A3 FF",
      "00 00 00 00 00 10 0E 00 FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 00 00 0F 00 00"),
  TEXT_80X50(
      0x67,
      "03 00 03 00 02",
      "5F 4F 50 82 55 81 BF 1F 00 47 26 07 00 00 00 00 9C 8E 8F 28 1F 96 B9 A3 FF",
      "00 00 00 00 00 10 0E 00 FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 00 00 0F 08 00"),
  TEXT_MONO(
      0x66,
      "03 00 03 00 02",
      "5F 4F 50 82 55 81 BF 1F 00 4F 2D 0E 00 00 00 00 9C 8E 8F 28 0D 96 B9 A3 FF",
      "00 00 00 00 00 10 0A 00 FF",
      "00 08 08 08 08 08 08 08 10 18 18 18 18 18 18 18 0E 00 0F 08 00"),
  CGA_320X200X4(
      0x63,
      "03 09 03 00 02",
      "2D 27 28 90 2B 80 BF 1F 00 C1 00 00 00 00 00 00 9C 8E 8F 14 00 96 B9 A2 FF",
      "00 00 00 00 00 30 0F 00 FF",
      "00 13 15 17 02 04 06 07 10 11 12 13 14 15 16 17 01 00 03 00 00"),
  CGA_640X200X2(
      0x63,
      "03 01 01 00 06",
      "5F 4F 50 82 54 80 BF 1F 00 C1 00 00 00 00 00 00 9C 8E 8F 28 00 96 B9 C2 FF",
      "00 00 00 00 00 00 0D 00 FF",
      "00 17 17 17 17 17 17 17 17 17 17 17 17 17 17 17 01 00 01 00 00"),
  EGA_320X200X16(
      0x63,
      "03 09 0F 00 06",
      "2D 27 28 90 2B 80 BF 1F 00 C0 00 00 00 00 00 00 9C 8E 8F 14 00 96 B9 E3 FF",
      "00 00 00 00 00 00 05 0F FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 01 00 0F 00 00"),
  EGA_640X350X16(
      0xA3,
      "03 01 0F 00 06",
      "5F 4F 50 82 54 80 BF 1F 00 40 00 00 00 00 00 00 83 85 5D 28 0F 63 BA E3 FF",
      "00 00 00 00 00 00 05 0F FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 01 00 0F 00 00"),
  VGA_640X480X16(
      0xE3,
      "03 01 0F 00 06",
      "5F 4F 50 82 54 80 0B 3E 00 40 00 00 00 00 00 00 EA 8C DF 28 00 E7 04 E3 FF",
      "00 00 00 00 00 00 05 0F FF",
      "00 01 02 03 04 05 14 07 38 39 3A 3B 3C 3D 3E 3F 01 00 0F 00 00"),
  VGA_320X200X256(
      0x63,
      "03 01 0F 00 0E",
      "5F 4F 50 82 54 80 BF 1F 00 41 00 00 00 00 00 00 9C 8E 8F 28 40 96 B9 A3 FF",
      "00 00 00 00 00 40 05 0F FF",
      "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 41 00 0F 00 00"),
  MODE_X_320X240X256(
      0xE3,
      "03 01 0F 00 06",
      "5F 4F 50 82 54 80 0D 3E 00 41 00 00 00 00 00 00 EA AC DF 28 00 E7 06 E3 FF",
      "00 00 00 00 00 40 05 0F FF",
      "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 41 00 0F 00 00");

  final int misc;
  final int[] sequencer;
  final int[] crtc;
  final int[] graphics;
  final int[] attributes;

  VgaModes(int misc, String sequencer, String crtc, String graphics, String attributes) {
    this.misc = misc;
    this.sequencer = bytes(sequencer);
    this.crtc = bytes(crtc);
    this.graphics = bytes(graphics);
    this.attributes = bytes(attributes);
  }

  private static int[] bytes(String hex) {
    return Arrays.stream(hex.split(" ")).mapToInt(b -> Integer.parseInt(b, 16)).toArray();
  }
}

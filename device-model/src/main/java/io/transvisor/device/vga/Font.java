package io.transvisor.device.vga;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The 8x16 font for guests that start without firmware: 256 glyphs of code page 437. Its origin is
 * told in the resource.
 */
final class Font {
  static final int HEIGHT = 16;

  private static final String RESOURCE = "cp437-8x16.hex";

  private Font() {}

  /** 256 glyphs of 16 bytes, one for each row, leftmost dot in bit 7. */
  static byte[] load() {
    byte[] font = new byte[256 * HEIGHT];
    try (InputStream in = Font.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("resource " + RESOURCE + " is missing from the program");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> {
            int colon = line.indexOf(':');
            int glyph = HexFormat.fromHexDigits(line, 0, colon);
            byte[] rows = HexFormat.of().parseHex(line.substring(colon + 1));
            System.arraycopy(rows, 0, font, glyph * HEIGHT, HEIGHT);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return font;
  }
}

package io.transvisor.console.rfb.encode;

import io.transvisor.core.display.PointerShape;

/**
 * The data of the pseudo-rectangles that show the pointer: Cursor (RFC 6143 section 7.8.1), and
 * from the community's RFB protocol description Cursor With Alpha and VMware Cursor.
 */
public final class CursorEncoder {
  private static final int VMWARE_ALPHA = 1;

  /** Pixels less opaque than this are left out where there is only a mask. */
  private static final int OPAQUE = 128;

  private CursorEncoder() {}

  /**
   * Appends what follows the rectangle's header.
   *
   * @param encoding one of the three
   * @param translator for the client's pixel format, in which Cursor's pixels are
   */
  public static void encode(
      PointerShape shape, int encoding, PixelTranslator translator, ByteSink out) {
    switch (encoding) {
      case Encoding.CURSOR_WITH_ALPHA -> {
        out.u32(Encoding.RAW);
        for (int argb : shape.argb()) {
          int alpha = argb >>> 24;
          rgba(
              multiplied(argb, 16, alpha),
              multiplied(argb, 8, alpha),
              multiplied(argb, 0, alpha),
              alpha,
              out);
        }
      }
      case Encoding.VMWARE_CURSOR -> {
        out.u8(VMWARE_ALPHA).u8(0);
        for (int argb : shape.argb()) {
          rgba(argb >> 16, argb >> 8, argb, argb >>> 24, out);
        }
      }
      default -> {
        for (int argb : shape.argb()) {
          translator.put(out, translator.translate(argb));
        }
        mask(shape, out);
      }
    }
  }

  private static int multiplied(int argb, int shift, int alpha) {
    return ((argb >> shift & 0xFF) * alpha + 127) / 255;
  }

  private static void rgba(int red, int green, int blue, int alpha, ByteSink out) {
    out.u8(red & 0xFF).u8(green & 0xFF).u8(blue & 0xFF).u8(alpha);
  }

  /** One bit for each pixel, most significant first, each row starting a new byte. */
  private static void mask(PointerShape shape, ByteSink out) {
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x += 8) {
        int bits = 0;
        for (int i = 0; i < Math.min(8, shape.width() - x); i++) {
          boolean opaque = shape.argb()[y * shape.width() + x + i] >>> 24 >= OPAQUE;
          bits |= opaque ? 0x80 >> i : 0;
        }
        out.u8(bits);
      }
    }
  }
}

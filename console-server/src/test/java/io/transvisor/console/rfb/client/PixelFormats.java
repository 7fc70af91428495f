package io.transvisor.console.rfb.client;

import io.transvisor.console.rfb.encode.PixelFormat;
import java.util.List;

/** The pixel formats viewers ask for, and what pictures must become in them. */
public final class PixelFormats {
  /** Every size and byte order, and the layouts that decide about ZRLE's three-byte pixels. */
  public static final List<PixelFormat> ALL =
      List.of(
          PixelFormat.NATIVE,
          rgb(32, 24, true, 255, 255, 255, 16, 8, 0),
          rgb(32, 24, false, 255, 255, 255, 0, 8, 16),
          rgb(32, 24, false, 255, 255, 255, 24, 16, 8),
          rgb(32, 24, true, 255, 255, 255, 24, 16, 8),
          rgb(32, 32, false, 255, 255, 255, 16, 8, 0),
          rgb(32, 30, false, 1023, 1023, 1023, 20, 10, 0),
          rgb(16, 16, false, 31, 63, 31, 11, 5, 0),
          rgb(16, 16, true, 31, 63, 31, 11, 5, 0),
          rgb(16, 15, false, 31, 31, 31, 10, 5, 0),
          rgb(8, 8, false, 7, 7, 3, 0, 3, 6),
          rgb(8, 6, false, 3, 3, 3, 4, 2, 0),
          rgb(8, 3, false, 1, 1, 1, 2, 1, 0),
          new PixelFormat(8, 8, false, false, 0, 0, 0, 0, 0, 0));

  private PixelFormats() {}

  private static PixelFormat rgb(
      int bits, int depth, boolean big, int r, int g, int b, int rs, int gs, int bs) {
    return new PixelFormat(bits, depth, big, true, r, g, b, rs, gs, bs);
  }

  /** The values a picture must have in a format: intensities to the nearest. */
  public static int[] expected(int[] picture, PixelFormat f) {
    int[] values = new int[picture.length];
    for (int i = 0; i < values.length; i++) {
      int rgb = picture[i];
      values[i] =
          f.trueColour()
              ? nearest(rgb >> 16, f.redMax()) << f.redShift()
                  | nearest(rgb >> 8, f.greenMax()) << f.greenShift()
                  | nearest(rgb, f.blueMax()) << f.blueShift()
              : nearest(rgb >> 16, 7) << 5 | nearest(rgb >> 8, 7) << 2 | nearest(rgb, 3);
    }
    return values;
  }

  private static int nearest(int intensity, int max) {
    return (int) Math.round((intensity & 0xFF) * (double) max / 255);
  }
}

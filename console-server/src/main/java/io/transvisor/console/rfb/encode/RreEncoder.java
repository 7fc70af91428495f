package io.transvisor.console.rfb.encode;

import java.util.Arrays;

/**
 * RRE (RFC 6143 section 7.7.3): a background with rectangles of other colours on it. Of use for
 * areas of one colour and for simple drawings; declines what would become larger than Raw.
 */
public final class RreEncoder implements RectEncoder {
  private int[] values = new int[0];
  private boolean[] covered = new boolean[0];

  @Override
  public int encoding() {
    return Encoding.RRE;
  }

  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator translator, ByteSink out) {
    int w = area.width();
    int h = area.height();
    load(pixels, stride, area, translator);
    int start = out.length();
    int limit = start + w * h * translator.pixelBytes();
    out.u32(0);
    int background = majority(w * h);
    translator.put(out, background);
    int count = 0;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int colour = values[y * w + x];
        if (colour == background || covered[y * w + x]) {
          continue;
        }
        int width = runRight(x, y, w, w);
        int height = 1;
        while (y + height < h
            && runRight(x, y + height, w, x + width) == width
            && values[(y + height) * w + x] == colour) {
          height++;
        }
        for (int row = y; row < y + height; row++) {
          Arrays.fill(covered, row * w + x, row * w + x + width, true);
        }
        translator.put(out, colour);
        out.u16(x).u16(y).u16(width).u16(height);
        if (out.length() >= limit) {
          out.truncate(start);
          return false;
        }
        count++;
      }
    }
    out.setU32(start, count);
    return true;
  }

  private void load(int[] pixels, int stride, Area area, PixelTranslator translator) {
    int n = area.width() * area.height();
    if (values.length < n) {
      values = new int[n];
      covered = new boolean[n];
    }
    Arrays.fill(covered, 0, n, false);
    for (int row = 0; row < area.height(); row++) {
      translator.translate(
          pixels, (area.y() + row) * stride + area.x(), values, row * area.width(), area.width());
    }
  }

  /** The colour that fills more than half if there is one (Boyer and Moore's vote). */
  private int majority(int n) {
    int candidate = 0;
    int votes = 0;
    for (int i = 0; i < n; i++) {
      if (votes == 0) {
        candidate = values[i];
        votes = 1;
      } else {
        votes += values[i] == candidate ? 1 : -1;
      }
    }
    return candidate;
  }

  /** Length of the run of equal pixels, none of them covered, up to a column. */
  private int runRight(int x, int y, int w, int end) {
    int colour = values[y * w + x];
    int to = x + 1;
    while (to < end && values[y * w + to] == colour && !covered[y * w + to]) {
      to++;
    }
    return to - x;
  }
}

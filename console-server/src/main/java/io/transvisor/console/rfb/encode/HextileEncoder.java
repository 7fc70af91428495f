package io.transvisor.console.rfb.encode;

import java.util.Arrays;

/**
 * Hextile (RFC 6143 section 7.7.4): tiles of 16 by 16 pixels, each a background with rectangles of
 * other colours on it, or raw where that is shorter. A tile that keeps the previous tile's colours
 * does not repeat them.
 */
public final class HextileEncoder implements RectEncoder {
  private static final int SIDE = 16;
  private static final int RAW = 1;
  private static final int BACKGROUND_SPECIFIED = 2;
  private static final int FOREGROUND_SPECIFIED = 4;
  private static final int ANY_SUBRECTS = 8;
  private static final int SUBRECTS_COLOURED = 16;
  private static final int MAX_SUBRECTS = 255;

  private final Tile tile = new Tile(SIDE);
  private final boolean[] covered = new boolean[SIDE * SIDE];
  private PixelTranslator translator;
  private ByteSink out;

  /** Whether the client has colours from an earlier tile of this rectangle, and which. */
  private boolean backgroundKnown;

  private boolean foregroundKnown;
  private int background;
  private int foreground;

  @Override
  public int encoding() {
    return Encoding.HEXTILE;
  }

  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator pixelTranslator, ByteSink sink) {
    translator = pixelTranslator;
    out = sink;
    backgroundKnown = false;
    foregroundKnown = false;
    for (int y = area.y(); y < area.bottom(); y += SIDE) {
      int h = Math.min(SIDE, area.bottom() - y);
      for (int x = area.x(); x < area.right(); x += SIDE) {
        tile.load(pixels, stride, x, y, Math.min(SIDE, area.right() - x), h, translator);
        encodeTile();
      }
    }
    return true;
  }

  private void encodeTile() {
    int start = out.length();
    int limit = start + 1 + tile.count() * translator.pixelBytes();
    if (tile.isSolid()) {
      out.u8(0);
      out.setU8(start, useBackground(tile.pixels[0]));
      foregroundKnown = false;
      return;
    }
    int mostCommon = majority();
    int other = secondColour(mostCommon);
    out.u8(0);
    int mask = ANY_SUBRECTS | useBackground(mostCommon);
    boolean coloured = other < 0;
    if (coloured) {
      mask |= SUBRECTS_COLOURED;
      foregroundKnown = false;
    } else {
      mask |= useForeground(tile.pixels[other]);
    }
    out.setU8(start, mask);
    if (!subrects(mostCommon, coloured, limit)) {
      raw(start);
    }
  }

  private void raw(int start) {
    out.truncate(start);
    out.u8(RAW);
    translator.put(out, tile.pixels, 0, tile.count());
    backgroundKnown = false;
    foregroundKnown = false;
  }

  private int useBackground(int colour) {
    if (backgroundKnown && colour == background) {
      return 0;
    }
    backgroundKnown = true;
    background = colour;
    translator.put(out, colour);
    return BACKGROUND_SPECIFIED;
  }

  private int useForeground(int colour) {
    if (foregroundKnown && colour == foreground) {
      return 0;
    }
    foregroundKnown = true;
    foreground = colour;
    translator.put(out, colour);
    return FOREGROUND_SPECIFIED;
  }

  /**
   * A colour that fills more than half of the tile if there is one (Boyer and Moore's vote), else
   * some colour of it.
   */
  private int majority() {
    int candidate = 0;
    int votes = 0;
    for (int i = 0, n = tile.count(); i < n; i++) {
      int p = tile.pixels[i];
      if (votes == 0) {
        candidate = p;
        votes = 1;
      } else {
        votes += p == candidate ? 1 : -1;
      }
    }
    return candidate;
  }

  /** Index of a pixel of the second colour, or -1 when there are more than two. */
  private int secondColour(int first) {
    int second = -1;
    for (int i = 0, n = tile.count(); i < n; i++) {
      int p = tile.pixels[i];
      if (p != first) {
        if (second < 0) {
          second = i;
        } else if (p != tile.pixels[second]) {
          return -1;
        }
      }
    }
    return second;
  }

  /**
   * Covers everything that is not background; false when that takes more than raw pixels would, or
   * more than 255 rectangles.
   */
  private boolean subrects(int backgroundColour, boolean coloured, int limit) {
    int w = tile.width;
    int n = tile.count();
    int countAt = out.length();
    out.u8(0);
    Arrays.fill(covered, 0, n, false);
    int count = 0;
    for (int i = 0; i < n; i++) {
      int colour = tile.pixels[i];
      if (covered[i] || colour == backgroundColour) {
        continue;
      }
      int x = i % w;
      int y = i / w;
      int right = runRight(i, w - x);
      int tall = heightOf(i, right, tile.height - y);
      int down = runDown(i, tile.height - y);
      int subWidth = right * tall >= down ? right : 1;
      int subHeight = subWidth == right ? tall : down;
      if (++count > MAX_SUBRECTS) {
        return false;
      }
      if (coloured) {
        translator.put(out, colour);
      }
      out.u8(x << 4 | y).u8(subWidth - 1 << 4 | subHeight - 1);
      if (out.length() >= limit) {
        return false;
      }
      for (int row = 0; row < subHeight; row++) {
        int from = i + row * w;
        Arrays.fill(covered, from, from + subWidth, true);
      }
    }
    out.setU8(countAt, count);
    return true;
  }

  private int runRight(int from, int max) {
    int colour = tile.pixels[from];
    int n = 1;
    while (n < max && tile.pixels[from + n] == colour && !covered[from + n]) {
      n++;
    }
    return n;
  }

  private int runDown(int from, int max) {
    int colour = tile.pixels[from];
    int n = 1;
    while (n < max && tile.pixels[from + n * tile.width] == colour) {
      n++;
    }
    return n;
  }

  private int heightOf(int from, int width, int max) {
    int h = 1;
    while (h < max
        && runRight(from + h * tile.width, width) == width
        && tile.pixels[from + h * tile.width] == tile.pixels[from]) {
      h++;
    }
    return h;
  }
}

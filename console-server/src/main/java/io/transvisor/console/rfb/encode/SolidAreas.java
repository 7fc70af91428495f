package io.transvisor.console.rfb.encode;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds large areas of one colour, which cost a few bytes each when they are sent by themselves.
 */
public final class SolidAreas {
  /** An area below this is left to the encoders. */
  public static final int MIN_PIXELS = 2048;

  private static final int BLOCK = 16;

  /** Rectangles that together make up an area. */
  public record Parts(List<Area> solid, List<Area> mixed) {}

  private final int[] pixels;
  private final int stride;
  private final Parts parts = new Parts(new ArrayList<>(), new ArrayList<>());

  private SolidAreas(int[] pixels, int stride) {
    this.pixels = pixels;
    this.stride = stride;
  }

  /** Separates an area of a picture with rows of {@code stride} pixels. */
  public static Parts find(int[] pixels, int stride, Area area) {
    SolidAreas search = new SolidAreas(pixels, stride);
    search.separate(area);
    return search.parts;
  }

  private void separate(Area area) {
    if (area.isEmpty()) {
      return;
    }
    if (area.width() * area.height() >= MIN_PIXELS) {
      for (int y = area.y(); y < area.bottom(); y += BLOCK) {
        for (int x = area.x(); x < area.right(); x += BLOCK) {
          Area solid = grow(x, y, area);
          if (solid.width() * solid.height() >= MIN_PIXELS) {
            take(solid, area);
            return;
          }
        }
      }
    }
    parts.mixed.add(area);
  }

  private void take(Area solid, Area area) {
    parts.solid.add(solid);
    // What lies above has just been searched; the other sides have not.
    Area above = Area.of(area.x(), area.y(), area.right(), solid.y());
    if (!above.isEmpty()) {
      parts.mixed.add(above);
    }
    separate(Area.of(area.x(), solid.y(), solid.x(), solid.bottom()));
    separate(Area.of(solid.right(), solid.y(), area.right(), solid.bottom()));
    separate(Area.of(area.x(), solid.bottom(), area.right(), area.bottom()));
  }

  /** The area of one colour around a block, nothing if the block is not of one colour. */
  private Area grow(int x, int y, Area bounds) {
    int colour = pixels[y * stride + x];
    int right = Math.min(x + BLOCK, bounds.right());
    int bottom = Math.min(y + BLOCK, bounds.bottom());
    for (int row = y; row < bottom; row++) {
      if (!isSolid(row, x, right, colour)) {
        return Area.EMPTY;
      }
    }
    while (right < bounds.right() && isColumnSolid(right, y, bottom, colour)) {
      right++;
    }
    while (bottom < bounds.bottom() && isSolid(bottom, x, right, colour)) {
      bottom++;
    }
    // Blocks need not begin where the area does.
    int left = x;
    while (left > bounds.x() && isColumnSolid(left - 1, y, bottom, colour)) {
      left--;
    }
    int top = y;
    while (top > bounds.y() && isSolid(top - 1, left, right, colour)) {
      top--;
    }
    return Area.of(left, top, right, bottom);
  }

  private boolean isSolid(int row, int from, int to, int colour) {
    int base = row * stride;
    for (int x = from; x < to; x++) {
      if (pixels[base + x] != colour) {
        return false;
      }
    }
    return true;
  }

  private boolean isColumnSolid(int column, int from, int to, int colour) {
    for (int y = from; y < to; y++) {
      if (pixels[y * stride + column] != colour) {
        return false;
      }
    }
    return true;
  }
}

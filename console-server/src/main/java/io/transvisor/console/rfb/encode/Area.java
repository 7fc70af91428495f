package io.transvisor.console.rfb.encode;

/**
 * A rectangle of pixels.
 *
 * @param x left column
 * @param y top row
 * @param width columns
 * @param height rows
 */
public record Area(int x, int y, int width, int height) {
  /** Nothing. */
  public static final Area EMPTY = new Area(0, 0, 0, 0);

  public boolean isEmpty() {
    return width <= 0 || height <= 0;
  }

  /** First column to the right of the rectangle. */
  public int right() {
    return x + width;
  }

  /** First row below the rectangle. */
  public int bottom() {
    return y + height;
  }

  public boolean contains(Area a) {
    return a.x >= x && a.y >= y && a.right() <= right() && a.bottom() <= bottom();
  }

  public Area intersect(Area a) {
    int left = Math.max(x, a.x);
    int top = Math.max(y, a.y);
    Area both = of(left, top, Math.min(right(), a.right()), Math.min(bottom(), a.bottom()));
    return both.isEmpty() ? EMPTY : both;
  }

  /** The smallest rectangle around both. */
  public Area enclose(Area a) {
    if (isEmpty()) {
      return a;
    }
    if (a.isEmpty()) {
      return this;
    }
    return of(
        Math.min(x, a.x),
        Math.min(y, a.y),
        Math.max(right(), a.right()),
        Math.max(bottom(), a.bottom()));
  }

  /** By edges: right and bottom are outside. */
  public static Area of(int left, int top, int right, int bottom) {
    return new Area(left, top, right - left, bottom - top);
  }
}

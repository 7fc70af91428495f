package io.transvisor.console.rfb.encode;

/** What kind of picture a rectangle holds: what decides how it is encoded best. */
public enum ContentClass {
  /** One colour. */
  SOLID,
  /** Text, line drawings. */
  TWO_COLOURS,
  /** Windows, icons: colours that fit a palette. */
  FEW_COLOURS,
  /** More colours, but long stretches of the same: vertical gradients. */
  RUNS,
  /** Anything else. */
  PHOTO;

  /** Colours of a rectangle that are still few. */
  static final int MAX_FEW = 256;

  /** A palette is worth its bytes when each colour stands for this many pixels. */
  private static final int PIXELS_PER_COLOUR = 16;

  private static final int PIXELS_PER_RUN = 8;
  private static final int RGB = 0xFF_FFFF;

  /**
   * The class of a rectangle.
   *
   * @param palette takes up the colours, all of them unless the result is RUNS or PHOTO; 0x00RRGGBB
   */
  static ContentClass of(int[] pixels, int stride, Area area, TilePalette palette) {
    palette.clear();
    int count = area.width() * area.height();
    int maxColours = Math.clamp(count / PIXELS_PER_COLOUR, 2, MAX_FEW);
    int maxRuns = count / PIXELS_PER_RUN;
    boolean few = true;
    int runs = 0;
    for (int y = area.y(); y < area.bottom(); y++) {
      int at = y * stride + area.x();
      int end = at + area.width();
      while (at < end) {
        int colour = pixels[at++];
        while (at < end && pixels[at] == colour) {
          at++;
        }
        runs++;
        few = few && palette.add(colour & RGB) && palette.size() <= maxColours;
      }
      if (!few && runs > maxRuns) {
        return PHOTO;
      }
    }
    if (!few) {
      return RUNS;
    }
    return switch (palette.size()) {
      case 1 -> SOLID;
      case 2 -> TWO_COLOURS;
      default -> FEW_COLOURS;
    };
  }
}

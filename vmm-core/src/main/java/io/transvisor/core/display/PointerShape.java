package io.transvisor.core.display;

/**
 * The pointer of a display adapter that keeps it apart from the screen's pixels.
 *
 * @param width at least 1
 * @param height at least 1
 * @param hotX column, 0 to {@code width - 1}, of the pixel that points
 * @param hotY its row
 * @param argb rows of {@code width} pixels, 0xAARRGGBB, colours not multiplied by alpha
 */
public record PointerShape(int width, int height, int hotX, int hotY, int[] argb) {
  /** The guest does not want to have a pointer seen. */
  public static final PointerShape INVISIBLE = new PointerShape(1, 1, 0, 0, new int[1]);

  public PointerShape {
    if (argb.length != width * height || hotX < 0 || hotX >= width || hotY < 0 || hotY >= height) {
      throw new IllegalArgumentException(
          "pointer of %dx%d pixels, %d given, that points at %d,%d"
              .formatted(width, height, argb.length, hotX, hotY));
    }
  }
}

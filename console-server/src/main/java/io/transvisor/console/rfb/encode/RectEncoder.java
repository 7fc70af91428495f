package io.transvisor.console.rfb.encode;

/**
 * One encoding of a rectangle of pixels. Instances belong to one connection; some carry state from
 * rectangle to rectangle.
 */
public interface RectEncoder extends AutoCloseable {
  /** The number of the encoding on the wire. */
  int encoding();

  /**
   * Appends the rectangle's data (what follows the rectangle header).
   *
   * @param pixels rows of {@code stride} pixels, 0x00RRGGBB
   * @param area the rectangle, not empty and inside the picture
   * @return false if this encoding does not suit the rectangle; nothing has been appended then
   */
  boolean encode(int[] pixels, int stride, Area area, PixelTranslator translator, ByteSink out);

  /** Whether the rectangle encoded last does not arrive as it was. */
  default boolean lost() {
    return false;
  }

  /** Sets the effort, 0 to 9, of encodings that have a choice. */
  default void setCompressionLevel(int level) {}

  /** Frees what the garbage collector does not. */
  @Override
  default void close() {}
}

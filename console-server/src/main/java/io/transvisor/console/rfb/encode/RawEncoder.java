package io.transvisor.console.rfb.encode;

/** Raw (RFC 6143 section 7.7.1): pixels row by row. */
public final class RawEncoder implements RectEncoder {
  private int[] row = new int[0];

  @Override
  public int encoding() {
    return Encoding.RAW;
  }

  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator translator, ByteSink out) {
    if (row.length < area.width()) {
      row = new int[area.width()];
    }
    out.reserve(area.width() * area.height() * translator.pixelBytes());
    for (int y = area.y(); y < area.bottom(); y++) {
      translator.translate(pixels, y * stride + area.x(), row, 0, area.width());
      translator.put(out, row, 0, area.width());
    }
    return true;
  }
}

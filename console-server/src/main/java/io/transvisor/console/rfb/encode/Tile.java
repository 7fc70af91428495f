package io.transvisor.console.rfb.encode;

/**
 * A small rectangle of translated pixels, packed row after row: what Hextile and ZRLE look at, one
 * after the other.
 */
final class Tile {
  final int[] pixels;
  int width;
  int height;

  Tile(int maxSide) {
    pixels = new int[maxSide * maxSide];
  }

  int count() {
    return width * height;
  }

  void load(int[] source, int stride, int x, int y, int w, int h, PixelTranslator translator) {
    width = w;
    height = h;
    for (int row = 0; row < h; row++) {
      translator.translate(source, (y + row) * stride + x, pixels, row * w, w);
    }
  }

  boolean isSolid() {
    int first = pixels[0];
    for (int i = 1, n = count(); i < n; i++) {
      if (pixels[i] != first) {
        return false;
      }
    }
    return true;
  }
}

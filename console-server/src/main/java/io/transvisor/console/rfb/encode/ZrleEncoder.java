package io.transvisor.console.rfb.encode;

/**
 * ZRLE (RFC 6143 section 7.7.6): tiles of 64 by 64 pixels as raw pixels, one colour, packed palette
 * indices or run lengths, whichever is shortest, through one zlib stream that lasts as long as the
 * connection.
 */
public final class ZrleEncoder implements RectEncoder {
  private static final int SIDE = 64;
  private static final int SOLID = 1;
  private static final int PLAIN_RLE = 128;
  private static final int MAX_PACKED = 16;
  private static final int MAX_PALETTE = 127;

  private final Tile tile = new Tile(SIDE);
  private final TilePalette palette = new TilePalette(MAX_PALETTE);
  private final ByteSink plain = new ByteSink();
  private final ZlibStream stream = new ZlibStream(false);
  private PixelTranslator translator;

  /**
   * Runs of equal pixels in the tile, and how many bytes their lengths take, over all and for runs
   * of one pixel.
   */
  private int runs;

  private int singles;
  private int lengthBytes;

  @Override
  public int encoding() {
    return Encoding.ZRLE;
  }

  @Override
  public void setCompressionLevel(int level) {
    stream.setLevel(level);
  }

  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator pixelTranslator, ByteSink out) {
    translator = pixelTranslator;
    plain.truncate(0);
    for (int y = area.y(); y < area.bottom(); y += SIDE) {
      int h = Math.min(SIDE, area.bottom() - y);
      for (int x = area.x(); x < area.right(); x += SIDE) {
        tile.load(pixels, stride, x, y, Math.min(SIDE, area.right() - x), h, translator);
        encodeTile();
      }
    }
    int lengthAt = out.length();
    out.u32(0);
    stream.deflate(plain, out);
    out.setU32(lengthAt, out.length() - lengthAt - 4);
    return true;
  }

  private void encodeTile() {
    measure();
    int colours = palette.size();
    int pixel = translator.compactBytes();
    if (colours == 1) {
      plain.u8(SOLID);
      translator.putCompact(plain, tile.pixels[0]);
      return;
    }
    int best = tile.count() * pixel;
    int kind = 0;
    int plainRle = runs * pixel + lengthBytes;
    if (plainRle < best) {
      best = plainRle;
      kind = PLAIN_RLE;
    }
    if (colours <= MAX_PALETTE) {
      int paletteRle = colours * pixel + runs + lengthBytes - singles;
      if (paletteRle < best) {
        best = paletteRle;
        kind = PLAIN_RLE + colours;
      }
      if (colours <= MAX_PACKED && colours * pixel + packedBytes(colours) < best) {
        kind = colours;
      }
    }
    plain.u8(kind);
    if (kind == 0) {
      translator.putCompact(plain, tile.pixels, 0, tile.count());
    } else if (kind == PLAIN_RLE) {
      runLengths(false);
    } else {
      for (int i = 0; i < colours; i++) {
        translator.putCompact(plain, palette.colour(i));
      }
      if (kind < PLAIN_RLE) {
        packed(bitsFor(colours));
      } else {
        runLengths(true);
      }
    }
  }

  private void measure() {
    palette.clear();
    runs = 0;
    singles = 0;
    lengthBytes = 0;
    boolean fits = true;
    int[] pixels = tile.pixels;
    int n = tile.count();
    int i = 0;
    while (i < n) {
      int colour = pixels[i];
      int start = i++;
      while (i < n && pixels[i] == colour) {
        i++;
      }
      int length = i - start;
      runs++;
      singles += length == 1 ? 1 : 0;
      lengthBytes += (length - 1) / 255 + 1;
      fits = fits && palette.add(colour);
    }
  }

  /** Bits of an index when this many colours are packed. */
  private static int bitsFor(int colours) {
    return colours == 2 ? 1 : colours <= 4 ? 2 : 4;
  }

  private int packedBytes(int colours) {
    return (tile.width * bitsFor(colours) + 7) / 8 * tile.height;
  }

  /** Palette indices, most significant bits leftmost, each row starting a new byte. */
  private void packed(int bits) {
    for (int y = 0; y < tile.height; y++) {
      int accumulator = 0;
      int held = 0;
      for (int x = 0; x < tile.width; x++) {
        accumulator = accumulator << bits | palette.indexOf(tile.pixels[y * tile.width + x]);
        held += bits;
        if (held == 8) {
          plain.u8(accumulator);
          accumulator = 0;
          held = 0;
        }
      }
      if (held > 0) {
        plain.u8(accumulator << 8 - held);
      }
    }
  }

  private void runLengths(boolean indexed) {
    int[] pixels = tile.pixels;
    int n = tile.count();
    int i = 0;
    while (i < n) {
      int colour = pixels[i];
      int start = i++;
      while (i < n && pixels[i] == colour) {
        i++;
      }
      int length = i - start;
      if (indexed) {
        int index = palette.indexOf(colour);
        if (length == 1) {
          plain.u8(index);
          continue;
        }
        plain.u8(index | 128);
      } else {
        translator.putCompact(plain, colour);
      }
      int rest = length - 1;
      while (rest >= 255) {
        plain.u8(255);
        rest -= 255;
      }
      plain.u8(rest);
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}

package io.transvisor.console.rfb.encode;

import java.util.zip.Deflater;

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
  private static final int DEFLATE_CHUNK = 16 * 1024;
  private static final int DEFAULT_LEVEL = 1;
  private static final int MAX_LEVEL = 6;

  private final Tile tile = new Tile(SIDE);
  private final TilePalette palette = new TilePalette();
  private final ByteSink plain = new ByteSink();
  private final Deflater deflater = new Deflater(DEFAULT_LEVEL);
  private PixelTranslator translator;
  private boolean levelChanged;

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

  /**
   * Sets the zlib level, 0 to 9; levels above 6 cost much time for next to nothing and mean 6,
   * level 0 means 1.
   */
  public void setLevel(int level) {
    deflater.setLevel(Math.clamp(level, 1, MAX_LEVEL));
    levelChanged = true;
  }

  @Override
  public void encode(
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
    deflate(out);
    out.setU32(lengthAt, out.length() - lengthAt - 4);
  }

  private void deflate(ByteSink out) {
    if (levelChanged) {
      // A call that changes the level ends without the flush it is asked for, so it gets no data.
      levelChanged = false;
      flush(0, out);
    }
    flush(plain.length(), out);
  }

  private void flush(int length, ByteSink out) {
    deflater.setInput(plain.array(), 0, length);
    int room;
    int written;
    do {
      out.reserve(DEFLATE_CHUNK);
      room = out.array().length - out.length();
      written = deflater.deflate(out.array(), out.length(), room, Deflater.SYNC_FLUSH);
      out.advance(written);
    } while (written == room);
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
    if (colours <= TilePalette.MAX) {
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
    deflater.end();
  }
}

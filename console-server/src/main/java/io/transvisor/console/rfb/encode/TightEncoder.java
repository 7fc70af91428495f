package io.transvisor.console.rfb.encode;

/**
 * Tight (number 7, described in the community's RFB protocol document): one colour, two colours as
 * bits, few colours as indices, or pixels, each through a zlib stream of its own kind, or a JPEG
 * picture where the client allows loss. Streams last as long as the connection.
 */
public final class TightEncoder implements RectEncoder {
  /** The widest rectangle the encoding allows. */
  public static final int MAX_WIDTH = 2048;

  private static final int FILL = 0x80;
  private static final int JPEG = 0x90;
  private static final int EXPLICIT_FILTER = 0x40;
  private static final int FILTER_PALETTE = 1;
  private static final int STREAM_SHIFT = 4;

  /** Data shorter than this is sent as it is. */
  private static final int MIN_TO_COMPRESS = 12;

  /** Smaller pictures do not earn back the tables of a JPEG. */
  private static final int MIN_JPEG_PIXELS = 1024;

  private enum Stream {
    PIXELS,
    BITS,
    INDICES,
    GRAIN
  }

  private final ZlibStream[] streams = new ZlibStream[Stream.values().length];
  private final TilePalette palette = new TilePalette(ContentClass.MAX_FEW);
  private final JpegPicture jpeg = new JpegPicture();
  private final ByteSink plain = new ByteSink();
  private int[] row = new int[0];
  private int level = ZlibStream.DEFAULT_LEVEL;
  private int quality = -1;
  private boolean lost;

  @Override
  public int encoding() {
    return Encoding.TIGHT;
  }

  @Override
  public void setCompressionLevel(int newLevel) {
    level = newLevel;
    for (ZlibStream stream : streams) {
      if (stream != null) {
        stream.setLevel(newLevel);
      }
    }
  }

  /** Allows loss: 0 (small) to 9 (good); -1 forbids it. */
  public void setQuality(int newQuality) {
    quality = newQuality;
  }

  @Override
  public boolean lost() {
    return lost;
  }

  /** {@inheritDoc} The area is not wider than {@link #MAX_WIDTH}. */
  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator translator, ByteSink out) {
    lost = false;
    switch (ContentClass.of(pixels, stride, area, palette)) {
      case SOLID -> {
        out.u8(FILL);
        translator.putTight(out, translator.translate(palette.colour(0)));
      }
      case TWO_COLOURS -> {
        paletteHeader(Stream.BITS, translator, out);
        bits(pixels, stride, area);
        compressed(Stream.BITS, out);
      }
      case FEW_COLOURS -> {
        paletteHeader(Stream.INDICES, translator, out);
        indices(pixels, stride, area);
        compressed(Stream.INDICES, out);
      }
      case RUNS -> full(Stream.PIXELS, pixels, stride, area, translator, out);
      case PHOTO -> {
        // The encoding forbids JPEG in pixel formats of eight bits.
        if (quality >= 0
            && translator.pixelBytes() > 1
            && area.width() * area.height() >= MIN_JPEG_PIXELS) {
          lost = true;
          out.u8(JPEG);
          plain.truncate(0);
          jpeg.write(pixels, stride, area, quality, plain);
          length(plain.length(), out);
          out.bytes(plain.array(), plain.length());
        } else {
          full(Stream.GRAIN, pixels, stride, area, translator, out);
        }
      }
    }
    return true;
  }

  private void paletteHeader(Stream stream, PixelTranslator translator, ByteSink out) {
    out.u8(stream.ordinal() << STREAM_SHIFT | EXPLICIT_FILTER).u8(FILTER_PALETTE);
    out.u8(palette.size() - 1);
    for (int i = 0; i < palette.size(); i++) {
      translator.putTight(out, translator.translate(palette.colour(i)));
    }
    plain.truncate(0);
  }

  /** One bit for each pixel, most significant first, each row starting a new byte. */
  private void bits(int[] pixels, int stride, Area area) {
    int zero = palette.colour(0);
    for (int y = area.y(); y < area.bottom(); y++) {
      int from = y * stride + area.x();
      for (int x = 0; x < area.width(); x += 8) {
        int byteHere = 0;
        int end = Math.min(8, area.width() - x);
        for (int i = 0; i < end; i++) {
          byteHere |= (pixels[from + x + i] & 0xFF_FFFF) == zero ? 0 : 0x80 >> i;
        }
        plain.u8(byteHere);
      }
    }
  }

  private void indices(int[] pixels, int stride, Area area) {
    for (int y = area.y(); y < area.bottom(); y++) {
      int from = y * stride + area.x();
      plain.reserve(area.width());
      byte[] bytes = plain.array();
      int to = plain.length();
      int colour = pixels[from];
      int index = palette.indexOf(colour & 0xFF_FFFF);
      for (int x = 0; x < area.width(); x++) {
        if (pixels[from + x] != colour) {
          colour = pixels[from + x];
          index = palette.indexOf(colour & 0xFF_FFFF);
        }
        bytes[to + x] = (byte) index;
      }
      plain.advance(area.width());
    }
  }

  private void full(
      Stream stream,
      int[] pixels,
      int stride,
      Area area,
      PixelTranslator translator,
      ByteSink out) {
    if (row.length < area.width()) {
      row = new int[area.width()];
    }
    out.u8(stream.ordinal() << STREAM_SHIFT);
    plain.truncate(0);
    for (int y = area.y(); y < area.bottom(); y++) {
      translator.translate(pixels, y * stride + area.x(), row, 0, area.width());
      translator.putTight(plain, row, 0, area.width());
    }
    compressed(stream, out);
  }

  private void compressed(Stream stream, ByteSink out) {
    if (plain.length() < MIN_TO_COMPRESS) {
      out.bytes(plain.array(), plain.length());
      return;
    }
    int n = stream.ordinal();
    if (streams[n] == null) {
      streams[n] = new ZlibStream(stream == Stream.GRAIN);
      streams[n].setLevel(level);
    }
    // The length takes one to three bytes; room for three is left and closed up afterwards.
    int lengthAt = out.length();
    out.u16(0).u8(0);
    int dataAt = out.length();
    streams[n].deflate(plain, out);
    int count = out.length() - dataAt;
    out.truncate(lengthAt);
    length(count, out);
    System.arraycopy(out.array(), dataAt, out.array(), out.length(), count);
    out.advance(count);
  }

  /** Seven bits a byte, least significant first, bit 7 saying that more follow. */
  private static void length(int value, ByteSink out) {
    int rest = value;
    for (int i = 0; i < 2 && rest > 0x7F; i++) {
      out.u8(rest & 0x7F | 0x80);
      rest >>= 7;
    }
    out.u8(rest);
  }

  @Override
  public void close() {
    for (ZlibStream stream : streams) {
      if (stream != null) {
        stream.close();
      }
    }
    jpeg.close();
  }
}

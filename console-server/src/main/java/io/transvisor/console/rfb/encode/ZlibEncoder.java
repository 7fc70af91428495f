package io.transvisor.console.rfb.encode;

/**
 * Zlib (number 6): the pixels of Raw through one zlib stream that lasts as long as the connection.
 */
public final class ZlibEncoder implements RectEncoder {
  private final RawEncoder raw = new RawEncoder();
  private final ByteSink plain = new ByteSink();
  private final ZlibStream stream = new ZlibStream(false);

  @Override
  public int encoding() {
    return Encoding.ZLIB;
  }

  @Override
  public void setCompressionLevel(int level) {
    stream.setLevel(level);
  }

  @Override
  public boolean encode(
      int[] pixels, int stride, Area area, PixelTranslator translator, ByteSink out) {
    plain.truncate(0);
    raw.encode(pixels, stride, area, translator, plain);
    int lengthAt = out.length();
    out.u32(0);
    stream.deflate(plain, out);
    out.setU32(lengthAt, out.length() - lengthAt - 4);
    return true;
  }

  @Override
  public void close() {
    stream.close();
  }
}

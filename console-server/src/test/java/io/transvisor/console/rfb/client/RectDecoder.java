package io.transvisor.console.rfb.client;

import io.transvisor.console.rfb.encode.PixelFormat;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes rectangles as RFC 6143 describes them, written from the RFC and without a look at the
 * encoders: the judge of what they send. Works on pixel values in the client's format.
 */
public final class RectDecoder {
  private final Inflater inflater;
  private final Inflater zlibInflater;
  private final TightDecoder tight;
  private final PixelFormat format;

  public RectDecoder(PixelFormat format) {
    this(format, new Inflater(), new Inflater(), new TightDecoder());
  }

  private RectDecoder(
      PixelFormat format, Inflater inflater, Inflater zlibInflater, TightDecoder tight) {
    this.format = format;
    this.inflater = inflater;
    this.zlibInflater = zlibInflater;
    this.tight = tight;
  }

  /** Goes on with another pixel format but the same zlib streams. */
  public RectDecoder withFormat(PixelFormat newFormat) {
    return new RectDecoder(newFormat, inflater, zlibInflater, tight);
  }

  /** Reads the data of a rectangle into a framebuffer with rows of {@code stride} pixels. */
  public void decode(
      DataInputStream in, int encoding, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    if (w == 0 || h == 0) {
      throw new IOException("empty rectangle");
    }
    switch (encoding) {
      case 0 -> raw(in, fb, stride, x, y, w, h);
      case 1 -> copyRect(in, fb, stride, x, y, w, h);
      case 2 -> rre(in, fb, stride, x, y, w, h);
      case 5 -> hextile(in, fb, stride, x, y, w, h);
      case 6 -> zlib(in, fb, stride, x, y, w, h);
      case 7 -> tight.decode(in, format, fb, stride, x, y, w, h);
      case 16 -> zrle(in, fb, stride, x, y, w, h);
      default -> throw new IOException("encoding " + encoding);
    }
  }

  private int pixel(DataInputStream in) throws IOException {
    return pixel(in, format);
  }

  static int pixel(DataInputStream in, PixelFormat format) throws IOException {
    int value = 0;
    int bytes = format.bitsPerPixel() / 8;
    for (int i = 0; i < bytes; i++) {
      int b = in.readUnsignedByte();
      value = format.bigEndian() ? value << 8 | b : value | b << 8 * i;
    }
    return value;
  }

  private int compactPixel(DataInputStream in) throws IOException {
    int mask =
        format.redMax() << format.redShift()
            | format.greenMax() << format.greenShift()
            | format.blueMax() << format.blueShift();
    boolean low = (mask & 0xFF000000) == 0;
    boolean high = (mask & 0xFF) == 0;
    if (format.bitsPerPixel() != 32
        || !format.trueColour()
        || format.depth() > 24
        || !low && !high) {
      return pixel(in);
    }
    int a = in.readUnsignedByte();
    int b = in.readUnsignedByte();
    int c = in.readUnsignedByte();
    int value = format.bigEndian() ? a << 16 | b << 8 | c : c << 16 | b << 8 | a;
    return low ? value : value << 8;
  }

  private void raw(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    for (int row = y; row < y + h; row++) {
      for (int column = x; column < x + w; column++) {
        fb[row * stride + column] = pixel(in);
      }
    }
  }

  private void rre(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    int count = in.readInt();
    rectangle(fb, stride, x, y, w, h, pixel(in));
    for (int i = 0; i < count; i++) {
      int colour = pixel(in);
      int subX = in.readUnsignedShort();
      int subY = in.readUnsignedShort();
      int subW = in.readUnsignedShort();
      int subH = in.readUnsignedShort();
      if (subX + subW > w || subY + subH > h) {
        throw new IOException("subrectangle leaves its rectangle");
      }
      rectangle(fb, stride, x + subX, y + subY, subW, subH, colour);
    }
  }

  private void zlib(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    byte[] compressed = in.readNBytes(in.readInt());
    byte[] plain = inflate(zlibInflater, compressed, w * h * format.bitsPerPixel() / 8);
    raw(new DataInputStream(new ByteArrayInputStream(plain)), fb, stride, x, y, w, h);
  }

  /** Exactly this many bytes, and no more in the input. */
  static byte[] inflate(Inflater inflater, byte[] compressed, int length) throws IOException {
    byte[] plain = new byte[length + 1];
    int count;
    try {
      inflater.setInput(compressed);
      count = inflater.inflate(plain);
    } catch (DataFormatException e) {
      throw new IOException(e);
    }
    if (count != length || inflater.getRemaining() != 0) {
      throw new IOException(count + " of " + length + ", left " + inflater.getRemaining());
    }
    return Arrays.copyOf(plain, length);
  }

  private static void copyRect(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    int fromX = in.readUnsignedShort();
    int fromY = in.readUnsignedShort();
    int[] before = fb.clone();
    for (int row = 0; row < h; row++) {
      System.arraycopy(before, (fromY + row) * stride + fromX, fb, (y + row) * stride + x, w);
    }
  }

  private void hextile(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    int background = 0xDEAD;
    int foreground = 0xBEEF;
    for (int ty = y; ty < y + h; ty += 16) {
      int th = Math.min(16, y + h - ty);
      for (int tx = x; tx < x + w; tx += 16) {
        int tw = Math.min(16, x + w - tx);
        int mask = in.readUnsignedByte();
        if ((mask & 1) != 0) {
          raw(in, fb, stride, tx, ty, tw, th);
          background = 0xDEAD;
          foreground = 0xBEEF;
          continue;
        }
        background = (mask & 2) != 0 ? pixel(in) : background;
        foreground = (mask & 4) != 0 ? pixel(in) : foreground;
        rectangle(fb, stride, tx, ty, tw, th, background);
        int count = (mask & 8) != 0 ? in.readUnsignedByte() : 0;
        for (int i = 0; i < count; i++) {
          int colour = (mask & 16) != 0 ? pixel(in) : foreground;
          int at = in.readUnsignedByte();
          int size = in.readUnsignedByte();
          int subX = at >> 4;
          int subY = at & 15;
          int subW = (size >> 4) + 1;
          int subH = (size & 15) + 1;
          if (subX + subW > tw || subY + subH > th) {
            throw new IOException("subrectangle leaves its tile");
          }
          rectangle(fb, stride, tx + subX, ty + subY, subW, subH, colour);
        }
      }
    }
  }

  private static void rectangle(int[] fb, int stride, int x, int y, int w, int h, int colour) {
    for (int row = y; row < y + h; row++) {
      for (int column = x; column < x + w; column++) {
        fb[row * stride + column] = colour;
      }
    }
  }

  private void zrle(DataInputStream in, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    byte[] compressed = new byte[in.readInt()];
    in.readFully(compressed);
    byte[] plain = new byte[w * h * 5 + 4096];
    int length;
    try {
      inflater.setInput(compressed);
      length = inflater.inflate(plain);
    } catch (DataFormatException e) {
      throw new IOException(e);
    }
    DataInputStream data = new DataInputStream(new ByteArrayInputStream(plain, 0, length));
    for (int ty = y; ty < y + h; ty += 64) {
      for (int tx = x; tx < x + w; tx += 64) {
        int tw = Math.min(64, x + w - tx);
        int th = Math.min(64, y + h - ty);
        int[] tile = zrleTile(data, tw, th);
        for (int row = 0; row < th; row++) {
          System.arraycopy(tile, row * tw, fb, (ty + row) * stride + tx, tw);
        }
      }
    }
    if (data.available() != 0 || inflater.getRemaining() != 0) {
      throw new IOException("left over: " + data.available() + ", " + inflater.getRemaining());
    }
  }

  private int[] zrleTile(DataInputStream in, int w, int h) throws IOException {
    int[] tile = new int[w * h];
    int kind = in.readUnsignedByte();
    if (kind > 16 && kind < 128 || kind == 129) {
      throw new IOException("unused subencoding " + kind);
    }
    int[] palette = new int[kind & 127];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = compactPixel(in);
    }
    if (kind == 1) {
      Arrays.fill(tile, palette[0]);
    } else if (kind == 0) {
      for (int i = 0; i < tile.length; i++) {
        tile[i] = compactPixel(in);
      }
    } else if (kind < 128) {
      packed(in, tile, w, h, palette);
    } else {
      int at = 0;
      while (at < tile.length) {
        int run = 1;
        int colour;
        if (kind == 128) {
          colour = compactPixel(in);
          run = runLength(in);
        } else {
          int index = in.readUnsignedByte();
          colour = palette[index & 127];
          run = (index & 128) != 0 ? runLength(in) : 1;
        }
        Arrays.fill(tile, at, at + run, colour);
        at += run;
      }
    }
    return tile;
  }

  private static void packed(DataInputStream in, int[] tile, int w, int h, int[] palette)
      throws IOException {
    int bits = palette.length == 2 ? 1 : palette.length <= 4 ? 2 : 4;
    for (int y = 0; y < h; y++) {
      int b = 0;
      int left = 0;
      for (int x = 0; x < w; x++) {
        if (left == 0) {
          b = in.readUnsignedByte();
          left = 8;
        }
        left -= bits;
        tile[y * w + x] = palette[b >> left & (1 << bits) - 1];
      }
    }
  }

  private static int runLength(DataInputStream in) throws IOException {
    int length = 1;
    int b;
    do {
      b = in.readUnsignedByte();
      length += b;
    } while (b == 255);
    return length;
  }
}

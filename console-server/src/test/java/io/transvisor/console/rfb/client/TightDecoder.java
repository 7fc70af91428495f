package io.transvisor.console.rfb.client;

import io.transvisor.console.rfb.encode.PixelFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Inflater;
import javax.imageio.ImageIO;

/** Decodes Tight as the RFB protocol document describes it, without a look at the encoder. */
final class TightDecoder {
  private final Inflater[] streams = new Inflater[4];

  void decode(DataInputStream in, PixelFormat f, int[] fb, int stride, int x, int y, int w, int h)
      throws IOException {
    int control = in.readUnsignedByte();
    for (int i = 0; i < 4; i++) {
      if ((control & 1 << i) != 0) {
        streams[i] = null;
      }
    }
    if (w > 2048) {
      throw new IOException("wider than 2048");
    }
    int kind = control >> 4;
    int[] pixels = new int[w * h];
    if (kind == 8) {
      Arrays.fill(pixels, pixel(in, f));
    } else if (kind == 9) {
      pixels = jpeg(in.readNBytes(length(in)), f, w, h);
    } else if (kind < 8) {
      int filter = (kind & 4) != 0 ? in.readUnsignedByte() : 0;
      basic(in, f, filter, kind & 3, pixels, w, h);
    } else {
      throw new IOException("compression " + kind);
    }
    for (int row = 0; row < h; row++) {
      System.arraycopy(pixels, row * w, fb, (y + row) * stride + x, w);
    }
  }

  private void basic(
      DataInputStream in, PixelFormat f, int filter, int stream, int[] pixels, int w, int h)
      throws IOException {
    if (filter == 0) {
      int size = isCompact(f) ? 3 : f.bitsPerPixel() / 8;
      DataInputStream data = data(in, stream, w * h * size);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = pixel(data, f);
      }
      return;
    }
    if (filter != 1) {
      throw new IOException("filter " + filter);
    }
    int[] palette = new int[in.readUnsignedByte() + 1];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = pixel(in, f);
    }
    if (palette.length < 2) {
      throw new IOException("palette of one colour");
    }
    if (palette.length > 2) {
      DataInputStream data = data(in, stream, w * h);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = palette[data.readUnsignedByte()];
      }
      return;
    }
    DataInputStream data = data(in, stream, (w + 7) / 8 * h);
    for (int row = 0; row < h; row++) {
      int bits = 0;
      for (int column = 0; column < w; column++) {
        bits = column % 8 == 0 ? data.readUnsignedByte() : bits << 1;
        pixels[row * w + column] = palette[bits >> 7 & 1];
      }
    }
  }

  private DataInputStream data(DataInputStream in, int stream, int size) throws IOException {
    if (size < 12) {
      return new DataInputStream(new ByteArrayInputStream(in.readNBytes(size)));
    }
    if (streams[stream] == null) {
      streams[stream] = new Inflater();
    }
    byte[] plain = RectDecoder.inflate(streams[stream], in.readNBytes(length(in)), size);
    return new DataInputStream(new ByteArrayInputStream(plain));
  }

  private static int length(DataInputStream in) throws IOException {
    int a = in.readUnsignedByte();
    if (a < 128) {
      return a;
    }
    int b = in.readUnsignedByte();
    int length = a & 127 | (b & 127) << 7;
    return b < 128 ? length : length | in.readUnsignedByte() << 14;
  }

  private static boolean isCompact(PixelFormat f) {
    return f.trueColour()
        && f.bitsPerPixel() == 32
        && f.depth() == 24
        && f.redMax() == 255
        && f.greenMax() == 255
        && f.blueMax() == 255;
  }

  private static int pixel(DataInputStream in, PixelFormat f) throws IOException {
    if (!isCompact(f)) {
      return RectDecoder.pixel(in, f);
    }
    return in.readUnsignedByte() << f.redShift()
        | in.readUnsignedByte() << f.greenShift()
        | in.readUnsignedByte() << f.blueShift();
  }

  private static int[] jpeg(byte[] bytes, PixelFormat f, int w, int h) throws IOException {
    if (f.bitsPerPixel() == 8) {
      throw new IOException("JPEG in 8 bits per pixel");
    }
    ImageIO.setUseCache(false);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
    if (image.getWidth() != w || image.getHeight() != h) {
      throw new IOException("JPEG of " + image.getWidth() + "x" + image.getHeight());
    }
    int[] rgb = image.getRGB(0, 0, w, h, null, 0, w);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] &= 0xFFFFFF;
    }
    return PixelFormats.expected(rgb, f);
  }
}

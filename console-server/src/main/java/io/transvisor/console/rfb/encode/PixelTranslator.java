package io.transvisor.console.rfb.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Turns the screen's 0x00RRGGBB pixels into a client's pixel values, and values into bytes.
 * Intensities are rounded to the nearest the client has, so that black and white stay black and
 * white at every depth.
 */
public final class PixelTranslator {
  /**
   * Entries of the colour map given to clients without true colour: three bits red, three green,
   * two blue.
   */
  public static final int PALETTE_SIZE = 256;

  private static final VarHandle INT_LE = ints(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BE = ints(ByteOrder.BIG_ENDIAN);

  /** Bytes of a pixel as RFB defines PIXEL and CPIXEL. */
  private final int pixelBytes;

  private final int compactBytes;
  private final int compactShift;
  private final boolean bigEndian;
  private final boolean identity;

  /** Whether Tight sends three bytes, and the shifts of the intensities then. */
  private final boolean tightCompact;

  private final int redShift;
  private final int greenShift;
  private final int blueShift;
  private final int[] red;
  private final int[] green;
  private final int[] blue;

  public PixelTranslator(PixelFormat format) {
    pixelBytes = format.bytesPerPixel();
    bigEndian = format.bigEndian();
    if (format.trueColour()) {
      red = table(format.redMax(), format.redShift());
      green = table(format.greenMax(), format.greenShift());
      blue = table(format.blueMax(), format.blueShift());
    } else {
      red = table(7, 5);
      green = table(7, 2);
      blue = table(3, 0);
    }
    int used = red[255] | green[255] | blue[255];
    boolean low = (used & 0xFF00_0000) == 0;
    boolean compact =
        format.trueColour()
            && pixelBytes == 4
            && format.depth() <= 24
            && (low || (used & 0xFF) == 0);
    compactBytes = compact ? 3 : pixelBytes;
    compactShift = compact && !low ? 8 : 0;
    tightCompact =
        format.trueColour()
            && pixelBytes == 4
            && format.depth() == 24
            && format.redMax() == 255
            && format.greenMax() == 255
            && format.blueMax() == 255;
    redShift = format.redShift();
    greenShift = format.greenShift();
    blueShift = format.blueShift();
    identity = used == 0xFF_FFFF && red[255] == 0xFF_0000 && blue[255] == 0xFF && pixelBytes == 4;
  }

  private static int[] table(int max, int shift) {
    int[] t = new int[256];
    for (int i = 0; i < 256; i++) {
      t[i] = (int) ((i * (long) max + 127) / 255) << shift;
    }
    return t;
  }

  private static VarHandle ints(ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(int[].class, order);
  }

  /** Red, green and blue intensity (0 to 65535) of an entry of the colour map. */
  public static int[] paletteEntry(int index) {
    return new int[] {
      (index >> 5) * 65535 / 7, (index >> 2 & 7) * 65535 / 7, (index & 3) * 65535 / 3
    };
  }

  /** The client's value of a screen pixel. */
  public int translate(int rgb) {
    return red[rgb >> 16 & 0xFF] | green[rgb >> 8 & 0xFF] | blue[rgb & 0xFF];
  }

  /** Translates a run of pixels. */
  public void translate(int[] source, int from, int[] target, int to, int count) {
    if (identity) {
      // The screen's top byte is not promised to be zero.
      for (int i = 0; i < count; i++) {
        target[to + i] = source[from + i] & 0xFF_FFFF;
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      target[to + i] = translate(source[from + i]);
    }
  }

  /** Bytes of a PIXEL. */
  public int pixelBytes() {
    return pixelBytes;
  }

  /** Bytes of a CPIXEL (RFC 6143 section 7.7.5). */
  public int compactBytes() {
    return compactBytes;
  }

  /** Appends a translated value as a PIXEL. */
  public void put(ByteSink sink, int value) {
    sink.reserve(4);
    sink.advance(put(sink.array(), sink.length(), value, pixelBytes));
  }

  /** Appends a translated value as a CPIXEL. */
  public void putCompact(ByteSink sink, int value) {
    sink.reserve(4);
    sink.advance(put(sink.array(), sink.length(), value >>> compactShift, compactBytes));
  }

  /** Appends translated values as PIXELs. */
  public void put(ByteSink sink, int[] values, int from, int count) {
    sink.reserve(count * pixelBytes);
    byte[] bytes = sink.array();
    int at = sink.length();
    if (pixelBytes == 4) {
      VarHandle ints = bigEndian ? INT_BE : INT_LE;
      for (int i = 0; i < count; i++) {
        ints.set(bytes, at + i * 4, values[from + i]);
      }
    } else {
      for (int i = 0; i < count; i++) {
        put(bytes, at + i * pixelBytes, values[from + i], pixelBytes);
      }
    }
    sink.advance(count * pixelBytes);
  }

  /** Appends translated values as CPIXELs. */
  public void putCompact(ByteSink sink, int[] values, int from, int count) {
    if (compactBytes == pixelBytes) {
      put(sink, values, from, count);
      return;
    }
    sink.reserve(count * 3);
    byte[] bytes = sink.array();
    int at = sink.length();
    for (int i = 0; i < count; i++) {
      at += put(bytes, at, values[from + i] >>> compactShift, 3);
    }
    sink.advance(count * 3);
  }

  /** Appends a translated value as Tight's TPIXEL: red, green, blue where those are bytes. */
  public void putTight(ByteSink sink, int value) {
    if (tightCompact) {
      sink.u8(value >>> redShift).u8(value >>> greenShift).u8(value >>> blueShift);
    } else {
      put(sink, value);
    }
  }

  /** Appends translated values as TPIXELs. */
  public void putTight(ByteSink sink, int[] values, int from, int count) {
    if (!tightCompact) {
      put(sink, values, from, count);
      return;
    }
    sink.reserve(count * 3);
    byte[] bytes = sink.array();
    int at = sink.length();
    for (int i = from; i < from + count; i++) {
      bytes[at++] = (byte) (values[i] >>> redShift);
      bytes[at++] = (byte) (values[i] >>> greenShift);
      bytes[at++] = (byte) (values[i] >>> blueShift);
    }
    sink.advance(count * 3);
  }

  private int put(byte[] bytes, int at, int value, int count) {
    for (int i = 0; i < count; i++) {
      int shift = 8 * (bigEndian ? count - 1 - i : i);
      bytes[at + i] = (byte) (value >>> shift);
    }
    return count;
  }
}

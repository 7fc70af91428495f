package io.transvisor.device.vga;

import static io.transvisor.core.memory.PhysicalMemory.INT;
import static io.transvisor.core.memory.PhysicalMemory.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How pixels lie in video memory, and the loops that turn a line of them into colors. */
enum PixelFormat {
  /** Four planes, eight pixels in four bytes, leftmost pixel in bit 7. */
  PLANAR(4, 16) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      int to = position;
      for (int end = position + pixels; to < end; to += 8) {
        int dword = (int) INT.get(store, at);
        at += 4;
        int p =
            SPREAD[dword & 0xFF]
                | SPREAD[dword >>> 8 & 0xFF] << 1
                | SPREAD[dword >>> 16 & 0xFF] << 2
                | SPREAD[dword >>> 24] << 3;
        target[to] = palette[p >>> 28];
        target[to + 1] = palette[p >>> 24 & 15];
        target[to + 2] = palette[p >>> 20 & 15];
        target[to + 3] = palette[p >>> 16 & 15];
        target[to + 4] = palette[p >>> 12 & 15];
        target[to + 5] = palette[p >>> 8 & 15];
        target[to + 6] = palette[p >>> 4 & 15];
        target[to + 7] = palette[p & 15];
      }
    }
  },

  /** CGA order: two bits from plane 0, then 1, with two upper bits from planes 2 and 3. */
  INTERLEAVED(4, 16) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      int to = position;
      for (int end = position + pixels; to < end; to += 8) {
        int dword = (int) INT.get(store, at);
        at += 4;
        for (int i = 0; i < 8; i++) {
          int plane = i >> 2;
          int shift = 6 - 2 * (i & 3);
          int low = dword >>> 8 * plane + shift & 3;
          int high = dword >>> 16 + 8 * plane + shift & 3;
          target[to + i] = palette[low | high << 2];
        }
      }
    }
  },

  /** One byte a pixel, an index into the DAC. */
  INDEXED(8, 256) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      for (int i = 0; i < pixels; i++) {
        target[position + i] = palette[store[at + i] & 0xFF];
      }
    }
  },

  RGB_555(16, 0) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      for (int i = 0; i < pixels; i++) {
        int v = (short) SHORT.get(store, at + 2 * i);
        target[position + i] =
            (v & 0x7C00) << 9
                | (v & 0x7000) << 4
                | (v & 0x03E0) << 6
                | (v & 0x0380) << 1
                | (v & 0x1F) << 3
                | v >> 2 & 7;
      }
    }
  },

  RGB_565(16, 0) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      for (int i = 0; i < pixels; i++) {
        int v = (short) SHORT.get(store, at + 2 * i);
        target[position + i] =
            (v & 0xF800) << 8
                | (v & 0xE000) << 3
                | (v & 0x07E0) << 5
                | (v & 0x0600) >> 1
                | (v & 0x1F) << 3
                | v >> 2 & 7;
      }
    }
  },

  RGB_888(24, 0) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      int from = at;
      for (int i = 0; i < pixels; i++) {
        target[position + i] =
            store[from] & 0xFF | (store[from + 1] & 0xFF) << 8 | (store[from + 2] & 0xFF) << 16;
        from += 3;
      }
    }
  },

  RGB_8888(32, 0) {
    @Override
    void convert(byte[] store, int at, int[] target, int position, int pixels, int[] palette) {
      // One bulk copy and one loop over an int array: both run at the speed of memory.
      MemorySegment.copy(
          MemorySegment.ofArray(store),
          LITTLE_ENDIAN,
          at,
          MemorySegment.ofArray(target),
          ValueLayout.JAVA_INT,
          position * 4L,
          pixels);
      for (int i = position, end = position + pixels; i < end; i++) {
        target[i] &= 0xFFFFFF;
      }
    }
  };

  private static final ValueLayout.OfInt LITTLE_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A byte's bits moved to bit 0 of eight nibbles. */
  private static final int[] SPREAD = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      for (int bit = 0; bit < 8; bit++) {
        SPREAD[i] |= (i >> bit & 1) << 4 * bit;
      }
    }
  }

  private final int bits;
  private final int colors;

  PixelFormat(int bits, int colors) {
    this.bits = bits;
    this.colors = colors;
  }

  /** Entries of the palette that is used, or 0 for direct color. */
  int colors() {
    return colors;
  }

  /** Bytes that hold a number of pixels, rounded up to whole units of memory. */
  int bytes(int pixels) {
    return bits == 4 ? (pixels + 7) / 8 * 4 : pixels * bits / 8;
  }

  /** Whole pixels, a multiple of what one unit of memory holds. */
  int roundUp(int pixels) {
    return bits == 4 ? pixels + 7 & ~7 : pixels;
  }

  /**
   * Converts a line.
   *
   * @param at index of the first byte
   * @param pixels how many, {@linkplain #roundUp rounded up}
   * @param palette {@link #colors()} colors
   */
  abstract void convert(
      byte[] store, int at, int[] target, int position, int pixels, int[] palette);
}

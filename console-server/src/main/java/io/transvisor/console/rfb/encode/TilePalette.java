package io.transvisor.console.rfb.encode;

import java.util.Arrays;

/** The colours of a tile in order of appearance, up to as many as can be indexed; an open hash. */
final class TilePalette {
  private final int max;
  private final int[] colours;
  private final short[] slots;
  private final int hashShift;
  private int size;

  /**
   * @param max colours that fit
   */
  TilePalette(int max) {
    this.max = max;
    colours = new int[max];
    // A quarter full at most, so that searches are short.
    int bits = 34 - Integer.numberOfLeadingZeros(max - 1);
    slots = new short[1 << bits];
    hashShift = 32 - bits;
    clear();
  }

  void clear() {
    size = 0;
    Arrays.fill(slots, (short) -1);
  }

  /** Number of colours, or more than fit when they do not fit. */
  int size() {
    return size;
  }

  int colour(int index) {
    return colours[index];
  }

  /** Adds a colour unless it is there; false when the palette overflows. */
  boolean add(int colour) {
    int slot = slotOf(colour);
    if (slots[slot] >= 0) {
      return true;
    }
    if (size >= max) {
      size = max + 1;
      return false;
    }
    slots[slot] = (short) size;
    colours[size++] = colour;
    return true;
  }

  /** Index of a colour that was added. */
  int indexOf(int colour) {
    return slots[slotOf(colour)];
  }

  private int slotOf(int colour) {
    int slot = colour * 0x9E37_79B1 >>> hashShift;
    while (slots[slot] >= 0 && colours[slots[slot]] != colour) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }
}

package io.transvisor.console.rfb.encode;

import java.util.Arrays;

/**
 * The colours of a tile in order of appearance, up to the 127 that ZRLE can index; a small open
 * hash.
 */
final class TilePalette {
  static final int MAX = 127;

  private static final int SLOTS = 512;

  private final int[] colours = new int[MAX];
  private final short[] slots = new short[SLOTS];
  private int size;

  TilePalette() {
    clear();
  }

  void clear() {
    size = 0;
    Arrays.fill(slots, (short) -1);
  }

  /** Number of colours, or more than {@link #MAX} when they do not fit. */
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
    if (size >= MAX) {
      size = MAX + 1;
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
    int slot = colour * 0x9E37_79B1 >>> 23;
    while (slots[slot] >= 0 && colours[slots[slot]] != colour) {
      slot = slot + 1 & SLOTS - 1;
    }
    return slot;
  }
}

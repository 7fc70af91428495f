package io.transvisor.device.vga;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.MemoryBlock;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.Arrays;

/**
 * The video memory and which of its pages have changed since they were painted. A page is clean
 * exactly while its video trace is armed: the first store afterwards, by whatever way, disarms it,
 * and later stores cost nothing.
 */
final class VideoMemory {
  private static final int PAGE_SHIFT = 12;

  private final MemoryBlock block;
  private final byte[] store;
  private final WriteTraces traces;

  VideoMemory(PhysicalMemory memory, int size) {
    this.block = memory.allocate("vga.vram", size);
    this.store = memory.store();
    this.traces = memory.traces();
    traces.setVideoHandler(
        (offset, length) -> traces.disarm(offset >>> PAGE_SHIFT, WriteTraces.VIDEO));
  }

  MemoryBlock block() {
    return block;
  }

  byte[] store() {
    return store;
  }

  /** Index in {@link #store()} of the first byte. */
  int base() {
    return block.offset();
  }

  int size() {
    return block.size();
  }

  int get(int at) {
    return store[block.offset() + at] & 0xFF;
  }

  /** Reports a store of four bytes at an index of the store, aligned. */
  void written(int storeIndex) {
    if (traces.isArmed(storeIndex >>> PAGE_SHIFT)) {
      traces.written(storeIndex, 4);
    }
  }

  /** Stores one byte as a device does, reporting it. */
  void put(int at, int value) {
    int index = block.offset() + at;
    store[index] = (byte) value;
    if (traces.isArmed(index >>> PAGE_SHIFT)) {
      traces.written(index, 1);
    }
  }

  /** Zeroes the first bytes. */
  void clear(int bytes) {
    int length = Math.min(bytes, block.size());
    Arrays.fill(store, block.offset(), block.offset() + length, (byte) 0);
    if (length > 0) {
      traces.written(block.offset(), length);
    }
  }

  /**
   * Whether any page of a range has been written since it was {@linkplain #markPainted painted}.
   */
  boolean isDirty(int at, int length) {
    int last = block.offset() + at + length - 1 >>> PAGE_SHIFT;
    for (int page = block.offset() + at >>> PAGE_SHIFT; page <= last; page++) {
      if ((traces.kinds(page) & WriteTraces.VIDEO) == 0) {
        return true;
      }
    }
    return false;
  }

  void markPainted(int at, int length) {
    int last = block.offset() + at + length - 1 >>> PAGE_SHIFT;
    for (int page = block.offset() + at >>> PAGE_SHIFT; page <= last; page++) {
      if ((traces.kinds(page) & WriteTraces.VIDEO) == 0) {
        traces.arm(page, WriteTraces.VIDEO);
      }
    }
  }

  /** The contents without trailing zeros. */
  byte[] contents() {
    int end = block.offset() + block.size();
    while (end > block.offset() && (long) PhysicalMemory.LONG.get(store, end - 8) == 0) {
      end -= 8;
    }
    return Arrays.copyOfRange(store, block.offset(), end);
  }

  void setContents(byte[] contents) {
    if (contents.length > block.size()) {
      throw new VmmException(
          "saved video memory of " + contents.length + " bytes does not fit in " + block.size());
    }
    System.arraycopy(contents, 0, store, block.offset(), contents.length);
    Arrays.fill(store, block.offset() + contents.length, block.offset() + block.size(), (byte) 0);
    traces.written(block.offset(), block.size());
  }
}

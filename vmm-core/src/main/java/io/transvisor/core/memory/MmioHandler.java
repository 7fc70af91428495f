package io.transvisor.core.memory;

/**
 * A device's side of a memory-mapped range. Offsets are relative to the start of the mapping, so a
 * handler never knows where it sits. Widths are 1, 2 or 4 bytes; accesses never cross the end of
 * the mapping but need not be aligned. Values are little-endian and zero-extended.
 */
public interface MmioHandler {
  int read(int offset, int width);

  void write(int offset, int width, int value);

  /** What {@link #read} would return, without its side effects (for debuggers). */
  default int peek(int offset, int width) {
    return -1 >>> (32 - 8 * width);
  }
}

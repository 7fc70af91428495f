package io.transvisor.core.port;

/**
 * A device's side of a range of I/O ports. Offsets are relative to the start of the range. Widths
 * are 1, 2 or 4 bytes, never wider than the range was registered for; values are zero-extended.
 */
public interface PortHandler {
  int read(int offset, int width);

  void write(int offset, int width, int value);

  /** What {@link #read} would return, without its side effects (for debuggers). */
  default int peek(int offset, int width) {
    return -1 >>> (32 - 8 * width);
  }
}

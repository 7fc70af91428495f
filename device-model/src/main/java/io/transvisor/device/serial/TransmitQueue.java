package io.transvisor.device.serial;

import java.util.Arrays;

/** The transmit FIFO of a 16550A: characters that have not left the chip. */
final class TransmitQueue {
  static final int SIZE = 16;

  private final byte[] data = new byte[SIZE];
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  void clear() {
    count = 0;
  }

  /** Adds a character; one written to a full FIFO takes the place of the last. */
  void add(int value, int capacity) {
    if (count < capacity) {
      count++;
    }
    data[count - 1] = (byte) value;
  }

  int peek() {
    return data[0] & 0xFF;
  }

  int remove() {
    int value = peek();
    count--;
    System.arraycopy(data, 1, data, 0, count);
    return value;
  }

  byte[] toBytes() {
    return Arrays.copyOf(data, count);
  }

  void fromBytes(byte[] bytes) {
    count = bytes.length;
    System.arraycopy(bytes, 0, data, 0, count);
  }
}

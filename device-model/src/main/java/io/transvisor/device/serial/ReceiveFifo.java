package io.transvisor.device.serial;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/** The 16 characters a 16550A has received, each with the errors it came with. */
final class ReceiveFifo {
  static final int SIZE = 16;

  private final byte[] data = new byte[SIZE];
  private final byte[] errors = new byte[SIZE];
  private int head;
  private int count;

  int count() {
    return count;
  }

  boolean isFull() {
    return count == SIZE;
  }

  void clear() {
    head = 0;
    count = 0;
  }

  void add(int value, int errorBits) {
    int at = (head + count) % SIZE;
    data[at] = (byte) value;
    errors[at] = (byte) errorBits;
    count++;
  }

  /** The oldest character, which must exist. */
  int peek() {
    return data[head] & 0xFF;
  }

  int remove() {
    int value = peek();
    head = (head + 1) % SIZE;
    count--;
    return value;
  }

  /** The errors of the oldest character; none when empty. */
  int topErrors() {
    return count == 0 ? 0 : errors[head] & 0xFF;
  }

  void clearTopErrors() {
    if (count > 0) {
      errors[head] = 0;
    }
  }

  boolean hasErrors() {
    for (int i = 0; i < count; i++) {
      if (errors[(head + i) % SIZE] != 0) {
        return true;
      }
    }
    return false;
  }

  void save(StateWriter out) {
    byte[] values = new byte[count];
    byte[] flags = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = data[(head + i) % SIZE];
      flags[i] = errors[(head + i) % SIZE];
    }
    out.putBytes("received", values);
    out.putBytes("receivedErrors", flags);
  }

  void load(StateReader in) {
    clear();
    byte[] values = in.getBytes("received");
    byte[] flags = in.getBytes("receivedErrors");
    for (int i = 0; i < values.length; i++) {
      add(values[i], flags[i]);
    }
  }
}

package io.transvisor.device.keyboard;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * The common half of a keyboard and a mouse on a PS/2 connector: answers to commands, which go
 * before anything else, and data waiting until the host lets the clock run (IBM PS/2 Hardware
 * Interface Technical Reference, keyboard and auxiliary device).
 */
abstract class Ps2Device {
  static final int ACKNOWLEDGE = 0xFA;
  static final int RESEND = 0xFE;
  static final int SELF_TEST_PASSED = 0xAA;

  private final ByteQueue replies = new ByteQueue(16);
  private final ByteQueue data;
  private Runnable listener = () -> {};
  private int lastSent;

  /**
   * @param dataCapacity bytes of data that can wait
   */
  Ps2Device(int dataCapacity) {
    data = new ByteQueue(dataCapacity);
  }

  /** Who wants to know that there is something to take. */
  final void onData(Runnable newListener) {
    listener = newListener;
  }

  final boolean hasData() {
    return !replies.isEmpty() || !data.isEmpty();
  }

  /** Takes the next byte on its way to the host. */
  final int take() {
    if (replies.isEmpty()) {
      lastSent = data.remove();
      if (data.isEmpty()) {
        drained();
      }
    } else {
      lastSent = replies.remove();
    }
    return lastSent;
  }

  /** A byte from the host: a command or its parameter. */
  abstract void receive(int value);

  /** All data has been taken by the host. */
  abstract void drained();

  final void reply(int... bytes) {
    for (int b : bytes) {
      replies.add(b);
    }
    listener.run();
  }

  /** Queues data as a whole, or not at all. */
  final boolean send(int... bytes) {
    if (data.free() < bytes.length) {
      return false;
    }
    for (int b : bytes) {
      data.add(b);
    }
    listener.run();
    return true;
  }

  final int dataFree() {
    return data.free();
  }

  final boolean dataWaiting() {
    return !data.isEmpty();
  }

  /** Sends again what was sent last. */
  final void resend() {
    reply(lastSent);
  }

  final void dropData() {
    data.clear();
  }

  final void dropAll() {
    replies.clear();
    data.clear();
    lastSent = 0;
  }

  void save(String prefix, StateWriter out) {
    out.putBytes(prefix + ".replies", replies.toBytes());
    out.putBytes(prefix + ".data", data.toBytes());
    out.putInt(prefix + ".lastSent", lastSent);
  }

  void load(String prefix, StateReader in) {
    replies.fill(in.getBytes(prefix + ".replies"));
    data.fill(in.getBytes(prefix + ".data"));
    lastSent = in.getInt(prefix + ".lastSent");
  }

  /** A first-in first-out store of bytes; adding to a full one drops the byte. */
  private static final class ByteQueue {
    private final byte[] bytes;
    private int head;
    private int size;

    ByteQueue(int capacity) {
      bytes = new byte[capacity];
    }

    boolean isEmpty() {
      return size == 0;
    }

    int free() {
      return bytes.length - size;
    }

    void add(int value) {
      if (size < bytes.length) {
        bytes[(head + size++) % bytes.length] = (byte) value;
      }
    }

    int remove() {
      int value = bytes[head] & 0xFF;
      head = (head + 1) % bytes.length;
      size--;
      return value;
    }

    void clear() {
      size = 0;
    }

    byte[] toBytes() {
      byte[] content = new byte[size];
      for (int i = 0; i < size; i++) {
        content[i] = bytes[(head + i) % bytes.length];
      }
      return content;
    }

    void fill(byte[] content) {
      head = 0;
      size = Math.min(content.length, bytes.length);
      Arrays.fill(bytes, (byte) 0);
      System.arraycopy(content, 0, bytes, 0, size);
    }
  }
}

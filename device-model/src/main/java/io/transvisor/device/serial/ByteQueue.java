package io.transvisor.device.serial;

/**
 * A bounded queue of bytes between the vCPU thread, which never waits, and an I/O thread, which
 * does.
 */
final class ByteQueue {
  private final byte[] ring;
  private int head;
  private int size;
  private boolean closed;

  ByteQueue(int capacity) {
    ring = new byte[capacity];
  }

  /** Adds a byte; false when full. Nothing is added after {@link #close}. */
  synchronized boolean offer(int value) {
    if (closed) {
      return true;
    }
    if (size == ring.length) {
      return false;
    }
    ring[(head + size) % ring.length] = (byte) value;
    size++;
    notifyAll();
    return true;
  }

  /** Takes a byte; -1 when empty. */
  synchronized int poll() {
    if (size == 0) {
      return -1;
    }
    int value = ring[head] & 0xFF;
    head = (head + 1) % ring.length;
    size--;
    notifyAll();
    return value;
  }

  synchronized boolean isEmpty() {
    return size == 0;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Waits for room and adds a byte.
   *
   * @return whether the queue was empty before
   */
  synchronized boolean put(int value) throws InterruptedException {
    while (size == ring.length && !closed) {
      wait();
    }
    boolean wasEmpty = size == 0;
    offer(value);
    return wasEmpty;
  }

  /** Waits for bytes and takes as many as there are; 0 when the queue is empty and closed. */
  synchronized int take(byte[] target) throws InterruptedException {
    while (size == 0 && !closed) {
      wait();
    }
    int count = Math.min(size, target.length);
    for (int i = 0; i < count; i++) {
      target[i] = ring[(head + i) % ring.length];
    }
    head = (head + count) % ring.length;
    size -= count;
    notifyAll();
    return count;
  }

  /** Wakes everybody who waits; what is in the queue can still be taken. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}

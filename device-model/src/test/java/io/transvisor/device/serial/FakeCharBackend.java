package io.transvisor.device.serial;

import java.util.ArrayDeque;

/** The other end of a byte port, in the hands of a test. */
public final class FakeCharBackend implements CharBackend {
  private final StringBuilder written = new StringBuilder();
  private final ArrayDeque<Integer> input = new ArrayDeque<>();
  private Listener listener;
  private int room = Integer.MAX_VALUE;
  private boolean closed;

  @Override
  public void setListener(Listener newListener) {
    listener = newListener;
  }

  @Override
  public boolean write(int value) {
    if (room == 0) {
      return false;
    }
    room--;
    written.append((char) value);
    return true;
  }

  @Override
  public int read() {
    return input.isEmpty() ? -1 : input.remove();
  }

  @Override
  public boolean hasInput() {
    return !input.isEmpty();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** What the device has sent, one character per byte. */
  public String written() {
    return written.toString();
  }

  public boolean isClosed() {
    return closed;
  }

  /** Bytes not yet taken by the device. */
  public int inputLeft() {
    return input.size();
  }

  /** Gives the device bytes to read. */
  public void type(String text) {
    text.chars().forEach(input::add);
    listener.inputArrived();
  }

  /** Takes this many more bytes from the device, then refuses. */
  public void setRoom(int bytes) {
    boolean wasFull = room == 0;
    room = bytes;
    if (wasFull && bytes > 0) {
      listener.outputPossible();
    }
  }
}

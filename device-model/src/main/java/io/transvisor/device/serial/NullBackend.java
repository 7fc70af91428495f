package io.transvisor.device.serial;

/** Takes everything, gives nothing. */
public final class NullBackend implements CharBackend {
  @Override
  public void setListener(Listener listener) {
    // Nothing ever happens here.
  }

  @Override
  public boolean write(int value) {
    return true;
  }

  @Override
  public int read() {
    return -1;
  }

  @Override
  public boolean hasInput() {
    return false;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}

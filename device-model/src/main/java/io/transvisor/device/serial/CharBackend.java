package io.transvisor.device.serial;

/**
 * The other end of a byte port: a file, a terminal, a network connection. All methods but {@link
 * #close} are called on the vCPU thread and never wait; nothing is ever dropped while the other end
 * is there.
 */
public interface CharBackend extends AutoCloseable {
  /** The device's side. Called on the vCPU thread, never from within a call to the back end. */
  interface Listener {
    /** {@link #read} has something again. */
    void inputArrived();

    /** {@link #write} takes bytes again after it had refused one. */
    void outputPossible();
  }

  /** Connects the device; at most one. */
  void setListener(Listener listener);

  /**
   * Sends a byte.
   *
   * @return false if it cannot be taken now; {@link Listener#outputPossible} follows
   */
  boolean write(int value);

  /** The next byte of input, 0 to 255, or -1 when there is none for now. */
  int read();

  /** Whether {@link #read} would give a byte. */
  boolean hasInput();

  /**
   * Sends what is still waiting, as far as the other end takes it, and lets go of host resources.
   */
  @Override
  void close();
}

package io.transvisor.core.device;

/**
 * A part of the machine with state. All methods run on the vCPU thread, except where a subtype says
 * otherwise.
 */
public interface Device {
  /** A short unique name, as in dumps and statistics: {@code pic}, {@code ide0}, {@code vga}. */
  String name();

  void reset(ResetKind kind);

  /** Writes everything {@link #load} needs to continue as if nothing had happened. */
  void save(StateWriter out);

  void load(StateReader in);

  /** Gives what this device counts; names need not be unique beyond the device. */
  default void counters(CounterSink sink) {}

  /**
   * Orderly end: flush and close host resources. Called once; may be called on any thread after the
   * vCPU has stopped.
   */
  default void close() {}
}

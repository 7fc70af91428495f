package io.transvisor.core.clock;

/** Guest time. Monotonic; stands still while the machine is paused. */
public interface VirtualClock {
  /** Nanoseconds of guest time since power-on. */
  long nanos();

  /** The run loop is about to look at events and then to run guest code for a while. */
  default void beginSlice() {}

  /**
   * The CPU is halted: until its next event at {@code nanos} it does not matter how time passes.
   */
  default void advanceTo(long nanos) {}
}

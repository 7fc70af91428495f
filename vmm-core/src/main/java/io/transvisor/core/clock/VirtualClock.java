package io.transvisor.core.clock;

/** Guest time. Monotonic; stands still while the machine is paused. */
public interface VirtualClock {
  /** Nanoseconds of guest time since power-on. */
  long nanos();
}

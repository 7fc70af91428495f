package io.transvisor.core.clock;

/** Guest time. Monotonic; stands still while the machine is paused. */
public interface VirtualClock {
  /** Nanoseconds of guest time since power-on. */
  long nanos();

  /**
   * The CPU is halted and nothing will happen before {@code deadline}: time may skip to there.
   *
   * @param deadline guest time, {@code Long.MAX_VALUE} for never
   * @return for how many host nanoseconds the vCPU thread shall sleep, unless it is woken
   */
  default long idleUntil(long deadline) {
    return Math.max(0, deadline - nanos());
  }
}

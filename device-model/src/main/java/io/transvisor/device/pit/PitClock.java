package io.transvisor.device.pit;

/**
 * Exact conversion between guest nanoseconds and periods of the 1.193182 MHz clock of a PC's timer.
 */
final class PitClock {
  /** Hertz: a third of the 3.579545 MHz colour carrier, rounded as everybody rounds it. */
  static final long FREQUENCY = 1_193_182;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private PitClock() {}

  /** Clock periods that have ended by a point in time. */
  static long ticks(long nanos) {
    return nanos / NANOS_PER_SECOND * FREQUENCY
        + nanos % NANOS_PER_SECOND * FREQUENCY / NANOS_PER_SECOND;
  }

  /** The first nanosecond at which that many clock periods have ended. */
  static long nanos(long ticks) {
    return ticks / FREQUENCY * NANOS_PER_SECOND
        + (ticks % FREQUENCY * NANOS_PER_SECOND + FREQUENCY - 1) / FREQUENCY;
  }
}

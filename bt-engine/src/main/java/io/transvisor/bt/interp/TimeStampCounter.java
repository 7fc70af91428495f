package io.transvisor.bt.interp;

/** The time-stamp counter: guest time at the nominal frequency of the modelled CPU. */
final class TimeStampCounter {
  /** Counts per microsecond. At 1000 one count is one nanosecond of guest time. */
  static final int MEGAHERTZ = 1000;

  private TimeStampCounter() {}

  private static long sincePowerOn(Cpu c) {
    return c.clock.nanos() * MEGAHERTZ / 1000;
  }

  static long read(Cpu c) {
    return sincePowerOn(c) + c.tscOffset;
  }

  static void write(Cpu c, long value) {
    c.tscOffset = value - sincePowerOn(c);
  }
}

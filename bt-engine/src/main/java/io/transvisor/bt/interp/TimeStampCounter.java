package io.transvisor.bt.interp;

import io.transvisor.core.clock.HostClock;

/**
 * The time-stamp counter: guest time at the nominal frequency of the modelled CPU.
 *
 * <p>Asking the host for the time takes longer than RDTSC should. So between two readings of its
 * clock the counter moves on by one for each instruction, for so few that nobody can tell.
 */
public final class TimeStampCounter {
  /** Counts per microsecond. At 1000 one count is one nanosecond of guest time. */
  static final int MEGAHERTZ = 1000;

  /** Instructions after which the clock is read again. */
  private static final int FRESH = 64;

  /** An instruction count as long ago as can be. */
  static final long NEVER = Long.MIN_VALUE / 2;

  private TimeStampCounter() {}

  private static long sincePowerOn(Cpu c) {
    return c.clock.nanos() * MEGAHERTZ / 1000;
  }

  /** The counter's value. */
  public static long read(Cpu c) {
    long passed = c.instructions - c.clockReadAt;
    if (passed < FRESH) {
      return c.clockRead + passed + c.tscOffset;
    }
    long now = sincePowerOn(c);
    if (c.clock instanceof HostClock) {
      // It has not been seen further on than this.
      now = Math.max(now, c.clockRead + Math.min(passed, FRESH));
      c.clockRead = now;
      c.clockReadAt = c.instructions;
    }
    return now + c.tscOffset;
  }

  static void write(Cpu c, long value) {
    forget(c);
    c.tscOffset = value - sincePowerOn(c);
  }

  /** Time may have passed of which the instructions tell nothing. */
  static void forget(Cpu c) {
    c.clockReadAt = NEVER;
  }
}

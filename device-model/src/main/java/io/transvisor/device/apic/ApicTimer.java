package io.transvisor.device.apic;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/**
 * The counter of a local APIC's timer (SDM volume 3, 10.5.4) as a function of guest time: it runs
 * whether or not its interrupt is masked.
 */
final class ApicTimer {
  /** Guest nanoseconds per period of the undivided clock: a front-side bus of 100 MHz. */
  static final int BUS_NANOS = 10;

  static final long NEVER = Long.MAX_VALUE;

  private static final int DIVIDE_BITS = 0xB;

  private int initial;
  private int divide;
  private boolean periodic;

  /**
   * Counting; false before a count is written, and for good when a one-shot is found to be over.
   */
  private boolean running;

  /** When the present count-down began. */
  private long start;

  /** Expiries since {@link #start} that have been given out. */
  private long given;

  void reset(long now) {
    initial = 0;
    divide = 0;
    periodic = false;
    running = false;
    start = now;
    given = 0;
  }

  /** Divide configuration register: 0 is 2, 1 is 4, 2 is 8, ..., 7 is 1. */
  private static int divisor(int register) {
    int code = register & 3 | register >>> 1 & 4;
    return 1 << (code + 1 & 7);
  }

  private long unit() {
    return (long) BUS_NANOS * divisor(divide);
  }

  /** Nanoseconds from one expiry to the next. */
  long period() {
    return (initial & 0xFFFFFFFFL) * unit();
  }

  int initial() {
    return initial;
  }

  int divide() {
    return divide;
  }

  boolean isPeriodic() {
    return periodic;
  }

  private boolean isCounting(long now) {
    return running && (periodic || now - start < period());
  }

  /** The current count register. */
  int count(long now) {
    if (!isCounting(now)) {
      return 0;
    }
    long passed = (now - start) % period() / unit();
    return (int) ((initial & 0xFFFFFFFFL) - passed);
  }

  /** Writes the initial count register, which starts the timer; 0 stops it. */
  void start(int count, long now) {
    initial = count;
    running = count != 0;
    start = now;
    given = 0;
  }

  /** Writes the divide configuration register; the count goes on from where it is. */
  void setDivide(int register, long now) {
    running = isCounting(now);
    long left = count(now) & 0xFFFFFFFFL;
    divide = register & DIVIDE_BITS;
    if (running) {
      start = now - ((initial & 0xFFFFFFFFL) - left) * unit();
      given = 0;
    }
  }

  /** Switches between one-shot and periodic mode; a one-shot that is over stays over. */
  void setPeriodic(boolean on, long now) {
    if (on == periodic) {
      return;
    }
    running = isCounting(now);
    if (running) {
      start += (now - start) / period() * period();
      given = 0;
    }
    periodic = on;
  }

  private long expiries(long now) {
    if (!running) {
      return 0;
    }
    long ended = (now - start) / period();
    return periodic ? ended : Math.min(ended, 1);
  }

  /** Expiries since the last call. */
  long takeExpiries(long now) {
    long ended = expiries(now);
    long fresh = ended - given;
    given = ended;
    return fresh;
  }

  /** Guest time of the next expiry not yet taken, or {@link #NEVER}. */
  long nextExpiry() {
    if (!running || !periodic && given > 0) {
      return NEVER;
    }
    return start + (given + 1) * period();
  }

  void save(StateWriter out) {
    out.putInts("timer", new int[] {initial, divide, periodic ? 1 : 0, running ? 1 : 0});
    out.putLong("timerStart", start);
    out.putLong("timerGiven", given);
  }

  void load(StateReader in) {
    int[] s = in.getInts("timer");
    initial = s[0];
    divide = s[1];
    periodic = s[2] != 0;
    running = s[3] != 0;
    start = in.getLong("timerStart");
    given = in.getLong("timerGiven");
  }
}

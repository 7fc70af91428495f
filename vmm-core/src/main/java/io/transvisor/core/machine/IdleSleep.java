package io.transvisor.core.machine;

/**
 * How long the vCPU thread sleeps while the guest is halted. Waking up costs the host more than
 * what an idle guest then does, as code and data have left the processor's caches. So the timer
 * ticks of a guest that does nothing else are gathered: it wakes up at most once in {@link
 * #SPACING_NANOS} and finds the ticks of that time one after the other, each at its own guest time.
 *
 * <p>Whatever comes from outside (keys, disk, network) wakes the guest at once, and is followed by
 * a while of exact timing. So is work: a guest that sleeps and works in turn, waiting for a device
 * or for another of its programs, would find each of its sleeps longer.
 */
final class IdleSleep {
  /** About the interval at which consoles look at the screen. */
  static final long SPACING_NANOS = 32_000_000;

  /** How long after the last event from outside timing is exact. */
  static final long ATTENTION_NANOS = 200_000_000;

  /** How much work of the guest is still that of an idle one. */
  static final long IDLE_WORK_NANOS = 8_000_000;

  /** A guest asleep works off this part of the time: what one does that only counts ticks. */
  static final long IDLE_SHARE = 16;

  /** More work than this is forgotten, so that one that has ended is idle a second later. */
  static final long MAX_WORK_NANOS = IDLE_WORK_NANOS + 1_000_000_000 / IDLE_SHARE;

  private long awake;
  private long seen;
  private long work;
  private long attentiveUntil;

  /**
   * @param now host time in nanoseconds
   */
  IdleSleep(long now) {
    awake = now;
    seen = now;
    attentiveUntil = now + ATTENTION_NANOS;
  }

  /** Something came from outside. */
  void disturbed(long now) {
    attentiveUntil = now + ATTENTION_NANOS;
  }

  /** The sleep for which {@link #duration} was asked last is over. */
  void woken(long now) {
    work = Math.max(0, work - (now - seen) / IDLE_SHARE);
    awake = now;
    seen = now;
  }

  /**
   * For how long to sleep, after work.
   *
   * @param wanted nanoseconds until the guest's next event
   */
  long duration(long wanted, long now) {
    work = Math.min(MAX_WORK_NANOS, work + now - seen);
    seen = now;
    boolean idle = work < IDLE_WORK_NANOS && now - attentiveUntil >= 0;
    return wanted > 0 && idle ? Math.max(wanted, awake + SPACING_NANOS - now) : wanted;
  }
}

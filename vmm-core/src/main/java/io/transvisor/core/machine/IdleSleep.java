package io.transvisor.core.machine;

/**
 * How long the vCPU thread sleeps while the guest is halted. Waking up costs the host more than
 * what an idle guest then does, as code and data have left the processor's caches. So the timer
 * ticks of a guest that does nothing else are gathered: it wakes up at most once in {@link
 * #SPACING_NANOS} and finds the ticks of that time one after the other, each at its own guest time.
 *
 * <p>Whatever comes from outside (keys, disk, network) wakes the guest at once, and is followed by
 * a while of exact timing.
 */
final class IdleSleep {
  /** About the interval at which consoles look at the screen. */
  static final long SPACING_NANOS = 32_000_000;

  /** How long after the last event from outside timing is exact. */
  static final long ATTENTION_NANOS = 200_000_000;

  /** A guest that runs for longer than this between two sleeps is not idle. */
  static final long IDLE_RUN_NANOS = 8_000_000;

  private long awake;
  private long attentiveUntil;

  /**
   * @param now host time in nanoseconds
   */
  IdleSleep(long now) {
    awake = now;
    attentiveUntil = now + ATTENTION_NANOS;
  }

  /** Something came from outside. */
  void disturbed(long now) {
    attentiveUntil = now + ATTENTION_NANOS;
  }

  /** The sleep is over. */
  void woken(long now) {
    awake = now;
  }

  /**
   * For how long to sleep.
   *
   * @param wanted nanoseconds until the guest's next event
   */
  long duration(long wanted, long now) {
    boolean idle = now - awake < IDLE_RUN_NANOS && now - attentiveUntil >= 0;
    return wanted > 0 && idle ? Math.max(wanted, awake + SPACING_NANOS - now) : wanted;
  }
}

package io.transvisor.core.clock;

import java.util.function.LongSupplier;

/**
 * Guest time that follows the host's monotonic clock, and stands still while paused.
 *
 * <p>A guest must not see that the host gave the vCPU thread no processor for a while: its timer
 * ticks would come late while its time-stamp counter ran on, and it would distrust one of them. So
 * time that passes between two looks at the clock counts only up to {@link #STEP_NANOS}; the rest
 * is a lag, made good by running a little faster, and at once when the guest is idle.
 *
 * <p>Belongs to the vCPU thread: every look moves it.
 */
public final class HostClock implements VirtualClock {
  /** Longer than a slice of guest code, shorter than the tick of any guest. */
  static final long STEP_NANOS = 2_000_000;

  /** By which part of its speed the clock of a busy guest runs faster while there is a lag. */
  static final long CATCH_UP_SHARE = 8;

  /** How late a sleep may end before it counts as held up. */
  static final long WAKE_UP_NANOS = 100_000;

  /**
   * A longer lag is not made good: on a host that is too busy for this guest, guest time falls
   * behind. It jumps only when the host itself was away for so long at once, asleep for instance.
   */
  static final long MAX_LAG_NANOS = 30_000_000_000L;

  private final LongSupplier host;
  private long hostTime;
  private long guestTime;
  private long lag;

  /** How much time may pass until the next look; more only after the guest was idle. */
  private long step = STEP_NANOS;

  private boolean paused;

  public HostClock() {
    this(System::nanoTime);
  }

  /**
   * @param host the host's monotonic clock, in nanoseconds
   */
  HostClock(LongSupplier host) {
    this.host = host;
    hostTime = host.getAsLong();
  }

  @Override
  public long nanos() {
    if (paused) {
      return guestTime;
    }
    long now = host.getAsLong();
    long passed = now - hostTime;
    hostTime = now;
    if (passed > step && passed - step <= MAX_LAG_NANOS) {
      lag = Math.min(MAX_LAG_NANOS, lag + passed - step);
      passed = step;
    } else if (passed <= step && lag > 0) {
      long more = Math.min(lag, passed / CATCH_UP_SHARE);
      lag -= more;
      passed += more;
    }
    step = STEP_NANOS;
    guestTime += passed;
    return guestTime;
  }

  /** Makes good a lag at once; what the sleep takes longer than asked for becomes one. */
  @Override
  public long idleUntil(long deadline) {
    long left = Math.max(0, deadline - nanos());
    long skipped = Math.min(lag, left);
    lag -= skipped;
    guestTime += skipped;
    left -= skipped;
    step = Math.min(left, Long.MAX_VALUE - WAKE_UP_NANOS) + WAKE_UP_NANOS;
    return left;
  }

  public void pause() {
    if (!paused) {
      nanos();
      paused = true;
    }
  }

  public void resume() {
    if (paused) {
      hostTime = host.getAsLong();
      paused = false;
    }
  }
}

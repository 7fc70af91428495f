package io.transvisor.core.clock;

import java.util.function.LongSupplier;

/**
 * Guest time that follows the host's monotonic clock, and stands still while paused.
 *
 * <p>A host that is busy may not run the vCPU thread for a while. Guest time does not jump over
 * that gap but goes through it in steps, with events and guest code in between: a driver that polls
 * for an answer with a time limit would otherwise see the limit pass before the answer.
 */
public final class HostClock implements VirtualClock {
  /** The most guest time that passes from one slice of guest code to the next. */
  static final long MAX_STEP_NANOS = 5_000_000;

  private final LongSupplier host;
  private long origin;
  private boolean paused;
  private long pausedAt;
  private long limit = MAX_STEP_NANOS;

  public HostClock() {
    this(System::nanoTime);
  }

  HostClock(LongSupplier host) {
    this.host = host;
    origin = host.getAsLong();
  }

  @Override
  public long nanos() {
    return paused ? pausedAt : Math.min(host.getAsLong() - origin, limit);
  }

  @Override
  public void beginSlice() {
    limit = nanos() + MAX_STEP_NANOS;
  }

  @Override
  public void advanceTo(long nanos) {
    limit = Math.max(limit, nanos);
  }

  public void pause() {
    if (!paused) {
      pausedAt = nanos();
      paused = true;
    }
  }

  public void resume() {
    if (paused) {
      origin = host.getAsLong() - pausedAt;
      paused = false;
    }
  }
}

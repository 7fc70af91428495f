package io.transvisor.console.socket;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lets things happen so many times a second, and a number of them at once. */
public final class TokenBucket {
  private final long nanosEach;
  private final long fullNanos;
  private final LongSupplier nanoTime;

  /** When the bucket was, or will be, empty. */
  private long emptyAt;

  /**
   * @param perSecond what comes in
   * @param burst what there can be
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  public TokenBucket(int perSecond, int burst, LongSupplier nanoTime) {
    nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
    fullNanos = burst * nanosEach;
    this.nanoTime = nanoTime;
    emptyAt = nanoTime.getAsLong() - fullNanos;
  }

  /** Takes one if there is one. Returns 0, or the nanoseconds until there is. */
  public synchronized long take() {
    long now = nanoTime.getAsLong();
    emptyAt = Math.max(emptyAt - now, -fullNanos) + now;
    long wait = emptyAt + nanosEach - now;
    if (wait > 0) {
      return wait;
    }
    emptyAt += nanosEach;
    return 0;
  }
}

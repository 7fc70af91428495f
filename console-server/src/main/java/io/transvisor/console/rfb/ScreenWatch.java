package io.transvisor.console.rfb;

import io.transvisor.core.display.Screen;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps the screen painted while connections exist. A screen nobody watched shows an old picture,
 * perhaps of an old size; the first viewer waits until it has been painted, some two periods of the
 * machine's refresh.
 */
final class ScreenWatch {
  private static final long PAINTED_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(70);

  private final Screen screen;
  private final LongSupplier nanoTime;
  private int connections;
  private long freshAt;

  ScreenWatch(Screen screen, LongSupplier nanoTime) {
    this.screen = screen;
    this.nanoTime = nanoTime;
  }

  synchronized void acquire() {
    if (connections++ == 0) {
      boolean alreadyPainted = screen.isWatched();
      freshAt = nanoTime.getAsLong() + (alreadyPainted ? 0 : PAINTED_AFTER_NANOS);
      screen.watch();
    }
  }

  synchronized void release() {
    if (--connections == 0) {
      screen.unwatch();
    }
  }

  /** Nanoseconds until the picture can be taken as painted, 0 if it can now. */
  synchronized long nanosUntilFresh() {
    return Math.max(0, freshAt - nanoTime.getAsLong());
  }
}

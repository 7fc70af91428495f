package io.transvisor.core.clock;

/** Guest time that follows the host's monotonic clock, and stands still while paused. */
public final class HostClock implements VirtualClock {
  private long origin = System.nanoTime();
  private boolean paused;
  private long pausedAt;

  @Override
  public long nanos() {
    return paused ? pausedAt : System.nanoTime() - origin;
  }

  public void pause() {
    if (!paused) {
      pausedAt = nanos();
      paused = true;
    }
  }

  public void resume() {
    if (paused) {
      origin = System.nanoTime() - pausedAt;
      paused = false;
    }
  }
}

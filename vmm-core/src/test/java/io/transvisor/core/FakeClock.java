package io.transvisor.core;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.VirtualClock;

/** Guest time that a test moves by hand, with the event queue that runs on it. */
public final class FakeClock implements VirtualClock {
  private final EventQueue events = new EventQueue(this);
  private long now;

  @Override
  public long nanos() {
    return now;
  }

  public EventQueue events() {
    return events;
  }

  /** Moves time on, stopping at each event on the way: a machine that is never late. */
  public void advance(long nanos) {
    runUntil(now + nanos);
  }

  /** Like {@link #advance}, up to a point in time. */
  public void runUntil(long nanos) {
    while (events.nextDeadline() <= nanos) {
      now = Math.max(now, events.nextDeadline());
      events.runDue();
    }
    now = Math.max(now, nanos);
  }

  /**
   * Moves time on in one step and only then runs what has become due: a machine that was held up.
   */
  public void jump(long nanos) {
    now += nanos;
    events.runDue();
  }

  /** Sets the time without running anything. */
  public void set(long nanos) {
    now = nanos;
  }

  /** Moves time to the next event and runs it; false when there is none. */
  public boolean runNext() {
    long next = events.nextDeadline();
    if (next == Long.MAX_VALUE) {
      return false;
    }
    runUntil(Math.max(next, now));
    return true;
  }
}

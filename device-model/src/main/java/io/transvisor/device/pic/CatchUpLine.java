package io.transvisor.device.pic;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.List;

/**
 * The wire of a clock's interrupt, with a store of ticks the guest has not seen yet. It may lead to
 * several controllers, of which the guest uses one.
 */
public final class CatchUpLine implements TickLine {
  /**
   * Interrupt handlers may mask their clock while they run; a guest that masks it for long does not
   * want the time it slept through. So while masked only this part of the ticks is kept.
   */
  private static final int MASKED_SHARE = 32;

  private final List<ClockInput> inputs;
  private final EventQueue events;
  private final Timer gapTimer;
  private long gap;
  private long notBefore;
  private long kept;

  /**
   * @param name for the timer of late ticks
   */
  public CatchUpLine(String name, EventQueue events, List<ClockInput> inputs) {
    this.inputs = List.copyOf(inputs);
    this.events = events;
    gapTimer = events.timer("late-" + name, this::giveKept);
    for (ClockInput input : inputs) {
      input.watch(this::acknowledged, this::forget);
    }
  }

  @Override
  public void set(boolean high) {
    for (ClockInput input : inputs) {
      input.set(high);
    }
  }

  @Override
  public void tick(long count, long most) {
    boolean early = gap > 0 && events.clock().nanos() < notBefore;
    long add = early || isPending() ? count : count - 1;
    long limit = Math.min(isListening() ? most : most / MASKED_SHARE, Integer.MAX_VALUE);
    kept = Math.max(kept, Math.min(early ? Math.max(1, limit) : limit, kept + add));
    if (early) {
      gapTimer.scheduleAt(notBefore);
    } else {
      edge();
    }
  }

  @Override
  public void pace(long nanos) {
    if (nanos == gap) {
      return;
    }
    gap = nanos;
    notBefore = 0;
    if (kept > 0 && gap > 0) {
      gapTimer.scheduleAt(events.clock().nanos() + gap);
    } else {
      gapTimer.cancel();
    }
  }

  @Override
  public void forget() {
    kept = 0;
    notBefore = 0;
    gapTimer.cancel();
  }

  @Override
  public boolean isListening() {
    for (ClockInput input : inputs) {
      if (!input.isMasked()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a tick waits for the CPU; inputs the guest does not use are not looked at. */
  private boolean isPending() {
    boolean listening = isListening();
    for (ClockInput input : inputs) {
      if (input.isPending() && !(listening && input.isMasked())) {
        return true;
      }
    }
    return false;
  }

  /** The guest has taken a tick. */
  private void acknowledged() {
    if (gap > 0) {
      notBefore = events.clock().nanos() + gap;
      if (kept > 0) {
        gapTimer.scheduleAt(notBefore);
      }
    } else {
      giveKept();
    }
  }

  private void giveKept() {
    // A tick that is still waiting takes the next with it when it is acknowledged.
    if (kept > 0 && !(gap > 0 && isPending())) {
      kept--;
      edge();
    }
  }

  private void edge() {
    set(false);
    set(true);
  }

  /** Saves the number of ticks being kept, under this name. */
  public void save(StateWriter out, String value) {
    out.putLong(value, kept);
  }

  public void load(StateReader in, String value) {
    kept = in.getLong(value);
    notBefore = 0;
    if (kept > 0 && gap > 0) {
      gapTimer.scheduleAt(events.clock().nanos() + gap);
    }
  }
}

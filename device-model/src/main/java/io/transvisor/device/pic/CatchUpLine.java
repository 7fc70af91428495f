package io.transvisor.device.pic;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;

/** The wire of a clock's interrupt, with a store of ticks the guest has not seen yet. */
final class CatchUpLine implements TickLine {
  /**
   * Interrupt handlers may mask their clock while they run; a guest that masks it for long does not
   * want the time it slept through. So while masked only this part of the ticks is kept.
   */
  private static final int MASKED_SHARE = 32;

  private final Pic8259Pair pic;
  private final int irq;
  private final EventQueue events;
  private final Timer gapTimer;
  private long gap;
  private long notBefore;
  private long kept;

  CatchUpLine(Pic8259Pair pic, int irq, EventQueue events) {
    this.pic = pic;
    this.irq = irq;
    this.events = events;
    gapTimer = events.timer("late-tick-" + irq, this::giveKept);
  }

  @Override
  public void set(boolean high) {
    pic.line(irq).set(high);
  }

  @Override
  public void tick(long count, long most) {
    boolean early = gap > 0 && events.clock().nanos() < notBefore;
    long add = early || pic.isPending(irq) ? count : count - 1;
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
    return !pic.isMasked(irq);
  }

  /** The guest has taken a tick. */
  void acknowledged() {
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
    if (kept > 0 && !(gap > 0 && pic.isPending(irq))) {
      kept--;
      edge();
    }
  }

  private void edge() {
    set(false);
    set(true);
  }

  long kept() {
    return kept;
  }

  void restore(int ticks) {
    kept = ticks;
    notBefore = 0;
    if (kept > 0 && gap > 0) {
      gapTimer.scheduleAt(events.clock().nanos() + gap);
    }
  }
}

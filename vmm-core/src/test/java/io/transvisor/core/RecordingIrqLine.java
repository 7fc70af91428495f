package io.transvisor.core;

import io.transvisor.core.irq.IrqLine;

/** An interrupt wire that remembers its level and counts its edges. */
public final class RecordingIrqLine implements IrqLine {
  private boolean high;
  private int risingEdges;
  private int fallingEdges;

  @Override
  public void set(boolean level) {
    if (level && !high) {
      risingEdges++;
    } else if (!level && high) {
      fallingEdges++;
    }
    high = level;
  }

  public boolean isHigh() {
    return high;
  }

  /** Low-to-high changes since the start or since {@link #clear}. */
  public int risingEdges() {
    return risingEdges;
  }

  /** High-to-low changes since the start or since {@link #clear}. */
  public int fallingEdges() {
    return fallingEdges;
  }

  /** Forgets the counts; the level stays. */
  public void clear() {
    risingEdges = 0;
    fallingEdges = 0;
  }
}

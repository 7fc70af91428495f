package io.transvisor.core;

import io.transvisor.core.irq.CpuPins;

/** A CPU's interrupt pins that remember what was done to them. */
public final class RecordingCpuPins implements CpuPins {
  private final RecordingIrqLine intr = new RecordingIrqLine();
  private int nmis;
  private int inits;

  @Override
  public RecordingIrqLine intr() {
    return intr;
  }

  @Override
  public void nmi() {
    nmis++;
  }

  @Override
  public void init() {
    inits++;
  }

  public int nmis() {
    return nmis;
  }

  public int inits() {
    return inits;
  }
}

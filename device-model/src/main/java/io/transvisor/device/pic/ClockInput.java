package io.transvisor.device.pic;

import io.transvisor.core.irq.IrqLine;

/** An input of an interrupt controller, as a clock that keeps lost ticks sees it. */
public interface ClockInput extends IrqLine {
  /** Whether the guest has switched this input off. */
  boolean isMasked();

  /** Whether a request of this input waits for the CPU. */
  boolean isPending();

  /**
   * Sets who is told when the CPU takes a request of this input, and when the guest has made the
   * controller forget all edges.
   */
  void watch(Runnable acknowledged, Runnable initialised);
}

package io.transvisor.device.pic;

import io.transvisor.core.irq.IrqLine;

/**
 * The interrupt wire of a clock. A guest counts the ticks of its clock, so ticks that came while
 * the last one was still waiting for the CPU are kept and given later, one after each
 * acknowledgement.
 */
@FunctionalInterface
public interface TickLine extends IrqLine {
  /**
   * Raises a low-to-high edge, and keeps what the guest could not see.
   *
   * @param count ticks that have come since the last call, at least 1; all but the first are late
   * @param most how many ticks to keep at most; what exceeds it is forgotten
   */
  default void tick(long count, long most) {
    pulse();
    set(true);
  }

  /**
   * Sets how much guest time passes at least between the guest taking a tick and the next one.
   * Programs wait for a tick count to reach a value and would miss it if late ticks came in a row.
   *
   * @param nanos 0 for none
   */
  default void pace(long nanos) {}

  /** Forgets the ticks being kept: the clock has been set up anew. */
  default void forget() {}

  /** Whether the guest takes interrupts from this wire (it is not masked). */
  default boolean isListening() {
    return true;
  }
}

package io.transvisor.core.clock;

import java.util.function.LongSupplier;

/**
 * Guest time counted in retired instructions, so that two runs of the same input are identical.
 * While the CPU is halted time jumps to the next event.
 */
public final class InstructionClock implements VirtualClock {
  /** Guest nanoseconds per instruction: a 100 MIPS machine, in the range of the CPUs we model. */
  public static final int NANOS_PER_INSTRUCTION = 10;

  private LongSupplier retired = () -> 0;
  private long skipped;

  /** Where the count of retired instructions comes from. */
  public void attach(LongSupplier retiredInstructions) {
    retired = retiredInstructions;
  }

  @Override
  public long nanos() {
    return retired.getAsLong() * NANOS_PER_INSTRUCTION + skipped;
  }

  /** Goes there at once; sleeps only where there is nothing to go to. */
  @Override
  public long idleUntil(long deadline) {
    if (deadline == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    skipped += Math.max(0, deadline - nanos());
    return 0;
  }
}

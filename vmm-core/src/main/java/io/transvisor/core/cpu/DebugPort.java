package io.transvisor.core.cpu;

/**
 * How a debugger stops the guest. The guest cannot tell: its memory and its debug registers are its
 * own. Used on the vCPU thread, between two runs of the engine.
 */
public interface DebugPort {
  /**
   * Sets or takes away a breakpoint: {@link ExecutionEngine#run} comes back with {@link
   * ExecutionEngine.Outcome#BREAK} before the instruction at a linear address.
   */
  void setBreakpoint(int linear, boolean on);

  /**
   * Sets or takes away a watchpoint: {@link ExecutionEngine#run} comes back with {@link
   * ExecutionEngine.Outcome#BREAK} after an instruction that makes such an access. The processor's
   * own accesses (page tables, descriptors, frames of interrupts) and DMA do not count.
   */
  void setWatchpoint(Watchpoint watchpoint, boolean on);

  /** Takes all breakpoints and watchpoints away, and with them all they cost. */
  void clear();

  /** The watchpoint that was hit last since this was asked, and where; null if none. */
  Hit takeHit();

  /**
   * Executes one instruction, whether there is a breakpoint or not. Interrupts wait, unless the CPU
   * is halted: then the step is the first instruction after it.
   */
  ExecutionEngine.Outcome step();

  /**
   * @param linear the address accessed
   */
  record Hit(Watchpoint watchpoint, int linear) {}
}

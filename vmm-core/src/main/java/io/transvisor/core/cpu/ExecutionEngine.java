package io.transvisor.core.cpu;

import io.transvisor.core.device.Device;

/**
 * A way to run guest code: interpreter or translator. Used on the vCPU thread only, except {@link
 * #interrupt}.
 */
public interface ExecutionEngine extends Device {
  CpuState cpu();

  /**
   * Runs guest code until the budget is used up, the CPU halts, {@link #interrupt} was called, or a
   * shutdown (triple fault) happened. Interrupts the CPU can take are taken.
   *
   * @param instructions most instructions to retire, at least 1; not exceeded
   */
  Outcome run(int instructions);

  /**
   * Makes {@link #run} return soon; callable from any thread and from devices in the middle of an
   * instruction.
   */
  void interrupt();

  /**
   * To be called after someone else changed {@link #cpu()}: a boot loader, a debugger. Derived
   * state is made anew.
   */
  void stateChanged();

  /** Where a debugger sets its breakpoints. */
  DebugPort debugPort();

  /** Why {@link #run} came back. */
  enum Outcome {
    /** Budget used, or interrupted. */
    CONTINUE,
    /** HLT, and nothing to wake it. */
    HALTED,
    /** A breakpoint or watchpoint of {@link #debugPort}. */
    BREAK,
    /** A fault while delivering a double fault. */
    TRIPLE_FAULT
  }
}

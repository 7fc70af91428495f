package io.transvisor.core.machine;

/** Told what becomes of a machine's run. Called on the vCPU thread; must not wait. */
public interface RunListener {
  /** Guest execution and guest time have stopped. */
  default void stopped(StopCause cause) {}

  /** They go on. */
  default void resumed() {}

  /**
   * The machine has been reset, apart from the reset at power-on.
   *
   * @param byGuest not by an operator
   */
  default void reset(boolean byGuest) {}

  /**
   * The run is over.
   *
   * @param byGuest not by an operator
   */
  default void ended(boolean byGuest, int exitCode) {}

  /** Why guest execution stopped. */
  enum StopCause {
    /** Somebody asked for it. */
    REQUEST,
    /** A debugger's breakpoint or watchpoint. */
    BREAK,
    /** A single step is done. */
    STEP
  }
}

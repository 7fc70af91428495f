package io.transvisor.core.machine;

/** What devices may ask of the machine. Requests take effect between two guest instructions. */
public interface MachineControl {
  /** Pulls the RESET wire. */
  void reset(String cause);

  /** Power goes off (ACPI S5): the process ends with 0. */
  void powerOff();

  /** Ends the process with this code (debug-exit port). */
  void exit(int code);

  /**
   * Runs a task on the vCPU thread, soon, between two instructions; callable from any thread, wakes
   * a halted CPU.
   */
  void post(Runnable task);
}

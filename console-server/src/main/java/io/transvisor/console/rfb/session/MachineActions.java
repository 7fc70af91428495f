package io.transvisor.console.rfb.session;

/** What viewers may do to the machine as a whole (the xvp extension); called on any thread. */
public interface MachineActions {
  /** Presses the power button: the guest shuts down if it listens. */
  void shutdown();

  /** Restarts the machine. */
  void reboot();

  /** Presses the reset button. */
  void reset();
}

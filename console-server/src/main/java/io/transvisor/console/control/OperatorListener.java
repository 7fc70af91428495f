package io.transvisor.console.control;

import io.transvisor.core.machine.RunListener;

/** Told on the vCPU thread what becomes of a machine; must not wait. */
public interface OperatorListener extends RunListener {
  /** The power button was pressed. */
  default void powerButtonPressed() {}

  /**
   * An operator opened or closed a tray.
   *
   * @param drive its name
   */
  default void trayMoved(String drive, boolean open) {}
}

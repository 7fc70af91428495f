package io.transvisor.core.irq;

/** One interrupt wire. Setting the level it already has does nothing. */
@FunctionalInterface
public interface IrqLine {
  void set(boolean high);

  /** An edge: high, then low. */
  default void pulse() {
    set(true);
    set(false);
  }
}

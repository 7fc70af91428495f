package io.transvisor.core.irq;

/** What the CPU asks of the interrupt controller when it takes a maskable interrupt. */
public interface InterruptController {
  /** Whether an interrupt is being requested of the CPU (the INTR wire). */
  boolean isRequesting();

  /**
   * The INTA cycle: returns the vector, 0 to 255, and marks the interrupt in service. Answers a
   * spurious vector when the request is gone.
   */
  int acknowledge();
}

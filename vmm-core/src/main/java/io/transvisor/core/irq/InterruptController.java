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

  /** Bit of {@link #apicBase}: this is the processor that starts the system. */
  int APIC_BASE_BSP = 1 << 8;

  /** Bit of {@link #apicBase}: the local APIC is there. */
  int APIC_BASE_ENABLE = 1 << 11;

  /**
   * What RDMSR of IA32_APIC_BASE reads: the physical address of the local APIC's registers and the
   * {@code APIC_BASE_} bits. 0 where there is no local APIC.
   */
  default long apicBase() {
    return 0;
  }

  /** WRMSR of IA32_APIC_BASE, reserved bits checked: moves the local APIC or switches it off. */
  default void setApicBase(long value) {}
}

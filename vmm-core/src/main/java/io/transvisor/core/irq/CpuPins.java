package io.transvisor.core.irq;

/** The inputs of a CPU that interrupt controllers drive. All are called on the vCPU thread. */
public interface CpuPins {
  /** INTR: a maskable interrupt is being requested. */
  IrqLine intr();

  /** An NMI arrives; one that comes while another is being handled waits for IRET. */
  void nmi();

  /**
   * INIT: before the next instruction the CPU goes to its reset vector. Caches, x87 and
   * model-specific registers keep their contents (SDM volume 3, table 9-1).
   */
  void init();
}

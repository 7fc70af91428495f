package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * A kernel ready to be booted without firmware, again and again: after every reset of the machine.
 */
public non-sealed interface KernelBoot extends LoadedKernel {
  /**
   * Writes the kernel and what it expects into memory and sets the registers.
   *
   * @param firmware what the board has prepared in the firmware's stead
   * @throws io.transvisor.core.error.VmmException if memory is too small
   */
  void boot(PhysicalMemory memory, CpuState cpu, FirmwareData firmware);

  /**
   * What a kernel wants from firmware.
   *
   * @param usableBytes RAM from address 0 the kernel may use; above it lie the ACPI tables
   * @param rsdp physical address of the ACPI root pointer, 0 for none
   */
  record FirmwareData(int usableBytes, int rsdp) {}
}

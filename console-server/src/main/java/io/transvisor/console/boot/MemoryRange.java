package io.transvisor.console.boot;

import java.util.List;

/**
 * One entry of the memory map handed to a kernel, as BIOS function INT 15h AX=E820h would give it
 * (ACPI specification, 15.1).
 *
 * @param type {@link #RAM}, {@link #RESERVED} or {@link #ACPI_DATA}
 */
record MemoryRange(long base, long length, int type) {
  static final int RAM = 1;
  static final int RESERVED = 2;
  static final int ACPI_DATA = 3;

  /** End of memory below the extended BIOS data area, as on a PC with firmware. */
  static final int LOW_END = 0x9FC00;

  private static final int HIGH_START = 0x100000;

  /** Size of the area above usable memory that holds the ACPI tables. */
  static final int ACPI_SIZE = 0x10000;

  static List<MemoryRange> map(KernelBoot.FirmwareData firmware) {
    return List.of(
        new MemoryRange(0, LOW_END, RAM),
        new MemoryRange(LOW_END, 0xA0000 - LOW_END, RESERVED),
        new MemoryRange(0xF0000, 0x10000, RESERVED),
        new MemoryRange(HIGH_START, firmware.usableBytes() - HIGH_START, RAM),
        new MemoryRange(firmware.usableBytes(), ACPI_SIZE, ACPI_DATA));
  }
}

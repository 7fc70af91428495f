package io.transvisor.console.boot;

import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.acpi.AcpiTables;

/**
 * Does for a kernel booted without firmware what firmware would have done to the board: PCI
 * resources and interrupt routing, power management ports, interrupt controllers, ACPI tables.
 * Works through ports, as firmware does.
 */
public final class FirmwareSubstitute {
  private static final int CONFIG_ADDRESS = 0xCF8;
  private static final int CONFIG_DATA = 0xCFC;
  private static final int COMMAND = 0x04;
  private static final int BAR0 = 0x10;
  private static final int INTERRUPT_LINE = 0x3C;

  private static final int HOST_BRIDGE = 0;
  private static final int ISA_BRIDGE = 1 << 3;
  private static final int IDE = 1 << 3 | 1;
  private static final int POWER_MANAGEMENT = 1 << 3 | 3;
  private static final int DISPLAY = 2 << 3;

  private static final int BUS_MASTER_PORTS = 0xC000;
  private static final int FRAME_BUFFER = 0xFD000000;
  private static final int DISPLAY_REGISTERS = 0xFEBF0000;

  /** The root pointer lies where operating systems search for it. */
  private static final int RSDP_ADDRESS = 0xF0000;

  private final PortSpace ports;
  private final PhysicalMemory memory;
  private final AcpiTables acpi;

  public FirmwareSubstitute(PortSpace ports, PhysicalMemory memory, AcpiTables acpi) {
    this.ports = ports;
    this.memory = memory;
    this.acpi = acpi;
  }

  /** Sets the board up after a reset and says what the kernel finds. */
  public KernelBoot.FirmwareData prepare() {
    shadowRam();
    routeInterrupts();
    config(IDE, BAR0 + 16, 4, BUS_MASTER_PORTS);
    config(IDE, 0x40, 4, 0x80008000); // both channels decode their ports
    config(IDE, COMMAND, 2, 5);
    config(POWER_MANAGEMENT, 0x40, 4, AcpiTables.PM_BASE | 1);
    config(POWER_MANAGEMENT, 0x80, 1, 1);
    config(POWER_MANAGEMENT, INTERRUPT_LINE, 1, 9);
    config(DISPLAY, BAR0, 4, FRAME_BUFFER);
    config(DISPLAY, BAR0 + 8, 4, DISPLAY_REGISTERS);
    config(DISPLAY, COMMAND, 2, 3);
    initialiseInterruptControllers();
    int usable = memory.ramSize() - MemoryRange.ACPI_SIZE & -4096;
    new AcpiPlacement(memory, acpi).place(usable, RSDP_ADDRESS);
    return new KernelBoot.FirmwareData(usable, RSDP_ADDRESS);
  }

  private void config(int function, int register, int width, int value) {
    ports.write(CONFIG_ADDRESS, 4, 0x80000000 | function << 8 | register & 0xFC);
    ports.write(CONFIG_DATA + (register & 3), width, value);
  }

  /**
   * Makes C0000 to FFFFF RAM (PAM registers of the host bridge), where the ACPI root pointer goes.
   */
  private void shadowRam() {
    config(HOST_BRIDGE, 0x59, 1, 0x30);
    for (int register = 0x5A; register <= 0x5F; register++) {
      config(HOST_BRIDGE, register, 1, 0x33);
    }
  }

  /** PIRQ A and B to IRQ 10, C and D to IRQ 11, both level-triggered, as SeaBIOS has it. */
  private void routeInterrupts() {
    config(ISA_BRIDGE, 0x60, 4, 0x0B0B0A0A);
    ports.write(0x4D1, 1, 0x0C);
  }

  /** Vectors 08h and 70h, everything masked, as on a PC after power-on self-test. */
  private void initialiseInterruptControllers() {
    int[][] writes = {
      {0x20, 0x11}, {0x21, 0x08}, {0x21, 0x04}, {0x21, 0x01}, {0x21, 0xFF},
      {0xA0, 0x11}, {0xA1, 0x70}, {0xA1, 0x02}, {0xA1, 0x01}, {0xA1, 0xFF},
    };
    for (int[] w : writes) {
      ports.write(w[0], 1, w[1]);
    }
  }
}

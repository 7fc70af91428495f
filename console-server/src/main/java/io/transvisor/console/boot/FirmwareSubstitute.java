package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.acpi.AcpiTables;
import io.transvisor.device.apic.LocalApic;
import io.transvisor.device.apic.MpTables;
import io.transvisor.device.chipset.Piix3;

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

  /** Likewise the MultiProcessor Specification's floating pointer. */
  private static final int MP_ADDRESS = 0xF0100;

  /** Interrupts of PIRQA to PIRQD, and of the power management function. */
  private static final int[] PCI_IRQS = {10, 10, 11, 11};

  private static final int SCI_IRQ = 9;

  /** Enabled, with the vector it has after reset. */
  private static final int SPURIOUS_VECTOR = 0x1FF;

  private static final int LINT0_EXT_INT = 0x8700;
  private static final int LINT1_NMI = 0x8400;

  private static final int MASTER_VECTOR = 0x08;
  private static final int SLAVE_VECTOR = 0x70;

  /** Segment F000h, where real-mode interrupts are acknowledged and ignored. */
  private static final int HANDLERS = 0xFF000;

  private static final byte[] HANDLER_CODE = {
    0x50, // slave: push ax
    (byte) 0xB0,
    0x20, // mov al,20h
    (byte) 0xE6,
    (byte) 0xA0, // out 0A0h,al
    (byte) 0xEB,
    0x03, // jmp to the OUT of the master
    0x50, // master: push ax
    (byte) 0xB0,
    0x20, // mov al,20h
    (byte) 0xE6,
    0x20, // out 20h,al
    0x58, // pop ax
    (byte) 0xCF // iret
  };

  private static final int MASTER_HANDLER = 7;
  private static final int IRET = 13;

  private static final int UART_IIR = 2;
  private static final int NOTHING_THERE = 0xFF;

  // Equipment word of the BIOS data area.
  private static final int X87 = 0x02;
  private static final int POINTING_DEVICE = 0x04;
  private static final int COLOUR_80_COLUMNS = 0x20;

  private final PortSpace ports;
  private final PhysicalMemory memory;
  private final AcpiTables acpi;
  private final CpuModel cpu;

  public FirmwareSubstitute(PortSpace ports, PhysicalMemory memory, AcpiTables acpi, CpuModel cpu) {
    this.ports = ports;
    this.memory = memory;
    this.acpi = acpi;
    this.cpu = cpu;
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
    config(POWER_MANAGEMENT, INTERRUPT_LINE, 1, SCI_IRQ);
    config(DISPLAY, BAR0, 4, FRAME_BUFFER);
    config(DISPLAY, BAR0 + 8, 4, DISPLAY_REGISTERS);
    config(DISPLAY, COMMAND, 2, 3);
    initialiseInterruptControllers();
    realModeInterrupts();
    biosDataArea();
    if (cpu.has(CpuModel.APIC)) {
      setUpApics();
    }
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
    for (int pirq = 0; pirq < PCI_IRQS.length; pirq++) {
      config(ISA_BRIDGE, Piix3.PIRQRC + pirq, 1, PCI_IRQS[pirq]);
    }
    ports.write(0x4D1, 1, 0x0C);
  }

  /**
   * Vectors 08h and 70h, and the masks SeaBIOS leaves: timer, keyboard, floppy, clock, mouse, x87
   * and disks are open. Many kernels keep the masks they find.
   */
  private void initialiseInterruptControllers() {
    int[][] writes = {
      {0x20, 0x11}, {0x21, MASTER_VECTOR}, {0x21, 0x04}, {0x21, 0x01}, {0x21, 0xB8},
      {0xA0, 0x11}, {0xA1, SLAVE_VECTOR}, {0xA1, 0x02}, {0xA1, 0x01}, {0xA1, 0x8E},
    };
    for (int[] w : writes) {
      ports.write(w[0], 1, w[1]);
    }
  }

  /** For kernels that go back to real mode: interrupts end, calls of the BIOS do nothing. */
  private void realModeInterrupts() {
    memory.writeBytes(HANDLERS, HANDLER_CODE, 0, HANDLER_CODE.length);
    for (int vector = 0; vector < 256; vector++) {
      int handler =
          switch (vector & 0xF8) {
            case MASTER_VECTOR -> MASTER_HANDLER;
            case SLAVE_VECTOR -> 0;
            default -> IRET;
          };
      memory.write(4 * vector, 4, 0xF0000000 | HANDLERS - 0xF0000 + handler);
    }
  }

  /** The parts of the BIOS data area that systems read without calling the BIOS. */
  private void biosDataArea() {
    int[] comPorts = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
    int[][] words = {
      {0x40E, MemoryRange.LOW_END >>> 4}, // segment of the extended BIOS data area
      {0x413, MemoryRange.LOW_END >>> 10}, // memory in KiB
      {0x449, 0x03}, // video mode
      {0x44A, 80}, // columns
      {0x44C, 0x1000}, // bytes of a page of the screen
      {0x460, 0x0607}, // shape of the cursor
      {0x463, 0x3D4}, // CRT controller
      {0x484, 24}, // rows, less one
      {0x485, 16}, // lines of a character
    };
    for (int[] w : words) {
      memory.write(w[0], 2, w[1]);
    }
    int found = 0;
    for (int port : comPorts) {
      if (ports.peek(port + UART_IIR) != NOTHING_THERE) {
        memory.write(0x400 + 2 * found++, 2, port);
      }
    }
    boolean x87 = cpu.has(CpuModel.FPU);
    memory.write(0x410, 2, COLOUR_80_COLUMNS | POINTING_DEVICE | (x87 ? X87 : 0) | found << 9);
  }

  /** Virtual wire mode (MultiProcessor Specification 1.4, 3.6.2.2), and the tables. */
  private void setUpApics() {
    memory.write(LocalApic.DEFAULT_BASE + 0xF0, 4, SPURIOUS_VECTOR);
    memory.write(LocalApic.DEFAULT_BASE + 0x350, 4, LINT0_EXT_INT);
    memory.write(LocalApic.DEFAULT_BASE + 0x360, 4, LINT1_NMI);
    byte[] tables = MpTables.build(MP_ADDRESS, cpu, FirmwareSubstitute::pciInterrupt);
    memory.writeBytes(MP_ADDRESS, tables, 0, tables.length);
  }

  private static int pciInterrupt(int slot, int pin) {
    return slot << 3 == (POWER_MANAGEMENT & ~7) && pin == 0
        ? SCI_IRQ
        : PCI_IRQS[Piix3.pirq(slot, pin + 1)];
  }
}

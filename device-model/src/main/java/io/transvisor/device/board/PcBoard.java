package io.transvisor.device.board;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.device.Device;
import io.transvisor.core.display.VideoDevice;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.irq.CpuPins;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.acpi.AcpiTables;
import io.transvisor.device.acpi.BoardDescription;
import io.transvisor.device.acpi.Smbios;
import io.transvisor.device.chipset.CoprocessorError;
import io.transvisor.device.chipset.I440Fx;
import io.transvisor.device.chipset.IsaIrqLines;
import io.transvisor.device.chipset.PhysicalMap;
import io.transvisor.device.chipset.Piix3;
import io.transvisor.device.chipset.Piix4Pm;
import io.transvisor.device.dma.Dma8237;
import io.transvisor.device.floppy.Fdc82077aa;
import io.transvisor.device.floppy.FloppyFormat;
import io.transvisor.device.fwcfg.FwCfg;
import io.transvisor.device.fwcfg.FwCfgItems;
import io.transvisor.device.ide.AtaDisk;
import io.transvisor.device.ide.AtapiCdrom;
import io.transvisor.device.ide.DiskGeometry;
import io.transvisor.device.ide.Piix3Ide;
import io.transvisor.device.keyboard.I8042;
import io.transvisor.device.keyboard.Ps2Input;
import io.transvisor.device.keyboard.Ps2Keyboard;
import io.transvisor.device.keyboard.Ps2Mouse;
import io.transvisor.device.misc.A20Gate;
import io.transvisor.device.misc.DebugConsole;
import io.transvisor.device.misc.IsaDebugExit;
import io.transvisor.device.misc.PcTestDevice;
import io.transvisor.device.misc.SystemControlPortA;
import io.transvisor.device.parallel.ParallelPort;
import io.transvisor.device.pci.PciBus;
import io.transvisor.device.pit.Pit8254;
import io.transvisor.device.rtc.CmosSetup;
import io.transvisor.device.rtc.Mc146818;
import io.transvisor.device.serial.CharBackend;
import io.transvisor.device.serial.Uart16550A;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.vga.StdVga;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A PC with the i440FX chipset, its devices at the places and with the identities of QEMU's {@code
 * -M pc}, so that guests installed there run unchanged.
 *
 * <p>The CPU is not part of it: it asks {@link #interruptController} and drives the wires given by
 * {@link #connectCpu}.
 */
public final class PcBoard {
  private static final int[] SERIAL_PORT = {0x3F8, 0x2F8, 0x3E8, 0x2E8};
  private static final int[] SERIAL_IRQ = {4, 3, 4, 3};
  private static final int PARALLEL_PORT = 0x378;
  private static final int PARALLEL_IRQ = 7;
  private static final int FLOPPY_IRQ = 6;
  private static final int CLOCK_IRQ = 0;
  private static final int KEYBOARD_IRQ = 1;
  private static final int RTC_IRQ = 8;
  private static final int SCI_IRQ = 9;
  private static final int MOUSE_IRQ = 12;
  private static final int COPROCESSOR_IRQ = 13;
  private static final int PRIMARY_IDE_IRQ = 14;
  private static final int SECONDARY_IDE_IRQ = 15;
  private static final int HOST_SLOT = 0;
  private static final int SOUTH_BRIDGE_SLOT = 1;
  private static final int DISPLAY_SLOT = 2;

  /** Milliseconds until firmware that found nothing to boot restarts the machine. */
  private static final long NEVER = -1;

  private final PhysicalMemory memory;
  private final PortSpace ports;
  private final EventQueue events;
  private final MachineControl machine;
  private final PcOptions options;
  private final List<Device> devices = new ArrayList<>();
  private final AtapiCdrom[] cdroms = new AtapiCdrom[PcOptions.IDE_POSITIONS];
  private final AtaDisk[] disks = new AtaDisk[PcOptions.IDE_POSITIONS];

  private final InterruptWiring interrupts;
  private final IsaIrqLines irqs;
  private final Mc146818 rtc;
  private final Dma8237 dma;
  private final Fdc82077aa floppies;
  private final CoprocessorError coprocessorError;
  private final Ps2Keyboard keyboard;
  private final Ps2Mouse mouse;
  private final I8042 keyboardController;
  private final PciBus pci;
  private final Piix4Pm powerManagement;
  private final StdVga vga;
  private final InputSink input;
  private final AcpiTables acpi;

  /**
   * How much to reserve in {@link PhysicalMemory} for what is not RAM: firmware and display
   * adapter.
   *
   * @param bios the system firmware, or null
   */
  public static int reservedBytes(byte[] bios) {
    return StdVga.RESERVED_BYTES + (bios == null ? 0 : bios.length);
  }

  public PcBoard(
      PhysicalMemory memory,
      PortSpace ports,
      EventQueue events,
      MachineControl machine,
      PcOptions options) {
    this.memory = memory;
    this.ports = ports;
    this.events = events;
    this.machine = machine;
    this.options = options;

    interrupts = new InterruptWiring(memory, ports, events, options.apics());
    devices.addAll(interrupts.devices());
    irqs = add(new IsaIrqLines(interrupts::line));
    add(new Pit8254(events, ports, interrupts.tickLine(CLOCK_IRQ)));
    rtc = add(new Mc146818(events, ports, interrupts.tickLine(RTC_IRQ), options.rtcBase()));
    dma = add(new Dma8237(events, ports, memory, options.postCode()));
    coprocessorError = add(new CoprocessorError(ports, irqs.input(COPROCESSOR_IRQ)));

    A20Gate a20 = new A20Gate(memory);
    add(new SystemControlPortA(ports, a20, machine));
    keyboard = add(new Ps2Keyboard(events));
    mouse = add(new Ps2Mouse(events));
    keyboardController = add(keyboardController(a20));
    input = new Ps2Input(machine, keyboard, mouse);

    addSerialPorts();
    if (options.parallel() != null) {
      IrqLine irq = irqs.input(PARALLEL_IRQ);
      add(new ParallelPort("parallel0", events, ports, PARALLEL_PORT, irq, options.parallel()));
    }
    floppies = add(floppyController());
    addDebugPorts();

    pci = add(new PciBus(ports));
    pci.plug(
        HOST_SLOT, 0, add(new I440Fx(new PhysicalMap(memory, options.bios()), memory.ramSize())));
    Piix3 southBridge = pci.plug(SOUTH_BRIDGE_SLOT, 0, add(new Piix3(ports, machine, irqs::input)));
    pci.setInterruptRouter(southBridge);
    addDrives();
    powerManagement =
        pci.plug(
            SOUTH_BRIDGE_SLOT, 3, add(new Piix4Pm(ports, events, machine, irqs.input(SCI_IRQ))));
    vga =
        pci.plug(
            DISPLAY_SLOT, 0, add(new StdVga(memory, ports, events.clock(), options.vgaBios())));

    acpi = AcpiTables.build(description());
    add(new FwCfg(ports, memory, firmwareItems()));
    setUpCmos();
  }

  private <D extends Device> D add(D device) {
    devices.add(device);
    return device;
  }

  private I8042 keyboardController(A20Gate a20) {
    return new I8042(
        ports,
        events,
        keyboard,
        mouse,
        irqs.input(KEYBOARD_IRQ),
        irqs.input(MOUSE_IRQ),
        a20,
        () -> machine.reset("keyboard controller"));
  }

  private void addSerialPorts() {
    for (int i = 0; i < PcOptions.SERIAL_PORTS; i++) {
      CharBackend backend = options.serial().get(i);
      if (backend != null) {
        add(
            new Uart16550A(
                "serial" + i, events, ports, SERIAL_PORT[i], irqs.input(SERIAL_IRQ[i]), backend));
      }
    }
  }

  /**
   * Drive A is always there, drive B only with a disk in it; both are of the kind their disks need.
   */
  private Fdc82077aa floppyController() {
    FloppyFormat.DriveKind[] kinds = {FloppyFormat.ORDINARY.drive(), null};
    for (int i = 0; i < PcOptions.FLOPPY_DRIVES; i++) {
      BlockImage image = options.floppies().get(i);
      if (image != null) {
        kinds[i] = FloppyFormat.ofSize(image.sectors(), image.describe()).drive();
      }
    }
    Fdc82077aa controller =
        new Fdc82077aa(events, ports, irqs.input(FLOPPY_IRQ), dma, kinds[0], kinds[1]);
    for (int i = 0; i < PcOptions.FLOPPY_DRIVES; i++) {
      if (options.floppies().get(i) != null) {
        controller.insert(i, options.floppies().get(i));
      }
    }
    return controller;
  }

  private void addDebugPorts() {
    if (options.debugConsole() != null) {
      add(new DebugConsole(ports, options.debugConsole()));
    }
    if (options.debugExit() != null) {
      add(new IsaDebugExit(ports, options.debugExit().port(), options.debugExit().size(), machine));
    }
    if (options.testDevice()) {
      add(new PcTestDevice(ports, memory, irqs::input));
    }
  }

  private void addDrives() {
    Piix3Ide ide =
        new Piix3Ide(
            ports,
            memory,
            events,
            machine,
            irqs.input(PRIMARY_IDE_IRQ),
            irqs.input(SECONDARY_IDE_IRQ),
            options.deterministic(),
            options.ideTiming());
    pci.plug(SOUTH_BRIDGE_SLOT, 1, add(ide));
    for (int i = 0; i < PcOptions.IDE_POSITIONS; i++) {
      switch (options.drives().get(i)) {
        case PcDrive.Disk d -> disks[i] = ide.attachDisk(i / 2, i % 2, d.image());
        case PcDrive.Cdrom c -> cdroms[i] = ide.attachCdrom(i / 2, i % 2, c.medium());
        case null -> {
          // Nothing is connected here.
        }
      }
    }
  }

  // ---- what firmware is told ----

  private BoardDescription description() {
    int serialPorts = 0;
    for (int i = 0; i < PcOptions.SERIAL_PORTS; i++) {
      serialPorts |= options.serial().get(i) == null ? 0 : 1 << i;
    }
    return BoardDescription.of(
        memory.ramSize(), options.apics(), true, options.parallel() != null, serialPorts);
  }

  private FwCfgItems firmwareItems() {
    Smbios smbios = Smbios.build(memory.ramSize(), options.uuid());
    FwCfgItems items = new FwCfgItems();
    if (options.kernel() != null) {
      BootKernel k = options.kernel();
      items.file(BootKernel.ROM_FILE, k.rom());
      items.item(BootKernel.SETUP_ITEM, k.setup()).item(BootKernel.PAYLOAD_ITEM, k.payload());
      items.item(BootKernel.INITRD_ITEM, k.initrd());
      items.item(BootKernel.COMMAND_LINE_ITEM, k.commandLine());
    }
    return items
        .ram(memory.ramSize())
        .bootMenu(options.bootMenu(), options.bootMenuWaitMillis())
        .integer("etc/boot-fail-wait", NEVER, Integer.BYTES)
        .file(AcpiTables.TABLES_FILE, acpi.tables())
        .file(AcpiTables.RSDP_FILE, acpi.rsdp())
        .file(AcpiTables.LOADER_FILE, acpi.loader())
        .file(Smbios.ANCHOR_FILE, smbios.anchor())
        .file(Smbios.TABLES_FILE, smbios.tables());
  }

  private void setUpCmos() {
    CmosSetup cmos = new CmosSetup(rtc).memory(memory.ramSize()).mouse();
    cmos.floppies(floppies.cmosType(0), floppies.cmosType(1)).bootOrder(options.bootOrder(), true);
    for (int i = 0; i < PcOptions.IDE_POSITIONS; i++) {
      if (disks[i] != null) {
        DiskGeometry g = disks[i].geometry();
        CmosSetup.Translation translation =
            CmosSetup.Translation.values()[g.translation().ordinal()];
        cmos.hardDisk(i, g.cylinders(), g.heads(), g.sectors(), translation);
      }
    }
    cmos.finish();
  }

  // ---- the CPU's and the machine's side ----

  /** All devices, in the order in which they are to be reset. */
  public List<Device> devices() {
    return Collections.unmodifiableList(devices);
  }

  public InterruptController interruptController() {
    return interrupts.controller();
  }

  /** Both PICs' registers, a line each. */
  public List<String> interruptControllerState() {
    return interrupts.picState();
  }

  /** Connects the CPU's interrupt pins. */
  public void connectCpu(CpuPins cpu) {
    interrupts.connectCpu(cpu);
  }

  /** Where the CPU reports x87 errors when CR0.NE is clear. */
  public CoprocessorError coprocessorError() {
    return coprocessorError;
  }

  public VideoDevice video() {
    return vga;
  }

  /** Where consoles send keys and pointer movements; callable from any thread. */
  public InputSink input() {
    return input;
  }

  public Ps2Keyboard keyboard() {
    return keyboard;
  }

  public Ps2Mouse mouse() {
    return mouse;
  }

  public PciBus pci() {
    return pci;
  }

  /** The tables, for loaders that do firmware's work themselves. */
  public AcpiTables acpiTables() {
    return acpi;
  }

  /**
   * Leaves the devices that software expects to find set up as firmware does, for a kernel started
   * without any: 80x25 text, translated scan codes. Everything reachable by PCI configuration is
   * the loader's business.
   */
  public void setFirmwareDefaults() {
    vga.setStandardTextMode();
    keyboardController.setFirmwareDefaults();
  }

  /** Tells firmware from which drives to start next; letters as in {@link PcOptions#bootOrder}. */
  public void setBootOrder(String order) {
    new CmosSetup(rtc).bootOrder(order, true);
  }

  /** Presses the power button; on the vCPU thread. */
  public void pressPowerButton() {
    powerManagement.pressPowerButton();
  }

  /** The floppy drives, for changing disks on the vCPU thread. */
  public Fdc82077aa floppyDrives() {
    return floppies;
  }

  /**
   * The CD drive at an IDE position, 0 to 3, for changing its medium on the vCPU thread; null if
   * there is none.
   */
  public AtapiCdrom cdrom(int position) {
    return cdroms[position];
  }
}

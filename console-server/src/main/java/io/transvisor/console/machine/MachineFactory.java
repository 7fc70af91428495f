package io.transvisor.console.machine;

import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.console.boot.FirmwareSubstitute;
import io.transvisor.console.boot.KernelBoot;
import io.transvisor.console.boot.KernelLoader;
import io.transvisor.core.clock.HostClock;
import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.FpuState;
import io.transvisor.core.device.Device;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.Machine;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.board.PcBoard;
import io.transvisor.device.board.PcDrive;
import io.transvisor.device.board.PcOptions;
import io.transvisor.device.rtc.RtcBase;
import io.transvisor.device.serial.CharBackends;
import io.transvisor.device.storage.Images;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** Puts a machine together from its description: memory, board, CPU, media. */
public final class MachineFactory {
  private static final int DEBUG_CONSOLE_PORT = 0x402;

  private MachineFactory() {}

  /**
   * Opens all files and assembles the machine; nothing runs yet.
   *
   * @throws VmmException if a file is missing, locked or not what it should be; nothing stays open
   *     then
   */
  public static AssembledMachine assemble(MachineSpec spec) {
    boolean directBoot = spec.kernel() != null;
    byte[] bios = directBoot && spec.bios() == null ? null : Firmware.system(spec.bios());
    byte[] vgaBios = directBoot && spec.vgabios() == null ? null : Firmware.video(spec.vgabios());
    KernelBoot kernel = directBoot ? load(spec.kernel()) : null;

    VirtualClock clock =
        spec.clock() == MachineSpec.ClockMode.ICOUNT ? new InstructionClock() : new HostClock();
    PhysicalMemory memory = new PhysicalMemory(spec.memoryBytes(), PcBoard.reservedBytes(bios));
    PortSpace ports = new PortSpace();
    Machine machine = new Machine(memory, ports, clock);
    machine.setRebootAllowed(spec.rebootAllowed());

    try (OpenFiles files = new OpenFiles()) {
      PcOptions options = options(spec, machine, bios, vgaBios, files);
      PcBoard board = new PcBoard(memory, ports, machine.events(), machine, options);
      for (Device d : board.devices()) {
        machine.add(d);
      }
      InterpreterEngine engine =
          new InterpreterEngine(memory, ports, board.interruptController(), clock, spec.cpu());
      connect(board, engine);
      machine.setEngine(engine);
      machine.setVideo(board.video());
      if (kernel != null) {
        bootWithoutFirmware(machine, board, kernel, spec.cpu());
      }
      files.release();
      return new AssembledMachine(machine, board);
    }
  }

  /** The wires between CPU and board: interrupts, and the x87's FERR and IGNNE. */
  private static void connect(PcBoard board, InterpreterEngine engine) {
    FpuState fpu = engine.cpu().fpu;
    board.connectCpu(engine);
    fpu.errorLine = board.coprocessorError().ferr();
    board.coprocessorError().connectIgnne(high -> fpu.ignoreErrors = high);
  }

  private static KernelBoot load(MachineSpec.Kernel kernel) {
    return kernel.content() == null
        ? KernelLoader.load(kernel.path(), kernel.initrd(), kernel.commandLine())
        : KernelLoader.load(kernel.path(), kernel.content(), kernel.initrd(), kernel.commandLine());
  }

  private static void bootWithoutFirmware(
      Machine machine, PcBoard board, KernelBoot kernel, CpuModel cpu) {
    PhysicalMemory memory = machine.memory();
    FirmwareSubstitute firmware =
        new FirmwareSubstitute(machine.ports(), memory, board.acpiTables(), cpu);
    machine.onReset(() -> {
      board.setFirmwareDefaults();
      kernel.boot(memory, machine.engine().cpu(), firmware.prepare());
      machine.engine().stateChanged();
    });
  }

  private static PcOptions options(
      MachineSpec spec, Machine machine, byte[] bios, byte[] vgaBios, OpenFiles files) {
    PcOptions.Builder b =
        PcOptions.builder(RtcBase.parse(spec.rtcBase(), Instant.now(), ZoneId.systemDefault()));
    b.apics(spec.cpu().has(CpuModel.APIC));
    b.firmware(bios, vgaBios).bootOrder(spec.bootOrder()).bootMenu(spec.bootMenu(), 0);
    b.deterministic(spec.clock() == MachineSpec.ClockMode.ICOUNT);
    String[] floppyOptions = {"-fda", "-fdb"};
    for (int i = 0; i < PcOptions.FLOPPY_DRIVES; i++) {
      if (spec.floppies().get(i) != null) {
        int drive = i;
        b.floppy(
            i,
            files.add(
                named(
                    floppyOptions[i],
                    () -> Images.open(spec.floppies().get(drive), spec.snapshot(), false))));
      }
    }
    for (int i = 0; i < PcOptions.IDE_POSITIONS; i++) {
      MachineSpec.Drive d = spec.drives().get(i);
      if (d != null) {
        b.drive(i, drive(d, spec.snapshot(), files));
      }
    }
    openPorts(spec, machine, b, files);
    return b.build();
  }

  private static PcDrive drive(MachineSpec.Drive d, boolean snapshot, OpenFiles files) {
    if (!d.cdrom()) {
      return new PcDrive.Disk(
          files.add(named(d.option(), () -> Images.open(d.path(), snapshot, false))));
    }
    return new PcDrive.Cdrom(
        d.path() == null ? null : files.add(named(d.option(), () -> Images.openCd(d.path()))));
  }

  private static void openPorts(
      MachineSpec spec, Machine machine, PcOptions.Builder b, OpenFiles files) {
    List<String> serial = spec.serial();
    for (int i = 0; i < 2; i++) {
      String backEnd = i < serial.size() ? serial.get(i) : i == 0 ? "null" : "none";
      if (!backEnd.equals("none")) {
        b.serial(i, files.add(CharBackends.open("-serial", backEnd, machine)));
      }
    }
    if (!spec.parallel().equals("none")) {
      b.parallel(files.add(CharBackends.open("-parallel", spec.parallel(), machine)));
    }
    if (spec.debugConsole() != null) {
      b.debugConsole(
          DEBUG_CONSOLE_PORT,
          files.add(CharBackends.open("-debugcon", spec.debugConsole(), machine)));
    }
    if (spec.debugExit() != null) {
      b.debugExit(spec.debugExit().base(), spec.debugExit().size());
    }
  }

  /** Puts the option in front of an image's error message. */
  private static <T> T named(String option, java.util.function.Supplier<T> open) {
    try {
      return open.get();
    } catch (VmmException e) {
      throw new VmmException(option + " " + e.getMessage(), e);
    }
  }
}

package io.transvisor.console.machine;

import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.console.boot.FirmwareBoot;
import io.transvisor.console.boot.FirmwareSubstitute;
import io.transvisor.console.boot.KernelBoot;
import io.transvisor.console.boot.KernelLoader;
import io.transvisor.console.boot.LoadedKernel;
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
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Puts a machine together from its description: memory, board, CPU, media. */
public final class MachineFactory {

  /** Option ROMs that can boot count as network cards. */
  private static final String KERNEL_FIRST = "nca";

  private MachineFactory() {}

  /**
   * Opens all files and assembles the machine; nothing runs yet.
   *
   * @throws VmmException if a file is missing, locked or not what it should be; nothing stays open
   *     then
   */
  public static AssembledMachine assemble(MachineSpec spec) {
    LoadedKernel kernel = spec.kernel() == null ? null : load(spec.kernel());
    boolean direct = kernel instanceof KernelBoot;
    byte[] bios = direct && spec.bios() == null ? null : Firmware.system(spec.bios());
    byte[] vgaBios = direct && spec.vgabios() == null ? null : Firmware.video(spec.vgabios());

    VirtualClock clock =
        spec.clock() == MachineSpec.ClockMode.ICOUNT ? new InstructionClock() : new HostClock();
    PhysicalMemory memory = new PhysicalMemory(spec.memoryBytes(), PcBoard.reservedBytes(bios));
    PortSpace ports = new PortSpace();
    Machine machine = new Machine(memory, ports, clock);
    machine.setRebootAllowed(spec.rebootAllowed());

    try (OpenFiles files = new OpenFiles()) {
      List<DriveBay> drives = DriveBay.of(spec);
      PcOptions options = options(spec, machine, bios, vgaBios, kernel, drives, files);
      PcBoard board = new PcBoard(memory, ports, machine.events(), machine, options);
      for (Device d : board.devices()) {
        machine.add(d);
      }
      InterpreterEngine engine =
          new InterpreterEngine(
              memory, ports, board.interruptController(), clock, spec.cpu(), spec.engine());
      connect(board, engine);
      machine.setEngine(engine);
      machine.setVideo(board.video());
      if (kernel instanceof KernelBoot k) {
        bootWithoutFirmware(machine, board, k, spec.cpu());
      }
      if (spec.bootOnce() != null && kernel == null) {
        bootOnce(machine, board, spec);
      }
      files.release();
      return new AssembledMachine(machine, board, drives);
    }
  }

  /** The wires between CPU and board: interrupts, and the x87's FERR and IGNNE. */
  private static void connect(PcBoard board, InterpreterEngine engine) {
    FpuState fpu = engine.cpu().fpu;
    board.connectCpu(engine);
    fpu.errorLine = board.coprocessorError().ferr();
    board.coprocessorError().connectIgnne(high -> fpu.ignoreErrors = high);
  }

  private static LoadedKernel load(MachineSpec.Kernel kernel) {
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

  /** A boot order for the first start; every reset after it starts in the usual order. */
  private static void bootOnce(Machine machine, PcBoard board, MachineSpec spec) {
    AtomicBoolean started = new AtomicBoolean();
    machine.onReset(
        () -> board.setBootOrder(started.getAndSet(true) ? spec.bootOrder() : spec.bootOnce()));
  }

  private static PcOptions options(
      MachineSpec spec,
      Machine machine,
      byte[] bios,
      byte[] vgaBios,
      LoadedKernel kernel,
      List<DriveBay> drives,
      OpenFiles files) {
    PcOptions.Builder b =
        PcOptions.builder(RtcBase.parse(spec.rtcBase(), Instant.now(), ZoneId.systemDefault()));
    b.apics(spec.cpu().has(CpuModel.APIC));
    b.firmware(bios, vgaBios).bootOrder(spec.bootOrder()).bootMenu(spec.bootMenu(), 0);
    if (kernel instanceof FirmwareBoot k) {
      b.kernel(k.forMemory(spec.memoryBytes())).bootOrder(KERNEL_FIRST);
    }
    b.deterministic(spec.clock() == MachineSpec.ClockMode.ICOUNT);
    for (DriveBay bay : drives) {
      switch (bay.kind()) {
        case FLOPPY -> {
          if (bay.image() != null) {
            b.floppy(bay.index(), files.add(bay.open(bay.image(), spec.snapshot())));
          }
        }
        case DISK ->
            b.drive(
                bay.index(), new PcDrive.Disk(files.add(bay.open(bay.image(), spec.snapshot()))));
        case CDROM ->
            b.drive(
                bay.index(),
                new PcDrive.Cdrom(bay.image() == null ? null : files.add(bay.openCd(bay.image()))));
      }
    }
    openPorts(spec, machine, b, files);
    return b.build();
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
      b.debugConsole(files.add(CharBackends.open("-debugcon", spec.debugConsole(), machine)));
    }
    b.testDevice(spec.testDevice());
    if (spec.debugExit() != null) {
      b.debugExit(spec.debugExit().base(), spec.debugExit().size());
    }
  }
}

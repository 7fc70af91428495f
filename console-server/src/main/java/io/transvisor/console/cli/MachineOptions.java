package io.transvisor.console.cli;

import io.transvisor.console.gdb.GdbServer;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that describe a machine, with QEMU's names. */
final class MachineOptions {
  @Option(
      names = "-m",
      paramLabel = "MiB",
      description = "Guest memory in MiB, or with suffix M or G. Default: 128.")
  private String memory = "128";

  @Option(
      names = "-cpu",
      paramLabel = "MODEL",
      description =
          "486, pentium, pentium2, pentium3, pentium4, with ',+feature' or ',-feature';"
              + " ',leaf=N' limits CPUID. Default: pentium3.")
  private String cpu = "pentium3";

  @Option(names = "-smp", paramLabel = "N", description = "Number of CPUs; only 1.")
  private String cpus = "1";

  @Option(names = "-fda", paramLabel = "FILE", description = "First floppy image.")
  private Path fda;

  @Option(names = "-fdb", paramLabel = "FILE", description = "Second floppy image.")
  private Path fdb;

  @Option(
      names = "-hda",
      paramLabel = "FILE",
      description = "Raw disk image, IDE primary master; -hdb, -hdc, -hdd the others.")
  private Path hda;

  @Option(names = "-hdb", paramLabel = "FILE", hidden = true)
  private Path hdb;

  @Option(names = "-hdc", paramLabel = "FILE", hidden = true)
  private Path hdc;

  @Option(names = "-hdd", paramLabel = "FILE", hidden = true)
  private Path hdd;

  @Option(
      names = "-cdrom",
      paramLabel = "FILE",
      description = "CD-ROM image, IDE secondary master.")
  private Path cdrom;

  @Option(
      names = "-drive",
      paramLabel = "DEF",
      description =
          "file=F[,if=ide|floppy][,index=N][,media=disk|cdrom][,format=raw]: an image, by default"
              + " at the next free place.")
  private List<String> drives = new ArrayList<>();

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The same as -hda FILE.")
  private Path image;

  @Option(
      names = "-boot",
      paramLabel = "ORDER",
      description =
          "a floppy, c disk, d CD-ROM; several letters give an order, 'once=d' one for the first"
              + " start, ',menu=on' a menu.")
  private String boot;

  @Option(
      names = "-kernel",
      paramLabel = "FILE",
      description = "Linux or Multiboot kernel to boot, without firmware if it needs none.")
  private Path kernel;

  @Option(
      names = "-initrd",
      paramLabel = "FILE",
      description = "Initial RAM disk; for Multiboot the modules: \"file args,file args\".")
  private String initrd;

  @Option(names = "-append", paramLabel = "TEXT", description = "Kernel command line.")
  private String append;

  @Option(
      names = "-bios",
      paramLabel = "FILE",
      description = "System BIOS image. Default: that of the seabios package.")
  private Path bios;

  @Option(
      names = "-vgabios",
      paramLabel = "FILE",
      description = "Video BIOS image. Default: that of the seabios package.")
  private Path vgabios;

  @Option(
      names = "-serial",
      paramLabel = "DEV",
      description =
          "stdio, file:F, tcp:HOST:PORT[,server[,nowait]], null, none; twice for two ports."
              + " Default: null.")
  private List<String> serial = new ArrayList<>();

  @Option(
      names = "-parallel",
      paramLabel = "DEV",
      description = "file:F, null, none. Default: null.")
  private String parallel = "null";

  @Option(
      names = "-debugcon",
      paramLabel = "DEV",
      description = "stdio or file:F for what is written to the debug ports 402h and E9h.")
  private String debugcon;

  @Option(
      names = "-vnc",
      paramLabel = "[HOST]:N",
      description =
          "VNC on port 5900+N; ',password-file=F' asks viewers for a password, ',tls=on' encrypts;"
              + " none turns it off. Default: 127.0.0.1:0 or the next free.")
  private String vnc;

  @Option(
      names = "-web",
      paramLabel = "[HOST]:PORT",
      description =
          "Console for browsers at http(s)://HOST:PORT; ',password-file=F', ',media=DIR' for images"
              + " the page may put into drives.")
  private String web;

  @Option(
      names = "-k",
      paramLabel = "LAYOUT",
      description =
          "Keyboard layout of the guest, for viewers that send symbols: en-us, en-gb, de, fr, ru."
              + " Default: en-us.")
  private String keyboard = "en-us";

  @Option(
      names = "-monitor",
      paramLabel = "DEV",
      description =
          "Commands to the machine ('help' lists them) from stdio, tcp:HOST:PORT,server,nowait,"
              + " unix:PATH,server,nowait, or none. Default: none.")
  private String monitor = "none";

  @Option(
      names = "-qmp",
      paramLabel = "DEV",
      description =
          "QEMU's machine protocol (JSON) at tcp:HOST:PORT,server,nowait or"
              + " unix:PATH,server,nowait; none. Default: none.")
  private String qmp = "none";

  @Option(
      names = "-gdb",
      paramLabel = "DEV",
      description = "Debuggers connect here: tcp:[HOST]:PORT, unix:PATH or none. Default: none.")
  private String gdb;

  @Option(names = "-s", description = "The same as -gdb tcp::1234.")
  private boolean gdbDefault;

  @Option(
      names = "-object",
      paramLabel = "DEF",
      description =
          "tls-creds-x509,id=ID,dir=DIR or secret,id=ID,file=F, for ',tls-creds=ID' and"
              + " ',password-secret=ID' of -vnc and -web.")
  private List<String> objects = new ArrayList<>();

  @Option(
      names = "-display",
      paramLabel = "none",
      description = "none: no screen is served; vnc=[HOST]:N is -vnc.")
  private String display;

  @Option(names = "-nographic", hidden = true)
  private boolean nographic;

  @Option(
      names = "-snapshot",
      description = "Disk writes go to temporary files and are forgotten at the end.")
  private boolean snapshot;

  @Option(names = "-no-reboot", description = "A reset ends the run.")
  private boolean noReboot;

  @Option(
      names = "-rtc",
      paramLabel = "base=B",
      description = "utc, localtime, or a date such as 2000-02-17T12:00:00. Default: utc.")
  private String rtc;

  @Option(names = "-S", description = "Do not start the CPU.")
  private boolean stopped;

  @Option(
      names = "-device",
      paramLabel = "DEV",
      description = "isa-debug-exit[,iobase=0xf4][,iosize=0x4], or pc-testdev for kvm-unit-tests.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "-engine",
      paramLabel = "E",
      description =
          "How guest code is run: interpret; hybrid: kernel code compiled, user code interpreted;"
              + " translate: all hot code compiled. Default: translate. With ',MECHANISM=off' one of regions, chaining, fusion, inline,"
              + " adaptive, revival, shadows, code-masks is not used; ',code-cache=MiB' bounds what compiled code takes. Default: 128.")
  private String engine = "translate";

  @Option(
      names = "-clock",
      paramLabel = "C",
      description =
          "host: guest time follows the host; icount: it counts instructions, runs repeat exactly."
              + " Default: host.")
  private String clock = "host";

  @Option(
      names = "-stats",
      description = "Print what the engine and the devices have counted at the end.")
  private boolean statistics;

  @Option(
      names = "-stats-file",
      paramLabel = "FILE",
      description = "Write the same to a file, as JSON.")
  private Path statisticsFile;

  @Option(
      names = "-profile-dir",
      paramLabel = "DIR",
      description =
          "Keep there which code is hot, so that the next start of the same guest compiles it first.")
  private Path profileDirectory;

  @Option(names = "-no-profile", description = "Neither use nor keep that. The default.")
  private boolean noProfile;

  @Option(
      names = "-d",
      paramLabel = "ITEMS",
      description =
          "Log, items with commas between them: in_asm, decoded guest code; exec, traces and regions run; cpu, registers with"
              + " these; int, interrupts and exceptions; callouts, sensitive instructions; regions, compiled and retired; inval,"
              + " stores that change code. mmu compares shadow page tables with the guest's all the time (slow).")
  private String debug;

  @Option(
      names = "-D",
      paramLabel = "FILE",
      description = "Where the log of -d goes. Default: standard error.")
  private Path debugFile;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Mixin private FixedOptions fixed;

  MachineSpec toSpec() {
    fixed.check();
    if (image != null && hda != null) {
      throw new VmmException("-hda " + hda + ": its place is taken by " + image);
    }
    MachineSpec.Builder b = MachineSpec.builder();
    b.memory(memory).cpu(cpu).cpus(cpus);
    b.floppy(0, fda).floppy(1, fdb);
    b.disk(0, "-hda", image != null ? image : hda)
        .disk(1, "-hdb", hdb)
        .disk(2, "-hdc", hdc)
        .disk(3, "-hdd", hdd);
    b.cdrom(cdrom).drives(drives).boot(boot);
    b.kernel(kernel, initrd, append);
    b.firmware(bios, vgabios);
    b.serial(nographic && serial.isEmpty() ? List.of("stdio") : serial);
    b.parallel(parallel).debugConsole(debugcon);
    b.display(vnc, nographic ? "none" : display);
    b.web(web).objects(objects).keyboard(keyboard);
    b.monitor(unlessNone(monitor)).qmp(unlessNone(qmp));
    b.gdb(unlessNone(gdb != null ? gdb : gdbDefault ? GdbServer.DEFAULT : "none"));
    b.snapshot(snapshot).rebootAllowed(!noReboot).startPaused(stopped);
    b.clock(clock).rtc(rtc).engine(engine).devices(devices).debug(debug, debugFile);
    b.statistics(statistics, statisticsFile).profile(profileDirectory, noProfile);
    return b.build();
  }

  private static String unlessNone(String backEnd) {
    return backEnd.equals("none") ? null : backEnd;
  }
}

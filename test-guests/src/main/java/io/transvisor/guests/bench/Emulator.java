package io.transvisor.guests.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that can run the benchmark guest, and how it is told to. */
enum Emulator {
  /** This program's interpreter, in a virtual machine of its own with the launcher's options. */
  TRANSVISOR("Transvisor") {
    @Override
    boolean isInstalled() {
      return true;
    }

    @Override
    List<String> command(Path disk, Path serial, Path scratch) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto"));
      String options = System.getenv("TRANSVISOR_JAVA_OPTIONS");
      if (options != null && !options.isBlank()) {
        command.addAll(List.of(options.trim().split("\\s+")));
      }
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of("io.transvisor.console.cli.Transvisor", "run", "-m", "64"));
      command.addAll(List.of("-fda", disk.toString(), "-serial", "file:" + serial));
      command.addAll(List.of("-display", "none", "-no-reboot"));
      return command;
    }
  },

  /** Debian's package is built with the debugger, which has to be told to continue. */
  BOCHS("Bochs") {
    @Override
    boolean isInstalled() {
      return onPath("bochs") && Files.exists(BOCHS_DATA);
    }

    @Override
    List<String> command(Path disk, Path serial, Path scratch) throws IOException {
      Path configuration = scratch.resolve("bochsrc");
      Files.writeString(
          configuration,
          """
          display_library: rfb, options="timeout=0"
          config_interface: textconfig
          romimage: file=%1$s/BIOS-bochs-latest
          vgaromimage: file=%1$s/VGABIOS-lgpl-latest
          megs: 64
          cpu: model=p2_klamath, ips=50000000
          floppya: 1_44=%2$s, status=inserted
          boot: floppy
          com1: enabled=1, mode=file, dev=%3$s
          sound: driver=dummy
          log: %4$s
          """
              .formatted(BOCHS_DATA, disk, serial, scratch.resolve("bochs.log")));
      Path debugger = Files.writeString(scratch.resolve("bochs.debugger"), "continue\n");
      return List.of("bochs", "-q", "-f", configuration.toString(), "-rc", debugger.toString());
    }
  },

  /**
   * A dynamic translator, as the mark that interpretation is not measured against but users know.
   */
  QEMU("QEMU TCG") {
    @Override
    boolean isInstalled() {
      return onPath("qemu-system-i386");
    }

    @Override
    List<String> command(Path disk, Path serial, Path scratch) {
      return List.of(
          "qemu-system-i386",
          "-accel",
          "tcg",
          "-m",
          "64",
          "-drive",
          "if=floppy,format=raw,file=" + disk,
          "-serial",
          "file:" + serial,
          "-display",
          "none",
          "-no-reboot");
    }
  };

  private static final Path BOCHS_DATA = Path.of("/usr/share/bochs");

  private final String title;

  Emulator(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract boolean isInstalled();

  /**
   * The command line that boots a floppy image.
   *
   * @param serial file that the first serial port's output goes to
   * @param scratch directory for configuration files
   */
  abstract List<String> command(Path disk, Path serial, Path scratch) throws IOException;

  private static boolean onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }
}

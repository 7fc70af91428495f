package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** QEMU with its dynamic translator. */
final class QemuSubject implements Subject {
  private static final String PROGRAM = "qemu-system-i386";

  private final Path scratch;

  QemuSubject(Path scratch) {
    this.scratch = scratch;
  }

  @Override
  public String id() {
    return "qemu";
  }

  @Override
  public String title() {
    String line = Subjects.lineOf("version", PROGRAM, "--version");
    return line.replaceFirst(".*version (\\S+).*", "QEMU $1 TCG");
  }

  @Override
  public boolean isOurs() {
    return false;
  }

  @Override
  public Optional<String> missing() {
    return Subjects.isOnPath(PROGRAM)
        ? Optional.empty()
        : Optional.of(PROGRAM + " is not installed");
  }

  @Override
  public boolean supports(Benchmark benchmark) {
    return true;
  }

  @Override
  public Pace pace() {
    return Pace.STEADY;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    List<String> command =
        List.of(
            PROGRAM,
            "-accel",
            "tcg",
            "-name",
            "debug-threads=on",
            "-m",
            "64",
            "-kernel",
            files.kernel().toString(),
            "-append",
            words,
            "-serial",
            "stdio",
            "-monitor",
            "none",
            "-display",
            "none",
            "-no-reboot");
    return Subjects.startOnStandardStreams(command, scratch);
  }
}

package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
  public boolean supportsMacros() {
    return true;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    return start(
        List.of("-m", "64", "-kernel", files.kernel().toString(), "-append", words, "-no-reboot"));
  }

  @Override
  public RunningGuest startMacro(List<String> options) throws IOException {
    return start(options);
  }

  private RunningGuest start(List<String> options) throws IOException {
    List<String> command = new ArrayList<>(List.of(PROGRAM, "-accel", "tcg"));
    command.addAll(List.of("-name", "debug-threads=on"));
    command.addAll(options);
    command.addAll(List.of("-serial", "stdio", "-monitor", "none", "-display", "none"));
    return Subjects.startOnStandardStreams(command, scratch);
  }
}

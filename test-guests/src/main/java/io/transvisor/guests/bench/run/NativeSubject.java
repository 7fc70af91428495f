package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The host itself: the same kernels as a 32-bit Linux program. Has nothing privileged. */
final class NativeSubject implements Subject {
  private final Path scratch;

  NativeSubject(Path scratch) {
    this.scratch = scratch;
  }

  @Override
  public String id() {
    return "native";
  }

  @Override
  public String title() {
    return "native";
  }

  @Override
  public boolean isOurs() {
    return false;
  }

  @Override
  public Optional<String> missing() {
    Path program = new GuestFiles(scratch).nativeProgram();
    return Subjects.lineOf("DONE", program.toString(), "list").equals("DONE")
        ? Optional.empty()
        : Optional.of("this host runs no 32-bit Linux programs for x86");
  }

  /** Ring 3 only: the same figure stands beside both rings. */
  @Override
  public boolean supports(Benchmark benchmark) {
    return benchmark.place() == Benchmark.Place.RING3;
  }

  @Override
  public Pace pace() {
    return Pace.STEADY;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(files.nativeProgram().toString());
    command.addAll(Arrays.asList(words.split(" ")));
    return Subjects.startOnStandardStreams(command, scratch);
  }
}

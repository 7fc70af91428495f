package io.transvisor.guests.bench.run;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of this program's engines, in a Java virtual machine of its own with this one's options. */
final class TransvisorSubject implements Subject {
  private final String engine;
  private final Path scratch;

  TransvisorSubject(String name, Path scratch) {
    this.engine = name.replace(':', ',');
    this.scratch = scratch;
  }

  @Override
  public String id() {
    return engine;
  }

  @Override
  public String title() {
    return "Transvisor " + engine;
  }

  @Override
  public boolean isOurs() {
    return true;
  }

  @Override
  public Optional<String> missing() {
    try {
      MachineSpec.builder().engine(engine);
      return Optional.empty();
    } catch (VmmException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Override
  public boolean supports(Benchmark benchmark) {
    return true;
  }

  @Override
  public Pace pace() {
    return Pace.WARMS_UP;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.transvisor.console.cli.Transvisor", "run", "-m", "64"));
    command.addAll(List.of("-engine", engine, "-kernel", files.kernel().toString()));
    command.addAll(List.of("-append", words, "-serial", "stdio", "-display", "none"));
    return Subjects.startOnStandardStreams(command, scratch);
  }
}

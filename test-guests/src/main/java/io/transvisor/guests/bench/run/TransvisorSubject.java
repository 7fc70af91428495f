package io.transvisor.guests.bench.run;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One of this program's engines, in a Java virtual machine of its own with this one's options. */
final class TransvisorSubject implements Subject {
  private static final int END_SECONDS = 10;
  private static final TypeReference<Map<String, Long>> COUNTERS = new TypeReference<>() {};

  private final String engine;
  private final Path scratch;
  private Path statistics;

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
    // Short for comparisons of many: the mechanism that is not there.
    return engine.matches("translate,[^,]*=off")
        ? "no " + engine.replaceAll("translate,|=off", "")
        : "Transvisor " + engine;
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
  public boolean supportsMacros() {
    return true;
  }

  @Override
  public RunningGuest start(GuestFiles files, String words) throws IOException {
    return start(List.of("-m", "64", "-kernel", files.kernel().toString(), "-append", words));
  }

  @Override
  public RunningGuest startMacro(List<String> options) throws IOException {
    return start(options);
  }

  private RunningGuest start(List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.transvisor.console.cli.Transvisor", "run"));
    command.addAll(options);
    command.addAll(List.of("-engine", engine, "-serial", "stdio", "-display", "none"));
    statistics = Files.createTempFile(scratch, "statistics", ".json");
    command.addAll(List.of("-stats-file", statistics.toString()));
    return Subjects.startOnStandardStreams(command, scratch);
  }

  @Override
  public Map<String, Long> finish(RunningGuest guest) throws IOException {
    guest.process().destroy();
    try {
      guest.process().waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Files.size(statistics) == 0
        ? Map.of()
        : new ObjectMapper().readValue(statistics.toFile(), COUNTERS);
  }
}

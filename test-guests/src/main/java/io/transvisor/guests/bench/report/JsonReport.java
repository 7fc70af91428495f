package io.transvisor.guests.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Window;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything measured, for other programs. Times are nanoseconds. */
public final class JsonReport {
  private final Host host;
  private final Results results;

  public JsonReport(Host host, Results results) {
    this.host = host;
    this.results = results;
  }

  private record Name(String id, String title) {}

  private record Figures(
      String subject,
      String benchmark,
      int run,
      long operations,
      String checksum,
      double steadyNanos,
      double steadyWallNanos,
      long firstPassNanos,
      double warmUpNanos,
      List<Long> passNanos,
      List<Window> windows) {
    static Figures of(Measurement m) {
      return new Figures(
          m.subject(),
          m.benchmark().id(),
          m.run(),
          m.operations(),
          m.checksum(),
          m.steadyNanos(),
          m.steadyWallNanos(),
          m.firstNanos(),
          m.warmUpNanos(),
          m.passNanos(),
          m.windows());
    }

    Figures withoutPasses() {
      return new Figures(
          subject,
          benchmark,
          run,
          operations,
          checksum,
          steadyNanos,
          steadyWallNanos,
          firstPassNanos,
          warmUpNanos,
          List.of(),
          windows);
    }
  }

  /** Without the time of each pass, for embedding. */
  String compact() {
    Map<String, Object> document = document();
    document.put(
        "measurements",
        results.measurements().stream().map(m -> Figures.of(m).withoutPasses()).toList());
    try {
      return new ObjectMapper().writeValueAsString(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("host", host);
    document.put(
        "subjects",
        results.measuredSubjects().stream().map(s -> new Name(s.id(), s.title())).toList());
    document.put(
        "benchmarks",
        results.benchmarks().stream().map(b -> new Name(b.id(), b.operation())).toList());
    document.put("instructionsPerPass", GuestFiles.instructionCounts());
    document.put("macroNanos", results.macros().rowMap());
    document.put("counters", results.counters().document());
    document.put("skipped", results.skipped());
    document.put("failures", results.failures());
    document.put("measurements", results.measurements().stream().map(Figures::of).toList());
    return document;
  }

  /**
   * Writes the document.
   *
   * @throws VmmException if the file cannot be written
   */
  public void write(Path file) {
    try {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(file.toFile(), document());
    } catch (IOException e) {
      throw new VmmException("--json %s: cannot be written: %s".formatted(file, e.getMessage()));
    }
  }
}

package io.transvisor.guests.bench.report;

import com.google.common.math.Quantiles;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.Benchmark.Kind;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The results as Markdown tables that also read well on a terminal. */
public final class TextReport {
  private final Host host;
  private final Results results;
  private final List<Subject> subjects;

  public TextReport(Host host, Results results) {
    this.host = host;
    this.results = results;
    this.subjects = results.measuredSubjects();
  }

  /** All tables, then what was skipped and what failed. */
  public String text() {
    StringBuilder s = new StringBuilder("\n" + host.line() + "\n");
    for (Place place : Place.values()) {
      for (Kind kind : Kind.values()) {
        List<Benchmark> rows =
            results.benchmarks(b -> b.kind() == kind && b.place() == place && isMeasured(b));
        if (!rows.isEmpty()) {
          s.append("\n%s%s: %s\n\n".formatted(kind.title(), where(place), unit(kind)));
          s.append(table(rows, kind));
        }
      }
    }
    s.append(macros());
    s.append(warmUp());
    s.append(summary());
    results.skipped().forEach(line -> s.append("skipped: ").append(line).append('\n'));
    results.failures().forEach(line -> s.append("FAILED: ").append(line).append('\n'));
    return s.toString();
  }

  /** Runs of whole systems. */
  private String macros() {
    if (results.macros().isEmpty()) {
      return "";
    }
    List<List<String>> cells = new ArrayList<>();
    List<Subject> measured =
        subjects.stream().filter(s -> results.macros().containsColumn(s.id())).toList();
    List<String> head = new ArrayList<>(List.of(""));
    measured.forEach(s -> head.add(s.id()));
    cells.add(head);
    for (String part : results.macros().rowKeySet()) {
      List<String> row = new ArrayList<>(List.of(part));
      measured.forEach(s -> row.add(seconds(results.macros().get(part, s.id()))));
      cells.add(row);
    }
    return "\nWhole systems: seconds\n\n" + markdown(cells);
  }

  /** The median, and half the difference of the slowest and the fastest run if there are more. */
  static String seconds(List<Long> nanos) {
    if (nanos == null) {
      return "";
    }
    double median = Quantiles.median().compute(nanos);
    double spread = (Collections.max(nanos) - Collections.min(nanos)) / median / 2;
    return number(median / 1e9) + (nanos.size() < 2 ? "" : " ±%.0f%%".formatted(spread * 100));
  }

  private boolean isMeasured(Benchmark b) {
    return subjects.stream().anyMatch(s -> results.nanos(s, b).isPresent());
  }

  private static String where(Place place) {
    return place == Place.NANO ? "" : " in ring " + (place == Place.RING3 ? "3" : "0");
  }

  private static String unit(Kind kind) {
    if (kind == Kind.MIX) {
      return "ns an instruction";
    }
    return kind.isCompute() ? "ms a pass" : "ns an operation";
  }

  private String table(List<Benchmark> rows, Kind kind) {
    List<List<String>> cells = new ArrayList<>();
    List<Subject> measured =
        subjects.stream()
            .filter(s -> rows.stream().anyMatch(b -> results.nanos(s, b).isPresent()))
            .toList();
    List<Comparison> comparisons =
        comparisons().stream().filter(c -> measured.contains(c.base())).toList();
    List<String> head = new ArrayList<>();
    head.add("");
    measured.forEach(s -> head.add(s.id()));
    comparisons.forEach(c -> head.add(c.title()));
    cells.add(head);
    for (Benchmark b : rows) {
      List<String> row = new ArrayList<>();
      row.add(b.kernel());
      for (Subject s : measured) {
        row.add(figure(results.nanos(s, b), kind) + spread(s, b));
      }
      comparisons.forEach(c -> row.add(factor(results.speedUp(c.subject(), c.base(), b))));
      cells.add(row);
    }
    if (!comparisons.isEmpty()) {
      List<String> mean = new ArrayList<>();
      mean.add("geometric mean");
      measured.forEach(s -> mean.add(""));
      comparisons.forEach(
          c -> mean.add(factor(results.meanSpeedUp(c.subject(), c.base(), rows::contains))));
      cells.add(mean);
    }
    return markdown(cells);
  }

  /** What our last engine, the fastest, is compared with. */
  private List<Comparison> comparisons() {
    List<Subject> ours = subjects.stream().filter(Subject::isOurs).toList();
    if (ours.isEmpty()) {
      return List.of();
    }
    Subject best = ours.getLast();
    List<Comparison> all = new ArrayList<>();
    for (Subject other : subjects) {
      if (other != best) {
        all.add(new Comparison(best, other));
      }
    }
    return all;
  }

  private record Comparison(Subject subject, Subject base) {
    String title() {
      return "× " + base.id();
    }
  }

  private String summary() {
    StringBuilder s = new StringBuilder("\n");
    for (Comparison c : comparisons()) {
      s.append(summary(c, "compute kernels", b -> b.kind().isCompute()));
      s.append(summary(c, "single events", b -> b.kind().isEvent()));
      s.append(summary(c, "instruction mixes", b -> b.kind() == Kind.MIX));
    }
    return s.append('\n').toString();
  }

  private String summary(Comparison c, String what, Predicate<Benchmark> which) {
    OptionalDouble mean = results.meanSpeedUp(c.subject(), c.base(), which);
    if (mean.isEmpty()) {
      return "";
    }
    Benchmark least =
        results.benchmarks(which).stream()
            .filter(b -> results.speedUp(c.subject(), c.base(), b).isPresent())
            .min(Comparator.comparing(b -> results.speedUp(c.subject(), c.base(), b).getAsDouble()))
            .orElseThrow();
    return "%s against %s, %s: %s times as fast (geometric mean; least: %s, %s)\n"
        .formatted(
            c.subject().title(),
            c.base().title(),
            what,
            number(mean.getAsDouble()),
            least.id(),
            number(results.speedUp(c.subject(), c.base(), least).getAsDouble()));
  }

  /** Half the difference of the slowest and the fastest run; nothing where there is one run. */
  private String spread(Subject s, Benchmark b) {
    return results.runs(s, b).size() < 2
        ? ""
        : " ±%.0f%%".formatted(results.spread(s, b) * 100 / 2);
  }

  /** First passes and what warming up cost, on our engines. */
  private String warmUp() {
    List<Subject> ours = subjects.stream().filter(Subject::isOurs).toList();
    List<Benchmark> rows = results.benchmarks(b -> b.place() == Place.RING3 && isMeasured(b));
    if (ours.isEmpty() || rows.isEmpty()) {
      return "";
    }
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(""));
    ours.forEach(s -> head.addAll(List.of(s.id() + ": first pass", "lost")));
    cells.add(head);
    for (Benchmark b : rows) {
      List<String> row = new ArrayList<>(List.of(b.kernel()));
      for (Subject s : ours) {
        row.add(figure(results.median(s, b, Measurement::firstNanos), b.kind()));
        row.add(figure(results.median(s, b, Measurement::warmUpNanos), b.kind()));
      }
      cells.add(row);
    }
    return "\nWarm-up: ms of the first pass, and ms that all passes took beyond what they take in steady state\n\n"
        + markdown(cells);
  }

  private static String figure(OptionalDouble nanos, Kind kind) {
    return nanos.isEmpty() ? "" : number(nanos.getAsDouble() / (kind.isCompute() ? 1e6 : 1));
  }

  private static String factor(OptionalDouble value) {
    return value.isEmpty() ? "" : number(value.getAsDouble());
  }

  /** Two or three digits that matter. */
  static String number(double value) {
    int power = value == 0 ? 2 : (int) Math.floor(Math.log10(value));
    int decimals = power >= -1 ? Math.clamp(2 - power, 0, 2) : 1 - power;
    return String.format("%,." + decimals + "f", value);
  }

  private static String markdown(List<List<String>> cells) {
    int columns = cells.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : cells) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder s = new StringBuilder();
    for (int r = 0; r < cells.size(); r++) {
      for (int i = 0; i < columns; i++) {
        String cell = cells.get(r).get(i);
        String pad = " ".repeat(widths[i] - cell.length());
        s.append("| ").append(i == 0 ? cell + pad : pad + cell).append(' ');
      }
      s.append("|\n");
      if (r == 0) {
        for (int i = 0; i < columns; i++) {
          s.append(i == 0 ? "| " : "| ").append("-".repeat(Math.max(2, widths[i] - 1)));
          s.append(i == 0 ? "- " : ": ");
        }
        s.append("|\n");
      }
    }
    return s.toString();
  }
}

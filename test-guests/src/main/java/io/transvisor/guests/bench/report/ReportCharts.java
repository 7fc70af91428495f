package io.transvisor.guests.bench.report;

import com.google.common.math.Quantiles;
import io.transvisor.guests.bench.chart.Chart;
import io.transvisor.guests.bench.chart.CurvesChart;
import io.transvisor.guests.bench.chart.CurvesChart.Curve;
import io.transvisor.guests.bench.chart.CurvesChart.Panel;
import io.transvisor.guests.bench.chart.DotChart;
import io.transvisor.guests.bench.chart.DotChart.Dot;
import io.transvisor.guests.bench.chart.DotChart.Mark;
import io.transvisor.guests.bench.chart.DotChart.Row;
import io.transvisor.guests.bench.chart.Palette;
import io.transvisor.guests.bench.chart.SharesChart;
import io.transvisor.guests.bench.chart.SharesChart.Bar;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.Benchmark.Kind;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The charts of a report. Those without data are not there. */
public final class ReportCharts {
  /** Points a second or part of it is reduced to, on a logarithmic axis. */
  private static final double POINTS_PER_FACTOR = 12;

  /** Classes of callouts in a chart; the rest is one. */
  private static final int CALLOUT_CLASSES = 6;

  /** Marks of what was measured in 2006. */
  private static final List<Mark> PAPER =
      List.of(
          new Mark("#c3c8ce", "2006: native"),
          new Mark("#6d747d", "software VMM"),
          new Mark("#c9a86a", "hardware VMM"));

  private final Host host;
  private final Results results;
  private final List<Subject> subjects;

  public ReportCharts(Host host, Results results) {
    this.host = host;
    this.results = results;
    this.subjects = results.measuredSubjects();
  }

  /** All charts by a short name, in the order of the report. */
  public Map<String, Chart> all() {
    Map<String, Chart> charts = new LinkedHashMap<>();
    speed(Place.RING3).ifPresent(c -> charts.put("speed-ring3", c));
    speed(Place.RING0).ifPresent(c -> charts.put("speed-ring0", c));
    warmUp().ifPresent(c -> charts.put("warm-up", c));
    cycles("Cost of single events", b -> b.kind().isEvent())
        .ifPresent(c -> charts.put("events", c));
    cycles("Instruction mixes", b -> b.kind() == Kind.MIX).ifPresent(c -> charts.put("mixes", c));
    macros().ifPresent(c -> charts.put("macros", c));
    time().ifPresent(c -> charts.put("time", c));
    callouts().ifPresent(c -> charts.put("callouts", c));
    return charts;
  }

  private Optional<Chart> time() {
    Counters counters = results.counters();
    if (counters.isEmpty()) {
      return Optional.empty();
    }
    List<Bar> bars = new ArrayList<>();
    for (String workload : counters.workloads()) {
      counters
          .sources(workload)
          .forEach(s -> bars.add(new Bar(workload + ", " + s.subject(), counters.shares(s))));
    }
    List<String> parts = Counters.PARTS.stream().map(p -> p.replace('.', ' ')).toList();
    return Optional.of(new SharesChart("Where the time went", parts, bars));
  }

  /** Of the time of all callouts, what each class took. */
  private Optional<Chart> callouts() {
    Counters counters = results.counters();
    List<String> classes = counters.costliest(CALLOUT_CLASSES);
    List<Bar> bars = new ArrayList<>();
    for (Counters.Source s : counters.sources()) {
      List<Double> shares = counters.calloutShares(s, classes);
      if (!shares.isEmpty()) {
        bars.add(new Bar(s.workload() + ", " + s.subject(), shares));
      }
    }
    List<String> parts = new ArrayList<>(classes);
    parts.add("others");
    return bars.isEmpty()
        ? Optional.empty()
        : Optional.of(new SharesChart("Time of callouts by class", parts, bars));
  }

  /** What others are compared with: interpretation, or without it the first subject. */
  Subject base() {
    return subjects.stream()
        .filter(s -> s.id().equals("interpret"))
        .findFirst()
        .orElseGet(subjects::getFirst);
  }

  private Optional<Chart> speed(Place place) {
    List<Row> rows = new ArrayList<>();
    for (Benchmark b : results.benchmarks(b -> b.kind().isCompute() && b.place() == place)) {
      List<Dot> dots = new ArrayList<>();
      for (Subject s : subjects) {
        OptionalDouble factor = results.speedUp(s, base(), b);
        factor.ifPresent(f ->
            dots.add(
                Dot.of(
                    s,
                    f,
                    "%s, %s: %s times as fast as %s"
                        .formatted(b.kernel(), s.title(), TextReport.number(f), base().title()))));
      }
      if (!dots.isEmpty()) {
        rows.add(new Row(b.kernel(), dots));
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DotChart(
                "Speed of compute kernels in ring " + (place == Place.RING3 ? "3" : "0"),
                "times as fast as " + base().title(),
                subjects,
                rows,
                1,
                List.of()));
  }

  private Optional<Chart> warmUp() {
    List<Panel> panels = new ArrayList<>();
    Map<String, Long> instructions = GuestFiles.instructionCounts();
    List<Subject> shown = subjects.stream().filter(s -> !s.id().equals("native")).toList();
    for (Benchmark b : results.benchmarks(b -> b.place() == Place.RING3)) {
      List<Curve> curves = new ArrayList<>();
      for (Subject s : shown) {
        results.runs(s, b).stream()
            .findFirst()
            .map(m -> curve(s, m, instructions.get(b.kernel())))
            .filter(c -> !c.seconds().isEmpty())
            .ifPresent(curves::add);
      }
      if (!curves.isEmpty()) {
        panels.add(new Panel(b.kernel(), curves));
      }
    }
    return panels.isEmpty()
        ? Optional.empty()
        : Optional.of(new CurvesChart("Warm-up: speed over time", shown, panels));
  }

  /** Passes that end at nearly the same place of the axis become one point. */
  private static Curve curve(Subject subject, Measurement m, long instructions) {
    List<Double> seconds = new ArrayList<>();
    List<Double> speeds = new ArrayList<>();
    double elapsed = 0;
    double inPoint = 0;
    int passes = 0;
    double lastPoint = 0;
    for (long nanos : m.passNanos()) {
      elapsed += nanos;
      inPoint += nanos;
      passes++;
      if (elapsed > lastPoint * Math.exp(1 / POINTS_PER_FACTOR)) {
        seconds.add(elapsed / 1e9);
        speeds.add(passes * instructions * 1e3 / inPoint);
        lastPoint = elapsed;
        inPoint = 0;
        passes = 0;
      }
    }
    return new Curve(Palette.of(subject.id()), seconds, speeds);
  }

  private Optional<Chart> cycles(String title, Predicate<Benchmark> which) {
    List<Row> rows = new ArrayList<>();
    boolean papers = false;
    for (Benchmark b : results.benchmarks(which)) {
      List<Dot> dots = new ArrayList<>();
      PaperFigures paper = PaperFigures.byKernel().get(b.kernel());
      if (paper != null) {
        dots.add(Dot.of(PAPER.get(0), paper.natively()));
        dots.add(Dot.of(PAPER.get(1), paper.software()));
        dots.add(Dot.of(PAPER.get(2), paper.hardware()));
        papers = true;
      }
      for (Subject s : subjects) {
        OptionalDouble nanos = results.nanos(s, b);
        if (nanos.isPresent()) {
          double cycles = nanos.getAsDouble() * host.gigahertz();
          dots.add(
              Dot.of(
                  s,
                  cycles,
                  "%s, %s: %s cycles"
                      .formatted(b.operation(), s.title(), TextReport.number(cycles))));
        }
      }
      rows.add(new Row(b.kernel(), dots));
    }
    List<Subject> shown = subjects.stream().filter(s -> !s.id().equals("native")).toList();
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DotChart(
                title,
                "processor cycles an operation (%.2f GHz)".formatted(host.gigahertz()),
                shown,
                rows,
                0,
                papers ? PAPER : List.of()));
  }

  private Optional<Chart> macros() {
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, Map<String, List<Long>>> part : results.macros().rowMap().entrySet()) {
      List<Dot> dots = new ArrayList<>();
      for (Subject s : subjects) {
        List<Long> nanos = part.getValue().get(s.id());
        if (nanos != null) {
          double seconds = Quantiles.median().compute(nanos) / 1e9;
          dots.add(
              Dot.of(
                  s,
                  seconds,
                  "%s, %s: %s s".formatted(part.getKey(), s.title(), TextReport.number(seconds))));
        }
      }
      rows.add(new Row(part.getKey(), dots));
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DotChart(
                "Whole systems", "seconds by the time of day", subjects, rows, 0, List.of()));
  }
}

package io.transvisor.guests.bench.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import com.google.common.collect.Table;
import com.google.common.collect.Tables;
import com.google.common.math.Quantiles;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Everything measured in one invocation. */
public final class Results {
  private record Key(String subject, Benchmark benchmark) {}

  private final List<Subject> subjects;
  private final List<Benchmark> benchmarks;
  private final ListMultimap<Key, Measurement> measurements =
      MultimapBuilder.linkedHashKeys().arrayListValues().build();
  private final List<String> skipped = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final Counters counters = new Counters();
  private final Table<String, String, List<Long>> macros =
      Tables.newCustomTable(new LinkedHashMap<>(), LinkedHashMap::new);
  private final Map<Benchmark, String> checksums = new HashMap<>();

  /** Results of subjects and benchmarks, in the order of reports. */
  public Results(List<Subject> subjects, List<Benchmark> benchmarks) {
    this.subjects = List.copyOf(subjects);
    this.benchmarks = List.copyOf(benchmarks);
  }

  /**
   * Adds a measurement; a checksum other than the expected one makes it a failure as well.
   *
   * @param expected the checksum the kernel must have; null: that of the first measurement
   */
  public void add(Measurement m, String expected) {
    measurements.put(new Key(m.subject(), m.benchmark()), m);
    String wanted =
        expected == null ? checksums.computeIfAbsent(m.benchmark(), b -> m.checksum()) : expected;
    if (!wanted.equals(m.checksum())) {
      failures.add(
          "%s on %s: checksum %s, expected %s"
              .formatted(m.benchmark(), m.subject(), m.checksum(), wanted));
    }
  }

  /** What our engines counted. */
  public Counters counters() {
    return counters;
  }

  /**
   * Adds a part of a run of a whole system.
   *
   * @param part such as {@code debian: start}
   */
  public void addMacro(String part, String subject, long nanos) {
    List<Long> runs = macros.get(part, subject);
    if (runs == null) {
      runs = new ArrayList<>();
      macros.put(part, subject, runs);
    }
    runs.add(nanos);
  }

  /** Nanoseconds by part and subject's id, a list with one figure for each run. */
  public Table<String, String, List<Long>> macros() {
    return macros;
  }

  /** Notes what could not be measured, and why. */
  public void skip(String what) {
    skipped.add(what);
  }

  /** Notes what went wrong. */
  public void fail(String what) {
    failures.add(what);
  }

  public List<Subject> subjects() {
    return subjects;
  }

  public List<Benchmark> benchmarks() {
    return benchmarks;
  }

  /** The benchmarks of a kind. */
  public List<Benchmark> benchmarks(Predicate<Benchmark> which) {
    return benchmarks.stream().filter(which).toList();
  }

  public ImmutableList<Measurement> measurements() {
    return ImmutableList.copyOf(measurements.values());
  }

  public List<String> skipped() {
    return skipped;
  }

  public List<String> failures() {
    return failures;
  }

  /** The runs of a benchmark; what has no rings counts for both of them. */
  public List<Measurement> runs(Subject subject, Benchmark b) {
    Benchmark measured =
        subject.supports(b) || b.place() != Place.RING0
            ? b
            : new Benchmark(b.kernel(), Place.RING3, b.kind(), b.operation());
    return measurements.get(new Key(subject.id(), measured));
  }

  /** The median over the runs of a figure. */
  public OptionalDouble median(
      Subject subject, Benchmark benchmark, ToDoubleFunction<Measurement> figure) {
    double[] values = runs(subject, benchmark).stream().mapToDouble(figure).toArray();
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Quantiles.median().compute(values));
  }

  /** Nanoseconds of an operation in steady state, median over the runs. */
  public OptionalDouble nanos(Subject subject, Benchmark benchmark) {
    return median(subject, benchmark, Measurement::nanosPerOperation);
  }

  /** Difference of the slowest and the fastest run, relative to the median. */
  public double spread(Subject subject, Benchmark benchmark) {
    double[] values =
        runs(subject, benchmark).stream()
            .mapToDouble(Measurement::nanosPerOperation)
            .sorted()
            .toArray();
    return values.length == 0
        ? 0
        : (values[values.length - 1] - values[0]) / Quantiles.median().compute(values);
  }

  /** How much faster a subject is than another; empty unless both were measured. */
  public OptionalDouble speedUp(Subject subject, Subject other, Benchmark benchmark) {
    OptionalDouble a = nanos(subject, benchmark);
    OptionalDouble b = nanos(other, benchmark);
    return a.isEmpty() || b.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(b.getAsDouble() / a.getAsDouble());
  }

  /** Geometric mean of {@link #speedUp} over the benchmarks both were measured on. */
  public OptionalDouble meanSpeedUp(Subject subject, Subject other, Predicate<Benchmark> which) {
    double[] logarithms =
        benchmarks.stream()
            .filter(which)
            .map(b -> speedUp(subject, other, b))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(s -> Math.log(s.getAsDouble()))
            .toArray();
    return logarithms.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.exp(com.google.common.math.Stats.meanOf(logarithms)));
  }

  /** The subjects with at least one measurement. */
  public List<Subject> measuredSubjects() {
    return subjects.stream()
        .filter(s ->
            macros.containsColumn(s.id())
                || measurements.keySet().stream().anyMatch(k -> k.subject().equals(s.id())))
        .toList();
  }
}

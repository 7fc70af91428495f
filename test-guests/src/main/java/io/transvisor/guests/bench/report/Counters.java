package io.transvisor.guests.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What our engines counted while they ran, by workload and engine, added up over processes. */
public final class Counters {
  /** The parts of the vCPU thread's time, in the order of charts. */
  static final List<String> PARTS =
      List.of("guest.kernel", "guest.user", "translator", "callouts", "devices", "monitor", "idle");

  private static final String CALLOUTS = "cpu0.callouts.";

  /** Where something was counted. */
  public record Source(String workload, String subject) {}

  private final Map<Source, Map<String, Long>> all = new LinkedHashMap<>();

  /** Adds what a process has counted. */
  public void add(String workload, String subject, Map<String, Long> counters) {
    Map<String, Long> sums =
        all.computeIfAbsent(new Source(workload, subject), s -> new HashMap<>());
    counters.forEach((name, value) -> sums.merge(name, value, Long::sum));
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** In the order in which they came. */
  List<Source> sources() {
    return new ArrayList<>(all.keySet());
  }

  /** Shares of the time, one for each of {@link #PARTS}. */
  List<Double> shares(Source source) {
    Map<String, Long> counters = all.get(source);
    double total = PARTS.stream().mapToLong(p -> time(counters, p)).sum();
    return PARTS.stream().map(p -> total == 0 ? 0 : time(counters, p) / total).toList();
  }

  private static long time(Map<String, Long> counters, String part) {
    return counters.getOrDefault("time." + part + ".ns", 0L);
  }

  /** Classes of callouts that occurred in a workload, the most frequent first. */
  List<String> callouts(String workload) {
    Map<String, Long> sums = new HashMap<>();
    for (Map.Entry<Source, Map<String, Long>> e : all.entrySet()) {
      if (e.getKey().workload().equals(workload)) {
        e.getValue()
            .forEach((name, value) -> {
              if (name.startsWith(CALLOUTS) && !name.endsWith(".ns")) {
                sums.merge(name.substring(CALLOUTS.length()), value, Long::sum);
              }
            });
      }
    }
    return sums.keySet().stream().sorted(Comparator.comparing(sums::get).reversed()).toList();
  }

  /** How often a class of callouts was done, and its time each in nanoseconds; -1 if unknown. */
  long count(Source source, String callout) {
    return all.get(source).getOrDefault(CALLOUTS + callout, 0L);
  }

  double nanosEach(Source source, String callout) {
    Long nanos = all.get(source).get(CALLOUTS + callout + ".ns");
    return nanos == null ? -1 : (double) nanos / count(source, callout);
  }

  /** The classes that took the most time, over all sources. */
  List<String> costliest(int most) {
    Map<String, Double> sums = new HashMap<>();
    for (Source source : sources()) {
      callouts(source.workload()).forEach(c -> sums.merge(c, nanos(source, c), Double::sum));
    }
    return sums.keySet().stream()
        .sorted(Comparator.comparing(sums::get).reversed())
        .limit(most)
        .toList();
  }

  /** Shares of the time of a source's callouts, the rest at the end; empty if there were none. */
  List<Double> calloutShares(Source source, List<String> classes) {
    double total = callouts(source.workload()).stream().mapToDouble(c -> nanos(source, c)).sum();
    if (total == 0) {
      return List.of();
    }
    List<Double> shares = new ArrayList<>();
    classes.forEach(c -> shares.add(nanos(source, c) / total));
    shares.add(Math.max(0, 1 - shares.stream().mapToDouble(s -> s).sum()));
    return shares;
  }

  private double nanos(Source source, String callout) {
    return all.get(source).getOrDefault(CALLOUTS + callout + ".ns", 0L);
  }

  /** The workloads, in the order in which they came. */
  List<String> workloads() {
    return all.keySet().stream().map(Source::workload).distinct().toList();
  }

  /** The sources of a workload. */
  List<Source> sources(String workload) {
    return sources().stream().filter(s -> s.workload().equals(workload)).toList();
  }

  /** For data files: counters by workload and subject. */
  Map<String, Map<String, Map<String, Long>>> document() {
    Map<String, Map<String, Map<String, Long>>> document = new LinkedHashMap<>();
    all.forEach((source, counters) ->
        document
            .computeIfAbsent(source.workload(), w -> new LinkedHashMap<>())
            .put(source.subject(), new TreeMap<>(counters)));
    return document;
  }
}

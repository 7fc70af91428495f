package io.transvisor.guests.bench;

import com.google.common.collect.Lists;
import io.transvisor.guests.bench.report.Results;
import io.transvisor.guests.bench.run.Budget;
import io.transvisor.guests.bench.run.GuestSession;
import io.transvisor.guests.bench.run.Macro;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.Benchmark.Place;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs every benchmark on every subject, each in a process of its own, so that none warms up for
 * another; quickly, all of a place in one process. Repetitions are far apart, so that what else the
 * machine does meets all alike.
 */
final class BenchmarkRuns {
  private static final Budget STEADY = Budget.seconds(0.5, 2);
  private static final Budget WARMS_UP = Budget.seconds(3, 8);
  private static final Budget QUICK_STEADY = Budget.seconds(0.15, 0.25);
  private static final Budget QUICK_WARMS_UP = Budget.seconds(0.25, 0.6);

  private final Results results;
  private final List<Macro> macros;
  private final int runs;
  private final boolean quick;
  private final GuestFiles files;
  private final Map<String, String> checksums = GuestFiles.checksums();

  BenchmarkRuns(Results results, List<Macro> macros, int runs, boolean quick, Path scratch) {
    this.macros = macros;
    this.results = results;
    this.runs = runs;
    this.quick = quick;
    this.files = new GuestFiles(scratch);
  }

  /** What counters of a benchmark's process belong to. */
  private static String workload(Benchmark b) {
    return switch (b.place()) {
      case RING3 -> "kernels in ring 3";
      case RING0 -> "kernels in ring 0";
      case NANO -> "single events";
    };
  }

  /** One process. */
  private record Session(Subject subject, List<Benchmark> benchmarks, int run) {}

  void run() {
    List<Session> sessions = sessions();
    List<Subject> systems = results.subjects().stream().filter(Subject::supportsMacros).toList();
    int steps =
        sessions.stream().mapToInt(s -> s.benchmarks().size()).sum()
            + runs * macros.size() * systems.size();
    Progress progress = new Progress(System.err, steps);
    for (Session session : sessions) {
      run(session, progress);
    }
    for (int run = 0; run < runs; run++) {
      for (Macro macro : macros) {
        systems.forEach(subject -> run(macro, subject, progress));
      }
    }
    progress.end();
  }

  private List<Session> sessions() {
    List<Session> sessions = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      for (Place place : Place.values()) {
        List<Benchmark> ofPlace = results.benchmarks(b -> b.place() == place);
        for (List<Benchmark> together : Lists.partition(ofPlace, quick ? ofPlace.size() + 1 : 1)) {
          for (Subject subject : results.subjects()) {
            List<Benchmark> supported = together.stream().filter(subject::supports).toList();
            if (!supported.isEmpty()) {
              sessions.add(new Session(subject, supported, run));
            }
          }
        }
      }
    }
    return sessions;
  }

  private void run(Session session, Progress progress) {
    Subject subject = session.subject();
    int[] begun = {0};
    GuestSession guest = new GuestSession(subject, budget(subject), session.run());
    try {
      List<Measurement> measured =
          guest.measure(
              files,
              session.benchmarks(),
              b -> {
                progress.starting(b + " on " + subject.id());
                begun[0]++;
                progress.finished(1);
              });
      for (Measurement m : measured) {
        Benchmark b = m.benchmark();
        results.add(m, b.kind().isCompute() ? checksums.get(b.kernel()) : null);
      }
      addCounters(workload(session.benchmarks().getFirst()), subject, guest);
    } catch (IOException e) {
      results.fail("%s on %s: %s".formatted(session.benchmarks(), subject.id(), e.getMessage()));
    }
    progress.finished(session.benchmarks().size() - begun[0]);
  }

  private void run(Macro macro, Subject subject, Progress progress) {
    progress.starting(macro.name() + " on " + subject.id());
    GuestSession guest = new GuestSession(subject, budget(subject), 0);
    try {
      guest
          .measure(macro)
          .forEach(
              (part, nanos) -> results.addMacro(macro.name() + ": " + part, subject.id(), nanos));
      addCounters(macro.name(), subject, guest);
    } catch (IOException e) {
      results.fail("%s on %s: %s".formatted(macro.name(), subject.id(), e.getMessage()));
    }
    progress.finished(1);
  }

  private void addCounters(String workload, Subject subject, GuestSession guest) {
    if (!guest.counters().isEmpty()) {
      results.counters().add(workload, subject.id(), guest.counters());
    }
  }

  private Budget budget(Subject subject) {
    return switch (subject.pace()) {
      case STEADY -> quick ? QUICK_STEADY : STEADY;
      case WARMS_UP -> quick ? QUICK_WARMS_UP : WARMS_UP;
    };
  }
}

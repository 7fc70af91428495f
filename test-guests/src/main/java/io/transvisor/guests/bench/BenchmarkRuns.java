package io.transvisor.guests.bench;

import com.google.common.collect.Lists;
import io.transvisor.guests.bench.report.Results;
import io.transvisor.guests.bench.run.Budget;
import io.transvisor.guests.bench.run.GuestSession;
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
  private static final Budget QUICK_STEADY = Budget.seconds(0.2, 0.3);
  private static final Budget QUICK_WARMS_UP = Budget.seconds(0.4, 1.2);

  private final Results results;
  private final int runs;
  private final boolean quick;
  private final GuestFiles files;
  private final Map<String, String> checksums = GuestFiles.checksums();

  BenchmarkRuns(Results results, int runs, boolean quick, Path scratch) {
    this.results = results;
    this.runs = runs;
    this.quick = quick;
    this.files = new GuestFiles(scratch);
  }

  /** One process. */
  private record Session(Subject subject, List<Benchmark> benchmarks, int run) {}

  void run() {
    List<Session> sessions = sessions();
    int steps = sessions.stream().mapToInt(s -> s.benchmarks().size()).sum();
    Progress progress = new Progress(System.err, steps);
    for (Session session : sessions) {
      run(session, progress);
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
    } catch (IOException e) {
      results.fail("%s on %s: %s".formatted(session.benchmarks(), subject.id(), e.getMessage()));
    }
    progress.finished(session.benchmarks().size() - begun[0]);
  }

  private Budget budget(Subject subject) {
    return switch (subject.pace()) {
      case STEADY -> quick ? QUICK_STEADY : STEADY;
      case WARMS_UP -> quick ? QUICK_WARMS_UP : WARMS_UP;
    };
  }
}

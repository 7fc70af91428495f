package io.transvisor.guests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import io.transvisor.guests.bench.report.Host;
import io.transvisor.guests.bench.report.Results;
import io.transvisor.guests.bench.report.TextReport;
import io.transvisor.guests.bench.run.Measurement;
import io.transvisor.guests.bench.run.RunningGuest;
import io.transvisor.guests.bench.run.Subject;
import io.transvisor.guests.bench.run.Window;
import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import io.transvisor.guests.bench.suite.Suite;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Medians, ratios and means of made-up measurements. */
class ResultsTest {
  private static final Subject SLOW = new FakeSubject("slow", false);
  private static final Subject FAST = new FakeSubject("fast", true);
  private static final Benchmark FIB = benchmark("fib/ring3");
  private static final Benchmark SIEVE = benchmark("sieve/ring3");

  private record FakeSubject(String id, boolean isOurs) implements Subject {
    @Override
    public String title() {
      return id;
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public boolean supports(Benchmark benchmark) {
      return true;
    }

    @Override
    public Pace pace() {
      return Pace.STEADY;
    }

    @Override
    public RunningGuest start(GuestFiles files, String words) throws IOException {
      throw new IOException("cannot run");
    }
  }

  private static Benchmark benchmark(String id) {
    return Suite.matching(Pattern.compile("^" + id), false).getFirst();
  }

  private static Measurement measurement(Subject s, Benchmark b, int run, long nanos, String sum) {
    Window w = new Window(0, 2, 3 * nanos, 2 * nanos);
    return new Measurement(
        s.id(), b, run, 1, sum, ImmutableList.of(3 * nanos, nanos, nanos), ImmutableList.of(w));
  }

  private final Results results = new Results(List.of(SLOW, FAST), List.of(SIEVE, FIB));

  @Test
  void mediansAndSpreadOverRuns() {
    for (long nanos : new long[] {100, 300, 120}) {
      results.add(measurement(SLOW, FIB, 0, nanos, "1"), "1");
    }
    assertThat(results.nanos(SLOW, FIB)).hasValue(120);
    assertThat(results.spread(SLOW, FIB)).isCloseTo(200.0 / 120, within(1e-9));
    assertThat(results.nanos(FAST, FIB)).isEmpty();
    assertThat(results.failures()).isEmpty();
  }

  @Test
  void geometricMeanOfWhatBothRan() {
    results.add(measurement(SLOW, FIB, 0, 800, "1"), null);
    results.add(measurement(FAST, FIB, 0, 100, "1"), null);
    results.add(measurement(SLOW, SIEVE, 0, 200, "2"), null);
    results.add(measurement(FAST, SIEVE, 0, 100, "2"), null);
    assertThat(results.meanSpeedUp(FAST, SLOW, b -> true).getAsDouble()).isCloseTo(4, within(1e-9));
    assertThat(new TextReport(Host.describe(), results).text())
        .containsPattern("fib .* 8[.]00 [|]")
        .contains("× slow", "4.00 times as fast", "least: sieve/ring3, 2.00");
  }

  @Test
  void warmUpIsWhatPassesTakeBeyondTheSteadyOnes() {
    assertThat(measurement(FAST, FIB, 0, 100, "1").warmUpNanos()).isCloseTo(200, within(1e-6));
  }

  @Test
  void wrongChecksumsAreFailures() {
    results.add(measurement(SLOW, FIB, 0, 1, "1"), "2");
    results.add(measurement(SLOW, SIEVE, 0, 1, "1"), null);
    results.add(measurement(FAST, SIEVE, 0, 1, "3"), null);
    assertThat(results.failures())
        .containsExactly(
            "fib/ring3 on slow: checksum 1, expected 2",
            "sieve/ring3 on fast: checksum 3, expected 1");
  }
}

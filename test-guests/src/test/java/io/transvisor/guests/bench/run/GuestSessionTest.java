package io.transvisor.guests.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import io.transvisor.guests.bench.suite.Suite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions with a shell script in the place of a guest. */
class GuestSessionTest {
  private static final Budget BUDGET = Budget.seconds(0.2, 0.5);
  private static final List<Benchmark> BENCHMARKS =
      Suite.matching(Pattern.compile("^(sieve|fib)/ring3"), false);

  /** Passes of a tenth of a second until a byte comes, as the guest makes them. */
  private static final String GUEST =
      """
      for kernel in sieve fib; do
        pass=0
        while ! read -r -t 0.01 -n 1; do
          echo "B $kernel ring3 $pass 7"
          sleep 0.1
          echo "E $kernel ring3 $pass 1234abcd"
          pass=$((pass + 1))
        done
      done
      echo DONE
      """;

  @TempDir Path scratch;

  private record ScriptSubject(String script, Path scratch) implements Subject {
    @Override
    public String id() {
      return "script";
    }

    @Override
    public String title() {
      return "a script";
    }

    @Override
    public boolean isOurs() {
      return false;
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
      return Subjects.startOnStandardStreams(List.of("bash", "-c", script), scratch);
    }
  }

  @BeforeEach
  void needsBash() {
    assumeTrue(Subjects.isOnPath("bash"), "bash is not installed");
  }

  private List<Measurement> measure(String script) throws IOException {
    return new GuestSession(new ScriptSubject(script, scratch), BUDGET, 2)
        .measure(new GuestFiles(scratch), BENCHMARKS, b -> {});
  }

  @Test
  void everyBenchmarkIsStoppedWhenItHasRunLongEnough() throws IOException {
    List<Benchmark> started = new ArrayList<>();
    List<Measurement> all =
        new GuestSession(new ScriptSubject(GUEST, scratch), BUDGET, 2)
            .measure(new GuestFiles(scratch), BENCHMARKS, started::add);
    assertThat(started).isEqualTo(BENCHMARKS);
    assertThat(all).extracting(Measurement::benchmark).isEqualTo(BENCHMARKS);
    assertThat(all)
        .allSatisfy(m -> {
          assertThat(m.checksum()).isEqualTo("1234abcd");
          assertThat(m.operations()).isEqualTo(7);
          assertThat(m.run()).isEqualTo(2);
          assertThat(m.windows()).hasSizeGreaterThanOrEqualTo(3);
          assertThat(m.passNanos()).allMatch(nanos -> nanos >= 0);
        });
  }

  @Test
  void changedChecksum() {
    String script = GUEST.replace("1234abcd", "$((pass / 2))");
    assertThatThrownBy(() -> measure(script))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a pass computed 1, the ones before 0");
  }

  @Test
  void earlyEndNamesTheLastThingSaid() {
    assertThatThrownBy(() -> measure("echo 'no such thing' >&2"))
        .isInstanceOf(IOException.class)
        .hasMessage("a script ended early: no such thing");
  }

  @Test
  void unexpectedInterrupt() {
    assertThatThrownBy(() -> measure("echo 'UNEXPECTED interrupt 0000000d'; sleep 5"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("0000000d");
  }
}

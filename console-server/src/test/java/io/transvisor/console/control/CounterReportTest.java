package io.transvisor.console.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CounterReportTest {
  private static String report(Map<String, Long> counters) {
    return CounterReport.text(new TreeMap<>(counters), name -> true)
        .replaceAll(" +", " ")
        .replace(System.lineSeparator(), "\n");
  }

  @Test
  void timeComesFirstWithShares() {
    assertThat(
            report(
                Map.of("a.things", 3L, "time.idle.ns", 750_000_000L, "time.busy.ns", 250_000_000L)))
        .isEqualTo("time s %\n busy 0.250 25.0\n idle 0.750 75.0\na count\n things 3\n");
  }

  @Test
  void nanosecondsStandBesideTheirCount() {
    assertThat(report(Map.of("disk.reads", 4L, "disk.reads.ns", 8_000_000L)))
        .isEqualTo("disk count ns each ms\n reads 4 2,000,000 8.0\n");
  }

  @Test
  void calloutsAreSortedByCount() {
    assertThat(
            report(Map.of("cpu0.callouts.cli", 5L, "cpu0.callouts.sti", 70L, "cpu0.links", 1_000L)))
        .isEqualTo("cpu0 count\n links 1,000\ncpu0 callouts count\n sti 70\n cli 5\n");
  }
}

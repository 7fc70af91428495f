package io.transvisor.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private final Pace pace = new Pace();

  @Test
  void followsWhatItSees() {
    for (int n = 0; n < 100; n++) {
      pace.ran(1_000, 2_000);
    }
    assertThat(pace.instructionsIn(100_000)).isBetween(49_000L, 50_000L);
  }

  @Test
  void isNotCarriedAwayByOneStretch() {
    long before = pace.instructionsIn(1_000_000);
    pace.ran(1, 50_000_000);
    assertThat(pace.instructionsIn(1_000_000)).isGreaterThan(before / 10);
  }

  @Test
  void nothingRunSaysNothing() {
    long before = pace.instructionsIn(1_000_000);
    pace.ran(0, 50_000_000);
    assertThat(pace.instructionsIn(1_000_000)).isEqualTo(before);
  }
}

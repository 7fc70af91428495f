package io.transvisor.device.pit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PitClockTest {
  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 2, 1193181, 1193182, 1193183, 99_999_999_999L, 1193182L * 100_000_000})
  void aTickBeginsAtItsNanosecondAndNotBefore(long tick) {
    long nanos = PitClock.nanos(tick);
    assertThat(PitClock.ticks(nanos)).isEqualTo(tick);
    if (nanos > 0) {
      assertThat(PitClock.ticks(nanos - 1)).isEqualTo(tick - 1);
    }
  }
}

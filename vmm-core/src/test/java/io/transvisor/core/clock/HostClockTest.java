package io.transvisor.core.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostClockTest {
  private static final long SECOND = 1_000_000_000L;

  private long host = 77 * SECOND;
  private final HostClock clock = new HostClock(() -> host);

  @Test
  void followsTheHost() {
    assertThat(clock.nanos()).isZero();
    clock.beginSlice();
    host += 1_000_000;
    assertThat(clock.nanos()).isEqualTo(1_000_000);
    clock.beginSlice();
    host += 3;
    assertThat(clock.nanos()).isEqualTo(1_000_003);
  }

  /** The host did not run the vCPU thread for a second. */
  @Test
  void goesThroughAGapInSteps() {
    clock.beginSlice();
    host += SECOND;
    long steps = 0;
    while (clock.nanos() < SECOND) {
      long before = clock.nanos();
      clock.beginSlice();
      assertThat(clock.nanos() - before).isBetween(1L, HostClock.MAX_STEP_NANOS);
      steps++;
    }
    assertThat(clock.nanos()).isEqualTo(SECOND);
    assertThat(steps).isEqualTo(SECOND / HostClock.MAX_STEP_NANOS - 1);
  }

  @Test
  void aHaltedCpuSleepsThroughTheGapUpToItsNextEvent() {
    clock.beginSlice();
    clock.advanceTo(SECOND);
    host += 2 * SECOND;
    assertThat(clock.nanos()).isEqualTo(SECOND);
    clock.beginSlice();
    assertThat(clock.nanos()).isEqualTo(SECOND + HostClock.MAX_STEP_NANOS);
  }

  @Test
  void standsStillWhilePaused() {
    clock.beginSlice();
    host += 100;
    clock.pause();
    host += SECOND;
    assertThat(clock.nanos()).isEqualTo(100);
    clock.resume();
    host += 11;
    assertThat(clock.nanos()).isEqualTo(111);
  }
}

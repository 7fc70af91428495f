package io.transvisor.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleSleepTest {
  private static final long MILLI = 1_000_000;
  private static final long QUIET = IdleSleep.ATTENTION_NANOS;

  private static final long LONG_AGO = 1_000 * MILLI;

  private final IdleSleep sleep = new IdleSleep(0);

  @Test
  void ticksOfAnIdleGuestAreGathered() {
    sleep.woken(QUIET);
    assertThat(sleep.duration(3 * MILLI, QUIET + MILLI)).isEqualTo(31 * MILLI);
    assertThat(sleep.duration(50 * MILLI, QUIET + MILLI)).isEqualTo(50 * MILLI);
    assertThat(sleep.duration(0, QUIET + MILLI)).isZero();
  }

  @Test
  void afterAnEventFromOutsideTimingIsExact() {
    sleep.woken(2 * QUIET);
    sleep.disturbed(2 * QUIET);
    assertThat(sleep.duration(3 * MILLI, 2 * QUIET + MILLI)).isEqualTo(3 * MILLI);
    sleep.woken(3 * QUIET);
    assertThat(sleep.duration(3 * MILLI, 3 * QUIET)).isEqualTo(IdleSleep.SPACING_NANOS);
  }

  @Test
  void aGuestThatWorksIsNotIdle() {
    sleep.woken(QUIET);
    assertThat(sleep.duration(3 * MILLI, QUIET + 9 * MILLI)).isEqualTo(3 * MILLI);
  }

  @Test
  void aGuestThatWorksAndSleepsInTurnIsNotIdle() {
    long now = QUIET;
    sleep.woken(now);
    for (int turn = 0; turn < 4; turn++) {
      sleep.duration(3 * MILLI, now += 3 * MILLI);
      sleep.woken(now += 3 * MILLI);
    }
    assertThat(sleep.duration(3 * MILLI, now)).isEqualTo(3 * MILLI);
    sleep.woken(now += LONG_AGO);
    assertThat(sleep.duration(3 * MILLI, now)).isEqualTo(IdleSleep.SPACING_NANOS);
  }
}

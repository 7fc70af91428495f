package io.transvisor.core.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostClockTest {
  private static final long MILLI = 1_000_000;

  private long host = 123_456;
  private final HostClock clock = new HostClock(() -> host);

  private long after(long nanos) {
    host += nanos;
    return clock.nanos();
  }

  @Test
  void followsTheHost() {
    assertThat(after(0)).isZero();
    assertThat(after(MILLI)).isEqualTo(MILLI);
    assertThat(after(7)).isEqualTo(MILLI + 7);
  }

  @Test
  void aThreadThatWasHeldUpSeesTimePassSlowlyAndCatchesUp() {
    assertThat(after(10 * MILLI)).isEqualTo(2 * MILLI);
    assertThat(after(MILLI)).isEqualTo(3 * MILLI + MILLI / 8);
    for (int n = 0; n < 69; n++) {
      after(MILLI);
    }
    assertThat(clock.nanos()).isEqualTo(80 * MILLI);
  }

  @Test
  void anIdleGuestSleepsAsLongAsItAskedFor() {
    assertThat(clock.idleUntil(50 * MILLI)).isEqualTo(50 * MILLI);
    assertThat(after(50 * MILLI)).isEqualTo(50 * MILLI);
  }

  @Test
  void aLateWakeUpBecomesALagThatIdlenessMakesGoodAtOnce() {
    clock.idleUntil(4 * MILLI);
    assertThat(after(40 * MILLI)).isEqualTo(4 * MILLI + HostClock.WAKE_UP_NANOS);
    assertThat(clock.idleUntil(8 * MILLI)).isZero();
    assertThat(clock.nanos()).isEqualTo(8 * MILLI);
    assertThat(clock.idleUntil(80 * MILLI)).isEqualTo(40 * MILLI);
    assertThat(after(40 * MILLI)).isEqualTo(80 * MILLI);
  }

  @Test
  void withoutADeadlineAnyTimeMayPass() {
    assertThat(clock.idleUntil(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(after(5_000 * MILLI)).isEqualTo(5_000 * MILLI);
  }

  @Test
  void timeJumpsAfterAHostThatWasAway() {
    assertThat(after(100_000 * MILLI)).isEqualTo(100_000 * MILLI);
  }

  /** Jumps would make the guest's time-stamp counter run away from its timer ticks. */
  @Test
  void aLagTooLongIsForgotten() {
    for (int n = 0; n < 100; n++) {
      after(1_000 * MILLI);
    }
    assertThat(clock.nanos()).isEqualTo(200 * MILLI);
    assertThat(clock.idleUntil(60_000 * MILLI)).isEqualTo(29_800 * MILLI);
  }

  @Test
  void pausedItStandsStill() {
    after(MILLI);
    clock.pause();
    assertThat(after(1_000 * MILLI)).isEqualTo(MILLI);
    clock.resume();
    assertThat(after(MILLI)).isEqualTo(2 * MILLI);
  }
}

package io.transvisor.console.rfb.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FailureLockoutTest {
  private long now = Long.MAX_VALUE - 1000;
  private final FailureLockout lockout = new FailureLockout(() -> now);
  private final InetAddress guesser = address("192.0.2.1");
  private final InetAddress other = address("192.0.2.2");

  @Test
  void fiveWrongPasswordsLockAnAddressForTenSeconds() {
    fail(guesser, FailureLockout.FREE_ATTEMPTS - 1);
    assertThat(lockout.isLocked(guesser)).isFalse();
    lockout.failed(guesser);
    assertThat(lockout.isLocked(guesser)).isTrue();
    assertThat(lockout.isLocked(other)).isFalse();
    pass(10);
    assertThat(lockout.isLocked(guesser)).isFalse();
  }

  @Test
  void furtherFailuresDoubleTheTimeUpToALimit() {
    fail(guesser, FailureLockout.FREE_ATTEMPTS + 1);
    pass(19);
    assertThat(lockout.isLocked(guesser)).isTrue();
    pass(1);
    assertThat(lockout.isLocked(guesser)).isFalse();
    fail(guesser, 100);
    pass(10 * 1024);
    assertThat(lockout.isLocked(guesser)).isFalse();
  }

  @Test
  void theRightPasswordClearsTheHistory() {
    fail(guesser, FailureLockout.FREE_ATTEMPTS - 1);
    lockout.succeeded(guesser);
    fail(guesser, FailureLockout.FREE_ATTEMPTS - 1);
    assertThat(lockout.isLocked(guesser)).isFalse();
  }

  @Test
  void addressesOfOneIpv6NetworkCountTogether() {
    for (int i = 1; i <= FailureLockout.FREE_ATTEMPTS; i++) {
      lockout.failed(address("2001:db8::" + i));
    }
    assertThat(lockout.isLocked(address("2001:db8::ffff"))).isTrue();
    assertThat(lockout.isLocked(address("2001:db8:0:1::1"))).isFalse();
  }

  @Test
  void manyAddressesDoNotFillTheMemory() {
    fail(guesser, FailureLockout.FREE_ATTEMPTS);
    for (int i = 0; i < 5000; i++) {
      lockout.failed(address("10.0." + i / 250 + "." + i % 250));
    }
    assertThat(lockout.isLocked(guesser)).as("forgotten, as the oldest").isFalse();
  }

  private void fail(InetAddress address, int times) {
    for (int i = 0; i < times; i++) {
      lockout.failed(address);
    }
  }

  private void pass(int seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}

package io.transvisor.console.rfb.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down password guessing: after {@link #FREE_ATTEMPTS} wrong passwords an address is refused
 * for ten seconds, and for twice as long after each further one. A right password clears the
 * record. IPv6 hosts count by their /64 network, in which one host may have any number of
 * addresses.
 */
public final class FailureLockout {
  /** Wrong passwords an address may send before it is locked out. */
  public static final int FREE_ATTEMPTS = 5;

  private static final long FIRST_LOCKOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_DOUBLINGS = 10;
  private static final int MAX_ADDRESSES = 1024;

  /** What is known of one address. */
  private static final class History {
    int failures;
    long lockedUntil;
  }

  private final LongSupplier nanoTime;

  /** Bounded: the address that failed longest ago is forgotten first. */
  private final Map<String, History> histories =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, History> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  /**
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  public FailureLockout(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether attempts from here are refused at the moment, whatever the password. */
  public synchronized boolean isLocked(InetAddress address) {
    History r = histories.get(key(address));
    return r != null && r.failures >= FREE_ATTEMPTS && nanoTime.getAsLong() - r.lockedUntil < 0;
  }

  public synchronized void failed(InetAddress address) {
    History r = histories.computeIfAbsent(key(address), k -> new History());
    r.failures++;
    if (r.failures >= FREE_ATTEMPTS) {
      int doublings = Math.min(r.failures - FREE_ATTEMPTS, MAX_DOUBLINGS);
      r.lockedUntil = nanoTime.getAsLong() + (FIRST_LOCKOUT_NANOS << doublings);
    }
  }

  public synchronized void succeeded(InetAddress address) {
    histories.remove(key(address));
  }

  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return Arrays.toString(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
  }
}

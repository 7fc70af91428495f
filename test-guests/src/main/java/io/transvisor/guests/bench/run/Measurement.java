package io.transvisor.guests.bench.run;

import com.google.common.collect.ImmutableList;
import com.google.common.math.Stats;
import io.transvisor.guests.bench.suite.Benchmark;
import java.util.List;

/**
 * One benchmark in one process.
 *
 * @param operations counted in a pass
 * @param checksum what the guest computed, in hexadecimal
 * @param passNanos time of day of each pass
 * @param windows the same passes in groups, with processor time
 */
public record Measurement(
    String subject,
    Benchmark benchmark,
    int run,
    long operations,
    String checksum,
    ImmutableList<Long> passNanos,
    ImmutableList<Window> windows) {

  /** Part of the windows at the end that count as steady state. */
  private static final double STEADY_PART = 0.4;

  /** Nanoseconds of processor time of a pass in steady state. */
  public double steadyNanos() {
    int count = Math.max(1, (int) (windows.size() * STEADY_PART));
    List<Window> last = windows.subList(windows.size() - count, windows.size());
    double[] each = last.stream().mapToDouble(Window::nanosPerPass).toArray();
    return com.google.common.math.Quantiles.median().compute(each);
  }

  /** The same by the time of day. */
  public double steadyWallNanos() {
    int count = Math.max(1, (int) (passNanos.size() * STEADY_PART));
    return com.google.common.math.Quantiles.median()
        .compute(passNanos.subList(passNanos.size() - count, passNanos.size()));
  }

  /** Nanoseconds of the first pass, time of day. */
  public long firstNanos() {
    return passNanos.getFirst();
  }

  /** What warm-up cost: time of day of all passes beyond what they take in steady state. */
  public double warmUpNanos() {
    return Math.max(0, Stats.of(passNanos).sum() - passNanos.size() * steadyWallNanos());
  }

  /** Nanoseconds of one operation in steady state. */
  public double nanosPerOperation() {
    return steadyNanos() / operations;
  }
}

package io.transvisor.core.cpu;

import io.transvisor.core.device.CounterSink;

/**
 * Counts something, and measures the time of every 256th: reading the clock each time would cost
 * more than what is measured. Used like this: {@code long t = event.begin(); ... event.end(t);}
 */
public final class SampledEvent {
  /** One in how many is measured, less one; a mask. */
  public static final int UNSAMPLED = 255;

  /** A longer one was interrupted by the host: it counts as this. */
  private static final long LONGEST_NANOS = 100_000;

  /** With fewer samples there is no time: the first ones are of code HotSpot has not compiled. */
  private static final int ENOUGH = 8;

  private static final long CLOCK_NANOS = clockNanos();

  private long count;
  private long samples;
  private long nanos;

  /** The least time that passes between two readings of the clock. */
  private static long clockNanos() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 1_000; i++) {
      long before = System.nanoTime();
      least = Math.min(least, System.nanoTime() - before);
    }
    return least;
  }

  /** Counts one that begins. Returns what {@link #end} wants. */
  public long begin() {
    return (++count & UNSAMPLED) == 0 ? System.nanoTime() : 0;
  }

  /**
   * @param begun what {@link #begin} returned
   */
  public void end(long begun) {
    if (begun != 0) {
      sample(elapsed(begun));
    }
  }

  /**
   * The host's clock, for statistics only: what a guest can see must not depend on it.
   *
   * @return nanoseconds since some time in the past
   */
  public static long now() {
    return System.nanoTime();
  }

  /** Nanoseconds since a reading of the clock, without the reading itself. */
  public static long elapsed(long begun) {
    return Math.clamp(System.nanoTime() - begun - CLOCK_NANOS, 0, LONGEST_NANOS);
  }

  private void sample(long elapsed) {
    samples++;
    nanos += elapsed;
  }

  public long count() {
    return count;
  }

  /** Gives the count, and under the name with {@code .ns} the time of all that the samples tell. */
  public void counters(String name, CounterSink sink) {
    sink.count(name, count);
    time(name, count, samples, nanos, sink);
  }

  /**
   * Gives the time alone, for numbers kept elsewhere.
   *
   * @param count how many the samples stand for
   * @param nanos time of the samples
   */
  public static void time(String name, long count, long samples, long nanos, CounterSink sink) {
    if (samples >= ENOUGH) {
      sink.count(name + ".ns", (long) ((double) nanos / samples * count));
    }
  }
}

package io.transvisor.guests.bench.run;

/**
 * Successive passes, long enough together to measure processor time.
 *
 * @param start nanoseconds of the time of day since the benchmark's first pass began
 * @param passes how many
 * @param wallNanos time of day inside the passes
 * @param cpuNanos processor time of the guest's thread, the few reports between the passes included
 */
public record Window(long start, int passes, long wallNanos, long cpuNanos) {
  /** Processor time of a pass. */
  public double nanosPerPass() {
    return (double) cpuNanos / passes;
  }
}

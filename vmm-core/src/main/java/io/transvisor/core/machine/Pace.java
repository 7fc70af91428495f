package io.transvisor.core.machine;

/**
 * How fast the guest has been running of late: tells how many instructions fit into a time. Guest
 * code is run in stretches that are counted in instructions, and their speed differs by a factor of
 * a hundred between hot compiled code and device accesses.
 */
final class Pace {
  /** Each stretch counts for one part in this many of the estimate. */
  private static final double WEIGHT = 1 / 8.0;

  private static final double SLOWEST_NANOS = 1_000;
  private double nanosPerInstruction = 20;

  /** Takes a stretch into account. */
  void ran(long instructions, long nanos) {
    if (instructions > 0) {
      double measured = Math.clamp((double) nanos / instructions, 0.1, SLOWEST_NANOS);
      nanosPerInstruction += (measured - nanosPerInstruction) * WEIGHT;
    }
  }

  /** How many instructions will take so many nanoseconds, if it goes on like this. */
  long instructionsIn(long nanos) {
    return (long) (nanos / nanosPerInstruction);
  }
}

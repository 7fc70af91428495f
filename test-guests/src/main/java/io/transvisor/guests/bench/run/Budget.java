package io.transvisor.guests.bench.run;

/**
 * How long one benchmark is measured.
 *
 * @param least nanoseconds at least
 * @param most nanoseconds at most, if there are {@link #ENOUGH_WINDOWS} by then; a pass that has
 *     begun is not cut off
 */
public record Budget(long least, long most) {
  /** Windows that have to agree before a measurement may end early. */
  static final int AGREEING_WINDOWS = 4;

  /** With fewer windows a measurement goes on until {@link #limit}. */
  static final int ENOUGH_WINDOWS = 3;

  private static final int PATIENCE = 4;

  /** How far they may differ. */
  static final double AGREEMENT = 0.03;

  /** Nanoseconds after which a measurement ends with what there is. */
  long limit() {
    return PATIENCE * most;
  }

  /** In seconds. */
  public static Budget seconds(double least, double most) {
    return new Budget((long) (least * 1e9), (long) (most * 1e9));
  }
}

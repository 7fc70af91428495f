package io.transvisor.guests.bench.chart;

import java.util.ArrayList;
import java.util.List;

/** A logarithmic axis: values to pixels, and where its marks are. */
final class LogAxis {
  private static final double[] STEPS = {1, 2, 5};

  private final double least;
  private final double most;
  private final double from;
  private final double to;

  /** An axis from pixel to pixel that has room for values from the least to the most. */
  LogAxis(double least, double most, double from, double to) {
    this.least = roundedDown(least);
    this.most = roundedUp(Math.max(most, this.least * 2));
    this.from = from;
    this.to = to;
  }

  private static double roundedDown(double value) {
    double decade = Math.pow(10, Math.floor(Math.log10(value)));
    double result = decade;
    for (double step : STEPS) {
      if (decade * step <= value * (1 + 1e-9)) {
        result = decade * step;
      }
    }
    return result;
  }

  private static double roundedUp(double value) {
    double down = roundedDown(value);
    if (down >= value * (1 - 1e-9)) {
      return down;
    }
    double decade = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : STEPS) {
      if (decade * step > value) {
        return decade * step;
      }
    }
    return decade * 10;
  }

  /** The pixel of a value; values beyond the ends lie at the ends. */
  double at(double value) {
    double part = Math.log(value / least) / Math.log(most / least);
    return from + (to - from) * Math.clamp(part, 0, 1);
  }

  /** Values to mark: powers of ten, and 2 and 5 times those on a short axis. */
  List<Double> marks() {
    boolean fine = most / least < 2_000;
    List<Double> marks = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(least));
    int last = (int) Math.ceil(Math.log10(most));
    for (int power = first; power <= last; power++) {
      for (double step : STEPS) {
        double value = step * Math.pow(10, power);
        if ((fine || step == 1) && value >= least * (1 - 1e-9) && value <= most * (1 + 1e-9)) {
          marks.add(value);
        }
      }
    }
    return marks;
  }

  /** A mark's label. */
  static String label(double value) {
    if (value >= 1e6) {
      return "%.0fM".formatted(value / 1e6);
    }
    if (value >= 1e4) {
      return "%.0fk".formatted(value / 1e3);
    }
    return value >= 1 ? "%.0f".formatted(value) : Double.toString(Math.round(value * 1e6) / 1e6);
  }
}

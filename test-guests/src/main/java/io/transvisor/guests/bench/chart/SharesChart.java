package io.transvisor.guests.bench.chart;

import io.transvisor.guests.bench.chart.Drawing.Anchor;
import io.transvisor.guests.bench.chart.Drawing.Point;
import java.util.List;

/**
 * Horizontal bars of the same length, divided into shares.
 *
 * @param parts names of the shares, in the order of the bars
 * @param bars from top to bottom
 */
public record SharesChart(String title, List<String> parts, List<Bar> bars) implements Chart {
  private static final double LABELS = 300;
  private static final double RIGHT = 24;
  private static final double TOP = 44;
  private static final double ROW = 30;
  private static final double THICKNESS = 20;
  private static final double WIDTH = 940;
  private static final double LETTER = 6.6;

  /** Below this a share has no room for its figure. */
  private static final double LEAST_LABELLED = 0.05;

  private static final List<String> COLORS =
      List.of("#e4572e", "#4e79a7", "#d4a017", "#8e6bbf", "#2a9d8f", "#a9825a", "#c9ced5");

  /**
   * A bar.
   *
   * @param shares one for each part; they add up to 1
   */
  public record Bar(String label, List<Double> shares) {}

  @Override
  public double width() {
    return WIDTH;
  }

  @Override
  public double height() {
    return TOP + bars.size() * ROW + 12;
  }

  @Override
  public void draw(Drawing d) {
    double x = LABELS;
    for (int i = 0; i < parts.size(); i++) {
      d.rectangle(new Point(x, 12), 11, 11, COLORS.get(i));
      d.text(new Point(x + 16, 22), parts.get(i), 12, Anchor.START, Palette.INK);
      x += 26 + parts.get(i).length() * LETTER;
    }
    for (int i = 0; i < bars.size(); i++) {
      draw(d, bars.get(i), TOP + i * ROW);
    }
  }

  private static void draw(Drawing d, Bar bar, double y) {
    d.text(new Point(LABELS - 12, y + 15), bar.label(), 12, Anchor.END, Palette.INK);
    double x = LABELS;
    for (int i = 0; i < bar.shares().size(); i++) {
      double share = bar.shares().get(i);
      double length = share * (WIDTH - LABELS - RIGHT);
      if (length > 0.5) {
        d.rectangle(new Point(x, y), length, THICKNESS, COLORS.get(i));
      }
      if (share >= LEAST_LABELLED) {
        String figure = "%.0f %%".formatted(share * 100);
        d.text(new Point(x + length / 2, y + 14), figure, 11, Anchor.MIDDLE, "#ffffff");
      }
      x += length;
    }
  }
}

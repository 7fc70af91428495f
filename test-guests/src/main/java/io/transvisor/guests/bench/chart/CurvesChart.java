package io.transvisor.guests.bench.chart;

import io.transvisor.guests.bench.chart.Drawing.Anchor;
import io.transvisor.guests.bench.chart.Drawing.Point;
import io.transvisor.guests.bench.run.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * Small charts side by side: speed over time, one curve for each subject. All share both axes, so
 * that they can be compared.
 */
public record CurvesChart(String title, List<Subject> subjects, List<Panel> panels)
    implements Chart {
  private static final int COLUMNS = 3;
  private static final double WIDTH = 940;
  private static final double TOP = 40;
  private static final double PANEL_WIDTH = WIDTH / COLUMNS;
  private static final double PANEL_HEIGHT = 170;
  private static final double LEFT = 44;
  private static final double INSET = 14;
  private static final double HEAD = 24;
  private static final double FOOT = 26;

  /** One benchmark. */
  public record Panel(String label, List<Curve> curves) {}

  /**
   * One subject on one benchmark.
   *
   * @param seconds when, since the first pass began
   * @param speeds millions of guest instructions a second
   */
  public record Curve(String color, List<Double> seconds, List<Double> speeds) {}

  @Override
  public double width() {
    return WIDTH;
  }

  @Override
  public double height() {
    return TOP + (panels.size() + COLUMNS - 1) / COLUMNS * PANEL_HEIGHT;
  }

  @Override
  public void draw(Drawing d) {
    Legend.draw(d, new Point(LEFT, 18), subjects);
    double least = Double.MAX_VALUE;
    double most = 0;
    double first = Double.MAX_VALUE;
    double last = 0;
    for (Panel p : panels) {
      for (Curve c : p.curves()) {
        least = Math.min(least, c.speeds().stream().min(Double::compare).orElseThrow());
        most = Math.max(most, c.speeds().stream().max(Double::compare).orElseThrow());
        first = Math.min(first, c.seconds().getFirst());
        last = Math.max(last, c.seconds().getLast());
      }
    }
    for (int i = 0; i < panels.size(); i++) {
      double left = i % COLUMNS * PANEL_WIDTH;
      double top = TOP + i / COLUMNS * PANEL_HEIGHT;
      LogAxis y = new LogAxis(least, most, top + PANEL_HEIGHT - FOOT, top + HEAD);
      LogAxis x = new LogAxis(first, last, left + LEFT, left + PANEL_WIDTH - INSET);
      drawPanel(d, panels.get(i), x, y, new Point(left, top));
    }
  }

  private static void drawPanel(Drawing d, Panel panel, LogAxis x, LogAxis y, Point corner) {
    double left = corner.x() + LEFT;
    double right = corner.x() + PANEL_WIDTH - INSET;
    double top = corner.y() + HEAD;
    double bottom = corner.y() + PANEL_HEIGHT - FOOT;
    d.text(new Point(left, corner.y() + 16), panel.label(), 12, Anchor.START, Palette.INK);
    d.text(new Point(right, corner.y() + 16), "MIPS", 10, Anchor.END, Palette.FAINT);
    for (double mark : y.marks()) {
      if (isDecade(mark)) {
        d.line(new Point(left, y.at(mark)), new Point(right, y.at(mark)), Palette.GRID, 1);
        d.text(
            new Point(left - 5, y.at(mark) + 4),
            LogAxis.label(mark),
            10,
            Anchor.END,
            Palette.FAINT);
      }
    }
    for (double mark : x.marks()) {
      if (isDecade(mark)) {
        d.line(new Point(x.at(mark), top), new Point(x.at(mark), bottom), Palette.GRID, 1);
        d.text(
            new Point(x.at(mark), bottom + 13),
            LogAxis.label(mark) + " s",
            10,
            Anchor.MIDDLE,
            Palette.FAINT);
      }
    }
    for (Curve c : panel.curves()) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < c.seconds().size(); i++) {
        points.add(new Point(x.at(c.seconds().get(i)), y.at(c.speeds().get(i))));
      }
      if (points.size() == 1) {
        d.disk(points.getFirst(), 4, c.color(), "one pass");
      } else {
        d.polyline(points, c.color(), 1.8);
      }
    }
  }

  private static boolean isDecade(double value) {
    double power = Math.log10(value);
    return Math.abs(power - Math.rint(power)) < 1e-6;
  }
}

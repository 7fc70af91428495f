package io.transvisor.guests.bench.chart;

import io.transvisor.guests.bench.chart.Drawing.Anchor;
import io.transvisor.guests.bench.chart.Drawing.Point;
import io.transvisor.guests.bench.run.Subject;
import java.util.List;

/**
 * One row for each benchmark, one disk for each subject, on a logarithmic axis.
 *
 * @param axis what the axis means
 * @param rows from top to bottom
 * @param reference value with a line of its own, or 0
 * @param note explains the diamonds; empty when there are none
 */
public record DotChart(
    String title,
    String axis,
    List<Subject> subjects,
    List<Row> rows,
    double reference,
    String note)
    implements Chart {
  private static final double LABELS = 150;
  private static final double RIGHT = 24;
  private static final double TOP = 56;
  private static final double ROW = 22;
  private static final double BOTTOM = 42;
  private static final double WIDTH = 940;

  /** The figures of a benchmark. */
  public record Row(String label, List<Dot> dots) {}

  /**
   * One figure.
   *
   * @param color of a disk; empty for a diamond
   */
  public record Dot(double value, String color, String tip) {}

  @Override
  public double width() {
    return WIDTH;
  }

  @Override
  public double height() {
    return TOP + rows.size() * ROW + BOTTOM;
  }

  @Override
  public void draw(Drawing d) {
    LogAxis x = axisOfValues();
    double bottom = TOP + rows.size() * ROW;
    double end = Legend.draw(d, new Point(LABELS, 22), subjects);
    if (!note.isEmpty()) {
      d.diamond(new Point(end + 5, 18), 5, Palette.FAINT, note);
      d.text(new Point(end + 14, 22), note, 12, Anchor.START, Palette.INK);
    }
    for (int i = 0; i < rows.size(); i += 2) {
      d.rectangle(new Point(0, TOP + i * ROW), WIDTH, ROW, "#f7f8f9");
    }
    for (double mark : x.marks()) {
      d.line(new Point(x.at(mark), TOP - 4), new Point(x.at(mark), bottom), Palette.GRID, 1);
      String label = LogAxis.label(mark);
      d.text(new Point(x.at(mark), TOP - 8), label, 11, Anchor.MIDDLE, Palette.FAINT);
      d.text(new Point(x.at(mark), bottom + 15), label, 11, Anchor.MIDDLE, Palette.FAINT);
    }
    if (reference > 0) {
      d.line(
          new Point(x.at(reference), TOP - 4),
          new Point(x.at(reference), bottom),
          Palette.REFERENCE,
          2);
    }
    for (int i = 0; i < rows.size(); i++) {
      drawRow(d, x, rows.get(i), TOP + i * ROW + ROW / 2);
    }
    d.text(new Point((LABELS + WIDTH) / 2, bottom + 34), axis, 12, Anchor.MIDDLE, Palette.INK);
  }

  private static void drawRow(Drawing d, LogAxis x, Row row, double y) {
    d.text(new Point(LABELS - 12, y + 4), row.label(), 12, Anchor.END, Palette.INK);
    for (Dot dot : row.dots()) {
      Point at = new Point(x.at(dot.value()), y);
      if (dot.color().isEmpty()) {
        d.diamond(at, 6, Palette.FAINT, dot.tip());
      } else {
        d.disk(at, 6, dot.color(), dot.tip());
      }
    }
  }

  private LogAxis axisOfValues() {
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Row row : rows) {
      for (Dot dot : row.dots()) {
        least = Math.min(least, dot.value());
        most = Math.max(most, dot.value());
      }
    }
    if (reference > 0) {
      least = Math.min(least, reference);
      most = Math.max(most, reference);
    }
    return new LogAxis(least, most, LABELS, WIDTH - RIGHT);
  }
}

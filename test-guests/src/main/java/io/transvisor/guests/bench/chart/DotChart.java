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
 * @param marks explains the diamonds
 */
public record DotChart(
    String title,
    String axis,
    List<Subject> subjects,
    List<Row> rows,
    double reference,
    List<Mark> marks)
    implements Chart {
  private static final double LABELS = 150;
  private static final double RIGHT = 24;
  private static final double TOP = 56;
  private static final double LINE = 18;
  private static final double LETTER = 6.6;
  private static final double ROW = 22;
  private static final double BOTTOM = 42;
  private static final double WIDTH = 940;

  /** The figures of a benchmark. */
  public record Row(String label, List<Dot> dots) {}

  /**
   * One figure.
   *
   * @param mark makes it a diamond; null for a disk
   */
  public record Dot(double value, String color, String tip, Mark mark) {
    /** The figure of a subject. */
    public static Dot of(Subject subject, double value, String tip) {
      return new Dot(value, Palette.of(subject.id()), tip, null);
    }

    /** A figure of none of the subjects. */
    public static Dot of(Mark mark, double value) {
      return new Dot(value, mark.color(), mark.title(), mark);
    }
  }

  /** What a diamond of a colour means. */
  public record Mark(String color, String title) {}

  @Override
  public double width() {
    return WIDTH;
  }

  @Override
  public double height() {
    return top() + rows.size() * ROW + BOTTOM;
  }

  private double top() {
    return marks.isEmpty() ? TOP : TOP + LINE;
  }

  @Override
  public void draw(Drawing d) {
    LogAxis x = axisOfValues();
    double top = top();
    double bottom = top + rows.size() * ROW;
    Legend.draw(d, new Point(LABELS, 22), subjects);
    double markX = LABELS;
    for (Mark mark : marks) {
      d.diamond(new Point(markX + 5, 18 + LINE), 5, mark.color(), mark.title());
      d.text(new Point(markX + 14, 22 + LINE), mark.title(), 12, Anchor.START, Palette.INK);
      markX += 34 + mark.title().length() * LETTER;
    }
    for (int i = 0; i < rows.size(); i += 2) {
      d.rectangle(new Point(0, top + i * ROW), WIDTH, ROW, "#f7f8f9");
    }
    for (double mark : x.marks()) {
      d.line(new Point(x.at(mark), top - 4), new Point(x.at(mark), bottom), Palette.GRID, 1);
      String label = LogAxis.label(mark);
      d.text(new Point(x.at(mark), top - 8), label, 11, Anchor.MIDDLE, Palette.FAINT);
      d.text(new Point(x.at(mark), bottom + 15), label, 11, Anchor.MIDDLE, Palette.FAINT);
    }
    if (reference > 0) {
      d.line(
          new Point(x.at(reference), top - 4),
          new Point(x.at(reference), bottom),
          Palette.REFERENCE,
          2);
    }
    for (int i = 0; i < rows.size(); i++) {
      drawRow(d, x, rows.get(i), top + i * ROW + ROW / 2);
    }
    d.text(new Point((LABELS + WIDTH) / 2, bottom + 34), axis, 12, Anchor.MIDDLE, Palette.INK);
  }

  private static void drawRow(Drawing d, LogAxis x, Row row, double y) {
    d.text(new Point(LABELS - 12, y + 4), row.label(), 12, Anchor.END, Palette.INK);
    for (Dot dot : row.dots()) {
      Point at = new Point(x.at(dot.value()), y);
      if (dot.mark() != null) {
        d.diamond(at, 6, dot.color(), dot.tip());
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

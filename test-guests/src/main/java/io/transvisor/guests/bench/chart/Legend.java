package io.transvisor.guests.bench.chart;

import io.transvisor.guests.bench.chart.Drawing.Anchor;
import io.transvisor.guests.bench.chart.Drawing.Point;
import io.transvisor.guests.bench.run.Subject;
import java.util.List;

/** Which colour is which subject, in one line. */
final class Legend {
  private static final double SIZE = 12;
  private static final double LETTER = 6.6;

  private Legend() {}

  /** Draws from a position; returns where it ends. */
  static double draw(Drawing d, Point at, List<Subject> subjects) {
    double x = at.x();
    for (Subject s : subjects) {
      d.disk(new Point(x + 5, at.y() - 4), 5, Palette.of(s.id()), s.title());
      d.text(new Point(x + 14, at.y()), s.title(), SIZE, Anchor.START, Palette.INK);
      x += 30 + s.title().length() * LETTER;
    }
    return x;
  }
}

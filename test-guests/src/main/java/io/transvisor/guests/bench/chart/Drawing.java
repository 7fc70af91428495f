package io.transvisor.guests.bench.chart;

import java.util.List;

/** What charts draw on. Coordinates are pixels from the upper left corner. */
public interface Drawing {
  /** Where a text's position is. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** A point of a line. */
  record Point(double x, double y) {}

  /**
   * @param color as #rrggbb
   */
  void line(Point from, Point to, String color, double width);

  void polyline(List<Point> points, String color, double width);

  void rectangle(Point corner, double width, double height, String color);

  /** A disk with a white rim; what it stands for is shown where a pointer rests on it. */
  void disk(Point center, double radius, String color, String tip);

  /** A square on its corner, empty. */
  void diamond(Point center, double radius, String color, String tip);

  /**
   * @param at on the base line
   * @param size of the font in pixels
   */
  void text(Point at, String text, double size, Anchor anchor, String color);
}

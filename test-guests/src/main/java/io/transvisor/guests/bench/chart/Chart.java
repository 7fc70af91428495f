package io.transvisor.guests.bench.chart;

/** Something that can be drawn. Sizes are pixels. */
public interface Chart {
  /** What the chart shows. */
  String title();

  double width();

  double height();

  void draw(Drawing drawing);
}

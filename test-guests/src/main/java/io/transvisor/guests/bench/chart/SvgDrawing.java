package io.transvisor.guests.bench.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Draws an SVG element that can stand in an HTML page. */
public final class SvgDrawing implements Drawing {
  private final StringBuilder svg = new StringBuilder();

  private SvgDrawing() {}

  /** The chart as an element. */
  public static String of(Chart chart) {
    SvgDrawing drawing = new SvgDrawing();
    drawing.add(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\" font-family=\"inherit\">\n",
        chart.width(), chart.height(), escaped(chart.title()));
    chart.draw(drawing);
    drawing.add("</svg>\n");
    return drawing.svg.toString();
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  @Override
  public void line(Point from, Point to, String color, double width) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n",
        from.x(), from.y(), to.x(), to.y(), color, width);
  }

  @Override
  public void polyline(List<Point> points, String color, double width) {
    String list =
        points.stream()
            .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", p.x(), p.y()))
            .collect(Collectors.joining(" "));
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>\n",
        list, color, width);
  }

  @Override
  public void rectangle(Point corner, double width, double height, String color) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
        corner.x(), corner.y(), width, height, color);
  }

  @Override
  public void disk(Point center, double radius, String color, String tip) {
    add(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" stroke=\"#ffffff\"><title>%s</title></circle>\n",
        center.x(), center.y(), radius, color, escaped(tip));
  }

  @Override
  public void diamond(Point center, double radius, String color, String tip) {
    add(
        "<path d=\"M%.1f %.1fl%3$.1f %3$.1fl-%3$.1f %3$.1fl-%3$.1f -%3$.1fz\" fill=\"none\" stroke=\"%4$s\" stroke-width=\"1.6\"><title>%5$s</title></path>\n",
        center.x(), center.y() - radius, radius, color, escaped(tip));
  }

  @Override
  public void text(Point at, String text, double size, Anchor anchor, String color) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
        at.x(), at.y(), size, anchor.name().toLowerCase(Locale.ROOT), color, escaped(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}

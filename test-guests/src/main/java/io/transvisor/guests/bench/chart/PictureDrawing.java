package io.transvisor.guests.bench.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Draws a picture, twice as large as the chart's coordinates, for sharp print. */
public final class PictureDrawing implements Drawing {
  private static final double SCALE = 2;

  private final Graphics2D graphics;

  private PictureDrawing(Graphics2D graphics) {
    this.graphics = graphics;
  }

  /** Writes the chart as a PNG file. */
  public static void write(Chart chart, Path file) throws IOException {
    BufferedImage image =
        new BufferedImage(
            (int) (chart.width() * SCALE),
            (int) (chart.height() * SCALE),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.scale(SCALE, SCALE);
    chart.draw(new PictureDrawing(graphics));
    graphics.dispose();
    try (var out = Files.newOutputStream(file)) {
      ImageIO.write(image, "png", out);
    }
  }

  private void use(String color, double width) {
    graphics.setColor(Color.decode(color));
    graphics.setStroke(
        new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
  }

  @Override
  public void line(Point from, Point to, String color, double width) {
    use(color, width);
    graphics.draw(new Line2D.Double(from.x(), from.y(), to.x(), to.y()));
  }

  @Override
  public void polyline(List<Point> points, String color, double width) {
    use(color, width);
    Path2D path = new Path2D.Double();
    path.moveTo(points.getFirst().x(), points.getFirst().y());
    points.forEach(p -> path.lineTo(p.x(), p.y()));
    graphics.draw(path);
  }

  @Override
  public void rectangle(Point corner, double width, double height, String color) {
    use(color, 1);
    graphics.fill(new Rectangle2D.Double(corner.x(), corner.y(), width, height));
  }

  @Override
  public void disk(Point center, double radius, String color, String tip) {
    Ellipse2D disk =
        new Ellipse2D.Double(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius);
    use(color, 1);
    graphics.fill(disk);
    use("#ffffff", 1);
    graphics.draw(disk);
  }

  @Override
  public void diamond(Point center, double radius, String color, String tip) {
    use(color, 1.6);
    Path2D path = new Path2D.Double();
    path.moveTo(center.x(), center.y() - radius);
    path.lineTo(center.x() + radius, center.y());
    path.lineTo(center.x(), center.y() + radius);
    path.lineTo(center.x() - radius, center.y());
    path.closePath();
    graphics.draw(path);
  }

  @Override
  public void text(Point at, String text, double size, Anchor anchor, String color) {
    use(color, 1);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont((float) size));
    double width = graphics.getFontMetrics().getStringBounds(text, graphics).getWidth();
    double shift =
        switch (anchor) {
          case START -> 0;
          case MIDDLE -> width / 2;
          case END -> width;
        };
    graphics.drawString(text, (float) (at.x() - shift), (float) at.y());
  }
}

package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a client has been sent pictures with loss, to the nearest cell: what is worth sending again
 * when the screen is at rest.
 */
final class LossyAreas {
  private final DamageGrid cells;

  LossyAreas(int width, int height) {
    cells = new DamageGrid(width, height);
  }

  boolean isEmpty() {
    return cells.isEmpty();
  }

  /** A rectangle has been sent. */
  void sent(Area area, boolean withLoss) {
    if (withLoss) {
      cells.add(area.x(), area.y(), area.width(), area.height());
    } else if (!cells.isEmpty()) {
      cells.removeInside(area);
    }
  }

  /** The client has been told to copy something here: with whatever loss it had. */
  void copied(Area destination) {
    if (!cells.isEmpty()) {
      sent(destination, true);
    }
  }

  /**
   * Takes out some of them, as rectangles.
   *
   * @param within what the client wants to see
   * @param pixels about how many at most
   */
  List<Area> take(Area within, int pixels) {
    List<Area> taken = new ArrayList<>();
    int left = pixels;
    for (int row = 0; row < cells.rows() && left > 0; row++) {
      Area run = Area.EMPTY;
      for (int column = 0; column < cells.columns(); column++) {
        Area cell = cells.area(column, row);
        if (cells.isSet(column, row) && within.contains(cell)) {
          run = run.enclose(cell);
          left -= cell.width() * cell.height();
        } else if (!run.isEmpty()) {
          taken.add(run);
          run = Area.EMPTY;
        }
      }
      if (!run.isEmpty()) {
        taken.add(run);
      }
    }
    taken.forEach(cells::removeInside);
    return taken;
  }
}

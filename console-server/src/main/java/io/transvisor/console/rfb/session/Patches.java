package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import java.util.ArrayDeque;
import java.util.Deque;

/** Cells of a grid that touch each other. */
final class Patches {
  private Patches() {}

  /**
   * What encloses the patch of most cells.
   *
   * @param cells what there is in each cell, row by row; cells that are empty separate patches
   * @param columns cells in a row
   * @return empty if all cells are
   */
  static Area largest(Area[] cells, int columns) {
    boolean[] seen = new boolean[cells.length];
    Area largest = Area.EMPTY;
    int most = 0;
    for (int start = 0; start < cells.length; start++) {
      Deque<Integer> todo = new ArrayDeque<>();
      add(start, cells, seen, todo);
      Area area = Area.EMPTY;
      int count = 0;
      while (!todo.isEmpty()) {
        int cell = todo.remove();
        int column = cell % columns;
        area = area.enclose(cells[cell]);
        count++;
        add(cell - columns, cells, seen, todo);
        add(cell + columns, cells, seen, todo);
        add(column == 0 ? -1 : cell - 1, cells, seen, todo);
        add(column == columns - 1 ? -1 : cell + 1, cells, seen, todo);
      }
      if (count > most) {
        most = count;
        largest = area;
      }
    }
    return largest;
  }

  private static void add(int cell, Area[] cells, boolean[] seen, Deque<Integer> todo) {
    if (cell >= 0 && cell < cells.length && !seen[cell] && !cells[cell].isEmpty()) {
      seen[cell] = true;
      todo.add(cell);
    }
  }
}

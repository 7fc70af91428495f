package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import java.util.Arrays;

/**
 * A region of a picture to the nearest cell of 64 by 16 pixels: constant size however often it is
 * added to. Sixteen rows are one row of text on most screens; 64 pixels are what one comparison
 * handles well.
 */
final class DamageGrid {
  static final int CELL_WIDTH = 64;
  static final int CELL_HEIGHT = 16;

  private final int width;
  private final int height;
  private final int columns;
  private final int rows;
  private final boolean[] cells;
  private boolean empty = true;

  DamageGrid(int width, int height) {
    this.width = width;
    this.height = height;
    columns = (width + CELL_WIDTH - 1) / CELL_WIDTH;
    rows = (height + CELL_HEIGHT - 1) / CELL_HEIGHT;
    cells = new boolean[columns * rows];
  }

  int columns() {
    return columns;
  }

  int rows() {
    return rows;
  }

  boolean isEmpty() {
    return empty;
  }

  boolean isSet(int column, int row) {
    return cells[row * columns + column];
  }

  void set(int column, int row) {
    cells[row * columns + column] = true;
    empty = false;
  }

  /** Adds the part of an area that lies in the picture. */
  void add(int x, int y, int w, int h) {
    int right = Math.min(x + w, width);
    int bottom = Math.min(y + h, height);
    int left = Math.max(x, 0);
    int top = Math.max(y, 0);
    if (left >= right || top >= bottom) {
      return;
    }
    int firstColumn = left / CELL_WIDTH;
    int lastColumn = (right - 1) / CELL_WIDTH;
    for (int row = top / CELL_HEIGHT; row <= (bottom - 1) / CELL_HEIGHT; row++) {
      Arrays.fill(cells, row * columns + firstColumn, row * columns + lastColumn + 1, true);
    }
    empty = false;
  }

  /** Takes out the cells that lie in an area with all their pixels. */
  void removeInside(Area area) {
    empty = true;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int cell = row * columns + column;
        cells[cell] = cells[cell] && !area.contains(area(column, row));
        empty &= !cells[cell];
      }
    }
  }

  void addAll() {
    add(0, 0, width, height);
  }

  void clear() {
    Arrays.fill(cells, false);
    empty = true;
  }

  /** The pixels of a cell; cells at the right and bottom edge may be smaller. */
  Area area(int column, int row) {
    int x = column * CELL_WIDTH;
    int y = row * CELL_HEIGHT;
    return new Area(x, y, Math.min(CELL_WIDTH, width - x), Math.min(CELL_HEIGHT, height - y));
  }
}

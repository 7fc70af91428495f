package io.transvisor.device.vga;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of characters on the screen, or the part of one that is to be seen.
 *
 * @param y its first screen line
 * @param height its screen lines
 * @param firstScan the row scan shown on the first line
 * @param address video memory address of its first character
 * @param panning dots it is moved to the left
 */
record TextRow(int y, int height, int firstScan, int address, int panning) {

  /**
   * The rows of a mode, top to bottom: cut at the top by the preset row scan, at the split and at
   * the end of the picture.
   */
  static List<TextRow> of(DisplayMode.Lines lines) {
    List<TextRow> rows = new ArrayList<>();
    int part = Math.min(lines.split(), lines.height());
    add(rows, lines, 0, part, lines.start(), lines.presetScan(), lines.panning());
    if (part < lines.height()) {
      add(rows, lines, part, lines.height(), 0, 0, lines.lowerPanned() ? lines.panning() : 0);
    }
    return rows;
  }

  private static void add(
      List<TextRow> rows,
      DisplayMode.Lines lines,
      int from,
      int to,
      int start,
      int firstScan,
      int panning) {
    int y = from;
    int scan = firstScan;
    int address = start;
    while (y < to) {
      // A preset beyond the last row scan runs on until the five-bit counter comes round.
      int scans = scan < lines.rowScans() ? lines.rowScans() - scan : 32 - scan + lines.rowScans();
      int height = Math.min(scans * lines.linesPerScan(), to - y);
      rows.add(new TextRow(y, height, scan, address, panning));
      y += height;
      scan = 0;
      address = address + lines.offset() & lines.wrap() - 1;
    }
  }

  /** The row scan shown on a line of this row. */
  int scan(int line, DisplayMode.Lines lines) {
    return firstScan + line / lines.linesPerScan() & 0x1F;
  }
}

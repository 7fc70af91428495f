package io.transvisor.device.vga;

import io.transvisor.core.display.Screen;
import java.util.Arrays;
import java.util.List;

/**
 * Paints text modes. Each cell is compared with what was painted there last, so that only changed
 * cells are painted and no write traces are needed; the fonts are compared in the same way.
 */
final class TextRenderer {
  private static final int GLYPHS = 256;
  private static final int GLYPH_BYTES = 32;
  private static final int FONT_BYTES = GLYPHS * GLYPH_BYTES;

  /** Bits of a cell's description above character and attribute. */
  private static final int HIDDEN = 1 << 16;

  private static final int CURSOR = 1 << 17;
  private static final int NEVER_PAINTED = -1;

  /**
   * Attribute bits that select underlining: foreground 1 on background 0, as on a monochrome
   * adapter.
   */
  private static final int UNDERLINE_MASK = 0x77;

  private final VideoMemory memory;
  private DisplayMode.Text mode;
  private List<TextRow> rows = List.of();
  private int[] shadow = {};
  private final byte[] fontA = new byte[FONT_BYTES];
  private final byte[] fontB = new byte[FONT_BYTES];
  private int cursorStart;
  private int cursorEnd;
  private int[] palette;

  TextRenderer(VideoMemory memory) {
    this.memory = memory;
  }

  /**
   * The text cursor as the CRT controller has it.
   *
   * @param address video memory address of the character it stands on
   * @param start first row scan
   * @param end last row scan; before {@code start} there is no cursor
   * @param visible whether it is on and in the visible phase of its blinking
   */
  record Cursor(int address, int start, int end, boolean visible) {}

  /**
   * Brings the screen up to date.
   *
   * @param hideBlinking the phase in which blinking characters are not to be seen
   * @param everything whether to paint unchanged cells too
   */
  void refresh(
      Screen screen,
      DisplayMode.Text newMode,
      int[] colors,
      Cursor cursor,
      boolean hideBlinking,
      boolean everything) {
    boolean all = everything || !newMode.equals(mode);
    if (!newMode.equals(mode)) {
      mode = newMode;
      rows = TextRow.of(mode.lines());
      shadow = new int[rows.size() * cells()];
    }
    palette = colors;
    all |= copyFont(mode.fontA(), fontA) | copyFont(mode.fontB(), fontB);
    boolean shapeChanged = cursor.start != cursorStart || cursor.end != cursorEnd;
    cursorStart = cursor.start;
    cursorEnd = cursor.end;
    if (all) {
      Arrays.fill(shadow, NEVER_PAINTED);
      screen.paint(
          0,
          0,
          mode.width(),
          mode.lines().height(),
          (pixels, stride) -> {
            for (int r = 0; r < rows.size(); r++) {
              update(r, cursor, hideBlinking, false);
              paint(r, 0, cells() - 1, pixels, stride);
            }
          });
      return;
    }
    for (int r = 0; r < rows.size(); r++) {
      long changed = update(r, cursor, hideBlinking, shapeChanged);
      if (changed >= 0) {
        paintChanged(screen, r, (int) (changed >>> 32), (int) changed);
      }
    }
  }

  /** Characters looked at in a row: one more than fits, for panned pictures. */
  private int cells() {
    return mode.columns() + 1;
  }

  /** Takes a font over from plane 2; returns whether it has changed. */
  private boolean copyFont(int address, byte[] font) {
    byte[] store = memory.store();
    int at = memory.base() + address * 4 + 2;
    int difference = 0;
    for (int i = 0; i < FONT_BYTES; i++) {
      byte b = store[at + 4 * i];
      difference |= b ^ font[i];
      font[i] = b;
    }
    return difference != 0;
  }

  /**
   * Brings the descriptions of a row's cells up to date; returns the first and last changed cell as
   * two halves, or -1.
   */
  private long update(int r, Cursor cursor, boolean hideBlinking, boolean repaintCursor) {
    TextRow row = rows.get(r);
    int wrap = mode.lines().wrap() - 1;
    int base = r * cells();
    int visible = row.panning() == 0 ? mode.columns() : cells();
    boolean hide = hideBlinking && mode.blinking();
    int first = -1;
    int last = -1;
    for (int c = 0; c < visible; c++) {
      int at = row.address() + 4 * c & wrap;
      int attribute = memory.get(at + 1);
      int cell = memory.get(at) | attribute << 8;
      if (hide && attribute >= 0x80) {
        cell |= HIDDEN;
      }
      boolean onCursor = at == cursor.address && cursor.visible;
      if (onCursor) {
        cell |= CURSOR;
      }
      if (cell != shadow[base + c] || onCursor && repaintCursor) {
        shadow[base + c] = cell;
        if (first < 0) {
          first = c;
        }
        last = c;
      }
    }
    return first < 0 ? -1 : (long) first << 32 | last;
  }

  private void paintChanged(Screen screen, int r, int first, int last) {
    TextRow row = rows.get(r);
    int cellPixels = mode.cellWidth() * mode.repeat();
    int x = Math.max(0, first * cellPixels - row.panning() * mode.repeat());
    int end = Math.min(mode.width(), (last + 1) * cellPixels - row.panning() * mode.repeat());
    if (end > x) {
      screen.paint(
          x,
          row.y(),
          end - x,
          row.height(),
          (pixels, stride) -> paint(r, first, last, pixels, stride));
    }
  }

  private void paint(int r, int first, int last, int[] pixels, int stride) {
    TextRow row = rows.get(r);
    int base = r * cells();
    int cellPixels = mode.cellWidth() * mode.repeat();
    int limit = row.panning() == 0 ? mode.columns() - 1 : last;
    for (int c = first; c <= Math.min(last, limit); c++) {
      int x = c * cellPixels - row.panning() * mode.repeat();
      for (int line = 0; line < row.height(); line++) {
        int at = (row.y() + line) * stride;
        paintCell(shadow[base + c], row.scan(line, mode.lines()), pixels, at, x);
      }
    }
  }

  /** Paints one line of a cell. */
  private void paintCell(int cell, int scan, int[] pixels, int line, int x) {
    int character = cell & 0xFF;
    int attribute = cell >> 8 & 0xFF;
    int foreground = palette[attribute & 0x0F];
    int background = palette[mode.blinking() ? attribute >> 4 & 7 : attribute >> 4];
    int dots = 0;
    if ((cell & HIDDEN) == 0) {
      byte[] font = (attribute & 8) != 0 ? fontA : fontB;
      int glyph = font[character * GLYPH_BYTES + scan] & 0xFF;
      dots = glyph << 1;
      if (mode.lineGraphics() && (character & 0xE0) == 0xC0) {
        dots |= glyph & 1;
      }
      if (scan == mode.underline() && (attribute & UNDERLINE_MASK) == 1) {
        dots = 0x1FF;
      }
    }
    if ((cell & CURSOR) != 0 && scan >= cursorStart && scan <= cursorEnd) {
      dots = 0x1FF;
    }
    int width = mode.cellWidth();
    if (mode.repeat() == 1 && x >= 0 && x + width <= mode.width()) {
      int to = line + x;
      for (int i = 0; i < width; i++) {
        pixels[to + i] = (dots & 0x100 >> i) != 0 ? foreground : background;
      }
      return;
    }
    for (int i = 0; i < width * mode.repeat(); i++) {
      int column = x + i;
      if (column >= 0 && column < mode.width()) {
        pixels[line + column] = (dots & 0x100 >> i / mode.repeat()) != 0 ? foreground : background;
      }
    }
  }

  /** The text of a mode, one line per row, without trailing blanks. */
  static String text(VideoMemory memory, DisplayMode.Text mode) {
    StringBuilder out = new StringBuilder();
    for (TextRow row : TextRow.of(mode.lines())) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < mode.columns(); c++) {
        line.append(
            CodePage437.toUnicode(memory.get(row.address() + 4 * c & mode.lines().wrap() - 1)));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}

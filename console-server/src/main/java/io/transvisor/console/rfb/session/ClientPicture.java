package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import io.transvisor.core.display.Screen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The framebuffer of one client as this side knows it: the screen when it was last looked at, and
 * what the client has been sent. Only what differs between the two is worth sending, however often
 * the guest repaints the same pixels.
 *
 * <p>The client's framebuffer may be smaller or larger than the screen (a client without
 * DesktopSize keeps the size it started with); then the screen is cut off or padded with black.
 */
final class ClientPicture {
  /** Fewer changed cells than this are not searched for a scroll. */
  private static final int MIN_SCROLL_CELLS = 8;

  private static final int MAX_ENCLOSING_WASTE = DamageGrid.CELL_WIDTH * DamageGrid.CELL_HEIGHT;

  /**
   * How many of the latest rectangles a new one is tried with; more would take long on a screen of
   * noise.
   */
  private static final int JOIN_CANDIDATES = 32;

  private final int width;
  private final int height;

  /**
   * The screen as last captured; the client gets its pixels from here, so encoding needs no lock.
   */
  private final int[] current;

  /** What the client has. */
  private final int[] shown;

  /** Where the two may differ. */
  private final DamageGrid changed;

  private final LossyAreas lossy;
  private final int[] padded = new int[DamageGrid.CELL_WIDTH];

  ClientPicture(int width, int height) {
    this.width = width;
    this.height = height;
    current = new int[width * height];
    shown = new int[width * height];
    changed = new DamageGrid(width, height);
    lossy = new LossyAreas(width, height);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  Area bounds() {
    return new Area(0, 0, width, height);
  }

  /** What the client has with loss only. */
  LossyAreas lossy() {
    return lossy;
  }

  /** The captured pixels, {@link #width} in a row. */
  int[] pixels() {
    return current;
  }

  /**
   * Takes in what has changed on the screen inside an area; damage outside stays pending. Called
   * while the screen is locked.
   */
  void capture(Screen.Picture screen, PendingDamage damage, Area wanted) {
    DamageGrid region = damage.take(width, height);
    if (region.isEmpty()) {
      return;
    }
    for (int row = 0; row < region.rows(); row++) {
      for (int column = 0; column < region.columns(); column++) {
        if (region.isSet(column, row)) {
          Area cell = region.area(column, row);
          Area part = cell.intersect(wanted);
          if (!part.equals(cell)) {
            damage.putBack(column, row);
          }
          if (!part.isEmpty() && copy(screen, part)) {
            changed.set(column, row);
          }
        }
      }
    }
  }

  /** Brings part of a cell up to date; whether anything was different. */
  private boolean copy(Screen.Picture screen, Area part) {
    boolean different = false;
    int inside = Math.clamp(screen.width() - part.x(), 0, part.width());
    for (int y = part.y(); y < part.bottom(); y++) {
      int[] source = screen.pixels();
      int from = y * screen.width() + part.x();
      if (y >= screen.height() || inside < part.width()) {
        Arrays.fill(padded, 0);
        if (y < screen.height() && inside > 0) {
          System.arraycopy(screen.pixels(), from, padded, 0, inside);
        }
        source = padded;
        from = 0;
      }
      int to = y * width + part.x();
      int end = from + part.width();
      if (Arrays.mismatch(source, from, end, current, to, to + part.width()) >= 0) {
        System.arraycopy(source, from, current, to, part.width());
        different = true;
      }
    }
    return different;
  }

  /**
   * The move of pixels that explains much of what has changed, or null. The move counts as shown to
   * the client from now on.
   */
  Scroll takeScroll() {
    Area[] differences = new Area[changed.columns() * changed.rows()];
    int cells = 0;
    Area box = Area.EMPTY;
    for (int i = 0; i < differences.length; i++) {
      int column = i % changed.columns();
      int row = i / changed.columns();
      differences[i] = Area.EMPTY;
      if (changed.isSet(column, row)) {
        differences[i] = difference(changed.area(column, row));
        cells += differences[i].isEmpty() ? 0 : 1;
        box = box.enclose(differences[i]);
      }
    }
    if (cells < MIN_SCROLL_CELLS) {
      return null;
    }
    Scroll scroll = ScrollDetector.find(shown, current, width, box);
    if (scroll == null) {
      // Perhaps something else has changed beside a window that scrolled.
      Area patch = Patches.largest(differences, changed.columns());
      scroll = patch.equals(box) ? null : ScrollDetector.find(shown, current, width, patch);
    }
    if (scroll != null) {
      move(scroll);
    }
    return scroll;
  }

  private void move(Scroll scroll) {
    Area to = scroll.destination();
    boolean up = scroll.sourceY() > to.y();
    for (int i = 0; i < to.height(); i++) {
      int row = up ? i : to.height() - 1 - i;
      System.arraycopy(
          shown,
          (scroll.sourceY() + row) * width + to.x(),
          shown,
          (to.y() + row) * width + to.x(),
          to.width());
    }
  }

  /**
   * The rectangles to send: all of {@code owed}, and wherever else the client's pixels are out of
   * date. They count as shown from now on.
   */
  List<Area> takeChanges(Area owed) {
    List<Area> result = new ArrayList<>();
    if (!owed.isEmpty()) {
      result.add(owed);
    }
    if (!changed.isEmpty()) {
      if (!owed.contains(bounds())) {
        collect(result, owed);
      }
      for (int row = 0; row < changed.rows(); row++) {
        for (int column = 0; column < changed.columns(); column++) {
          if (changed.isSet(column, row)) {
            markShown(changed.area(column, row));
          }
        }
      }
      changed.clear();
    }
    return result;
  }

  /**
   * Runs of changed cells become rectangles, and those that nearly make up a larger one are joined.
   */
  private void collect(List<Area> result, Area owed) {
    int first = result.size();
    for (int row = 0; row < changed.rows(); row++) {
      Area run = Area.EMPTY;
      for (int column = 0; column < changed.columns(); column++) {
        Area difference = Area.EMPTY;
        if (changed.isSet(column, row)) {
          difference = difference(changed.area(column, row));
        }
        if (difference.isEmpty()) {
          add(run, owed, result, first);
          run = Area.EMPTY;
        } else {
          run = run.enclose(difference);
        }
      }
      add(run, owed, result, first);
    }
  }

  private static void add(Area run, Area owed, List<Area> result, int first) {
    if (run.isEmpty() || owed.contains(run)) {
      return;
    }
    int oldest = Math.max(first, result.size() - JOIN_CANDIDATES);
    for (int i = result.size() - 1; i >= oldest; i--) {
      Area candidate = result.get(i);
      Area both = candidate.enclose(run);
      if (pixels(both) <= pixels(candidate) + pixels(run) + MAX_ENCLOSING_WASTE) {
        result.set(i, both);
        return;
      }
    }
    result.add(run);
  }

  private static int pixels(Area a) {
    return a.width() * a.height();
  }

  /** The smallest rectangle around the pixels of a cell that the client does not have. */
  private Area difference(Area cell) {
    int left = cell.width();
    int right = 0;
    int top = -1;
    int bottom = 0;
    for (int y = cell.y(); y < cell.bottom(); y++) {
      int from = y * width + cell.x();
      int end = from + cell.width();
      int first = Arrays.mismatch(current, from, end, shown, from, end);
      if (first >= 0) {
        int last = cell.width() - 1;
        while (current[from + last] == shown[from + last]) {
          last--;
        }
        left = Math.min(left, first);
        right = Math.max(right, last + 1);
        top = top < 0 ? y : top;
        bottom = y + 1;
      }
    }
    return top < 0 ? Area.EMPTY : Area.of(cell.x() + left, top, cell.x() + right, bottom);
  }

  private void markShown(Area area) {
    for (int y = area.y(); y < area.bottom(); y++) {
      int at = y * width + area.x();
      System.arraycopy(current, at, shown, at, area.width());
    }
  }
}

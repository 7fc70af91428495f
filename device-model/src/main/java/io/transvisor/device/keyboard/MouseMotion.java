package io.transvisor.device.keyboard;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.ArrayDeque;

/**
 * Movement that has not been reported yet. Movements add up while the host is slow; every change of
 * the buttons is kept apart, with the movement that came before it.
 */
final class MouseMotion {
  /** What a packet holds: counts to the right, counts up, wheel clicks, buttons. */
  record Sample(int dx, int dy, int dz, int buttons) {}

  /**
   * The largest count put into a packet. It could hold nine bits with sign, but drivers that take
   * the low byte for the whole count are common, and no hand moves a mouse that fast.
   */
  private static final int LIMIT = 127;

  /** Button changes that can wait; the newest state replaces the last one when there are more. */
  private static final int MAX_WAITING = 64;

  /** Movement that cannot be reported (a host that does not listen) stops adding up here. */
  private static final int MAX_COUNT = 1 << 20;

  /** Numbers that are kept of a segment. */
  private static final int SAVED = 5;

  /** Movement of one kind made while certain buttons are held. */
  private static final class Segment {
    private int dx;
    private int dy;
    private int dz;
    private int buttons;

    /** Whether it is reported in small steps. */
    private final boolean guided;

    /** Whether what comes later is kept apart from it. */
    private boolean complete;

    private Segment(int buttons, boolean guided) {
      this.buttons = buttons;
      this.guided = guided;
    }

    private boolean isMoved() {
      return dx != 0 || dy != 0 || dz != 0;
    }
  }

  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private int reportedButtons;

  MouseMotion() {
    segments.add(new Segment(0, false));
  }

  /** Adds a movement; {@code dy} counts down. */
  void add(int dx, int dy, int dz, int buttons) {
    add(dx, dy, dz, buttons, false);
  }

  /** Adds a movement that is reported in small steps; {@code dy} counts down. */
  void addGuided(int dx, int dy, int dz, int buttons) {
    add(dx, dy, dz, buttons, true);
  }

  private void add(int dx, int dy, int dz, int buttons, boolean guided) {
    Segment last = segments.getLast();
    if (last.buttons != buttons || last.guided != guided || last.complete) {
      if (segments.size() < MAX_WAITING) {
        last = new Segment(buttons, guided);
        segments.add(last);
      } else {
        last.buttons = buttons;
      }
    }
    last.dx = Math.clamp((long) last.dx + dx, -MAX_COUNT, MAX_COUNT);
    last.dy = Math.clamp((long) last.dy - dy, -MAX_COUNT, MAX_COUNT);
    last.dz = Math.clamp((long) last.dz + dz, -MAX_COUNT, MAX_COUNT);
  }

  /** Adds a movement that is not offset against others; {@code dy} counts down. */
  void addApart(int dx, int dy, int buttons) {
    segments.getLast().complete = true;
    add(dx, dy, 0, buttons);
    segments.getLast().complete = true;
  }

  boolean isPending() {
    return segments.size() > 1
        || segments.getFirst().isMoved()
        || segments.getFirst().buttons != reportedButtons;
  }

  /** The buttons as they are now. */
  int buttons() {
    return segments.getLast().buttons;
  }

  /**
   * Takes as much as one packet holds. Without a wheel its clicks are forgotten.
   *
   * @param guidedLimit the longest step of a guided movement, in counts
   */
  Sample next(int wheelLimit, int guidedLimit) {
    dropReported(wheelLimit);
    Segment s = segments.getFirst();
    double share = s.guided ? Math.min(1, guidedLimit / Math.hypot(s.dx, s.dy)) : 1;
    int dx = Math.clamp(Math.round(s.dx * share), -LIMIT, LIMIT);
    int dy = Math.clamp(Math.round(s.dy * share), -LIMIT, LIMIT);
    int dz = Math.clamp(s.dz, -wheelLimit, wheelLimit);
    s.dx -= dx;
    s.dy -= dy;
    s.dz = wheelLimit == 0 ? 0 : s.dz - dz;
    reportedButtons = s.buttons;
    dropReported(wheelLimit);
    return new Sample(dx, dy, dz, s.buttons);
  }

  private void dropReported(int wheelLimit) {
    while (segments.size() > 1 && segments.getFirst().buttons == reportedButtons) {
      Segment first = segments.getFirst();
      if (first.dx != 0 || first.dy != 0 || wheelLimit != 0 && first.dz != 0) {
        return;
      }
      segments.removeFirst();
    }
  }

  /** Forgets all movement; the buttons stay as they are now and count as reported. */
  void discardMovement() {
    int buttons = buttons();
    segments.clear();
    segments.add(new Segment(buttons, false));
    reportedButtons = buttons;
  }

  /** Forgets all movement and the buttons. */
  void releaseButtons() {
    segments.clear();
    segments.add(new Segment(0, false));
    reportedButtons = 0;
  }

  void save(StateWriter out) {
    int[] values = new int[segments.size() * SAVED];
    int i = 0;
    for (Segment s : segments) {
      values[i++] = s.dx;
      values[i++] = s.dy;
      values[i++] = s.dz;
      values[i++] = s.buttons;
      values[i++] = s.guided ? 1 : 0;
    }
    out.putInts("motion", values);
    out.putInt("reportedButtons", reportedButtons);
  }

  void load(StateReader in) {
    int[] values = in.getInts("motion");
    segments.clear();
    for (int i = 0; i + SAVED <= values.length; i += SAVED) {
      Segment s = new Segment(values[i + 3], values[i + 4] != 0);
      s.dx = values[i];
      s.dy = values[i + 1];
      s.dz = values[i + 2];
      segments.add(s);
    }
    if (segments.isEmpty()) {
      segments.add(new Segment(0, false));
    }
    reportedButtons = in.getInt("reportedButtons");
  }
}

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

  /** Movement made while certain buttons are held. */
  private static final class Segment {
    private int dx;
    private int dy;
    private int dz;
    private int buttons;

    /** Whether what comes later is kept apart from it. */
    private boolean complete;

    private Segment(int buttons) {
      this.buttons = buttons;
    }

    private boolean isMoved() {
      return dx != 0 || dy != 0 || dz != 0;
    }
  }

  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private int reportedButtons;

  MouseMotion() {
    segments.add(new Segment(0));
  }

  /** Adds a movement; {@code dy} counts down. */
  void add(int dx, int dy, int dz, int buttons) {
    Segment last = segments.getLast();
    if (last.buttons != buttons || last.complete) {
      if (segments.size() < MAX_WAITING) {
        last = new Segment(buttons);
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

  /** Takes as much as one packet holds. Without a wheel its clicks are forgotten. */
  Sample next(int wheelLimit) {
    dropReported(wheelLimit);
    Segment s = segments.getFirst();
    int dx = Math.clamp(s.dx, -LIMIT, LIMIT);
    int dy = Math.clamp(s.dy, -LIMIT, LIMIT);
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
    segments.add(new Segment(buttons));
    reportedButtons = buttons;
  }

  /** Forgets all movement and the buttons. */
  void releaseButtons() {
    segments.clear();
    segments.add(new Segment(0));
    reportedButtons = 0;
  }

  void save(StateWriter out) {
    int[] values = new int[segments.size() * 4];
    int i = 0;
    for (Segment s : segments) {
      values[i++] = s.dx;
      values[i++] = s.dy;
      values[i++] = s.dz;
      values[i++] = s.buttons;
    }
    out.putInts("motion", values);
    out.putInt("reportedButtons", reportedButtons);
  }

  void load(StateReader in) {
    int[] values = in.getInts("motion");
    segments.clear();
    for (int i = 0; i + 3 < values.length; i += 4) {
      Segment s = new Segment(values[i + 3]);
      s.dx = values[i];
      s.dy = values[i + 1];
      s.dz = values[i + 2];
      segments.add(s);
    }
    if (segments.isEmpty()) {
      segments.add(new Segment(0));
    }
    reportedButtons = in.getInt("reportedButtons");
  }
}

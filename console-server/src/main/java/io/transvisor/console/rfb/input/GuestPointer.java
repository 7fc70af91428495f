package io.transvisor.console.rfb.input;

import io.transvisor.core.input.InputSink;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves the guest's mouse, which knows only relative movements, to where viewers point. The guest's
 * own pointer cannot be seen from here, so it is first pushed into the corner of the screen nearest
 * to that place; from there on it is taken to follow every movement one to one, which is why it is
 * guided slowly. That is done when a viewer starts to point, when the screen has a new size, and
 * when a driver in the guest has started to listen. Where the guest moves its pointer otherwise the
 * two drift apart, and touching an edge of the screen brings them together: there the guest's
 * pointer is pushed on, and stops at the same edge.
 *
 * <p>Thread-safe: viewers share it.
 */
public final class GuestPointer {
  /** How far the guest's pointer is pushed on at an edge, for each event. */
  private static final int EDGE_PUSH = 100;

  /** Screens the guest's pointer is pushed to reach the corner, slow as it may be. */
  private static final int HOMING_SCREENS = 2;

  private static final int WHEEL_UP = 1 << 3;
  private static final int WHEEL_DOWN = 1 << 4;

  private final InputSink sink;
  private final Map<Object, Integer> masks = new HashMap<>();
  private int width;
  private int height;
  private int x;
  private int y;
  private int buttons;

  /** Whether nothing is known of where the guest's pointer is. */
  private boolean unknown = true;

  public GuestPointer(InputSink sink) {
    this.sink = sink;
  }

  /**
   * A pointer event of a viewer.
   *
   * @param viewer any object that stands for the viewer
   * @param mask buttons held as RFB numbers them; the wheel's clicks are buttons 4 and 5
   * @param screenWidth size of the screen the position is on
   */
  public synchronized void event(
      Object viewer, int mask, int toX, int toY, int screenWidth, int screenHeight) {
    if (screenWidth != width || screenHeight != height) {
      width = Math.max(1, screenWidth);
      height = Math.max(1, screenHeight);
      // Where systems put it at first.
      x = width / 2;
      y = height / 2;
      unknown = true;
    }
    int newX = Math.clamp(toX, 0, width - 1);
    int newY = Math.clamp(toY, 0, height - 1);
    unknown |= !masks.containsKey(viewer);
    if (unknown && buttons == 0) {
      // Never with a button held: that would drag something along.
      x = newX < width / 2 ? 0 : width - 1;
      y = newY < height / 2 ? 0 : height - 1;
      sink.push(
          toEdge(x, width, HOMING_SCREENS * width), toEdge(y, height, HOMING_SCREENS * height), 0);
      unknown = false;
    }
    boolean moved = newX != x || newY != y;
    if (moved) {
      sink.guide(newX - x, newY - y, 0, buttons);
      x = newX;
      y = newY;
      int pushX = toEdge(x, width, EDGE_PUSH);
      int pushY = toEdge(y, height, EDGE_PUSH);
      if (pushX != 0 || pushY != 0) {
        sink.push(pushX, pushY, buttons);
      }
    }
    press(viewer, mask);
  }

  /** A driver in the guest has started to listen to the mouse: its pointer is anywhere. */
  public synchronized void restarted() {
    unknown = true;
  }

  /**
   * A movement of a viewer that has been asked for movements instead of positions.
   *
   * @param mask as for {@link #event}
   */
  public synchronized void moved(Object viewer, int mask, int dx, int dy) {
    x = Math.clamp(x + dx, 0, Math.max(0, width - 1));
    y = Math.clamp(y + dy, 0, Math.max(0, height - 1));
    if (dx != 0 || dy != 0) {
      sink.mouse(dx, dy, 0, buttons);
    }
    press(viewer, mask);
  }

  /** A viewer leaves: lets go of its buttons. */
  public synchronized void release(Object viewer) {
    if (masks.remove(viewer) != null) {
      press(0);
    }
  }

  /** Buttons change where the pointer has come to. */
  private void press(Object viewer, int mask) {
    Integer before = masks.put(viewer, mask);
    int clicked = mask & ~(before == null ? 0 : before);
    int wheel = (clicked & WHEEL_DOWN) != 0 ? 1 : 0;
    if ((clicked & WHEEL_UP) != 0) {
      wheel--;
    }
    press(wheel);
  }

  private void press(int wheel) {
    int now = 0;
    for (int mask : masks.values()) {
      now |= mask & 1;
      now |= (mask & 2) != 0 ? InputSink.MIDDLE : 0;
      now |= (mask & 4) != 0 ? InputSink.RIGHT : 0;
    }
    if (wheel != 0 || now != buttons) {
      buttons = now;
      sink.mouse(0, 0, wheel, now);
    }
  }

  /** How far to push a pointer on that is to be at an edge: 0 elsewhere. */
  private static int toEdge(int position, int size, int distance) {
    if (position == 0) {
      return -distance;
    }
    return position == size - 1 ? distance : 0;
  }
}

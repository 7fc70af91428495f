package io.transvisor.console.rfb.session;

import io.transvisor.core.display.Screen;

/**
 * What has happened to the screen since one client last looked: a region and whether the size has
 * changed. The painting thread adds, the client's thread takes; never more than this is kept
 * however slow the client is.
 */
final class PendingDamage implements Screen.Listener {
  private final Runnable notify;
  private DamageGrid grid;
  private boolean resized;

  /**
   * @param notify told when there is something to show, on the painting thread
   */
  PendingDamage(int width, int height, Runnable notify) {
    this.notify = notify;
    grid = new DamageGrid(width, height);
    grid.addAll();
  }

  @Override
  public synchronized void resized(int width, int height) {
    resized = true;
    grid.addAll();
  }

  @Override
  public synchronized void damaged(int x, int y, int width, int height) {
    grid.add(x, y, width, height);
  }

  @Override
  public void painted() {
    notify.run();
  }

  /** Starts over for a client framebuffer of this size: everything is damaged. */
  synchronized void restart(int width, int height) {
    grid = new DamageGrid(width, height);
    grid.addAll();
    resized = false;
  }

  /** Whether the screen's size has changed since the last {@link #restart}. */
  synchronized boolean isResized() {
    return resized;
  }

  synchronized boolean isEmpty() {
    return grid.isEmpty();
  }

  /** Takes the region out, leaving none. */
  synchronized DamageGrid take(int width, int height) {
    DamageGrid taken = grid;
    grid = new DamageGrid(width, height);
    return taken;
  }

  /** Puts back a cell of the region taken that was not looked at, or not all of it. */
  synchronized void putBack(int column, int row) {
    grid.set(column, row);
  }
}

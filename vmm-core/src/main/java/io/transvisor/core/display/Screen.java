package io.transvisor.core.display;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The guest's picture: a rectangle of 0x00RRGGBB pixels that the video device paints on the vCPU
 * thread and consoles read on theirs. The video device paints only while somebody watches ({@link
 * #isWatched()}).
 */
public final class Screen {
  /** Consoles implement this; called on the painting thread, so it must only take notes. */
  public interface Listener {
    /** The picture, which is locked, has a new size; all of it is damaged. */
    void resized(int width, int height);

    /** A rectangle inside the picture, which is locked, has changed. */
    void damaged(int x, int y, int width, int height);

    /** What has changed since the last call is complete: time to show it. */
    void painted();
  }

  /** How the painter gives pixels: gets the pixel array and its row length in pixels. */
  @FunctionalInterface
  public interface Painter {
    void paint(int[] pixels, int stride);
  }

  /** How long after a key or a movement of the mouse its consequences are waited for. */
  private static final long HURRY_NANOS = 100_000_000;

  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger watchers = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Runnable firstWatcher = () -> {};
  private volatile long hurriedUntil = System.nanoTime();
  private volatile PointerShape pointer;
  private int width = 640;
  private int height = 480;
  private int[] pixels = new int[width * height];

  /** Painter's side: whether more is to come, and whether consoles have not been told. */
  private boolean gathering;

  private boolean changed;

  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  public void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  /** A console starts watching: the picture must be kept up to date. */
  public void watch() {
    if (watchers.getAndIncrement() == 0) {
      firstWatcher.run();
    }
  }

  /** Machine's side: told when somebody starts to watch, so that a parked vCPU paints at once. */
  public void onFirstWatcher(Runnable action) {
    firstWatcher = action;
  }

  public void unwatch() {
    watchers.decrementAndGet();
  }

  /** Console's side: somebody types or points, and waits for what comes of it. */
  public void hurry() {
    hurriedUntil = System.nanoTime() + HURRY_NANOS;
  }

  /**
   * Machine's side: whether the picture is to be brought up to date more often than usual.
   *
   * @param now as {@link System#nanoTime}
   */
  public boolean isHurried(long now) {
    return now - hurriedUntil < 0;
  }

  public boolean isWatched() {
    return watchers.get() > 0;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** Painter's side: gives the picture a new size, black; does nothing if it has that size. */
  public void resize(int newWidth, int newHeight) {
    lock.lock();
    try {
      if (newWidth == width && newHeight == height) {
        return;
      }
      width = newWidth;
      height = newHeight;
      pixels = new int[width * height];
      for (Listener l : listeners) {
        l.resized(width, height);
      }
      changed = true;
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** Painter's side: changes pixels inside the given rectangle and tells the consoles. */
  public void paint(int x, int y, int w, int h, Painter painter) {
    lock.lock();
    try {
      painter.paint(pixels, width);
      for (Listener l : listeners) {
        l.damaged(x, y, w, h);
      }
      changed = true;
    } finally {
      lock.unlock();
    }
    tell();
  }

  /**
   * Painter's side: the adapter shows its pointer like this from now on. Adapters that have none of
   * their own never call it; their guests paint pointers into the picture.
   */
  public void setPointer(PointerShape shape) {
    pointer = shape;
    changed = true;
    tell();
  }

  /** Console's side: what consoles are to show where the user's pointer is; null for nothing. */
  public PointerShape pointer() {
    return pointer;
  }

  /**
   * Painter's side: makes all that an action paints one change for those who watch. While one of
   * them looks at the picture nothing is painted: the guest does not wait for those who watch it.
   *
   * @return whether it has been done
   */
  public boolean gather(Runnable paints) {
    if (!lock.tryLock()) {
      return false;
    }
    gathering = true;
    try {
      paints.run();
    } finally {
      gathering = false;
      lock.unlock();
    }
    tell();
    return true;
  }

  private void tell() {
    if (changed && !gathering) {
      changed = false;
      listeners.forEach(Listener::painted);
    }
  }

  /** Console's side: looks at the picture while it cannot change; must not keep the array. */
  public void read(Consumer<Picture> reader) {
    lock.lock();
    try {
      reader.accept(new Picture(width, height, pixels));
    } finally {
      lock.unlock();
    }
  }

  /** A copy of the picture as it is now. */
  public Picture copy() {
    lock.lock();
    try {
      return new Picture(width, height, pixels.clone());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Pixels in rows of {@code width}, 0x00RRGGBB.
   *
   * @param width pixels in a row
   * @param height rows
   */
  public record Picture(int width, int height, int[] pixels) {}
}

package io.transvisor.device.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an image from being written by two users at once: one writer, or any number of readers.
 *
 * <p>Between processes this is a lock of the operating system. A writer locks the whole file, so
 * that other emulators that lock byte ranges of their images are kept out too; readers share the
 * first byte only, so that they do not stand in the way of other programs' readers. Between images
 * of this process a table decides, because POSIX locks belong to the process and closing any handle
 * of a file drops all of them.
 */
final class ImageLock {
  private static final Logger LOG = LoggerFactory.getLogger(ImageLock.class);
  private static final int WRITER = -1;

  /** Users per file in this process: {@link #WRITER}, or the number of readers. */
  private static final Map<Path, Integer> USERS = new HashMap<>();

  private final Path file;
  private FileLock lock;
  private boolean released;

  private ImageLock(Path file) {
    this.file = file;
  }

  /**
   * Takes this process's place among the users of the file; done before the file is opened.
   *
   * @param realPath the file with all links resolved
   * @return the lock, or null if another image of this process stands against it
   */
  static ImageLock enter(Path realPath, boolean exclusive) {
    synchronized (USERS) {
      int users = USERS.getOrDefault(realPath, 0);
      if (exclusive ? users != 0 : users == WRITER) {
        return null;
      }
      USERS.put(realPath, exclusive ? WRITER : users + 1);
      return new ImageLock(realPath);
    }
  }

  /** Takes the lock of the operating system; false if another process stands against it. */
  boolean lock(FileChannel channel, boolean exclusive) {
    try {
      lock = exclusive ? channel.tryLock() : channel.tryLock(0, 1, true);
      return lock != null;
    } catch (OverlappingFileLockException _) {
      // Another reader of this process, which the table has let in, holds the lock for both.
      return true;
    } catch (IOException e) {
      // File systems without locks (some network mounts) still have to work.
      LOG.warn("{} cannot be locked ({}): do not open it twice", file, e.getMessage());
      return true;
    }
  }

  /** Gives everything back. Doing so twice does nothing. */
  void release() {
    synchronized (USERS) {
      if (released) {
        return;
      }
      released = true;
      int users = USERS.get(file);
      if (users == WRITER || users == 1) {
        USERS.remove(file);
      } else {
        USERS.put(file, users - 1);
      }
    }
    if (lock != null) {
      try {
        lock.release();
      } catch (IOException _) {
        // The channel is being closed, which drops the lock as well.
      }
    }
  }
}

package io.transvisor.device.storage;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A writable view of an image that is never written: changed sectors go to a temporary sparse file
 * and are forgotten when the image is closed or the process ends. This is what {@code -snapshot}
 * asks for.
 */
public final class OverlayImage implements BlockImage {
  /** Sectors whose changed-bits share one array: 64 words of 64 bits. */
  private static final int GROUP_SECTORS = 4096;

  private final BlockImage base;
  private final FileChannel changes;

  /** Which sectors the temporary file holds; only groups that were written have an entry. */
  private final Map<Long, long[]> changed = new HashMap<>();

  /**
   * @param base is closed with the overlay; opening it read-only is enough
   * @param directory where the temporary file is made
   */
  public OverlayImage(BlockImage base, Path directory) {
    this.base = base;
    try {
      Path file = Files.createTempFile(directory, "transvisor-", ".overlay");
      Files.delete(file);
      changes =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.SPARSE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new VmmException(
          "cannot make a temporary file for the changes to " + base.describe() + " in " + directory,
          e);
    }
  }

  @Override
  public long sectors() {
    return base.sectors();
  }

  @Override
  public synchronized void read(long sector, int count, byte[] target, int offset) {
    checkRange(sector, count);
    int done = 0;
    while (done < count) {
      boolean here = isChanged(sector + done);
      int run = 1;
      while (done + run < count && isChanged(sector + done + run) == here) {
        run++;
      }
      int at = offset + done * SECTOR_SIZE;
      if (here) {
        readChanges(sector + done, run, target, at);
      } else {
        base.read(sector + done, run, target, at);
      }
      done += run;
    }
  }

  private void readChanges(long sector, int count, byte[] target, int offset) {
    ByteBuffer bytes = ByteBuffer.wrap(target, offset, count * SECTOR_SIZE);
    long position = sector * SECTOR_SIZE;
    try {
      while (bytes.hasRemaining()) {
        int n = changes.read(bytes, position);
        if (n < 0) {
          throw new IOException("the temporary file has been cut");
        }
        position += n;
      }
    } catch (IOException e) {
      throw new ImageIoException(describe(), sector, "cannot read a change: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void write(long sector, int count, byte[] source, int offset) {
    checkRange(sector, count);
    ByteBuffer bytes = ByteBuffer.wrap(source, offset, count * SECTOR_SIZE);
    long position = sector * SECTOR_SIZE;
    try {
      while (bytes.hasRemaining()) {
        position += changes.write(bytes, position);
      }
    } catch (IOException e) {
      throw new ImageIoException(describe(), sector, "cannot keep a change: " + e.getMessage(), e);
    }
    for (long s = sector; s < sector + count; s++) {
      long[] bits = changed.computeIfAbsent(s / GROUP_SECTORS, _ -> new long[GROUP_SECTORS / 64]);
      int bit = (int) (s % GROUP_SECTORS);
      bits[bit >> 6] |= 1L << bit;
    }
  }

  private boolean isChanged(long sector) {
    long[] bits = changed.get(sector / GROUP_SECTORS);
    int bit = (int) (sector % GROUP_SECTORS);
    return bits != null && (bits[bit >> 6] & 1L << bit) != 0;
  }

  private void checkRange(long sector, int count) {
    if (sector < 0 || count < 0 || sector > sectors() - count) {
      throw new ImageIoException(
          describe(), sector, count + " sectors are not inside the image of " + sectors());
    }
  }

  /** False: the overlay takes writes, whatever its base is. */
  @Override
  public boolean readOnly() {
    return false;
  }

  /** Nothing to do: the changes do not outlive the process. */
  @Override
  public void flush() {}

  @Override
  public synchronized void close() {
    RawImage.closeQuietly(changes);
    base.close();
  }

  @Override
  public String describe() {
    return base.describe();
  }
}

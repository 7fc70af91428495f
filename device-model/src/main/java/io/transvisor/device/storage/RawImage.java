package io.transvisor.device.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An image whose bytes are the sectors, in order. A trailing partial sector reads as if filled up
 * with zeros; writing to it makes it whole. Made by {@link Images}.
 */
public final class RawImage implements BlockImage {
  private final Path path;
  private final FileChannel channel;
  private final ImageLock lock;
  private final boolean readOnly;
  private final long sectors;

  RawImage(Path path, FileChannel channel, ImageLock lock, boolean readOnly, long bytes) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
    this.readOnly = readOnly;
    this.sectors = (bytes + SECTOR_SIZE - 1) / SECTOR_SIZE;
  }

  @Override
  public long sectors() {
    return sectors;
  }

  @Override
  public void read(long sector, int count, byte[] target, int offset) {
    checkRange(sector, count);
    int length = count * SECTOR_SIZE;
    ByteBuffer bytes = ByteBuffer.wrap(target, offset, length);
    long position = sector * SECTOR_SIZE;
    try {
      while (bytes.hasRemaining()) {
        int n = channel.read(bytes, position);
        if (n < 0) {
          break;
        }
        position += n;
      }
    } catch (IOException e) {
      throw new ImageIoException(describe(), sector, "cannot read: " + e.getMessage(), e);
    }
    // Past the end of the file: the rest of a partial sector, or a file that somebody has cut.
    Arrays.fill(target, bytes.position(), offset + length, (byte) 0);
  }

  @Override
  public void write(long sector, int count, byte[] source, int offset) {
    checkRange(sector, count);
    if (readOnly) {
      throw new ImageIoException(describe(), sector, "the image is read-only");
    }
    ByteBuffer bytes = ByteBuffer.wrap(source, offset, count * SECTOR_SIZE);
    long position = sector * SECTOR_SIZE;
    try {
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
    } catch (IOException e) {
      throw new ImageIoException(describe(), sector, "cannot write: " + e.getMessage(), e);
    }
  }

  private void checkRange(long sector, int count) {
    if (sector < 0 || count < 0 || sector > sectors - count) {
      throw new ImageIoException(
          describe(), sector, count + " sectors are not inside the image of " + sectors);
    }
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public void flush() {
    if (readOnly) {
      return;
    }
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new ImageIoException(describe(), -1, "cannot flush: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      if (!readOnly) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw new ImageIoException(describe(), -1, "cannot flush: " + e.getMessage(), e);
    } finally {
      lock.release();
      closeQuietly(channel);
    }
  }

  /** Closing after a flush has nothing left to lose, so its error says nothing to anyone. */
  static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // The data has been forced already.
    }
  }

  @Override
  public String describe() {
    return path.toString();
  }
}

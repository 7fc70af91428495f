package io.transvisor.device.floppy;

import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;
import java.util.Arrays;

/** A disk in memory; each sector begins with its own number. */
final class MemoryImage implements BlockImage {
  final byte[] bytes;
  boolean readOnly;
  long badSector = -1;
  boolean closed;

  MemoryImage(int sectors) {
    bytes = new byte[sectors * SECTOR_SIZE];
    for (int i = 0; i < sectors; i++) {
      Arrays.fill(bytes, i * SECTOR_SIZE, (i + 1) * SECTOR_SIZE, (byte) 0xE5);
      bytes[i * SECTOR_SIZE] = (byte) i;
      bytes[i * SECTOR_SIZE + 1] = (byte) (i >>> 8);
    }
  }

  @Override
  public long sectors() {
    return bytes.length / SECTOR_SIZE;
  }

  private void check(long sector, int count) {
    if (sector == badSector || sector < 0 || sector + count > sectors()) {
      throw new ImageIoException("memory", sector, "cannot be used");
    }
  }

  @Override
  public void read(long sector, int count, byte[] target, int offset) {
    check(sector, count);
    System.arraycopy(bytes, (int) sector * SECTOR_SIZE, target, offset, count * SECTOR_SIZE);
  }

  @Override
  public void write(long sector, int count, byte[] source, int offset) {
    check(sector, count);
    System.arraycopy(source, offset, bytes, (int) sector * SECTOR_SIZE, count * SECTOR_SIZE);
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public void flush() {
    // In memory already.
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String describe() {
    return "memory";
  }
}

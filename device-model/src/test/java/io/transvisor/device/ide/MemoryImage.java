package io.transvisor.device.ide;

import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;

/** An image in an array. Every sector starts with its number; one sector can be made to fail. */
final class MemoryImage implements BlockImage {
  private final byte[] bytes;
  private boolean readOnly;
  private long badSector = -1;
  private volatile int flushes;
  private volatile boolean closed;

  MemoryImage(int sectors) {
    bytes = new byte[sectors * SECTOR_SIZE];
    for (int i = 0; i < sectors; i++) {
      bytes[i * SECTOR_SIZE] = (byte) i;
      bytes[i * SECTOR_SIZE + 1] = (byte) (i >> 8);
      bytes[i * SECTOR_SIZE + 511] = (byte) ~i;
    }
  }

  MemoryImage readOnlyImage() {
    readOnly = true;
    return this;
  }

  void breakSector(long sector) {
    badSector = sector;
  }

  int flushes() {
    return flushes;
  }

  boolean isClosed() {
    return closed;
  }

  byte at(int sector, int offset) {
    return bytes[sector * SECTOR_SIZE + offset];
  }

  byte[] content() {
    return bytes;
  }

  private void check(long sector, int count) {
    if (sector < 0 || sector + count > sectors()) {
      throw new ImageIoException("memory", sector, "outside");
    }
    if (badSector >= sector && badSector < sector + count) {
      throw new ImageIoException("memory", badSector, "broken");
    }
  }

  @Override
  public long sectors() {
    return bytes.length / SECTOR_SIZE;
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
    flushes++;
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

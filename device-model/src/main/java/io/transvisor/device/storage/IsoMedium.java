package io.transvisor.device.storage;

import java.util.Arrays;

/**
 * A CD or DVD with one data track of 2048-byte blocks, as an ISO 9660 image has it, on top of an
 * image of 512-byte sectors. A trailing partial block reads as if filled up with zeros.
 */
public final class IsoMedium implements AutoCloseable {
  /** Bytes of user data in a block. */
  public static final int BLOCK_SIZE = 2048;

  private static final int SECTORS_PER_BLOCK = BLOCK_SIZE / BlockImage.SECTOR_SIZE;

  private final BlockImage image;

  /**
   * @param image is closed with the medium
   */
  public IsoMedium(BlockImage image) {
    this.image = image;
  }

  /** This medium with its reads counted; the two are one and are closed together. */
  public IsoMedium counted(BlockCounters counters) {
    return new IsoMedium(new CountedImage(image, counters));
  }

  /** Number of 2048-byte blocks. */
  public long blocks() {
    return (image.sectors() + SECTORS_PER_BLOCK - 1) / SECTORS_PER_BLOCK;
  }

  /**
   * Reads whole blocks.
   *
   * @throws ImageIoException if a block lies outside the medium or the host cannot read it
   */
  public void read(long block, int count, byte[] target, int offset) {
    long first = block * SECTORS_PER_BLOCK;
    int wanted = count * SECTORS_PER_BLOCK;
    int present = (int) Math.min(wanted, image.sectors() - first);
    if (block < 0 || count < 0 || block > blocks() - count) {
      throw new ImageIoException(
          describe(), first, count + " blocks are not inside the medium of " + blocks());
    }
    image.read(first, present, target, offset);
    int end = offset + present * BlockImage.SECTOR_SIZE;
    Arrays.fill(target, end, offset + count * BLOCK_SIZE, (byte) 0);
  }

  @Override
  public void close() {
    image.close();
  }

  /** How messages name this medium: the path of its file. */
  public String describe() {
    return image.describe();
  }
}

package io.transvisor.device.storage;

/** An image whose accesses are counted. */
public final class CountedImage implements BlockImage {
  private final BlockImage image;
  private final BlockCounters counters;

  /**
   * @param image is closed with this one
   */
  public CountedImage(BlockImage image, BlockCounters counters) {
    this.image = image;
    this.counters = counters;
  }

  @Override
  public long sectors() {
    return image.sectors();
  }

  @Override
  public void read(long sector, int count, byte[] target, int offset) {
    image.read(sector, count, target, offset);
    counters.read(count);
  }

  @Override
  public void write(long sector, int count, byte[] source, int offset) {
    image.write(sector, count, source, offset);
    counters.written(count);
  }

  @Override
  public boolean readOnly() {
    return image.readOnly();
  }

  @Override
  public void flush() {
    image.flush();
  }

  @Override
  public void close() {
    image.close();
  }

  @Override
  public String describe() {
    return image.describe();
  }
}

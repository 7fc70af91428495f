package io.transvisor.device.storage;

/**
 * A medium of 512-byte sectors. Implementations are thread-safe: a controller may use an image from
 * its own I/O thread while the vCPU thread asks for its size.
 */
public interface BlockImage extends AutoCloseable {
  /** Bytes in a sector. */
  int SECTOR_SIZE = 512;

  /** Number of sectors. Fixed while the image is open. */
  long sectors();

  /**
   * Reads whole sectors.
   *
   * @param sector first sector
   * @param count number of sectors
   * @param target where the bytes go, from {@code offset} on
   * @throws ImageIoException if a sector lies outside the image or the host cannot read it
   */
  void read(long sector, int count, byte[] target, int offset);

  /**
   * Writes whole sectors.
   *
   * @throws ImageIoException if the image is read-only, a sector lies outside it, or the host
   *     cannot write it
   */
  void write(long sector, int count, byte[] source, int offset);

  boolean readOnly();

  /**
   * Forces everything written so far to the storage of the host.
   *
   * @throws ImageIoException if the host reports an error
   */
  void flush();

  /** Flushes and releases the file. Closing twice does nothing. */
  @Override
  void close();

  /** How messages name this image: its path. */
  String describe();
}

package io.transvisor.device.storage;

/**
 * A sector could not be read or written. The message is one line naming the image and the sector; a
 * controller logs it once and reports an error status to the guest.
 */
public class ImageIoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long sector;

  public ImageIoException(String image, long sector, String problem) {
    this(image, sector, problem, null);
  }

  public ImageIoException(String image, long sector, String problem, Throwable cause) {
    super(image + ", sector " + sector + ": " + problem, cause);
    this.sector = sector;
  }

  /** First sector of the request that failed, or -1 for a flush. */
  public long sector() {
    return sector;
  }
}

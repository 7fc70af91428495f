package io.transvisor.device.floppy;

import io.transvisor.core.error.VmmException;
import java.util.List;

/**
 * How a floppy disk is laid out, all with sectors of 512 bytes.
 *
 * @param drive kind of drive it belongs to
 * @param sectors per track
 * @param tracks per side
 * @param heads 1 or 2
 * @param rate data rate it is recorded with, as in the rate registers: 0 500, 1 300, 2 250, 3 1000
 *     kbit/s
 */
public record FloppyFormat(DriveKind drive, int sectors, int tracks, int heads, int rate) {
  /** Kinds of drives, and their numbers in CMOS memory. */
  public enum DriveKind {
    FIVE_INCH_1200K(2),
    THREE_INCH_1440K(4),
    THREE_INCH_2880K(5);

    private final int cmosType;

    DriveKind(int cmosType) {
      this.cmosType = cmosType;
    }

    public int cmosType() {
      return cmosType;
    }
  }

  private static final int RATE_500 = 0;
  private static final int RATE_300 = 1;
  private static final int RATE_250 = 2;
  private static final int RATE_1000 = 3;

  /** The ordinary 1.44 MB disk; images of unusual sizes are taken for one that ends early. */
  public static final FloppyFormat ORDINARY = threeInch(18, 80, RATE_500);

  private static final FloppyFormat EXTENDED =
      new FloppyFormat(DriveKind.THREE_INCH_2880K, 36, 80, 2, RATE_1000);

  /** Known formats; of two with the same size the first is meant. */
  private static final List<FloppyFormat> FORMATS =
      List.of(
          ORDINARY,
          threeInch(20, 80, RATE_500),
          threeInch(21, 80, RATE_500),
          threeInch(21, 82, RATE_500),
          threeInch(21, 83, RATE_500),
          threeInch(22, 80, RATE_500),
          threeInch(23, 80, RATE_500),
          threeInch(24, 80, RATE_500),
          EXTENDED,
          new FloppyFormat(DriveKind.THREE_INCH_2880K, 39, 80, 2, RATE_1000),
          new FloppyFormat(DriveKind.THREE_INCH_2880K, 40, 80, 2, RATE_1000),
          new FloppyFormat(DriveKind.THREE_INCH_2880K, 44, 80, 2, RATE_1000),
          new FloppyFormat(DriveKind.THREE_INCH_2880K, 48, 80, 2, RATE_1000),
          threeInch(9, 80, RATE_250),
          threeInch(10, 80, RATE_250),
          threeInch(10, 82, RATE_250),
          threeInch(10, 83, RATE_250),
          threeInch(13, 80, RATE_250),
          threeInch(14, 80, RATE_250),
          fiveInch(15, 80, 2, RATE_500),
          fiveInch(18, 82, 2, RATE_500),
          fiveInch(18, 83, 2, RATE_500),
          fiveInch(11, 80, 2, RATE_250),
          fiveInch(9, 40, 2, RATE_300),
          fiveInch(9, 40, 1, RATE_300),
          fiveInch(10, 41, 2, RATE_300),
          fiveInch(10, 42, 2, RATE_300),
          fiveInch(8, 40, 2, RATE_250),
          fiveInch(8, 40, 1, RATE_250));

  private static FloppyFormat threeInch(int sectors, int tracks, int rate) {
    return new FloppyFormat(DriveKind.THREE_INCH_1440K, sectors, tracks, 2, rate);
  }

  private static FloppyFormat fiveInch(int sectors, int tracks, int heads, int rate) {
    return new FloppyFormat(DriveKind.FIVE_INCH_1200K, sectors, tracks, heads, rate);
  }

  /**
   * The format of an image.
   *
   * @param imageSectors its size in sectors
   * @param what names the image for the error message
   * @throws VmmException if no floppy disk is as large as that
   */
  public static FloppyFormat ofSize(long imageSectors, String what) {
    for (FloppyFormat format : FORMATS) {
      if (format.totalSectors() == imageSectors) {
        return format;
      }
    }
    if (imageSectors <= ORDINARY.totalSectors()) {
      return ORDINARY;
    }
    if (imageSectors <= EXTENDED.totalSectors()) {
      return EXTENDED;
    }
    throw new VmmException(
        what + ": " + imageSectors * 512 + " bytes is more than fits on a floppy disk");
  }

  public int totalSectors() {
    return sectors * tracks * heads;
  }
}

package io.transvisor.device.ide;

import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;

/**
 * Cylinders, heads and sectors per track as the drive reports them, and how the BIOS should
 * translate them for INT 13h.
 *
 * @param translation the value of the two bits in CMOS byte 39h
 */
public record DiskGeometry(int cylinders, int heads, int sectors, Translation translation) {
  /** BIOS translations, in the order of their CMOS values. */
  public enum Translation {
    NONE,
    LBA,
    LARGE,
    RECHS
  }

  private static final int MAX_CYLINDERS = 16383;
  private static final int PARTITION_TABLE = 0x1BE;

  /**
   * The geometry of an image: what its partition table was made with, so that a disk made elsewhere
   * still boots, or 16 heads of 63 sectors. The same guess as QEMU's, so that guests installed
   * there find the geometry they know.
   */
  public static DiskGeometry of(BlockImage image) {
    DiskGeometry used = fromPartitionTable(image);
    if (used != null && used.heads <= 16) {
      return used;
    }
    int cylinders = Math.clamp(image.sectors() / (16 * 63), 2, MAX_CYLINDERS);
    Translation translation;
    if (used != null) {
      boolean small = used.cylinders * used.heads <= 131072;
      translation = small ? Translation.LARGE : Translation.LBA;
    } else {
      translation = cylinders <= 1024 ? Translation.NONE : Translation.LBA;
    }
    return new DiskGeometry(cylinders, 16, 63, translation);
  }

  /** Every partition ends with the last sector of the last head, which tells how many there are. */
  private static DiskGeometry fromPartitionTable(BlockImage image) {
    byte[] mbr = new byte[BlockImage.SECTOR_SIZE];
    try {
      image.read(0, 1, mbr, 0);
    } catch (ImageIoException _) {
      return null;
    }
    if ((mbr[510] & 0xFF) != 0x55 || (mbr[511] & 0xFF) != 0xAA) {
      return null;
    }
    for (int entry = PARTITION_TABLE; entry < 510; entry += 16) {
      int lastHead = mbr[entry + 5] & 0xFF;
      int sectors = mbr[entry + 6] & 0x3F;
      boolean used = (mbr[entry + 12] | mbr[entry + 13] | mbr[entry + 14] | mbr[entry + 15]) != 0;
      if (used && lastHead != 0 && sectors != 0) {
        int heads = lastHead + 1;
        long cylinders = image.sectors() / (heads * sectors);
        if (cylinders >= 1 && cylinders <= MAX_CYLINDERS) {
          return new DiskGeometry((int) cylinders, heads, sectors, Translation.NONE);
        }
      }
    }
    return null;
  }
}

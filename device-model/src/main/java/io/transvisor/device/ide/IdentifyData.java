package io.transvisor.device.ide;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The 256 words of IDENTIFY DEVICE and IDENTIFY PACKET DEVICE (ATA/ATAPI-6, 8.15 and 8.16). */
final class IdentifyData {
  static final int BYTES = 512;
  static final String FIRMWARE = "1.0";

  /** Largest block of READ and WRITE MULTIPLE, in sectors. */
  static final int MAX_MULTIPLE = 16;

  private static final long LBA28_LIMIT = 0x0FFFFFFF;

  private final byte[] bytes;

  private IdentifyData(byte[] target) {
    bytes = target;
    Arrays.fill(bytes, 0, BYTES, (byte) 0);
  }

  private IdentifyData word(int index, int value) {
    bytes[2 * index] = (byte) value;
    bytes[2 * index + 1] = (byte) (value >>> 8);
    return this;
  }

  private IdentifyData dword(int index, int value) {
    return word(index, value).word(index + 1, value >>> 16);
  }

  /** ASCII, padded with blanks, the first character of each pair in the high byte. */
  private IdentifyData text(int index, int words, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 2 * words; i++) {
      bytes[2 * index + (i ^ 1)] = i < ascii.length ? ascii[i] : (byte) ' ';
    }
    return this;
  }

  private IdentifyData names(String serial, String model) {
    return text(10, 10, serial).text(23, 4, FIRMWARE).text(27, 20, model);
  }

  /** Transfer modes, fastest cycle times included: words 53, 62 to 68, 88. */
  private IdentifyData modes(IdeDrive drive) {
    return word(53, 0x0007)
        .word(62, 0x0007 | drive.selectedMode(2))
        .word(63, 0x0007 | drive.selectedMode(4))
        .word(64, 0x0003)
        .word(65, 120)
        .word(66, 120)
        .word(67, 120)
        .word(68, 120)
        .word(88, 0x003F | drive.selectedMode(8));
  }

  /** Serial numbers count the four places of drives, as QEMU's do. */
  static String serial(IdeDrive drive) {
    int index = (drive.channel.name().equals(Piix3Ide.PRIMARY) ? 0 : 2) + drive.unit;
    return "TV%05d".formatted(index + 1);
  }

  static void forDisk(byte[] target, AtaDisk disk) {
    DiskGeometry real = disk.geometry();
    DiskGeometry current = disk.currentGeometry();
    long total = disk.sectors();
    long currentSectors = (long) current.cylinders() * current.heads() * current.sectors();
    // NOP, look-ahead, write cache, power management.
    int set1 = 1 << 14 | 1 << 6 | 1 << 5 | 1 << 3;
    int enabled1 = set1 & ~(disk.lookAhead ? 0 : 1 << 6) & ~(disk.writeCache ? 0 : 1 << 5);
    // FLUSH CACHE EXT, FLUSH CACHE, 48-bit addresses.
    int set2 = 1 << 13 | 1 << 12 | 1 << 10;
    new IdentifyData(target)
        .word(0, 0x0040)
        .word(1, real.cylinders())
        .word(3, real.heads())
        .word(4, 512 * real.sectors())
        .word(5, 512)
        .word(6, real.sectors())
        .word(20, 3)
        .word(21, 512)
        .word(22, 4)
        .names(serial(disk), "Transvisor HARDDISK")
        .word(47, 0x8000 | MAX_MULTIPLE)
        .word(48, 1)
        .word(49, 1 << 11 | 1 << 9 | 1 << 8)
        .word(50, 1 << 14)
        .word(51, 0x0200)
        .word(52, 0x0200)
        .modes(disk)
        .word(54, current.cylinders())
        .word(55, current.heads())
        .word(56, current.sectors())
        .dword(57, (int) Math.min(currentSectors, total))
        .word(59, disk.multiple() == 0 ? 0 : 0x0100 | disk.multiple())
        .dword(60, (int) Math.min(total, LBA28_LIMIT))
        .word(80, 0x0070)
        .word(82, set1)
        .word(83, 1 << 14 | set2)
        .word(84, 1 << 14)
        .word(85, enabled1)
        .word(86, set2)
        .word(87, 1 << 14)
        .word(93, hardwareReset(disk))
        .dword(100, (int) total)
        .dword(102, (int) (total >>> 32));
  }

  /** Word 93: an 80-conductor cable, device number set by jumper, diagnostics passed. */
  private static int hardwareReset(IdeDrive drive) {
    return drive.unit == 0 ? 0x600B : 0x6B00;
  }

  static void forCdrom(byte[] target, AtapiCdrom drive) {
    // PACKET, DEVICE RESET, removable medium, power management, NOP.
    int set1 = 1 << 14 | 1 << 9 | 1 << 4 | 1 << 3 | 1 << 2;
    new IdentifyData(target)
        // ATAPI, CD-ROM, removable, DRQ within 50 us of PACKET, packets of 12 bytes.
        .word(0, 2 << 14 | 5 << 8 | 1 << 7 | 2 << 5)
        .word(20, 3)
        .word(21, 512)
        .word(22, 4)
        .names(serial(drive), AtapiCdrom.MODEL)
        .word(48, 1)
        .word(49, 1 << 11 | 1 << 9 | 1 << 8)
        .modes(drive)
        .word(71, 30)
        .word(72, 30)
        .word(80, 0x0070)
        .word(82, set1)
        .word(83, 1 << 14)
        .word(84, 1 << 14)
        .word(85, set1)
        .word(86, 0)
        .word(87, 1 << 14)
        .word(93, hardwareReset(drive));
  }
}

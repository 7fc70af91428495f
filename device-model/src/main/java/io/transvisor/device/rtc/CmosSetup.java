package io.transvisor.device.rtc;

import io.transvisor.core.error.VmmException;

/**
 * What the board tells the firmware through CMOS memory, at the addresses of the IBM AT and of
 * QEMU's PC, which SeaBIOS reads. Call {@link #finish} last.
 */
public final class CmosSetup {
  private static final int FLOPPY_TYPES = 0x10;
  private static final int DISK_TYPES = 0x12;
  private static final int EQUIPMENT = 0x14;
  private static final int BASE_MEMORY = 0x15;
  private static final int EXTENDED_MEMORY = 0x17;
  private static final int DISK_EXTENDED_TYPE = 0x19;
  private static final int DISK_GEOMETRY = 0x1B;
  private static final int DISK_GEOMETRY_SIZE = 9;
  private static final int CHECKSUM = 0x2E;
  private static final int CHECKSUM_FIRST = 0x10;
  private static final int EXTENDED_MEMORY_FOUND = 0x30;
  private static final int MEMORY_ABOVE_16M = 0x34;
  private static final int BOOT_THIRD_AND_FLAGS = 0x38;
  private static final int DISK_TRANSLATION = 0x39;
  private static final int BOOT_FIRST_TWO = 0x3D;
  private static final int OTHER_CPUS = 0x5F;

  private static final int EQUIPMENT_FLOPPY = 0x01;
  private static final int EQUIPMENT_FPU = 0x02;
  private static final int EQUIPMENT_MOUSE = 0x04;
  private static final int EQUIPMENT_SECOND_FLOPPY = 0x40;
  private static final int NO_FLOPPY_SIGNATURE_CHECK = 0x01;
  private static final int USER_DEFINED_TYPE = 47;
  private static final int BOOT_DEVICES = 3;

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  /** How the firmware turns a disk's geometry into the one of INT 13h. */
  public enum Translation {
    NONE,
    LBA,
    LARGE,
    REVISED_ECHS
  }

  private final Mc146818 rtc;
  private int equipment = EQUIPMENT_FPU;

  public CmosSetup(Mc146818 rtc) {
    this.rtc = rtc;
  }

  /** Guest RAM below 4 GiB, in bytes. */
  public CmosSetup memory(long bytes) {
    word(BASE_MEMORY, Math.min(bytes / KIB, 640));
    long extended = Math.min(Math.max(0, bytes - MIB) / KIB, 0xFFFF);
    word(EXTENDED_MEMORY, extended);
    word(EXTENDED_MEMORY_FOUND, extended);
    word(MEMORY_ABOVE_16M, Math.min(Math.max(0, bytes - 16 * MIB) / (64 * KIB), 0xFFFF));
    return this;
  }

  /** The floppy drives, as CMOS types: 0 none, 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M. */
  public CmosSetup floppies(int typeA, int typeB) {
    rtc.setCmos(FLOPPY_TYPES, typeA << 4 | typeB);
    int drives = (typeA != 0 ? 1 : 0) + (typeB != 0 ? 1 : 0);
    equipment &= ~(EQUIPMENT_FLOPPY | EQUIPMENT_SECOND_FLOPPY);
    if (drives > 0) {
      equipment |= EQUIPMENT_FLOPPY;
    }
    if (drives > 1) {
      equipment |= EQUIPMENT_SECOND_FLOPPY;
    }
    return this;
  }

  /** A PS/2 mouse is connected. */
  public CmosSetup mouse() {
    equipment |= EQUIPMENT_MOUSE;
    return this;
  }

  /**
   * The boot order.
   *
   * @param order up to three letters: a floppy, c hard disk, d CD-ROM, n network
   * @param floppySignatureCheck whether a floppy without 55AAh at the end of its boot sector is
   *     skipped
   * @throws VmmException for any other letter, a letter given twice, or too many
   */
  public CmosSetup bootOrder(String order, boolean floppySignatureCheck) {
    if (order.length() > BOOT_DEVICES) {
      throw new VmmException("-boot " + order + ": at most " + BOOT_DEVICES + " devices");
    }
    int[] devices = new int[BOOT_DEVICES];
    for (int i = 0; i < order.length(); i++) {
      char letter = order.charAt(i);
      if (order.indexOf(letter) != i) {
        throw new VmmException("-boot " + order + ": device '" + letter + "' given twice");
      }
      devices[i] =
          switch (letter) {
            case 'a', 'b' -> 1;
            case 'c' -> 2;
            case 'd' -> 3;
            case 'n' -> 4;
            default ->
                throw new VmmException(
                    "-boot "
                        + order
                        + ": no device '"
                        + letter
                        + "' (a floppy, c disk, d CD-ROM, n network)");
          };
    }
    rtc.setCmos(BOOT_FIRST_TWO, devices[1] << 4 | devices[0]);
    rtc.setCmos(
        BOOT_THIRD_AND_FLAGS,
        devices[2] << 4 | (floppySignatureCheck ? 0 : NO_FLOPPY_SIGNATURE_CHECK));
    return this;
  }

  /**
   * An IDE hard disk.
   *
   * @param drive 0 primary master, 1 primary slave, 2 and 3 secondary (these have a translation
   *     only)
   * @param cylinders of the disk's own geometry
   */
  public CmosSetup hardDisk(
      int drive, int cylinders, int heads, int sectors, Translation translation) {
    int shift = 2 * drive;
    rtc.setCmos(
        DISK_TRANSLATION,
        rtc.cmos(DISK_TRANSLATION) & ~(3 << shift) | translation.ordinal() << shift);
    if (drive > 1) {
      return this;
    }
    // Type 15 means "see the extended type", and extended type 47 "see the geometry".
    rtc.setCmos(DISK_TYPES, rtc.cmos(DISK_TYPES) | (drive == 0 ? 0xF0 : 0x0F));
    rtc.setCmos(DISK_EXTENDED_TYPE + drive, USER_DEFINED_TYPE);
    int at = DISK_GEOMETRY + drive * DISK_GEOMETRY_SIZE;
    word(at, cylinders);
    rtc.setCmos(at + 2, heads);
    word(at + 3, 0xFFFF); // no write precompensation
    rtc.setCmos(at + 5, 0xC0 | (heads > 8 ? 0x08 : 0));
    word(at + 6, cylinders);
    rtc.setCmos(at + 8, sectors);
    return this;
  }

  /** Writes what depends on several settings: equipment byte, CPU count, checksum. */
  public void finish() {
    rtc.setCmos(EQUIPMENT, equipment);
    rtc.setCmos(OTHER_CPUS, 0);
    int sum = 0;
    for (int address = CHECKSUM_FIRST; address < CHECKSUM; address++) {
      sum += rtc.cmos(address);
    }
    rtc.setCmos(CHECKSUM, sum >>> 8);
    rtc.setCmos(CHECKSUM + 1, sum);
  }

  private void word(int address, long value) {
    rtc.setCmos(address, (int) value & 0xFF);
    rtc.setCmos(address + 1, (int) value >>> 8 & 0xFF);
  }
}

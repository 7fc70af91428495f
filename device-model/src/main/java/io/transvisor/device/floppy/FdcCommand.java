package io.transvisor.device.floppy;

/** The commands of the 82077AA (datasheet, section 5): first byte and number of bytes. */
enum FdcCommand {
  READ_TRACK(0x02, 0x9F, 9),
  SPECIFY(0x03, 0xFF, 3),
  SENSE_DRIVE_STATUS(0x04, 0xFF, 2),
  WRITE(0x05, 0x3F, 9),
  READ(0x06, 0x1F, 9),
  RECALIBRATE(0x07, 0xFF, 2),
  SENSE_INTERRUPT(0x08, 0xFF, 1),
  WRITE_DELETED(0x09, 0x3F, 9),
  READ_ID(0x0A, 0xBF, 2),
  READ_DELETED(0x0C, 0x1F, 9),
  FORMAT_TRACK(0x0D, 0xBF, 6),
  DUMP_REGISTERS(0x0E, 0xFF, 1),
  SEEK(0x0F, 0xFF, 3),
  VERSION(0x10, 0xFF, 1),
  SCAN_EQUAL(0x11, 0x1F, 9),
  PERPENDICULAR(0x12, 0xFF, 2),
  CONFIGURE(0x13, 0xFF, 4),
  LOCK(0x14, 0x7F, 1),
  VERIFY(0x16, 0x1F, 9),
  POWER_DOWN(0x17, 0xFF, 2),
  PART_ID(0x18, 0xFF, 1),
  SCAN_LOW_OR_EQUAL(0x19, 0x1F, 9),
  SCAN_HIGH_OR_EQUAL(0x1D, 0x1F, 9),
  RELATIVE_SEEK(0x8F, 0xBF, 3),
  INVALID(0x00, 0x00, 1);

  /** First-byte flags of the data commands. */
  static final int MULTI_TRACK = 0x80;

  static final int MFM = 0x40;
  static final int SKIP = 0x20;

  private final int code;
  private final int mask;
  private final int length;

  FdcCommand(int code, int mask, int length) {
    this.code = code;
    this.mask = mask;
    this.length = length;
  }

  /** Bytes of the command phase, with the first. */
  int length() {
    return length;
  }

  /** The command a first byte begins; {@link #INVALID} matches everything. */
  static FdcCommand of(int firstByte) {
    for (FdcCommand command : values()) {
      if ((firstByte & command.mask) == command.code) {
        return command;
      }
    }
    throw new AssertionError(firstByte);
  }
}

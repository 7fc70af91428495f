package io.transvisor.device.ide;

/** Register offsets, register bits and command codes of ATA/ATAPI-6 (T13 1410D). */
final class Ata {
  // Command block registers, as offsets.
  static final int DATA = 0;
  static final int ERROR_FEATURES = 1;
  static final int SECTOR_COUNT = 2;
  static final int LBA_LOW = 3;
  static final int LBA_MID = 4;
  static final int LBA_HIGH = 5;
  static final int DEVICE = 6;
  static final int STATUS_COMMAND = 7;

  // Status register.
  static final int ERR = 0x01;
  static final int DRQ = 0x08;
  static final int DSC = 0x10;
  static final int DRDY = 0x40;
  static final int BSY = 0x80;

  // Error register.
  static final int ABRT = 0x04;
  static final int IDNF = 0x10;
  static final int UNC = 0x40;

  /** Diagnostic code of a device that has passed (9.12, table 26). */
  static final int DIAGNOSTIC_PASSED = 0x01;

  // Device control register.
  static final int CONTROL_NIEN = 0x02;
  static final int CONTROL_SRST = 0x04;
  static final int CONTROL_HOB = 0x80;

  // Device register.
  static final int DEVICE_DEV = 0x10;
  static final int DEVICE_LBA = 0x40;

  /** Bits 7 and 5, obsolete since ATA-4 and always one before that. */
  static final int DEVICE_ALWAYS_ONE = 0xA0;

  // Commands.
  static final int CMD_NOP = 0x00;
  static final int CMD_DEVICE_RESET = 0x08;
  static final int CMD_RECALIBRATE = 0x10;
  static final int CMD_READ_SECTORS = 0x20;
  static final int CMD_READ_SECTORS_NO_RETRY = 0x21;
  static final int CMD_READ_SECTORS_EXT = 0x24;
  static final int CMD_READ_DMA_EXT = 0x25;
  static final int CMD_READ_NATIVE_MAX_EXT = 0x27;
  static final int CMD_READ_MULTIPLE_EXT = 0x29;
  static final int CMD_WRITE_SECTORS = 0x30;
  static final int CMD_WRITE_SECTORS_NO_RETRY = 0x31;
  static final int CMD_WRITE_SECTORS_EXT = 0x34;
  static final int CMD_WRITE_DMA_EXT = 0x35;
  static final int CMD_WRITE_MULTIPLE_EXT = 0x39;
  static final int CMD_WRITE_VERIFY = 0x3C;
  static final int CMD_READ_VERIFY = 0x40;
  static final int CMD_READ_VERIFY_NO_RETRY = 0x41;
  static final int CMD_READ_VERIFY_EXT = 0x42;
  static final int CMD_SEEK = 0x70;
  static final int CMD_EXECUTE_DIAGNOSTIC = 0x90;
  static final int CMD_INITIALIZE_PARAMETERS = 0x91;
  static final int CMD_PACKET = 0xA0;
  static final int CMD_IDENTIFY_PACKET = 0xA1;
  static final int CMD_READ_MULTIPLE = 0xC4;
  static final int CMD_WRITE_MULTIPLE = 0xC5;
  static final int CMD_SET_MULTIPLE = 0xC6;
  static final int CMD_READ_DMA = 0xC8;
  static final int CMD_READ_DMA_NO_RETRY = 0xC9;
  static final int CMD_WRITE_DMA = 0xCA;
  static final int CMD_WRITE_DMA_NO_RETRY = 0xCB;
  static final int CMD_STANDBY_IMMEDIATE = 0xE0;
  static final int CMD_IDLE_IMMEDIATE = 0xE1;
  static final int CMD_STANDBY = 0xE2;
  static final int CMD_IDLE = 0xE3;
  static final int CMD_CHECK_POWER_MODE = 0xE5;
  static final int CMD_SLEEP = 0xE6;
  static final int CMD_FLUSH_CACHE = 0xE7;
  static final int CMD_FLUSH_CACHE_EXT = 0xEA;
  static final int CMD_IDENTIFY = 0xEC;
  static final int CMD_SET_FEATURES = 0xEF;
  static final int CMD_READ_NATIVE_MAX = 0xF8;

  private Ata() {}
}

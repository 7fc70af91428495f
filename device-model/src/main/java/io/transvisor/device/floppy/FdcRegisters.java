package io.transvisor.device.floppy;

/**
 * Ports and status bits of the 82077AA (Intel 82077AA datasheet, order 290166, sections 2 and 6).
 */
final class FdcRegisters {
  // Offsets from port 3F0h; 6 belongs to the disk controller
  static final int STATUS_A = 0;
  static final int STATUS_B = 1;
  static final int DIGITAL_OUTPUT = 2;
  static final int TAPE_DRIVE = 3;
  static final int MAIN_STATUS = 4; // data rate select when written
  static final int DATA = 5;
  static final int DIGITAL_INPUT = 7; // configuration control when written

  static final int DOR_DRIVE = 0x03;
  static final int DOR_NOT_RESET = 0x04;
  static final int DOR_DMA = 0x08;

  static final int MSR_DRIVE_BUSY = 0x01;
  static final int MSR_BUSY = 0x10;
  static final int MSR_NON_DMA = 0x20;
  static final int MSR_READ = 0x40;
  static final int MSR_REQUEST = 0x80;

  static final int DSR_RATE = 0x03;
  static final int DSR_RESET = 0x80;

  static final int SRA_INTERRUPT = 0x80;
  static final int SRA_NO_SECOND_DRIVE = 0x40;
  static final int SRA_NOT_TRACK_0 = 0x10;
  static final int SRA_HEAD = 0x08;
  static final int SRA_NOT_INDEX = 0x04;
  static final int SRA_NOT_WRITE_PROTECTED = 0x02;
  static final int SRB_ONES = 0xC0;
  static final int SRB_DRIVE_0_SELECTED = 0x20;

  static final int DIR_CHANGED = 0x80;

  static final int ST0_ABNORMAL = 0x40;
  static final int ST0_INVALID = 0x80;
  static final int ST0_READY_CHANGED = 0xC0;
  static final int ST0_SEEK_END = 0x20;
  static final int ST0_EQUIPMENT_CHECK = 0x10;

  static final int ST1_END_OF_CYLINDER = 0x80;
  static final int ST1_DATA_ERROR = 0x20;
  static final int ST1_NO_DATA = 0x04;
  static final int ST1_NOT_WRITABLE = 0x02;
  static final int ST1_MISSING_ADDRESS_MARK = 0x01;

  static final int ST2_CONTROL_MARK = 0x40;
  static final int ST2_DATA_ERROR = 0x20;
  static final int ST2_SCAN_HIT = 0x08;
  static final int ST2_SCAN_NOT_SATISFIED = 0x04;

  static final int ST3_WRITE_PROTECTED = 0x40;
  static final int ST3_READY = 0x20;
  static final int ST3_TRACK_0 = 0x10;
  static final int ST3_TWO_SIDES = 0x08;

  private FdcRegisters() {}
}

package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * The CRT controller: 25 registers behind an index at 3x4h and data at 3x5h (IBM VGA technical
 * reference, "CRT controller registers"). Combines the values that are scattered over several
 * registers.
 */
final class Crtc {
  static final int HORIZONTAL_TOTAL = 0x00;
  static final int HORIZONTAL_DISPLAY_END = 0x01;
  static final int HORIZONTAL_RETRACE_START = 0x04;
  static final int VERTICAL_TOTAL = 0x06;
  static final int OVERFLOW = 0x07;
  static final int PRESET_ROW_SCAN = 0x08;
  static final int MAXIMUM_SCAN_LINE = 0x09;
  static final int CURSOR_START = 0x0A;
  static final int CURSOR_END = 0x0B;
  static final int START_HIGH = 0x0C;
  static final int START_LOW = 0x0D;
  static final int CURSOR_HIGH = 0x0E;
  static final int CURSOR_LOW = 0x0F;
  static final int VERTICAL_RETRACE_START = 0x10;
  static final int VERTICAL_RETRACE_END = 0x11;
  static final int VERTICAL_DISPLAY_END = 0x12;
  static final int OFFSET = 0x13;
  static final int UNDERLINE = 0x14;
  static final int MODE_CONTROL = 0x17;
  static final int LINE_COMPARE = 0x18;

  static final int COUNT = 0x19;

  /**
   * Vertical retrace end: registers 0 to 7 are write-protected, except the line compare bit in
   * register 7.
   */
  private static final int PROTECT = 0x80;

  final int[] registers = new int[COUNT];
  private int index;

  void reset() {
    Arrays.fill(registers, 0);
    index = 0;
  }

  int index() {
    return index;
  }

  void setIndex(int value) {
    index = value;
  }

  int data() {
    return index < COUNT ? registers[index] : 0;
  }

  void setData(int value) {
    if (index >= COUNT) {
      return;
    }
    if (index <= OVERFLOW && (registers[VERTICAL_RETRACE_END] & PROTECT) != 0) {
      if (index == OVERFLOW) {
        registers[OVERFLOW] = registers[OVERFLOW] & ~0x10 | value & 0x10;
      }
      return;
    }
    registers[index] = value & 0xFF;
  }

  int get(int register) {
    return registers[register];
  }

  void set(int register, int value) {
    registers[register] = value & 0xFF;
  }

  /** Character clocks in a scan line, blanking included. */
  int horizontalTotal() {
    return registers[HORIZONTAL_TOTAL] + 5;
  }

  /** Character clocks shown in a scan line. */
  int displayedCharacters() {
    return registers[HORIZONTAL_DISPLAY_END] + 1;
  }

  private int vertical(int low, int bit8, int bit9) {
    int overflow = registers[OVERFLOW];
    return registers[low] | (overflow >> bit8 & 1) << 8 | (overflow >> bit9 & 1) << 9;
  }

  /** Lines in a frame, in units of the vertical counter. */
  int verticalTotal() {
    return vertical(VERTICAL_TOTAL, 0, 5) + 2;
  }

  /** Lines shown, in units of the vertical counter. */
  int displayedLines() {
    return vertical(VERTICAL_DISPLAY_END, 1, 6) + 1;
  }

  /** The line at which the vertical retrace pulse starts. */
  int retraceStart() {
    return vertical(VERTICAL_RETRACE_START, 2, 7);
  }

  /**
   * Lines the vertical retrace pulse lasts, 1 to 16: its end is given by its low four bits only.
   */
  int retraceLines() {
    int lines = registers[VERTICAL_RETRACE_END] - registers[VERTICAL_RETRACE_START] & 0x0F;
    return lines == 0 ? 16 : lines;
  }

  /**
   * Scan lines per step of the vertical counter: 2 while it counts every other horizontal retrace.
   */
  int linesPerCount() {
    return (registers[MODE_CONTROL] & 0x04) != 0 ? 2 : 1;
  }

  /** The last line, in units of the vertical counter, before the lower part of a split screen. */
  int lineCompare() {
    return registers[LINE_COMPARE]
        | (registers[OVERFLOW] >> 4 & 1) << 8
        | (registers[MAXIMUM_SCAN_LINE] >> 6 & 1) << 9;
  }

  /** Row scans in a character row. */
  int rowScans() {
    return (registers[MAXIMUM_SCAN_LINE] & 0x1F) + 1;
  }

  /** Every row scan is shown twice (200-line modes on 400 lines). */
  boolean isDoubleScan() {
    return (registers[MAXIMUM_SCAN_LINE] & 0x80) != 0;
  }

  int startAddress() {
    return registers[START_HIGH] << 8 | registers[START_LOW];
  }

  int cursorAddress() {
    return registers[CURSOR_HIGH] << 8 | registers[CURSOR_LOW];
  }

  /** Distance of two rows in units of the address counter. */
  int rowOffset() {
    return registers[OFFSET] * 2;
  }

  int presetRowScan() {
    return registers[PRESET_ROW_SCAN] & 0x1F;
  }

  /** Whole character clocks the picture is moved to the left, on top of pel panning. */
  int bytePanning() {
    return registers[PRESET_ROW_SCAN] >> 5 & 3;
  }

  int underlineScan() {
    return registers[UNDERLINE] & 0x1F;
  }

  /** Byte address mode: the address counter is not shifted. */
  boolean isByteMode() {
    return (registers[MODE_CONTROL] & 0x40) != 0;
  }

  /** Address bit 13 comes from row scan bit 0, as on a CGA. */
  boolean replacesBit13() {
    return (registers[MODE_CONTROL] & 0x01) == 0;
  }

  /** Address bit 14 comes from row scan bit 1, as on a Hercules card. */
  boolean replacesBit14() {
    return (registers[MODE_CONTROL] & 0x02) == 0;
  }

  void save(StateWriter out) {
    out.putInt("crtc.index", index);
    out.putInts("crtc.registers", registers);
  }

  void load(StateReader in) {
    index = in.getInt("crtc.index") & 0xFF;
    Registers.copy(in.getInts("crtc.registers"), registers, 0xFF);
  }
}

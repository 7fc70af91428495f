package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/**
 * The sequencer: five registers behind an index at 3C4h and data at 3C5h (IBM VGA technical
 * reference, "Sequencer registers").
 */
final class Sequencer {
  static final int CLOCKING_MODE = 1;
  static final int MAP_MASK = 2;
  static final int CHARACTER_MAP = 3;
  static final int MEMORY_MODE = 4;

  /** Clocking mode: characters are 8 dots wide instead of 9. */
  static final int EIGHT_DOTS = 0x01;

  /** Clocking mode: dots last two ticks of the master clock. */
  static final int HALF_DOT_CLOCK = 0x08;

  static final int SCREEN_OFF = 0x20;
  static final int CHAIN_4 = 0x08;

  private static final int COUNT = 8;

  /** Writable bits; register 7 (horizontal counter reset) is a scratch byte here. */
  private static final int[] MASKS = {0x03, 0x3D, 0x0F, 0x3F, 0x0E, 0x00, 0x00, 0xFF};

  final int[] registers = new int[COUNT];
  private int index;

  void reset() {
    java.util.Arrays.fill(registers, 0);
    index = 0;
  }

  int index() {
    return index;
  }

  void setIndex(int value) {
    index = value & 7;
  }

  int data() {
    return registers[index];
  }

  void setData(int value) {
    registers[index] = value & MASKS[index];
  }

  int get(int register) {
    return registers[register];
  }

  void set(int register, int value) {
    registers[register] = value & MASKS[register];
  }

  boolean isChain4() {
    return (registers[MEMORY_MODE] & CHAIN_4) != 0;
  }

  /** First byte, in plane 2, of the font for characters whose attribute bit 3 is set (map A). */
  int fontA() {
    int select = registers[CHARACTER_MAP];
    return fontAddress(select >> 2 & 3, select >> 5 & 1);
  }

  /** First byte, in plane 2, of the font for characters whose attribute bit 3 is clear (map B). */
  int fontB() {
    int select = registers[CHARACTER_MAP];
    return fontAddress(select & 3, select >> 4 & 1);
  }

  /** Maps 0 to 3 start at multiples of 16 KiB, maps 4 to 7 lie 8 KiB behind them. */
  private static int fontAddress(int low, int high) {
    return low * 0x4000 + high * 0x2000;
  }

  void save(StateWriter out) {
    out.putInt("seq.index", index);
    out.putInts("seq.registers", registers);
  }

  void load(StateReader in) {
    index = in.getInt("seq.index") & 7;
    Registers.copy(in.getInts("seq.registers"), registers, 0xFF);
  }
}

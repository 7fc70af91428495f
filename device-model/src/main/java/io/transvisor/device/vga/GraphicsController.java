package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * The graphics controller: nine registers behind an index at 3CEh and data at 3CFh (IBM VGA
 * technical reference, "Graphics controller registers"). What they do to CPU accesses is in {@link
 * DataPath}.
 */
final class GraphicsController {
  static final int SET_RESET = 0;
  static final int ENABLE_SET_RESET = 1;
  static final int COLOR_COMPARE = 2;
  static final int DATA_ROTATE = 3;
  static final int READ_MAP_SELECT = 4;
  static final int MODE = 5;
  static final int MISCELLANEOUS = 6;
  static final int COLOR_DONT_CARE = 7;
  static final int BIT_MASK = 8;

  /** Miscellaneous: graphics, not text. */
  static final int GRAPHICS = 0x01;

  private static final int COUNT = 9;
  private static final int[] MASKS = {0x0F, 0x0F, 0x0F, 0x1F, 0x03, 0x7B, 0x0F, 0x0F, 0xFF};

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
    index = value & 0x0F;
  }

  int data() {
    return index < COUNT ? registers[index] : 0;
  }

  void setData(int value) {
    if (index < COUNT) {
      registers[index] = value & MASKS[index];
    }
  }

  int get(int register) {
    return registers[register];
  }

  void set(int register, int value) {
    registers[register] = value & MASKS[register];
  }

  boolean isGraphics() {
    return (registers[MISCELLANEOUS] & GRAPHICS) != 0;
  }

  /**
   * Which addresses the CPU sees video memory at: 0 A0000-BFFFF, 1 A0000-AFFFF, 2 B0000-B7FFF, 3
   * B8000-BFFFF.
   */
  int memoryMap() {
    return registers[MISCELLANEOUS] >> 2 & 3;
  }

  /** Host odd/even: even addresses reach planes 0 and 2, odd ones 1 and 3. */
  boolean isOddEven() {
    return (registers[MODE] & 0x10) != 0;
  }

  /** Shift register in two-bit-per-pixel (CGA) order. */
  boolean isInterleaved() {
    return (registers[MODE] & 0x20) != 0;
  }

  /** Shift register gives eight bits per pixel. */
  boolean is256Color() {
    return (registers[MODE] & 0x40) != 0;
  }

  void save(StateWriter out) {
    out.putInt("gfx.index", index);
    out.putInts("gfx.registers", registers);
  }

  void load(StateReader in) {
    index = in.getInt("gfx.index") & 0x0F;
    Registers.copy(in.getInts("gfx.registers"), registers, 0xFF);
  }
}

package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * The attribute controller: 16 palette registers and five others, all written through port 3C0h,
 * where an internal flip-flop decides whether a write is index or data (IBM VGA technical
 * reference, "Attribute controller registers").
 */
final class AttributeController {
  static final int MODE = 0x10;
  static final int OVERSCAN = 0x11;
  static final int PLANE_ENABLE = 0x12;
  static final int PEL_PANNING = 0x13;
  static final int COLOR_SELECT = 0x14;

  /** Mode: the ninth dot of characters C0h to DFh repeats the eighth. */
  static final int LINE_GRAPHICS = 0x04;

  /** Mode: attribute bit 7 means blinking instead of a bright background. */
  static final int BLINK = 0x08;

  /** Mode: the lower part of a split screen is not panned. */
  static final int PANNING_STOPS_AT_SPLIT = 0x20;

  /** Mode: color bits 4 and 5 come from the color select register. */
  static final int PALETTE_SIZE = 0x80;

  /** Index port: the palette belongs to the display, not to the CPU. */
  static final int PALETTE_ADDRESS_SOURCE = 0x20;

  private static final int COUNT = 0x15;

  final int[] registers = new int[COUNT];
  private int index;
  private boolean dataNext;

  /** All planes are shown: firmware written for virtual machines leaves that register alone. */
  void reset() {
    Arrays.fill(registers, 0);
    registers[PLANE_ENABLE] = 0x0F;
    index = 0;
    dataNext = false;
  }

  /** What a read of input status 1 does: the next write is an index. */
  void resetFlipFlop() {
    dataNext = false;
  }

  /** Port 3C0h read: the index with the palette address source bit. */
  int index() {
    return index;
  }

  /** Port 3C1h read. */
  int data() {
    int register = index & 0x1F;
    return register < COUNT ? registers[register] : 0;
  }

  /** Port 3C0h write. */
  void write(int value) {
    if (!dataNext) {
      index = value & 0x3F;
    } else {
      int register = index & 0x1F;
      if (register < COUNT) {
        set(register, value);
      }
    }
    dataNext = !dataNext;
  }

  int get(int register) {
    return registers[register];
  }

  void set(int register, int value) {
    int mask =
        switch (register) {
          case MODE -> 0xEF;
          case OVERSCAN -> 0xFF;
          case PEL_PANNING, COLOR_SELECT -> 0x0F;
          default -> 0x3F;
        };
    registers[register] = value & mask;
  }

  void setPaletteAddressSource(boolean on) {
    index = on ? index | PALETTE_ADDRESS_SOURCE : index & ~PALETTE_ADDRESS_SOURCE;
  }

  boolean isDisplaying() {
    return (index & PALETTE_ADDRESS_SOURCE) != 0;
  }

  boolean has(int modeBit) {
    return (registers[MODE] & modeBit) != 0;
  }

  /** The DAC entry a four-bit color is shown with, before the pel mask. */
  int dacIndex(int color) {
    int entry = registers[color & registers[PLANE_ENABLE] & 0x0F];
    int select = registers[COLOR_SELECT];
    return has(PALETTE_SIZE)
        ? (select & 0x0F) << 4 | entry & 0x0F
        : (select & 0x0C) << 4 | entry & 0x3F;
  }

  void save(StateWriter out) {
    out.putInt("attr.index", index);
    out.putBoolean("attr.dataNext", dataNext);
    out.putInts("attr.registers", registers);
  }

  void load(StateReader in) {
    index = in.getInt("attr.index") & 0x3F;
    dataNext = in.getBoolean("attr.dataNext");
    Registers.copy(in.getInts("attr.registers"), registers, 0xFF);
  }
}

package io.transvisor.device.vga;

import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * The CPU's window to video memory at A0000h to BFFFFh. While the chip is set up so that the window
 * shows plain memory (chain-4, DISPI banks) it is mapped as memory and costs nothing; otherwise
 * every access goes through the {@link DataPath}.
 */
final class MemoryWindow implements MmioHandler {
  private static final int BASE = 0xA0000;
  private static final int LENGTH = 0x20000;
  private static final int HANDLER_PRIORITY = 1;
  private static final int MEMORY_PRIORITY = 2;

  private static final int[] STARTS = {0, 0, 0x10000, 0x18000};
  private static final int[] LENGTHS = {0x20000, 0x10000, 0x8000, 0x8000};

  /** The one memory map in which the bank register counts: 64 KiB at A0000h. */
  private static final int BANKED_MAP = 1;

  private final DataPath path;
  private final VideoMemory memory;
  private final Mapping handler;

  /** Plain memory in the window, one mapping for each memory map. */
  private final Mapping[] plain = new Mapping[4];

  private int map;

  MemoryWindow(PhysicalMemory physical, VideoMemory memory, DataPath path) {
    this.path = path;
    this.memory = memory;
    handler = physical.mapMmio("vga.window", BASE, LENGTH, this, HANDLER_PRIORITY);
    for (int i = 0; i < plain.length; i++) {
      plain[i] =
          physical.mapRam(
              "vga.linear" + i, BASE + STARTS[i], LENGTHS[i], memory.block(), 0, MEMORY_PRIORITY);
      plain[i].setEnabled(false);
    }
  }

  /**
   * Takes over the registers.
   *
   * @param accessible whether the CPU may reach video memory here at all
   */
  void update(Sequencer sequencer, GraphicsController graphics, Dispi dispi, boolean accessible) {
    path.update(sequencer, graphics, dispi);
    map = graphics.memoryMap();
    boolean linear = accessible && path.isLinear(dispi.isEnabled());
    for (int i = 0; i < plain.length; i++) {
      if (i != map || !linear) {
        plain[i].setEnabled(false);
      }
    }
    if (linear) {
      if (map == BANKED_MAP) {
        plain[map].retarget(memory.block(), dispi.bankOffset());
      }
      plain[map].setEnabled(true);
    }
    handler.setEnabled(accessible);
  }

  /** Whether plain memory is mapped now. */
  boolean isLinear() {
    return plain[map].isEnabled();
  }

  private int inWindow(int offset) {
    int address = offset - STARTS[map];
    return address >= 0 && address < LENGTHS[map] ? address : -1;
  }

  @Override
  public int read(int offset, int width) {
    boolean banked = map == BANKED_MAP;
    int value = 0;
    for (int i = 0; i < width; i++) {
      int address = inWindow(offset + i);
      value |= (address < 0 ? 0xFF : path.read(address, banked)) << 8 * i;
    }
    return value;
  }

  @Override
  public void write(int offset, int width, int value) {
    boolean banked = map == BANKED_MAP;
    for (int i = 0; i < width; i++) {
      int address = inWindow(offset + i);
      if (address >= 0) {
        path.write(address, banked, value >>> 8 * i);
      }
    }
  }

  @Override
  public int peek(int offset, int width) {
    boolean banked = map == BANKED_MAP;
    int value = 0;
    for (int i = 0; i < width; i++) {
      int address = inWindow(offset + i);
      value |= (address < 0 ? 0xFF : path.peek(address, banked)) << 8 * i;
    }
    return value;
  }
}

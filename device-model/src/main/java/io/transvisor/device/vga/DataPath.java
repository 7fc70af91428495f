package io.transvisor.device.vga;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * The way between CPU and video memory: latches, rotator, set/reset, logic unit, bit and plane
 * masks (IBM VGA technical reference, "Video memory read/write operations").
 *
 * <p>Four planes lie interleaved in video memory: byte {@code 4 * address + plane}. So one
 * little-endian 32-bit value holds the four planes' bytes of one address, and the four-plane data
 * path works on such values. In odd/even mode adjacent CPU addresses share one such value, and in
 * chain-4 mode video memory is simply linear.
 */
final class DataPath {
  /** Bytes all ones for the planes given by four bits. */
  private static final int[] PLANES = new int[16];

  static {
    for (int i = 0; i < 16; i++) {
      for (int plane = 0; plane < 4; plane++) {
        if ((i >> plane & 1) != 0) {
          PLANES[i] |= 0xFF << 8 * plane;
        }
      }
    }
  }

  private static final int EVEN_PLANES = 0x00FF00FF;
  private static final int ODD_PLANES = 0xFF00FF00;
  private static final int EVERY_BYTE = 0x01010101;

  private final VideoMemory memory;
  private final byte[] store;

  private int writeMode;
  private int readMode;
  private int rotation;
  private int function;
  private int setReset;
  private int enableSetReset;
  private int bitMask;
  private int mapMask;
  private int readPlane;
  private int compare;
  private int care;
  private boolean chain4;
  private boolean oddEven;
  private int bankOffset;
  private int addressMask;

  int latch;

  DataPath(VideoMemory memory) {
    this.memory = memory;
    this.store = memory.store();
  }

  /** Takes over the registers; called after every change of one. */
  void update(Sequencer sequencer, GraphicsController graphics, Dispi dispi) {
    int[] g = graphics.registers;
    writeMode = g[GraphicsController.MODE] & 3;
    readMode = g[GraphicsController.MODE] >> 3 & 1;
    rotation = g[GraphicsController.DATA_ROTATE] & 7;
    function = g[GraphicsController.DATA_ROTATE] >> 3 & 3;
    setReset = PLANES[g[GraphicsController.SET_RESET]];
    enableSetReset = PLANES[g[GraphicsController.ENABLE_SET_RESET]];
    bitMask = g[GraphicsController.BIT_MASK] * EVERY_BYTE;
    mapMask = PLANES[sequencer.get(Sequencer.MAP_MASK)];
    readPlane = g[GraphicsController.READ_MAP_SELECT];
    compare = PLANES[g[GraphicsController.COLOR_COMPARE]];
    care = PLANES[g[GraphicsController.COLOR_DONT_CARE]];
    oddEven = graphics.isOddEven();
    bankOffset = dispi.bankOffset();
    boolean extended = dispi.isEnabled();
    chain4 = sequencer.isChain4();
    addressMask = extended ? 0x1FFFF : 0xFFFF;
    if (extended) {
      // The extension has a memory mode of its own: linear, or four planes at 4 bits per pixel.
      chain4 = dispi.bitsPerPixel() != 4;
      if (chain4) {
        mapMask = -1;
      }
    }
  }

  /**
   * Whether an access to the window behaves as one to plain memory, so that the window can be
   * mapped as such.
   */
  boolean isLinear(boolean extended) {
    return chain4
        && (extended
            || mapMask == -1
                && writeMode == 0
                && readMode == 0
                && rotation == 0
                && function == 0
                && enableSetReset == 0
                && bitMask == -1);
  }

  /**
   * The video memory byte at which the four planes of a window address start, or -1 when there is
   * no such memory.
   */
  private int dwordAt(int address, boolean banked) {
    int bank = banked ? bankOffset : 0;
    int at;
    if (chain4) {
      at = address + bank & ~3;
    } else if (oddEven) {
      at = (address + bank >> 1) * 4;
    } else {
      at = ((address & addressMask) + bank) * 4;
    }
    return Integer.compareUnsigned(at, memory.size()) < 0 ? memory.base() + at : -1;
  }

  /**
   * A byte read by the CPU; loads the latches.
   *
   * @param address offset from the start of the window
   * @param banked whether the bank register applies to this window
   */
  int read(int address, boolean banked) {
    int at = dwordAt(address, banked);
    if (at < 0) {
      return 0xFF;
    }
    latch = (int) PhysicalMemory.INT.get(store, at);
    return select(address, latch);
  }

  /** {@link #read} without loading the latches. */
  int peek(int address, boolean banked) {
    int at = dwordAt(address, banked);
    return at < 0 ? 0xFF : select(address, (int) PhysicalMemory.INT.get(store, at));
  }

  private int select(int address, int planes) {
    if (readMode == 1 && !chain4 && !oddEven) {
      int differing = (planes ^ compare) & care;
      differing |= differing >>> 16;
      differing |= differing >>> 8;
      return ~differing & 0xFF;
    }
    int plane = readPlane;
    if (chain4) {
      plane = address & 3;
    } else if (oddEven) {
      plane = readPlane & 2 | address & 1;
    }
    return planes >>> 8 * plane & 0xFF;
  }

  /** A byte written by the CPU; see {@link #read}. */
  void write(int address, boolean banked, int value) {
    int at = dwordAt(address, banked);
    if (at < 0) {
      return;
    }
    int planes = mapMask;
    if (chain4) {
      planes &= 0xFF << 8 * (address & 3);
    } else if (oddEven) {
      planes &= (address & 1) == 0 ? EVEN_PLANES : ODD_PLANES;
    }
    if (planes == 0) {
      return;
    }
    int result =
        switch (writeMode) {
          case 0 -> {
            int data = rotate(value) * EVERY_BYTE;
            yield combine(data & ~enableSetReset | setReset & enableSetReset, bitMask);
          }
          case 1 -> latch;
          case 2 -> combine(PLANES[value & 0x0F], bitMask);
          default -> combine(setReset, rotate(value) * EVERY_BYTE & bitMask);
        };
    int old = (int) PhysicalMemory.INT.get(store, at);
    PhysicalMemory.INT.set(store, at, old & ~planes | result & planes);
    memory.written(at);
  }

  private int rotate(int value) {
    int v = value & 0xFF;
    return (v >>> rotation | v << 8 - rotation) & 0xFF;
  }

  private int combine(int data, int mask) {
    int result =
        switch (function) {
          case 1 -> data & latch;
          case 2 -> data | latch;
          case 3 -> data ^ latch;
          default -> data;
        };
    return result & mask | latch & ~mask;
  }
}

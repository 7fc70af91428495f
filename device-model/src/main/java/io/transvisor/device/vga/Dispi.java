package io.transvisor.device.vga;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * The Bochs VBE extension ("DISPI"): eleven 16-bit registers behind an index at 1CEh and data at
 * 1CFh, or in the MMIO region (Bochs "VBE Display API" description; limits and rounding as QEMU's
 * standard VGA has them).
 *
 * <p>Values are made to fit when they are written, so that a driver that reads them back sees what
 * it gets.
 */
final class Dispi {
  static final int ID = 0;
  static final int X_RESOLUTION = 1;
  static final int Y_RESOLUTION = 2;
  static final int BITS_PER_PIXEL = 3;
  static final int ENABLE = 4;
  static final int BANK = 5;
  static final int VIRTUAL_WIDTH = 6;
  static final int VIRTUAL_HEIGHT = 7;
  static final int X_OFFSET = 8;
  static final int Y_OFFSET = 9;
  static final int VIDEO_MEMORY_64K = 0xA;

  static final int COUNT = 0xB;

  static final int ENABLED = 0x01;
  static final int GET_CAPABILITIES = 0x02;
  static final int EIGHT_BIT_DAC = 0x20;
  static final int LINEAR_FRAME_BUFFER = 0x40;
  static final int NO_CLEAR_MEMORY = 0x80;

  private static final int ID_FIRST = 0xB0C0;
  private static final int ID_LAST = 0xB0C5;
  private static final int MAX_WIDTH = 16000;
  private static final int MAX_HEIGHT = 12000;
  private static final int MAX_BITS = 32;

  /** What happens outside of these registers when they are written. */
  interface Listener {
    /** Size, depth or panning of the picture has changed while the extension is on. */
    void geometryChanged();

    /** The first bytes of video memory are to be cleared. */
    void clear(int bytes);

    void eightBitDac(boolean on);

    /** The enable bit or the bank has changed. */
    void accessChanged();
  }

  private final int[] registers = new int[COUNT];
  private final int memoryBytes;
  private final Listener listener;
  private int index;
  private int bankOffset;

  Dispi(int memoryBytes, Listener listener) {
    this.memoryBytes = memoryBytes;
    this.listener = listener;
  }

  void reset() {
    Arrays.fill(registers, 0);
    registers[ID] = ID_LAST;
    registers[VIDEO_MEMORY_64K] = memoryBytes >>> 16;
    index = 0;
    bankOffset = 0;
  }

  boolean isEnabled() {
    return (registers[ENABLE] & ENABLED) != 0;
  }

  /** Bytes the CPU's window at A0000h is moved by. */
  int bankOffset() {
    return bankOffset;
  }

  int width() {
    return registers[X_RESOLUTION];
  }

  int height() {
    return registers[Y_RESOLUTION];
  }

  int bitsPerPixel() {
    return registers[BITS_PER_PIXEL];
  }

  /** Bits a pixel takes in memory; 15 bits per pixel take 16. */
  private int storedBits() {
    return bitsPerPixel() == 15 ? 16 : bitsPerPixel();
  }

  /** Bytes from one line to the next. */
  int lineBytes() {
    return registers[VIRTUAL_WIDTH] * storedBits() / 8;
  }

  /** The first byte shown. */
  int startByte() {
    return registers[X_OFFSET] * storedBits() / 8 + registers[Y_OFFSET] * lineBytes();
  }

  int index() {
    return index;
  }

  void setIndex(int value) {
    index = value;
  }

  /** Reads a register; ones that are not there read as 0. */
  int read(int register) {
    if (register >= COUNT) {
      return 0;
    }
    if ((registers[ENABLE] & GET_CAPABILITIES) != 0) {
      switch (register) {
        case X_RESOLUTION:
          return MAX_WIDTH;
        case Y_RESOLUTION:
          return MAX_HEIGHT;
        case BITS_PER_PIXEL:
          return MAX_BITS;
        default:
          break;
      }
    }
    return registers[register];
  }

  void write(int register, int value) {
    switch (register) {
      case ID -> {
        if (value >= ID_FIRST && value <= ID_LAST) {
          registers[ID] = value;
        }
      }
      case X_RESOLUTION, Y_RESOLUTION, BITS_PER_PIXEL, VIRTUAL_WIDTH, X_OFFSET, Y_OFFSET -> {
        registers[register] = value;
        if (isEnabled()) {
          fit();
          listener.geometryChanged();
        }
      }
      case ENABLE -> enable(value);
      case BANK -> {
        registers[BANK] = value & (memoryBytes >>> 16) - 1;
        bankOffset = registers[BANK] << 16;
        listener.accessChanged();
      }
      default -> {
        // The virtual height and the memory size are read-only.
      }
    }
  }

  private void enable(int value) {
    boolean turnedOn = (value & ENABLED) != 0 && !isEnabled();
    if (turnedOn) {
      registers[VIRTUAL_WIDTH] = 0;
      registers[X_OFFSET] = 0;
      registers[Y_OFFSET] = 0;
      registers[ENABLE] |= ENABLED;
      fit();
      listener.geometryChanged();
      if ((value & NO_CLEAR_MEMORY) == 0) {
        listener.clear(height() * lineBytes());
      }
    } else {
      bankOffset = 0;
    }
    registers[ENABLE] = value;
    listener.eightBitDac((value & EIGHT_BIT_DAC) != 0);
    listener.accessChanged();
  }

  /**
   * Makes depth, size, virtual size and offsets such that the whole picture lies inside video
   * memory.
   */
  private void fit() {
    switch (registers[BITS_PER_PIXEL]) {
      case 4, 8, 15, 16, 24, 32 -> {}
      default -> registers[BITS_PER_PIXEL] = 8;
    }
    int width = Math.clamp(registers[X_RESOLUTION] & ~7, 8, MAX_WIDTH);
    registers[X_RESOLUTION] = width;
    registers[VIRTUAL_WIDTH] = Math.clamp(registers[VIRTUAL_WIDTH] & ~7, width, MAX_WIDTH);
    int lines = memoryBytes / lineBytes();
    int height = Math.clamp(registers[Y_RESOLUTION], 1, Math.min(lines, MAX_HEIGHT));
    registers[Y_RESOLUTION] = height;
    registers[VIRTUAL_HEIGHT] = lines;
    registers[X_OFFSET] = Math.min(registers[X_OFFSET], MAX_WIDTH);
    registers[Y_OFFSET] = Math.min(registers[Y_OFFSET], MAX_HEIGHT);
    int pictureBytes = height * lineBytes();
    if (startByte() + pictureBytes > memoryBytes) {
      registers[Y_OFFSET] = 0;
      if (startByte() + pictureBytes > memoryBytes) {
        registers[X_OFFSET] = 0;
      }
    }
  }

  void save(StateWriter out) {
    out.putInt("dispi.index", index);
    out.putInts("dispi.registers", registers);
    out.putInt("dispi.bankOffset", bankOffset);
  }

  void load(StateReader in) {
    index = in.getInt("dispi.index");
    Registers.copy(in.getInts("dispi.registers"), registers, 0xFFFF);
    bankOffset = in.getInt("dispi.bankOffset") & memoryBytes - 1 & ~0xFFFF;
    registers[VIDEO_MEMORY_64K] = memoryBytes >>> 16;
    if (isEnabled()) {
      fit();
    }
  }
}

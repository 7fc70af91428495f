package io.transvisor.device.dma;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * One 8237A (Intel 8237A datasheet, order 231466): four channels, their registers and the
 * transfers. Memory-to-memory transfers and compressed timing do not exist on a PC and are ignored.
 */
final class DmaController {
  static final int CHANNELS = 4;

  private static final int REGISTER_COMMAND = 8;
  private static final int REGISTER_REQUEST = 9;
  private static final int REGISTER_SINGLE_MASK = 10;
  private static final int REGISTER_MODE = 11;
  private static final int REGISTER_CLEAR_FLIP_FLOP = 12;
  private static final int REGISTER_MASTER_CLEAR = 13;
  private static final int REGISTER_CLEAR_MASK = 14;
  private static final int REGISTER_ALL_MASK = 15;
  private static final int COMMAND_DISABLE = 0x04;
  private static final int COMMAND_ROTATE = 0x10;

  final DmaChannel[] channels = new DmaChannel[CHANNELS];
  private final PhysicalMemory memory;
  private final int unitShift; // 0: bytes, 1: words
  private final byte[] buffer = new byte[0x20000];
  private int command;
  private int lastServed = CHANNELS - 1;
  private boolean highByteNext;

  DmaController(PhysicalMemory memory, int unitShift) {
    this.memory = memory;
    this.unitShift = unitShift;
    for (int i = 0; i < CHANNELS; i++) {
      channels[i] = new DmaChannel();
    }
  }

  void reset() {
    masterClear();
    for (DmaChannel c : channels) {
      c.reset();
    }
    lastServed = CHANNELS - 1;
  }

  private void masterClear() {
    command = 0;
    highByteNext = false;
    for (DmaChannel c : channels) {
      c.clear();
    }
  }

  // ---- registers, numbered 0 to 15 ----

  int peek(int register) {
    if (register < 2 * CHANNELS) {
      DmaChannel c = channels[register >>> 1];
      int value = (register & 1) == 0 ? c.address : c.count;
      return highByteNext ? value >>> 8 : value & 0xFF;
    }
    return switch (register) {
      case REGISTER_COMMAND -> status();
      case REGISTER_ALL_MASK -> mask();
      default -> 0;
    };
  }

  int read(int register) {
    int value = peek(register);
    if (register < 2 * CHANNELS) {
      highByteNext = !highByteNext;
    } else if (register == REGISTER_COMMAND) {
      for (DmaChannel c : channels) {
        c.reachedEnd = false;
      }
    }
    return value;
  }

  private int status() {
    int status = 0;
    for (int i = 0; i < CHANNELS; i++) {
      status |= channels[i].reachedEnd ? 1 << i : 0;
      status |= channels[i].requested || channels[i].softwareRequest ? 0x10 << i : 0;
    }
    return status;
  }

  private int mask() {
    int mask = 0;
    for (int i = 0; i < CHANNELS; i++) {
      mask |= channels[i].masked ? 1 << i : 0;
    }
    return mask;
  }

  void write(int register, int value) {
    DmaChannel c = channels[register < 2 * CHANNELS ? register >>> 1 : value & 3];
    boolean on = (value & 4) != 0;
    switch (register) {
      case REGISTER_COMMAND -> command = value;
      case REGISTER_REQUEST -> c.softwareRequest = on;
      case REGISTER_SINGLE_MASK -> c.masked = on;
      case REGISTER_MODE -> {
        c.mode = value & 0xFC;
        c.inBlock = false;
      }
      case REGISTER_CLEAR_FLIP_FLOP -> highByteNext = false;
      case REGISTER_MASTER_CLEAR -> masterClear();
      case REGISTER_CLEAR_MASK -> writeMask(0);
      case REGISTER_ALL_MASK -> writeMask(value);
      default -> writeAddressOrCount(c, (register & 1) != 0, value);
    }
  }

  private void writeMask(int value) {
    for (int i = 0; i < CHANNELS; i++) {
      channels[i].masked = (value & 1 << i) != 0;
    }
  }

  /** Base and current registers are written together, one byte at a time. */
  private void writeAddressOrCount(DmaChannel c, boolean count, int value) {
    int shift = highByteNext ? 8 : 0;
    int keep = ~(0xFF << shift);
    highByteNext = !highByteNext;
    if (count) {
      c.baseCount = c.baseCount & keep | value << shift;
      c.count = c.count & keep | value << shift;
    } else {
      c.baseAddress = c.baseAddress & keep | value << shift;
      c.address = c.address & keep | value << shift;
    }
  }

  // ---- transfers ----

  boolean hasWork() {
    return nextChannel(0) >= 0;
  }

  /**
   * The channel of highest priority that wants service and is not in {@code skip} (a bit set), or
   * -1.
   */
  private int nextChannel(int skip) {
    if ((command & COMMAND_DISABLE) != 0) {
      return -1;
    }
    int first = (command & COMMAND_ROTATE) != 0 ? lastServed + 1 : 0;
    for (int i = 0; i < CHANNELS; i++) {
      int number = first + i & 3;
      if ((skip & 1 << number) == 0 && channels[number].wantsService()) {
        return number;
      }
    }
    return -1;
  }

  /**
   * Serves every channel that wants service until it drops its request, reaches its end or moves
   * nothing.
   */
  void service() {
    int stuck = 0;
    int number = nextChannel(stuck);
    while (number >= 0) {
      lastServed = number;
      if (!serve(channels[number])) {
        stuck |= 1 << number;
      }
      number = nextChannel(stuck);
    }
  }

  /**
   * Moves one run; false when the device moved nothing, so that there is no point in asking again
   * now.
   */
  private boolean serve(DmaChannel c) {
    if (c.transferMode() == DmaChannel.MODE_CASCADE) {
      c.device.dmaBusGranted();
      return false;
    }
    c.inBlock = c.transferMode() == DmaChannel.MODE_BLOCK;
    int units = c.count + 1;
    // A run ends where the 16-bit address register wraps around.
    int toWrap = c.decrements() ? c.address + 1 : 0x10000 - c.address;
    int length = Math.min(units, toWrap) << unitShift;
    int moved = move(c, length) >>> unitShift;
    if (moved == 0) {
      return false;
    }
    c.address = (c.decrements() ? c.address - moved : c.address + moved) & 0xFFFF;
    if (moved < units) {
      c.count -= moved;
      return true;
    }
    c.count = 0xFFFF;
    c.terminalCount();
    c.device.dmaTerminalCount();
    // With auto-initialise the next round waits for the device's next request: it could go on for
    // ever.
    return !c.autoInitialises();
  }

  private int move(DmaChannel c, int length) {
    return switch (c.type()) {
      case DmaChannel.TYPE_WRITE -> {
        int got = c.device.dmaToMemory(buffer, 0, length);
        if (c.decrements()) {
          reverse(got);
        }
        memory.writeBytes(lowestByte(c, got), buffer, 0, got);
        yield got;
      }
      case DmaChannel.TYPE_READ -> {
        memory.readBytes(lowestByte(c, length), buffer, 0, length);
        if (c.decrements()) {
          reverse(length);
        }
        yield c.device.dmaFromMemory(buffer, 0, length);
      }
      default -> c.device.dmaVerify(length);
    };
  }

  /** Physical address of the lowest byte of a run that begins at the current address. */
  private int lowestByte(DmaChannel c, int length) {
    int units = length >>> unitShift;
    int first = c.decrements() ? c.address - Math.max(units, 1) + 1 : c.address;
    return unitShift == 0 ? c.page << 16 | first : (c.page & 0xFE) << 16 | first << 1;
  }

  /** Turns the order of units around; bytes within a word keep theirs. */
  private void reverse(int length) {
    int unit = 1 << unitShift;
    for (int low = 0, high = length - unit; low < high; low += unit, high -= unit) {
      for (int i = 0; i < unit; i++) {
        byte b = buffer[low + i];
        buffer[low + i] = buffer[high + i];
        buffer[high + i] = b;
      }
    }
  }

  int[] save() {
    return new int[] {command, lastServed, highByteNext ? 1 : 0};
  }

  void load(int[] s) {
    command = s[0];
    lastServed = s[1];
    highByteNext = s[2] != 0;
  }
}

package io.transvisor.device.vga;

import io.transvisor.core.memory.MmioHandler;

/**
 * BAR 2, laid out as QEMU's standard VGA has it ("docs/specs/standard-vga"): EDID at 000h, the
 * ports 3C0h to 3DFh at 400h, the DISPI registers as words at 500h, and at 600h a small region that
 * says how pixels are ordered in memory.
 */
final class MmioRegisters implements MmioHandler {
  static final int LENGTH = 0x1000;

  private static final int EDID_LENGTH = 0x400;
  private static final int PORTS = 0x400;
  private static final int PORTS_LENGTH = 0x20;
  private static final int DISPI = 0x500;
  private static final int EXTENSION = 0x600;
  private static final int EXTENSION_LENGTH = 8;
  private static final int BYTE_ORDER = 4;
  private static final int LITTLE_ENDIAN = 0x1E1E1E1E;

  private static final int PORTS_OFFSET = 0x3C0 - VgaPorts.BASE;

  private final VgaPorts ports;
  private final Dispi dispi;
  private final byte[] edid = Edid.block();

  MmioRegisters(VgaPorts ports, Dispi dispi) {
    this.ports = ports;
    this.dispi = dispi;
  }

  @Override
  public int read(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= readByte(offset + i, false) << 8 * i;
    }
    return value;
  }

  @Override
  public int peek(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= readByte(offset + i, true) << 8 * i;
    }
    return value;
  }

  private int readByte(int offset, boolean peek) {
    if (offset < EDID_LENGTH) {
      return offset < edid.length ? edid[offset] & 0xFF : 0;
    }
    if (in(offset, PORTS, PORTS_LENGTH)) {
      int port = offset - PORTS + PORTS_OFFSET;
      return peek ? ports.peek(port, 1) : ports.read(port, 1);
    }
    if (in(offset, DISPI, 2 * Dispi.COUNT)) {
      int register = dispi.read(offset - DISPI >> 1);
      return register >> 8 * (offset & 1) & 0xFF;
    }
    if (in(offset, EXTENSION, EXTENSION_LENGTH)) {
      int register = offset < EXTENSION + BYTE_ORDER ? EXTENSION_LENGTH : LITTLE_ENDIAN;
      return register >> 8 * (offset & 3) & 0xFF;
    }
    return 0xFF;
  }

  @Override
  public void write(int offset, int width, int value) {
    if (in(offset, DISPI, 2 * Dispi.COUNT)) {
      // Registers are words: a doubleword sets two, a single byte is extended.
      dispi.write(offset - DISPI >> 1, value & 0xFFFF);
      if (width == 4 && in(offset + 2, DISPI, 2 * Dispi.COUNT)) {
        dispi.write(offset + 2 - DISPI >> 1, value >>> 16);
      }
      return;
    }
    for (int i = 0; i < width; i++) {
      if (in(offset + i, PORTS, PORTS_LENGTH)) {
        ports.write(offset + i - PORTS + PORTS_OFFSET, 1, value >>> 8 * i & 0xFF);
      }
    }
  }

  private static boolean in(int offset, int start, int length) {
    return offset >= start && offset < start + length;
  }
}

package io.transvisor.device.vga;

import io.transvisor.core.port.PlainPort;

/**
 * DISPI index at 1CEh and data at 1CFh, or at 1D0h for drivers that only do aligned accesses. Words
 * only, as in QEMU: bytes read as all ones and are not written.
 */
final class DispiPorts implements PlainPort {
  static final int BASE = 0x1CE;
  static final int COUNT = 4;

  private final Dispi dispi;

  DispiPorts(Dispi dispi) {
    this.dispi = dispi;
  }

  @Override
  public int read(int offset, int width) {
    if (width == 1) {
      return 0xFF;
    }
    return switch (offset) {
      case 0 -> dispi.index();
      case 1, 2 -> dispi.read(dispi.index());
      default -> 0xFFFF;
    };
  }

  @Override
  public void write(int offset, int width, int value) {
    if (width == 1) {
      return;
    }
    if (offset == 0) {
      dispi.setIndex(value);
    } else if (offset < 3) {
      dispi.write(dispi.index(), value);
    }
  }
}

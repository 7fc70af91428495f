package io.transvisor.device.vga;

import io.transvisor.core.error.VmmException;

/** Helpers for register files. */
final class Registers {
  private Registers() {}

  /** Takes over a saved register file, refusing one of another size. */
  static void copy(int[] saved, int[] target, int mask) {
    if (saved.length != target.length) {
      throw new VmmException(
          "saved vga state has "
              + saved.length
              + " registers where "
              + target.length
              + " are needed");
    }
    for (int i = 0; i < target.length; i++) {
      target[i] = saved[i] & mask;
    }
  }
}

package io.transvisor.bt.disasm;

/** Numbers as assemblers write them. */
final class Hex {
  private Hex() {}

  /** {@code 0x8}, {@code -0x8}. */
  static String signed(int value) {
    return value < 0 ? "-0x" + Integer.toHexString(-value) : "0x" + Integer.toHexString(value);
  }
}

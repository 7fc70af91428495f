package io.transvisor.bt.fpu;

import io.transvisor.core.cpu.FpuState;

/**
 * Values of the load-constant instructions D9 E8 to D9 EE. The transcendental constants are kept to
 * more than 64 bits and rounded as the rounding control says (Intel SDM volume 1, 8.3.8).
 */
final class X87Constants {
  private static final int COUNT = 7;

  /** 1, log2(10), log2(e), pi, log10(2), ln(2), 0: significands rounded to nearest. */
  private static final long[] SIGNIFICANDS = {
    0x8000000000000000L,
    0xD49A784BCD1B8AFEL,
    0xB8AA3B295C17F0BCL,
    0xC90FDAA22168C235L,
    0x9A209A84FBCFF799L,
    0xB17217F7D1CF79ACL,
    0
  };

  private static final int[] EXPONENTS = {0x3FFF, 0x4000, 0x3FFF, 0x4000, 0x3FFD, 0x3FFE, 0};

  /** Added to the significand when rounding up. */
  private static final int[] WHEN_UP = {0, 1, 0, 0, 0, 0, 0};

  /** Added to the significand when rounding down or towards zero. */
  private static final int[] WHEN_DOWN = {0, 0, -1, -1, -1, -1, 0};

  private X87Constants() {}

  /**
   * Significand of constant {@code index} (second opcode byte less E8) in the rounding mode of the
   * control word.
   */
  static long significand(FpuState f, int index) {
    long nearest = SIGNIFICANDS[index];
    return switch (Rounding.mode(f.control)) {
      case Rounding.NEAREST -> nearest;
      case Rounding.UP -> nearest + WHEN_UP[index];
      default -> nearest + WHEN_DOWN[index];
    };
  }

  static int signExponent(int index) {
    return EXPONENTS[index];
  }

  static boolean isDefined(int index) {
    return index >= 0 && index < COUNT;
  }
}

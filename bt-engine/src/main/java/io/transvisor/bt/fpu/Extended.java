package io.transvisor.bt.fpu;

/**
 * The double extended-precision format (Intel SDM volume 1, 4.2.2 and 8.2.2): a 64-bit significand
 * with explicit integer bit, and a sign in bit 15 above a 15-bit exponent biased by 16383.
 */
final class Extended {
  static final int SIGN = 0x8000;
  static final int MAX_EXPONENT = 0x7FFF;
  static final int BIAS = 0x3FFF;
  static final long INTEGER_BIT = 1L << 63;
  static final long QUIET_BIT = 1L << 62;

  /** Significand and sign of the real indefinite, the masked response to an invalid operation. */
  static final long INDEFINITE = INTEGER_BIT | QUIET_BIT;

  static final int INDEFINITE_SIGN_EXPONENT = SIGN | MAX_EXPONENT;

  private Extended() {}

  static int exponent(int signExponent) {
    return signExponent & MAX_EXPONENT;
  }

  static int sign(int signExponent) {
    return signExponent & SIGN;
  }

  /** Neither zero, denormal, infinity, NaN nor an unsupported format. */
  static boolean isNormal(long significand, int signExponent) {
    int exponent = signExponent & MAX_EXPONENT;
    return significand < 0 && exponent != 0 && exponent != MAX_EXPONENT;
  }

  /** Pseudo-NaN, pseudo-infinity or unnormal: formats the 387 and later refuse. */
  static boolean isUnsupported(long significand, int signExponent) {
    return significand >= 0 && (signExponent & MAX_EXPONENT) != 0;
  }

  static boolean isNan(long significand, int signExponent) {
    return (signExponent & MAX_EXPONENT) == MAX_EXPONENT
        && significand < 0
        && significand != INTEGER_BIT;
  }

  static boolean isSignalling(long significand, int signExponent) {
    return isNan(significand, signExponent) && (significand & QUIET_BIT) == 0;
  }

  static boolean isInfinity(long significand, int signExponent) {
    return (signExponent & MAX_EXPONENT) == MAX_EXPONENT && significand == INTEGER_BIT;
  }

  static boolean isZero(long significand, int signExponent) {
    return significand == 0 && (signExponent & MAX_EXPONENT) == 0;
  }

  /** Denormal or pseudo-denormal: what raises the denormal-operand exception. */
  static boolean isDenormal(long significand, int signExponent) {
    return significand != 0 && (signExponent & MAX_EXPONENT) == 0;
  }

  /**
   * Exponent of a finite nonzero value once its significand is {@linkplain #normalize normalised}.
   */
  static int normalizedExponent(long significand, int signExponent) {
    int exponent = signExponent & MAX_EXPONENT;
    return exponent != 0 ? exponent : 1 - Long.numberOfLeadingZeros(significand);
  }

  /** Shifts the leading one of a nonzero significand to bit 63. */
  static long normalize(long significand) {
    return significand << Long.numberOfLeadingZeros(significand);
  }
}

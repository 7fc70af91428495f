package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** Conversions between extended precision and the single and double formats of memory operands. */
final class BinaryFormats {
  private static final int SINGLE_BIAS = 127;
  private static final int DOUBLE_BIAS = 1023;
  private static final int SINGLE_DROPPED = 40;
  private static final int DOUBLE_DROPPED = 11;
  private static final int SINGLE_MAX = 0xFF;
  private static final int DOUBLE_MAX = 0x7FF;

  private BinaryFormats() {}

  /** Significand of a single; signalling NaNs stay signalling. */
  static long significandOfSingle(int bits) {
    int exponent = bits >>> 23 & SINGLE_MAX;
    long fraction = (bits & 0x7FFFFFL) << SINGLE_DROPPED;
    return exponent != 0 ? fraction | INTEGER_BIT : Extended.normalize(fraction);
  }

  /** Sign and exponent of a single. */
  static int signExponentOfSingle(int bits) {
    int sign = bits >>> 16 & SIGN;
    int exponent = bits >>> 23 & SINGLE_MAX;
    if (exponent == SINGLE_MAX) {
      return sign | MAX_EXPONENT;
    }
    if (exponent != 0) {
      return sign | exponent + BIAS - SINGLE_BIAS;
    }
    int fraction = bits & 0x7FFFFF;
    return fraction == 0
        ? sign
        : sign | BIAS - SINGLE_BIAS + 9 - Integer.numberOfLeadingZeros(fraction);
  }

  static boolean isDenormalSingle(int bits) {
    return (bits & 0x7F800000) == 0 && (bits & 0x7FFFFF) != 0;
  }

  /** Significand of a double; signalling NaNs stay signalling. */
  static long significandOfDouble(long bits) {
    long fraction = bits << DOUBLE_DROPPED & ~INTEGER_BIT;
    return (bits & 0x7FF0000000000000L) != 0
        ? fraction | INTEGER_BIT
        : Extended.normalize(fraction);
  }

  /** Sign and exponent of a double. */
  static int signExponentOfDouble(long bits) {
    int sign = (int) (bits >>> 48) & SIGN;
    int exponent = (int) (bits >>> 52) & DOUBLE_MAX;
    if (exponent == DOUBLE_MAX) {
      return sign | MAX_EXPONENT;
    }
    if (exponent != 0) {
      return sign | exponent + BIAS - DOUBLE_BIAS;
    }
    long fraction = bits & 0xFFFFFFFFFFFFFL;
    return fraction == 0
        ? sign
        : sign | BIAS - DOUBLE_BIAS + 12 - Long.numberOfLeadingZeros(fraction);
  }

  static boolean isDenormalDouble(long bits) {
    return (bits & 0x7FF0000000000000L) == 0 && (bits & 0xFFFFFFFFFFFFFL) != 0;
  }

  /** Bits of the value rounded to single. */
  static int toSingle(FpuState f, long sig, int se) {
    if (NormalFormats.toSingle(f, sig, se)) {
      Rounding.raise(f);
      return (int) f.resultSignificand;
    }
    return (int) encode(f, sig, se, SINGLE_DROPPED, SINGLE_BIAS, SINGLE_MAX);
  }

  /** Bits of the value rounded to double. */
  static long toDouble(FpuState f, long sig, int se) {
    if (NormalFormats.toDouble(f, sig, se)) {
      Rounding.raise(f);
      return f.resultSignificand;
    }
    return encode(f, sig, se, DOUBLE_DROPPED, DOUBLE_BIAS, DOUBLE_MAX);
  }

  /**
   * Sign bit, exponent and fraction of the narrow format; {@code dropped} significand bits fall
   * away.
   */
  private static long encode(FpuState f, long sig, int se, int dropped, int bias, int max) {
    int fractionBits = 63 - dropped;
    int signShift = dropped == SINGLE_DROPPED ? 16 : 48;
    long sign = (long) (se & SIGN) << signShift;
    if (!Extended.isNormal(sig, se)) {
      if (Nans.handle(f, sig, se)) {
        long quiet = (f.resultSignificand & ~INTEGER_BIT) >>> dropped;
        return (long) (f.resultSignExponent & SIGN) << signShift
            | (long) max << fractionBits
            | quiet;
      }
      if (sig == 0) {
        return sign;
      }
      if (sig == INTEGER_BIT && (se & MAX_EXPONENT) == MAX_EXPONENT) {
        return sign | (long) max << fractionBits;
      }
    }
    int exponent = Extended.normalizedExponent(sig, se) - BIAS + bias;
    return round(f, sign, se & SIGN, exponent, Extended.normalize(sig), dropped, max, fractionBits);
  }

  private static long round(
      FpuState f,
      long sign,
      int rawSign,
      int exponent,
      long sig,
      int dropped,
      int max,
      int fractionBits) {
    int mode = Rounding.mode(f.control);
    long kept = sig >>> dropped;
    long rest = sig << -dropped;
    boolean up = Rounding.increments(mode, rawSign, (kept & 1) != 0, rest);
    // a carry out of the fraction moves into the exponent field by itself
    long rounded = kept + (up ? 1 : 0);
    int roundedExponent = exponent + (int) (rounded >>> fractionBits + 1);
    if (roundedExponent >= max) {
      return overflow(f, sign, rawSign, max, fractionBits);
    }
    if (roundedExponent > 0) {
      inexact(f, rest, up);
      return sign | ((long) exponent - 1 << fractionBits) + rounded;
    }
    int shift = 1 - exponent + dropped;
    long tiny = shift < 64 ? sig >>> shift : 0;
    long tinyRest = shift < 64 ? sig << -shift : shift == 64 ? sig : 1;
    boolean tinyUp = Rounding.increments(mode, rawSign, (tiny & 1) != 0, tinyRest);
    if ((f.control & FpuState.UE) == 0) {
      // nothing will be stored, so nothing is inexact
      f.raised |= FpuState.UE;
      return 0;
    }
    if (tinyRest != 0) {
      f.raised |= FpuState.UE;
    }
    inexact(f, tinyRest, tinyUp);
    return sign | tiny + (tinyUp ? 1 : 0);
  }

  private static long overflow(FpuState f, long sign, int rawSign, int max, int fractionBits) {
    if ((f.control & FpuState.OE) == 0) {
      f.raised |= FpuState.OE;
      return 0;
    }
    f.raised |= FpuState.OE | FpuState.PE;
    int mode = Rounding.mode(f.control);
    long infinity = (long) max << fractionBits;
    if (mode == Rounding.NEAREST || mode == (rawSign != 0 ? Rounding.DOWN : Rounding.UP)) {
      f.raised |= FpuState.C1;
      return sign | infinity;
    }
    return sign | infinity - 1;
  }

  private static void inexact(FpuState f, long rest, boolean up) {
    if (rest != 0) {
      f.raised |= up ? FpuState.PE | FpuState.C1 : FpuState.PE;
    }
  }
}

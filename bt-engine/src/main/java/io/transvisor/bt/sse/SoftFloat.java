package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;

/**
 * Single- and double-precision arithmetic in integers, for what {@link SinglePrecision} and {@link
 * DoublePrecision} do not leave to the JVM: NaNs, infinities, zeros, denormals, results out of
 * range, directed rounding (Intel SDM volume 1, 4.8, 4.9 and 11.5.2). Values are given and returned
 * as their bits.
 *
 * <p>Inside, a finite value other than zero is {@code (sig / 2^63) * 2^(exponent - bias)}, with bit
 * 63 of {@code sig} set; bit 0 also stands for nonzero bits below it.
 */
final class SoftFloat {
  /** A format, by the width of its fraction. */
  static final int SINGLE = 23;

  static final int DOUBLE = 52;

  private static final long TOP = 1L << 63;

  private SoftFloat() {}

  // ---- formats ----

  private static long sign(int format) {
    return format == SINGLE ? 1L << 31 : TOP;
  }

  private static int maxExponent(int format) {
    return format == SINGLE ? 0xFF : 0x7FF;
  }

  private static long infinity(int format) {
    return (long) maxExponent(format) << format;
  }

  private static long quietBit(int format) {
    return 1L << format - 1;
  }

  private static int exponent(int format, long a) {
    return (int) (a >>> format) & maxExponent(format);
  }

  private static long magnitude(int format, long a) {
    return a & sign(format) - 1;
  }

  private static boolean isNan(int format, long a) {
    return magnitude(format, a) > infinity(format);
  }

  private static boolean isInfinity(int format, long a) {
    return magnitude(format, a) == infinity(format);
  }

  private static boolean isZero(int format, long a) {
    return magnitude(format, a) == 0;
  }

  private static boolean isDenormal(int format, long a) {
    return exponent(format, a) == 0 && magnitude(format, a) != 0;
  }

  /** The exponent of {@link #significand}; below 1 for denormals. */
  private static int normalExponent(int format, long a) {
    int e = exponent(format, a);
    return e != 0 ? e : 64 - format - Long.numberOfLeadingZeros(magnitude(format, a));
  }

  private static long significand(int format, long a) {
    long m = magnitude(format, a);
    if (exponent(format, a) == 0) {
      return m << Long.numberOfLeadingZeros(m);
    }
    return TOP | m << 63 - format;
  }

  // ---- operands that decide the result ----

  private static long invalid(CpuState c, int format) {
    c.sseRaised |= Mxcsr.IE;
    return sign(format) | infinity(format) | quietBit(format);
  }

  /** Of two operands, one or both NaN: the first NaN, made quiet. */
  private static long nan(CpuState c, int format, long a, long b) {
    long quiet = quietBit(format);
    if (isNan(format, a) && (a & quiet) == 0 || isNan(format, b) && (b & quiet) == 0) {
      c.sseRaised |= Mxcsr.IE;
    }
    return (isNan(format, a) ? a : b) | quiet;
  }

  /** Replaces a denormal by zero if MXCSR says so. */
  private static long operand(CpuState c, int format, long a) {
    long bits = format == SINGLE ? a & 0xFFFFFFFFL : a;
    boolean zero = (c.mxcsr & Mxcsr.DAZ) != 0 && isDenormal(format, bits);
    return zero ? bits & sign(format) : bits;
  }

  private static void noteDenormals(CpuState c, int format, long a, long b) {
    if (isDenormal(format, a) || isDenormal(format, b)) {
      c.sseRaised |= Mxcsr.DE;
    }
  }

  // ---- operations ----

  static long add(CpuState c, int format, long first, long second) {
    long a = operand(c, format, first);
    long b = operand(c, format, second);
    if (isNan(format, a) || isNan(format, b)) {
      return nan(c, format, a, b);
    }
    if (isInfinity(format, a) && isInfinity(format, b) && a != b) {
      return invalid(c, format);
    }
    noteDenormals(c, format, a, b);
    if (isInfinity(format, a) || isInfinity(format, b)) {
      return isInfinity(format, a) ? a : b;
    }
    if (isZero(format, a) || isZero(format, b)) {
      return addZero(c, format, a, b);
    }
    boolean swap = Long.compareUnsigned(magnitude(format, a), magnitude(format, b)) < 0;
    return addFinite(c, format, swap ? b : a, swap ? a : b);
  }

  private static long addZero(CpuState c, int format, long a, long b) {
    if (isZero(format, a) && isZero(format, b)) {
      return a == b ? a : exactZero(c, format);
    }
    // may be a denormal, which is to be rounded for the sake of its exceptions
    long value = isZero(format, a) ? b : a;
    return round(
        c, format, value & sign(format), normalExponent(format, value), significand(format, value));
  }

  /** The zero that is the difference of equal numbers. */
  private static long exactZero(CpuState c, int format) {
    return (c.mxcsr & Mxcsr.RC) == Mxcsr.RC_DOWN ? sign(format) : 0;
  }

  /** Adds nonzero numbers, the first of no lesser magnitude. */
  private static long addFinite(CpuState c, int format, long a, long b) {
    int exponent = normalExponent(format, a) + 1;
    long large = significand(format, a) >>> 1;
    long small =
        shiftRightJam(significand(format, b) >>> 1, exponent - 1 - normalExponent(format, b));
    boolean subtract = ((a ^ b) & sign(format)) != 0;
    long sig = subtract ? large - small : large + small;
    if (sig == 0) {
      return exactZero(c, format);
    }
    int left = Long.numberOfLeadingZeros(sig);
    return round(c, format, a & sign(format), exponent - left, sig << left);
  }

  static long shiftRightJam(long sig, int count) {
    if (count == 0) {
      return sig;
    }
    if (count >= 64) {
      return sig != 0 ? 1 : 0;
    }
    return sig >>> count | (sig << -count != 0 ? 1 : 0);
  }

  static long multiply(CpuState c, int format, long first, long second) {
    long a = operand(c, format, first);
    long b = operand(c, format, second);
    if (isNan(format, a) || isNan(format, b)) {
      return nan(c, format, a, b);
    }
    long sign = (a ^ b) & sign(format);
    boolean infinite = isInfinity(format, a) || isInfinity(format, b);
    boolean zero = isZero(format, a) || isZero(format, b);
    if (infinite && zero) {
      return invalid(c, format);
    }
    noteDenormals(c, format, a, b);
    if (infinite || zero) {
      return sign | (infinite ? infinity(format) : 0);
    }
    long aSig = significand(format, a);
    long bSig = significand(format, b);
    long sig = Math.unsignedMultiplyHigh(aSig, bSig) | (aSig * bSig != 0 ? 1 : 0);
    int exponent =
        normalExponent(format, a) + normalExponent(format, b) - (maxExponent(format) >> 1) + 1;
    int left = Long.numberOfLeadingZeros(sig);
    return round(c, format, sign, exponent - left, sig << left);
  }

  static long divide(CpuState c, int format, long first, long second) {
    long a = operand(c, format, first);
    long b = operand(c, format, second);
    if (isNan(format, a) || isNan(format, b)) {
      return nan(c, format, a, b);
    }
    long sign = (a ^ b) & sign(format);
    if (isInfinity(format, a) && isInfinity(format, b) || isZero(format, a) && isZero(format, b)) {
      return invalid(c, format);
    }
    if (isZero(format, b) && !isInfinity(format, a)) {
      c.sseRaised |= Mxcsr.ZE;
      return sign | infinity(format);
    }
    noteDenormals(c, format, a, b);
    if (isInfinity(format, a)) {
      return sign | infinity(format);
    }
    if (isZero(format, a) || isInfinity(format, b)) {
      return sign;
    }
    long sig = quotient(significand(format, a) >>> 11, significand(format, b) >>> 11);
    int exponent =
        normalExponent(format, a) - normalExponent(format, b) + (maxExponent(format) >> 1);
    int left = Long.numberOfLeadingZeros(sig);
    return round(c, format, sign, exponent + 3 - left, sig << left);
  }

  /** {@code a / b * 2^60} of numbers of 53 bits, ten bits at a time. */
  private static long quotient(long a, long b) {
    long q = a >= b ? 1 : 0;
    long rest = a >= b ? a - b : a;
    for (int n = 0; n < 6; n++) {
      long next = rest << 10;
      q = q << 10 | next / b;
      rest = next % b;
    }
    return q | (rest != 0 ? 1 : 0);
  }

  static long squareRoot(CpuState c, int format, long operand) {
    long a = operand(c, format, operand);
    if (isNan(format, a)) {
      return nan(c, format, a, a);
    }
    if (isZero(format, a)) {
      return a;
    }
    if ((a & sign(format)) != 0) {
      return invalid(c, format);
    }
    noteDenormals(c, format, a, a);
    if (isInfinity(format, a)) {
      return a;
    }
    int bias = maxExponent(format) >> 1;
    int scale = normalExponent(format, a) - bias;
    // x * 2^52 is a or 2a: a number from 1 to below 4, whose root has the exponent 0
    long x = significand(format, a) >>> 11 << (scale & 1);
    long root = (long) Math.sqrt((double) x * 0x1p52);
    return round(c, format, 0, (scale >> 1) + bias, adjust(root, x));
  }

  /**
   * The root of {@code x * 2^52} as a significand.
   *
   * @param root the same, rounded to nearest, of 53 bits
   */
  private static long adjust(long root, long x) {
    // less than 2^54 either way, so that the lower halves of the numbers say it all
    long rest = (x << 52) - root * root;
    if (rest == 0) {
      return root << 11;
    }
    return rest > 0 ? root << 11 | 1 : (root << 11) - 1;
  }

  // ---- conversions between formats ----

  static long narrow(CpuState c, long operand) {
    long a = operand(c, DOUBLE, operand);
    long sign = a >>> 32 & sign(SINGLE);
    if (isNan(DOUBLE, a)) {
      nan(c, DOUBLE, a, a);
      return sign | infinity(SINGLE) | quietBit(SINGLE) | a >>> 29 & quietBit(SINGLE) - 1;
    }
    if (isZero(DOUBLE, a) || isInfinity(DOUBLE, a)) {
      return sign | (isZero(DOUBLE, a) ? 0 : infinity(SINGLE));
    }
    noteDenormals(c, DOUBLE, a, a);
    int exponent = normalExponent(DOUBLE, a) - 1023 + 127;
    return round(c, SINGLE, sign, exponent, significand(DOUBLE, a));
  }

  static long widen(CpuState c, long operand) {
    long a = operand(c, SINGLE, operand);
    long sign = (a & sign(SINGLE)) << 32;
    if (isNan(SINGLE, a)) {
      nan(c, SINGLE, a, a);
      return sign | infinity(DOUBLE) | quietBit(DOUBLE) | (a & quietBit(SINGLE) - 1) << 29;
    }
    if (isZero(SINGLE, a) || isInfinity(SINGLE, a)) {
      return sign | (isZero(SINGLE, a) ? 0 : infinity(DOUBLE));
    }
    noteDenormals(c, SINGLE, a, a);
    int exponent = normalExponent(SINGLE, a) - 127 + 1023;
    return round(c, DOUBLE, sign, exponent, significand(SINGLE, a));
  }

  // ---- rounding ----

  /** Whether the discarded bits, aligned to bit 63, round the magnitude up. */
  private static boolean increments(int rounding, boolean negative, boolean odd, long rest) {
    return switch (rounding) {
      case Mxcsr.RC_NEAREST -> rest < 0 && (rest != TOP || odd);
      case Mxcsr.RC_DOWN -> negative && rest != 0;
      case Mxcsr.RC_UP -> !negative && rest != 0;
      default -> false;
    };
  }

  private static long rounded(int rounding, boolean negative, long sig, int dropped) {
    long kept = dropped < 64 ? sig >>> dropped : 0;
    return increments(rounding, negative, (kept & 1) != 0, rest(sig, dropped)) ? kept + 1 : kept;
  }

  private static long rest(long sig, int dropped) {
    return dropped <= 64 ? sig << -dropped : sig != 0 ? 1 : 0;
  }

  /**
   * Rounds a number to a format, with the masked responses to overflow, underflow and an inexact
   * result, and their exceptions. Tininess is detected after rounding.
   */
  private static long round(CpuState c, int format, long sign, int exponent, long sig) {
    int rounding = c.mxcsr & Mxcsr.RC;
    boolean negative = sign != 0;
    int dropped = 63 - format;
    long kept = rounded(rounding, negative, sig, dropped);
    boolean carry = kept >>> format + 1 != 0;
    int e = carry ? exponent + 1 : exponent;
    boolean tiny = e <= 0;
    if (tiny && (c.mxcsr & Mxcsr.UM) != 0) {
      return underflow(c, format, sign, exponent, sig);
    }
    if (rest(sig, dropped) != 0) {
      c.sseRaised |= Mxcsr.PE;
    }
    if (tiny) {
      // unmasked: nothing will be stored, and only the precision tells what is inexact
      c.sseRaised |= Mxcsr.UE;
      return 0;
    }
    if (e >= maxExponent(format)) {
      return overflow(c, format, sign);
    }
    // the integer bit adds one to the exponent field, a carry another one
    return sign | ((long) exponent - 1 << format) + kept;
  }

  /** Masked underflow. */
  private static long underflow(CpuState c, int format, long sign, int exponent, long sig) {
    if ((c.mxcsr & Mxcsr.FZ) != 0) {
      c.sseRaised |= Mxcsr.UE | Mxcsr.PE;
      return sign;
    }
    int dropped = Math.min(63 - format + 1 - exponent, 65);
    if (rest(sig, dropped) != 0) {
      c.sseRaised |= Mxcsr.UE | Mxcsr.PE;
    }
    return sign | rounded(c.mxcsr & Mxcsr.RC, sign != 0, sig, dropped);
  }

  private static long overflow(CpuState c, int format, long sign) {
    c.sseRaised |= (c.mxcsr & Mxcsr.OM) != 0 ? Mxcsr.OE | Mxcsr.PE : Mxcsr.OE;
    boolean infinite =
        switch (c.mxcsr & Mxcsr.RC) {
          case Mxcsr.RC_NEAREST -> true;
          case Mxcsr.RC_DOWN -> sign != 0;
          case Mxcsr.RC_UP -> sign == 0;
          default -> false;
        };
    return sign | infinity(format) - (infinite ? 0 : 1);
  }
}

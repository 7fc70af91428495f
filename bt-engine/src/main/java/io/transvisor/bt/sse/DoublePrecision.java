package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;

/**
 * Arithmetic on one double-precision value, given and returned as its bits; the first operand is
 * the destination. Exceptions are added to {@link CpuState#sseRaised}.
 *
 * <p>Normal values rounded to nearest are computed by the JVM, whose arithmetic is IEEE 754's; the
 * result is inexact if an exact check says so, which is left out where that could change nothing
 * any more. Everything else is up to {@link SoftFloat}.
 */
public final class DoublePrecision {
  static final long SIGN = 1L << 63;
  static final long INFINITY = 0x7FF0000000000000L;
  static final long QUIET = 1L << 51;

  private static final int FRACTION = 52;
  private static final int BIAS = 1023;
  private static final long LARGEST_DENORMAL = (1L << 52) - 1;
  private static final int INEXACT_UNNOTICED = Mxcsr.PE | Mxcsr.PM;

  private DoublePrecision() {}

  /**
   * Whether a rounded result is normal, and was so before it was rounded: the least normal number
   * may stand for a smaller one.
   */
  static boolean isOrdinary(long r) {
    int exponent = (int) (r >>> FRACTION) & 0x7FF;
    return exponent > 1 && exponent < 0x7FF;
  }

  static boolean isDenormal(long a) {
    return Long.compareUnsigned((a & ~SIGN) - 1, LARGEST_DENORMAL) < 0;
  }

  static boolean isNan(long a) {
    return (a & ~SIGN) > INFINITY;
  }

  static boolean isSignalling(long a) {
    return isNan(a) && (a & QUIET) == 0;
  }

  public static long addsd(CpuState c, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double sum = x + y;
    long r = Double.doubleToRawLongBits(sum);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return SoftFloat.add(c, SoftFloat.DOUBLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      double part = sum - x;
      inexactUnless(c, x - (sum - part) + (y - part) == 0);
    }
    return r;
  }

  public static long subsd(CpuState c, long a, long b) {
    return isNan(b) ? addsd(c, a, b) : addsd(c, a, b ^ SIGN);
  }

  public static long mulsd(CpuState c, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double product = x * y;
    long r = Double.doubleToRawLongBits(product);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return SoftFloat.multiply(c, SoftFloat.DOUBLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, isExact(a, b, r));
    }
    return r;
  }

  public static long divsd(CpuState c, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double quotient = x / y;
    long r = Double.doubleToRawLongBits(quotient);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return SoftFloat.divide(c, SoftFloat.DOUBLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, quotient * y == x && isExact(r, b, a));
    }
    return r;
  }

  public static long sqrtsd(CpuState c, long b) {
    double x = Double.longBitsToDouble(b);
    double root = Math.sqrt(x);
    long r = Double.doubleToRawLongBits(root);
    if (!isOrdinary(r) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return SoftFloat.squareRoot(c, SoftFloat.DOUBLE, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, root * root == x && isExact(r, r, b));
    }
    return r;
  }

  /**
   * Whether the product of two normal numbers fits into the fraction of the normal number it was
   * rounded to. Trailing zeros add up in a product, whose length follows from the exponents.
   */
  private static boolean isExact(long a, long b, long product) {
    int zeros =
        Long.numberOfTrailingZeros(a | 1L << FRACTION)
            + Long.numberOfTrailingZeros(b | 1L << FRACTION);
    int carry = exponent(product) - exponent(a) - exponent(b) + BIAS;
    return zeros >= FRACTION + carry;
  }

  private static int exponent(long a) {
    return (int) (a >>> FRACTION) & 0x7FF;
  }

  private static void inexactUnless(CpuState c, boolean exact) {
    if (!exact) {
      c.sseRaised |= Mxcsr.PE;
    }
  }

  /** The lesser; the second operand if there is none. */
  public static long minsd(CpuState c, long a, long b) {
    long x = operand(c, a, b);
    long y = operand(c, b, a);
    return Double.longBitsToDouble(x) < Double.longBitsToDouble(y) ? x : y;
  }

  /** The greater; the second operand if there is none. */
  public static long maxsd(CpuState c, long a, long b) {
    long x = operand(c, a, b);
    long y = operand(c, b, a);
    return Double.longBitsToDouble(x) > Double.longBitsToDouble(y) ? x : y;
  }

  /**
   * An operand of a comparison that objects to every NaN, with its exceptions: a zero for a
   * denormal if MXCSR says so.
   */
  private static long operand(CpuState c, long a, long other) {
    if (isNan(a)) {
      c.sseRaised |= Mxcsr.IE;
      return a;
    }
    return isDenormal(a) ? denormal(c, a, isNan(other)) : a;
  }

  private static long denormal(CpuState c, long a, boolean otherIsNan) {
    if ((c.mxcsr & Mxcsr.DAZ) != 0) {
      return a & SIGN;
    }
    if (!otherIsNan) {
      c.sseRaised |= Mxcsr.DE;
    }
    return a;
  }

  /**
   * How two values compare: 1 less, 2 equal, 4 greater, 8 unordered.
   *
   * @param signalling whether quiet NaNs, too, are invalid
   */
  static int relation(CpuState c, long a, long b, boolean signalling) {
    if (isNan(a) || isNan(b)) {
      if (signalling || isSignalling(a) || isSignalling(b)) {
        c.sseRaised |= Mxcsr.IE;
      }
      return Compare.UNORDERED;
    }
    double x = Double.longBitsToDouble(isDenormal(a) ? denormal(c, a, false) : a);
    double y = Double.longBitsToDouble(isDenormal(b) ? denormal(c, b, false) : b);
    return x < y ? Compare.LESS : x > y ? Compare.GREATER : Compare.EQUAL;
  }

  /** All ones if the predicate of CMPSD holds, else 0. */
  public static long cmpsd(CpuState c, long a, long b, int predicate) {
    int relation = relation(c, a, b, Compare.signals(predicate));
    return Compare.holds(predicate, relation) ? -1 : 0;
  }
}

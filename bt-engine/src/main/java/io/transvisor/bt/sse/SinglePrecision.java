package io.transvisor.bt.sse;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;

/**
 * Arithmetic on one single-precision value, given and returned as its bits; the first operand is
 * the destination. Exceptions are added to {@link CpuState#sseRaised}.
 *
 * <p>Normal values rounded to nearest are computed by the JVM, whose arithmetic is IEEE 754's; the
 * result is inexact if an exact check says so, which is left out where that could change nothing
 * any more. Everything else is up to {@link SoftFloat}.
 */
public final class SinglePrecision {
  static final int SIGN = 0x80000000;
  static final int INFINITY = 0x7F800000;
  static final int QUIET = 0x00400000;

  private static final int FRACTION = 23;
  private static final int LARGEST_DENORMAL = 0x007FFFFF;
  private static final int INEXACT_UNNOTICED = Mxcsr.PE | Mxcsr.PM;

  private SinglePrecision() {}

  static boolean isNormal(int a) {
    return ((a >>> FRACTION) + 1 & 0xFE) != 0;
  }

  /**
   * Whether a rounded result is normal, and was so before it was rounded: the least normal number
   * may stand for a smaller one.
   */
  static boolean isOrdinary(int r) {
    int exponent = r >>> FRACTION & 0xFF;
    return exponent > 1 && exponent < 0xFF;
  }

  static boolean isDenormal(int a) {
    return Integer.compareUnsigned((a & ~SIGN) - 1, LARGEST_DENORMAL) < 0;
  }

  static boolean isNan(int a) {
    return (a & ~SIGN) > INFINITY;
  }

  static boolean isSignalling(int a) {
    return isNan(a) && (a & QUIET) == 0;
  }

  public static int addss(CpuState c, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float sum = x + y;
    int r = Float.floatToRawIntBits(sum);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return (int) SoftFloat.add(c, SoftFloat.SINGLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      float part = sum - x;
      inexactUnless(c, x - (sum - part) + (y - part) == 0);
    }
    return r;
  }

  public static int subss(CpuState c, int a, int b) {
    return isNan(b) ? addss(c, a, b) : addss(c, a, b ^ SIGN);
  }

  public static int mulss(CpuState c, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float product = x * y;
    int r = Float.floatToRawIntBits(product);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return (int) SoftFloat.multiply(c, SoftFloat.SINGLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, (double) x * y == product);
    }
    return r;
  }

  public static int divss(CpuState c, int a, int b) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float quotient = x / y;
    int r = Float.floatToRawIntBits(quotient);
    if (!isOrdinary(r) || isDenormal(a) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return (int) SoftFloat.divide(c, SoftFloat.SINGLE, a, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, (double) quotient * y == x);
    }
    return r;
  }

  public static int sqrtss(CpuState c, int b) {
    float x = Float.intBitsToFloat(b);
    float root = (float) Math.sqrt(x);
    int r = Float.floatToRawIntBits(root);
    if (!isOrdinary(r) || isDenormal(b) || (c.mxcsr & Mxcsr.RC) != 0) {
      return (int) SoftFloat.squareRoot(c, SoftFloat.SINGLE, b);
    }
    if ((c.mxcsr & INEXACT_UNNOTICED) != INEXACT_UNNOTICED) {
      inexactUnless(c, (double) root * root == x);
    }
    return r;
  }

  private static void inexactUnless(CpuState c, boolean exact) {
    if (!exact) {
      c.sseRaised |= Mxcsr.PE;
    }
  }

  /** The lesser; the second operand if there is none. */
  public static int minss(CpuState c, int a, int b) {
    int x = operand(c, a, b);
    int y = operand(c, b, a);
    return Float.intBitsToFloat(x) < Float.intBitsToFloat(y) ? x : y;
  }

  /** The greater; the second operand if there is none. */
  public static int maxss(CpuState c, int a, int b) {
    int x = operand(c, a, b);
    int y = operand(c, b, a);
    return Float.intBitsToFloat(x) > Float.intBitsToFloat(y) ? x : y;
  }

  /**
   * An operand of a comparison that objects to every NaN, with its exceptions: a zero for a
   * denormal if MXCSR says so.
   */
  private static int operand(CpuState c, int a, int other) {
    if (isNan(a)) {
      c.sseRaised |= Mxcsr.IE;
      return a;
    }
    return isDenormal(a) ? denormal(c, a, isNan(other)) : a;
  }

  private static int denormal(CpuState c, int a, boolean otherIsNan) {
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
  static int relation(CpuState c, int a, int b, boolean signalling) {
    if (isNan(a) || isNan(b)) {
      if (signalling || isSignalling(a) || isSignalling(b)) {
        c.sseRaised |= Mxcsr.IE;
      }
      return Compare.UNORDERED;
    }
    float x = Float.intBitsToFloat(isDenormal(a) ? denormal(c, a, false) : a);
    float y = Float.intBitsToFloat(isDenormal(b) ? denormal(c, b, false) : b);
    return x < y ? Compare.LESS : x > y ? Compare.GREATER : Compare.EQUAL;
  }

  /** All ones if the predicate of CMPSS holds, else 0. */
  public static int cmpss(CpuState c, int a, int b, int predicate) {
    int relation = relation(c, a, b, Compare.signals(predicate));
    return Compare.holds(predicate, relation) ? -1 : 0;
  }

  /**
   * An approximation of 1/b with 12 bits, in the bounds of the manual (relative error below 1.5 *
   * 2^-12). Raises nothing; denormal operands and results are zeros.
   */
  public static int rcpss(int b) {
    if (isNan(b)) {
      return b | QUIET;
    }
    float x = Float.intBitsToFloat(isDenormal(b) ? b & SIGN : b);
    return approximation(1 / x);
  }

  /** Like {@link #rcpss} for the reciprocal of the square root. */
  public static int rsqrtss(int b) {
    if (isNan(b)) {
      return b | QUIET;
    }
    float x = Float.intBitsToFloat(isDenormal(b) ? b & SIGN : b);
    if (x < 0) {
      return SIGN | INFINITY | QUIET;
    }
    return x == 0 ? b & SIGN | INFINITY : approximation((float) (1 / Math.sqrt(x)));
  }

  private static int approximation(float exact) {
    int bits = Float.floatToRawIntBits(exact);
    if (Math.abs(exact) <= Float.MIN_NORMAL) {
      return bits & SIGN;
    }
    return isNormal(bits) ? bits + 0x400 & ~0x7FF : bits;
  }
}

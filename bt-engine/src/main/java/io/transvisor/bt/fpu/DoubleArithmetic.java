package io.transvisor.bt.fpu;

/**
 * Arithmetic at 53 bits of precision, to nearest, with the host's doubles: the same results as
 * those of {@link NormalArithmetic}, where a result is not near the ends of a double's range (there
 * the x87 still has its larger exponent). Compiled regions have copies in line; see there.
 */
public final class DoubleArithmetic {
  /**
   * The upper half of a double plus {@link #TO_MIDDLE} has this bit set if its biased exponent is
   * from 200h to 5FFh.
   */
  private static final int MIDDLE = 0x40000000;

  private static final int TO_MIDDLE = 0x20000000;
  private static final int REBIAS = Extended.BIAS - 1023;

  private DoubleArithmetic() {}

  private static int middle(double x) {
    return (int) (Double.doubleToRawLongBits(x) >>> 32) + TO_MIDDLE & MIDDLE;
  }

  // ---- operands ----

  /** Whether the bits are those of a normal double or zero. */
  public static boolean isOrdinary(long bits) {
    if (((int) (bits >>> 52) + 1 & 0x7FE) == 0) {
      if (bits << 1 != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the bits are those of a normal single or zero. */
  public static boolean isOrdinarySingle(int bits) {
    if (((bits >>> 23) + 1 & 0xFE) == 0) {
      if (bits << 1 != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether an extended value is that of a normal double or zero. */
  public static boolean isDouble(long sig, int se) {
    int exponent = (se & Extended.MAX_EXPONENT) - REBIAS;
    int unfit = exponent - 1 | 0x7FE - exponent;
    if ((~unfit & (int) (sig >>> 32) & (int) (sig & 0x7FF) - 1) >>> 31 == 0) {
      if ((sig | se & Extended.MAX_EXPONENT) != 0) {
        return false;
      }
    }
    return true;
  }

  /** The double of an extended value for which {@link #isDouble} is true. */
  public static double toDouble(long sig, int se) {
    long exponent = (se & Extended.MAX_EXPONENT) - REBIAS - 1 & (int) (sig >> 63);
    long sign = (long) (se & Extended.SIGN) << 48;
    return Double.longBitsToDouble((sign | exponent << 52) + (sig >>> 11));
  }

  /** Significand of a normal double or zero. */
  public static long significand(double x) {
    long bits = Double.doubleToRawLongBits(x);
    long normal = (bits >>> 52 & 0x7FF) + 0x7FF >>> 11;
    return bits << 11 | normal << 63;
  }

  /** Sign and exponent of a normal double or zero. */
  public static int signExponent(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) (bits >>> 52) & 0x7FF;
    int normal = exponent + 0x7FF >>> 11;
    return (int) (bits >>> 48) & Extended.SIGN | exponent + (REBIAS & -normal);
  }

  // ---- results ----

  /** Whether a sum can be used. */
  public static boolean fitsSum(double sum) {
    if (middle(sum) == 0) {
      if (Double.doubleToRawLongBits(sum) << 1 != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the product of a and b can be used. */
  public static boolean fitsProduct(double product, double a, double b) {
    if (middle(product) == 0) {
      if (a != 0 && b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the quotient of a and b can be used. */
  public static boolean fitsQuotient(double quotient, double a, double b) {
    if ((middle(quotient) & middle(a)) == 0) {
      if (a != 0 || b == 0) {
        return false;
      }
    }
    return true;
  }

  /** Exact a + b less the rounded sum (Knuth, TAOCP volume 2, 4.2.2, theorem B). */
  public static double errorOfSum(double sum, double a, double b) {
    double ofB = sum - a;
    return a - (sum - ofB) + (b - ofB);
  }

  /** Exact a * b less the rounded product. */
  public static double errorOfProduct(double product, double a, double b) {
    return Math.fma(a, b, -product);
  }

  /** What is left of a dividend after the rounded quotient. */
  public static double remainder(double quotient, double a, double b) {
    return Math.fma(-quotient, b, a);
  }

  /** Not 0 if an error is not. */
  public static long lost(double error) {
    return Double.doubleToRawLongBits(error) << 1;
  }

  /**
   * Not 0 if the magnitude was rounded up.
   *
   * @param reference has the sign that the error has not if so
   */
  public static long roundedUp(double error, double reference) {
    long bits = Double.doubleToRawLongBits(error);
    return (bits ^ Double.doubleToRawLongBits(reference)) >> 63 & bits << 1;
  }

  /** As {@link NormalArithmetic#compare}, of normal doubles and zeros. */
  public static int compare(double a, double b) {
    int less = a < b ? 0x100 : 0;
    return a == b ? 0x4000 : less;
  }

  // ---- singles ----

  /** Whether a double rounded to single can be used. */
  public static boolean fitsSingle(float single, double x) {
    if ((Float.floatToRawIntBits(single) + TO_MIDDLE & MIDDLE) == 0) {
      if (x != 0) {
        return false;
      }
    }
    return true;
  }
}

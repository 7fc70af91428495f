package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * The common case of the basic arithmetic: operands that are normal or zero, rounding to nearest at
 * 53 or 64 bits, a normal or zero result, inexactness masked. Handlers try this first; compiled
 * regions have copies of it in line, where {@code return false} leaves the region.
 *
 * <p>Therefore the methods keep to what can be copied: parameters are not assigned to, {@link
 * FpuState} is used for its working fields and the control word only, and what is called is either
 * in this class or an intrinsic of HotSpot. They are written without branches that depend on the
 * values, and a body seldom run stands behind {@code ==}, which HotSpot takes for unlikely.
 */
public final class NormalArithmetic {
  /** Control word bits that must be as in {@link #WANTED_CONTROL}. */
  private static final int CONTROL_BITS = 0xC00 | 0x200 | FpuState.PE;

  /** Nearest; 53 or 64 bits; inexact masked. */
  private static final int WANTED_CONTROL = 0x200 | FpuState.PE;

  /** Control word bit that is set for 64 bits of precision, if {@link #WANTED_CONTROL} fits. */
  private static final int EXTENDED_PRECISION = 0x100;

  private static final int C1_SHIFT = 9;
  private static final int PE_SHIFT = 5;

  private NormalArithmetic() {}

  /** Negative if both values are normal. */
  private static long bothNormal(long aSig, int aExp, long bSig, int bExp) {
    int outside = aExp - 1 | bExp - 1 | MAX_EXPONENT - 1 - aExp | MAX_EXPONENT - 1 - bExp;
    return aSig & bSig & ~(long) outside;
  }

  /**
   * a + b; for a - b the caller inverts the sign of b.
   *
   * @return whether the result is in the working fields of {@code f}
   */
  public static boolean add(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int aExp = aSe & MAX_EXPONENT;
    int bExp = bSe & MAX_EXPONENT;
    int sign = aSe & SIGN;
    int exponent = aExp;
    long high = aSig;
    long low = 0;
    if (bothNormal(aSig, aExp, bSig, bExp) >>> 63 == 0) {
      if ((aSig | aExp) == 0) {
        if ((bSig | bExp) == 0) {
          if ((f.control & CONTROL_BITS) != WANTED_CONTROL) {
            return false;
          }
          f.resultSignificand = 0;
          f.resultSignExponent = aSe & bSe;
          return true;
        }
        sign = bSe & SIGN;
        exponent = bExp;
        high = bSig;
      } else if ((bSig | bExp) != 0) {
        return false;
      }
      if (high >= 0 || exponent == 0 || exponent == MAX_EXPONENT) {
        return false;
      }
    } else {
      // the one with the larger exponent first
      int difference = aExp - bExp;
      int swap = difference >> 31;
      long swapped = (aSig ^ bSig) & swap;
      long large = aSig ^ swapped;
      long small = bSig ^ swapped;
      int shift = (difference ^ swap) - swap;
      sign = (aSe ^ (aSe ^ bSe) & swap) & SIGN;
      exponent = aExp - (difference & swap) + 1;
      // both one bit further down, so that nothing is carried out
      long smallHigh = 0;
      if (shift < 64) {
        smallHigh = small >>> 1 >>> shift;
        low = small << 63 - shift;
      } else {
        low =
            shift < 127
                ? small >>> shift - 63 | (small << 127 - shift != 0 ? 1 : 0)
                : 1;
      }
      // the two's complement of the smaller one if signs differ
      long negate = -(long) ((aSe ^ bSe) >>> 15);
      long borrow = ((low | -low) >>> 63 ^ 1) & negate;
      low = (low ^ negate) - negate;
      long largeLow = large << 63;
      high = (large >>> 1) + (smallHigh ^ negate) + borrow + ((largeLow & low) >>> 63);
      low = low + largeLow;
      if ((high & negate) < 0) {
        // equal exponents, and the second was larger
        sign ^= SIGN;
        high = ~high + ((low | -low) >>> 63 ^ 1);
        low = -low;
      }
      if (high == 0) {
        if (low == 0) {
          if ((f.control & CONTROL_BITS) != WANTED_CONTROL) {
            return false;
          }
          f.resultSignificand = 0;
          f.resultSignExponent = 0;
          return true;
        }
        high = low;
        low = 0;
        exponent -= 64;
      }
      int left = Long.numberOfLeadingZeros(high);
      exponent -= left;
      high = high << left | low >>> 1 >>> 63 - left;
      low = low << left;
    }
    return round(f, sign, exponent, high, low);
  }

  /**
   * a * b.
   *
   * @return whether the result is in the working fields of {@code f}
   */
  public static boolean multiply(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int aExp = aSe & MAX_EXPONENT;
    int bExp = bSe & MAX_EXPONENT;
    int sign = (aSe ^ bSe) & SIGN;
    if (bothNormal(aSig, aExp, bSig, bExp) >>> 63 == 0) {
      boolean aZero = (aSig | aExp) == 0;
      boolean bZero = (bSig | bExp) == 0;
      boolean aNormal = aSig < 0 && aExp != 0 && aExp != MAX_EXPONENT;
      boolean bNormal = bSig < 0 && bExp != 0 && bExp != MAX_EXPONENT;
      if (!aZero && !aNormal || !bZero && !bNormal) {
        return false;
      }
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
      return true;
    }
    long productHigh = Math.unsignedMultiplyHigh(aSig, bSig);
    long productLow = aSig * bSig;
    long left = productHigh >>> 63 ^ 1;
    long high = productHigh << left | productLow >>> 63 & left;
    return round(f, sign, aExp + bExp - BIAS + 1 - (int) left, high, productLow << left);
  }

  /** See {@link Rounding#round}. */
  private static boolean round(FpuState f, int sign, int exponent, long high, long low) {
    int control = f.control;
    long lost = low;
    long kept = high;
    long unit = 1;
    long odd = high & 1;
    if ((control & EXTENDED_PRECISION) == 0) {
      lost = high << 53 | (low | -low) >>> 63;
      kept = high & -0x800;
      unit = 0x800;
      odd = high >>> 11 & 1;
    }
    long tie = lost << 1 | odd;
    long up = lost >>> 63 & (tie | -tie) >>> 63;
    kept += unit & -up;
    int rounded = exponent;
    if (kept == 0) {
      kept = INTEGER_BIT;
      rounded = exponent + 1;
    }
    int unfit = rounded - 1 | MAX_EXPONENT - 1 - rounded;
    int wanted = ((control & CONTROL_BITS) ^ WANTED_CONTROL) - 1;
    if ((wanted & ~unfit) >>> 31 == 0) {
      return false;
    }
    f.raised = f.raised | (int) ((lost | -lost) >>> 63) << PE_SHIFT | (int) up << C1_SHIFT;
    f.resultSignificand = kept;
    f.resultSignExponent = sign | rounded;
    return true;
  }

  /**
   * Compares a with b.
   *
   * @return {@link Comparison#GREATER}, {@link Comparison#LESS} or {@link Comparison#EQUAL}, or -1
   *     if that takes more
   */
  public static int compare(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int aExp = aSe & MAX_EXPONENT;
    int bExp = bSe & MAX_EXPONENT;
    int aNegative = aSe >>> 15;
    int bNegative = bSe >>> 15;
    if (bothNormal(aSig, aExp, bSig, bExp) >>> 63 == 0) {
      boolean aZero = (aSig | aExp) == 0;
      boolean bZero = (bSig | bExp) == 0;
      boolean aNormal = aSig < 0 && aExp != 0 && aExp != MAX_EXPONENT;
      boolean bNormal = bSig < 0 && bExp != 0 && bExp != MAX_EXPONENT;
      if (!aZero && !aNormal || !bZero && !bNormal) {
        return -1;
      }
      // zeros have no sign
      aNegative = aZero ? bNegative : aNegative;
      bNegative = bZero ? aNegative : bNegative;
    }
    // sign of the order of the magnitudes; then of the values
    int order = (aExp - bExp << 2) + Long.compareUnsigned(aSig, bSig);
    order = (order ^ -aNegative) + aNegative;
    // signs differ: by the sign of a alone
    int differ = -(aNegative ^ bNegative);
    order = order & ~differ | (1 - 2 * aNegative) & differ;
    int less = order >>> 31;
    int equal = (order | -order) >>> 31 ^ 1;
    return less << 8 | equal << 14;
  }
}

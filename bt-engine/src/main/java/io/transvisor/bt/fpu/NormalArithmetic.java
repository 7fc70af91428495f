package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * The common case of the basic arithmetic: operands that are zero or of an exponent far from the
 * ends of the range, rounding to nearest at 53 or 64 bits, a result of the same kind, inexactness
 * masked. Handlers try this first; compiled regions have copies of it in line, where {@code return
 * false} leaves the region.
 *
 * <p>Therefore the methods keep to what can be copied: parameters are not assigned to, {@link
 * FpuState} is used for its working fields and the control word only, and what is called is either
 * in this class or an intrinsic of HotSpot. They have few branches that depend on the values, and
 * what is seldom run stands behind {@code ==}, which HotSpot takes for unlikely.
 */
public final class NormalArithmetic {
  /** Control word bits that must be as in {@link #WANTED_CONTROL}. */
  private static final int CONTROL_BITS = 0xC00 | 0x200 | FpuState.PE;

  /** Nearest; 53 or 64 bits; inexact masked. */
  private static final int WANTED_CONTROL = 0x200 | FpuState.PE;

  /** Control word bit that is set for 64 bits of precision, if {@link #WANTED_CONTROL} fits. */
  private static final int EXTENDED_PRECISION = 0x100;

  /**
   * A biased exponent plus {@link #TO_MIDDLE} has this bit set if it is from 2000h to 5FFFh: the
   * middle half of the range. What lies outside is hardly ever seen.
   */
  private static final int MIDDLE = 0x4000;

  private static final int TO_MIDDLE = 0x2000;

  /** Moves the integer bit to {@link #MIDDLE}. */
  private static final int INTEGER_TO_MIDDLE = 49;

  private NormalArithmetic() {}

  /** Whether both values are in the middle of the range and normal: {@link #MIDDLE} or 0. */
  private static int bothMiddle(long aSig, int aSe, long bSig, int bSe) {
    return aSe + TO_MIDDLE & bSe + TO_MIDDLE & (int) ((aSig & bSig) >>> INTEGER_TO_MIDDLE) & MIDDLE;
  }

  /** Whether a value is like those of {@link #bothMiddle}, or zero. */
  private static boolean isSimple(long sig, int se) {
    return (sig | se & MAX_EXPONENT) == 0 || sig < 0 && (se + TO_MIDDLE & MIDDLE) != 0;
  }

  /** -1 if the control word is as wanted, else something without the bit {@link #MIDDLE}. */
  private static int wanted(int control) {
    return ((control & CONTROL_BITS) ^ WANTED_CONTROL) - 1;
  }

  /**
   * a + b; for a - b the caller inverts the sign of b.
   *
   * @return whether the result is in the working fields of {@code f}
   */
  public static boolean add(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int sign = aSe & SIGN;
    int exponent = aSe & MAX_EXPONENT;
    long high = aSig;
    long low = 0;
    if (bothMiddle(aSig, aSe, bSig, bSe) == 0) {
      if (isSimple(aSig, aSe) && isSimple(bSig, bSe) && (wanted(f.control) & MIDDLE) != 0) {
        if (aSig == 0) {
          sign = bSe & SIGN;
          exponent = bSe & MAX_EXPONENT;
          high = bSig;
        }
        if (high == 0) {
          f.resultSignificand = 0;
          f.resultSignExponent = aSe & bSe;
          f.lost = 0;
          f.roundedUp = 0;
          return true;
        }
      } else {
        return false;
      }
    } else {
      // the one with the larger exponent first
      int difference = exponent - (bSe & MAX_EXPONENT);
      int swap = difference >> 31;
      long swapped = (aSig ^ bSig) & swap;
      long large = aSig ^ swapped;
      long small = bSig ^ swapped;
      int shift = (difference ^ swap) - swap;
      sign = (aSe ^ (aSe ^ bSe) & swap) & SIGN;
      exponent = exponent - (difference & swap);
      // both one bit further down, so that nothing is carried out
      long smallHigh = 0;
      if (shift < 64) {
        smallHigh = small >>> 1 >>> shift;
        low = small << 63 - shift;
      } else {
        low = shift < 127 ? small >>> shift - 63 | (small << 127 - shift != 0 ? 1 : 0) : 1;
      }
      // the two's complement of the smaller one if signs differ
      long negate = (long) ((aSe ^ bSe) << 16) >> 63;
      long borrows = low - 1 & ~low & negate;
      long largeLow = large << 63;
      low = (low ^ negate) - negate;
      high = (large >>> 1) + (smallHigh ^ negate) + ((borrows | largeLow & low) >>> 63);
      low = low + largeLow;
      if ((high & negate) < 0) {
        // equal exponents, and the second was larger
        sign ^= SIGN;
        high = ~high + ((low - 1 & ~low) >>> 63);
        low = -low;
      }
      if (high == 0) {
        if (low == 0) {
          if ((wanted(f.control) & MIDDLE) == 0) {
            return false;
          }
          f.resultSignificand = 0;
          f.resultSignExponent = 0;
          f.lost = 0;
          f.roundedUp = 0;
          return true;
        }
        high = low;
        low = 0;
        exponent -= 64;
      }
      int left = Long.numberOfLeadingZeros(high);
      exponent = exponent + 1 - left;
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
    int sign = (aSe ^ bSe) & SIGN;
    if (bothMiddle(aSig, aSe, bSig, bSe) == 0) {
      if (isSimple(aSig, aSe) && isSimple(bSig, bSe) && (aSig == 0 || bSig == 0)) {
        f.resultSignificand = 0;
        f.resultSignExponent = sign;
        f.lost = 0;
        f.roundedUp = 0;
        return true;
      }
      return false;
    }
    long productHigh = Math.unsignedMultiplyHigh(aSig, bSig);
    long productLow = aSig * bSig;
    long left = productHigh >>> 63 ^ 1;
    long high = productHigh << left | productLow >>> 63 & left;
    int exponent = (aSe & MAX_EXPONENT) + (bSe & MAX_EXPONENT) - BIAS + 1 - (int) left;
    return round(f, sign, exponent, high, productLow << left);
  }

  /** See {@link Rounding#round}. */
  private static boolean round(FpuState f, int sign, int exponent, long high, long low) {
    int control = f.control;
    long lost;
    long up;
    long kept;
    // up: more than half of the last place is lost, or half and the last place is odd
    if ((control & EXTENDED_PRECISION) == 0) {
      lost = high << 53 | ~(low - 1 & ~low) >>> 63;
      up = (lost & lost + (high >>> 11 & 1) - 1) >>> 63;
      kept = (high & -0x800) + (up << 11);
    } else {
      lost = low;
      up = (low & low + (high & 1) - 1) >>> 63;
      kept = high + up;
    }
    int rounded = exponent;
    if (kept == 0) {
      kept = INTEGER_BIT;
      rounded = exponent + 1;
    }
    if ((rounded + TO_MIDDLE & wanted(control) & MIDDLE) == 0) {
      return false;
    }
    f.lost = lost;
    f.roundedUp = up;
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
    int aNegative = aSe >>> 15;
    int bNegative = bSe >>> 15;
    if (bothMiddle(aSig, aSe, bSig, bSe) == 0) {
      if (!isSimple(aSig, aSe) || !isSimple(bSig, bSe)) {
        return -1;
      }
      // zeros have no sign
      aNegative = aSig == 0 ? bNegative : aNegative;
      bNegative = bSig == 0 ? aNegative : bNegative;
    }
    // sign of the order of the magnitudes; then of the values
    int exponents = (aSe & MAX_EXPONENT) - (bSe & MAX_EXPONENT);
    int order = (exponents << 2) + Long.compareUnsigned(aSig, bSig);
    order = (order ^ -aNegative) + aNegative;
    // signs differ: by the sign of a alone
    int differ = -(aNegative ^ bNegative);
    order = order & ~differ | 1 - 2 * aNegative & differ;
    int less = order >>> 31;
    int equal = (order - 1 & ~order) >>> 31;
    return less << 8 | equal << 14;
  }
}

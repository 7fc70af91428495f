package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * FPREM and FPREM1. The conditions C0, C1, C2 and C3 are delivered in {@link FpuState#raised}: C2
 * says that the reduction is not complete, the others hold the three lowest bits of the quotient.
 */
final class Remainder {
  private Remainder() {}

  /** Delivers the partial remainder of a / b with the quotient truncated (FPREM). */
  static void truncating(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    remainder(f, aSig, aSe, bSig, bSe, false);
  }

  /** Delivers the partial remainder of a / b with the quotient rounded to nearest (FPREM1). */
  static void nearest(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    remainder(f, aSig, aSe, bSig, bSe, true);
  }

  private static void remainder(
      FpuState f, long aSig, int aSe, long bSig, int bSe, boolean nearest) {
    if (Nans.handle(f, aSig, aSe, bSig, bSe)) {
      return;
    }
    if (Extended.isInfinity(aSig, aSe) || Extended.isZero(bSig, bSe)) {
      Nans.invalid(f);
      return;
    }
    if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
      f.raised |= FpuState.DE;
    }
    if (Extended.isZero(aSig, aSe)) {
      f.resultSignificand = aSig;
      f.resultSignExponent = aSe;
      return;
    }
    int aExp = Extended.normalizedExponent(aSig, aSe);
    long dividend = Extended.normalize(aSig);
    if (Extended.isInfinity(bSig, bSe)) {
      Rounding.round64(f, aSe & SIGN, aExp, dividend, 0);
      return;
    }
    int bExp = Extended.normalizedExponent(bSig, bSe);
    long divisor = Extended.normalize(bSig);
    int difference = aExp - bExp;
    if (difference < (nearest ? -1 : 0)) {
      Rounding.round64(f, aSe & SIGN, aExp, dividend, 0);
    } else if (difference < 64) {
      complete(f, aSe & SIGN, dividend, bExp, divisor, difference, nearest);
    } else {
      // as the hardware: reduces by 32 to 63 so that the difference left is a multiple of 32
      int steps = difference & 31 | 32;
      long rest = reduce(f, dividend, divisor, steps);
      f.raised |= FpuState.C2;
      deliver(f, aSe & SIGN, rest, aExp - steps);
    }
  }

  /**
   * Long division by one bit per step; the remainder has the weight of {@code dividend} shifted
   * left by {@code steps}.
   */
  private static long reduce(FpuState f, long dividend, long divisor, int steps) {
    long rest = dividend;
    long quotient = 0;
    boolean carry = false;
    for (int i = 0; ; i++) {
      quotient <<= 1;
      if (carry || Long.compareUnsigned(rest, divisor) >= 0) {
        rest -= divisor;
        quotient |= 1;
      }
      if (i == steps) {
        break;
      }
      carry = rest < 0;
      rest <<= 1;
    }
    f.resultSignificand = quotient;
    return rest;
  }

  private static void complete(
      FpuState f,
      int sign,
      long dividend,
      int exponent,
      long divisor,
      int difference,
      boolean nearest) {
    long rest;
    long quotient;
    int resultSign = sign;
    int resultExponent = exponent;
    if (difference < 0) {
      // a has half the weight of b: it stays unless it is above b / 2
      quotient = 0;
      rest = dividend;
      resultExponent--;
      if (Long.compareUnsigned(dividend, divisor) > 0) {
        // 2b - a in units of half of b's weight; a > b as significands, so the difference is below
        // b
        rest = divisor - (dividend - divisor);
        quotient = 1;
        resultSign ^= SIGN;
      }
    } else {
      rest = reduce(f, dividend, divisor, difference);
      quotient = f.resultSignificand;
      if (nearest && rest != 0) {
        int order = Long.compareUnsigned(rest, divisor - rest);
        if (order > 0 || order == 0 && (quotient & 1) != 0) {
          rest = divisor - rest;
          quotient++;
          resultSign ^= SIGN;
        }
      }
    }
    f.raised |=
        ((quotient & 1) != 0 ? FpuState.C1 : 0)
            | ((quotient & 2) != 0 ? FpuState.C3 : 0)
            | ((quotient & 4) != 0 ? FpuState.C0 : 0);
    if (rest == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
    } else {
      deliver(f, resultSign, rest, resultExponent);
    }
  }

  private static void deliver(FpuState f, int sign, long rest, int exponent) {
    if (rest == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
      return;
    }
    int left = Long.numberOfLeadingZeros(rest);
    Rounding.round64(f, sign, exponent - left, rest << left, 0);
  }
}

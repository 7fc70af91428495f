package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** FADD and FSUB. */
final class Addition {
  private Addition() {}

  /** Delivers a + b. */
  static void add(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (NormalArithmetic.add(f, aSig, aSe, bSig, bSe)) {
      Rounding.raise(f);
      return;
    }
    if (Extended.isNormal(aSig, aSe) && Extended.isNormal(bSig, bSe)) {
      int aExp = aSe & MAX_EXPONENT;
      int bExp = bSe & MAX_EXPONENT;
      finite(f, aSe & SIGN, aExp, aSig, bSe & SIGN, bExp, bSig);
    } else if (!Nans.handle(f, aSig, aSe, bSig, bSe)) {
      special(f, aSig, aSe, bSig, bSe);
    }
  }

  /** Delivers a - b. */
  static void subtract(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (NormalArithmetic.add(f, aSig, aSe, bSig, bSe ^ SIGN)) {
      Rounding.raise(f);
      return;
    }
    if (Extended.isNormal(aSig, aSe) && Extended.isNormal(bSig, bSe)) {
      int aExp = aSe & MAX_EXPONENT;
      int bExp = bSe & MAX_EXPONENT;
      finite(f, aSe & SIGN, aExp, aSig, ~bSe & SIGN, bExp, bSig);
    } else if (!Nans.handle(f, aSig, aSe, bSig, bSe)) {
      special(f, aSig, aSe, bSig, bSe ^ SIGN);
    }
  }

  private static void special(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    boolean aInfinite = Extended.isInfinity(aSig, aSe);
    boolean bInfinite = Extended.isInfinity(bSig, bSe);
    if (aInfinite && bInfinite && aSe != bSe) {
      Nans.invalid(f);
      return;
    }
    if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
      f.raised |= FpuState.DE;
    }
    if (aInfinite || bInfinite) {
      f.resultSignificand = INTEGER_BIT;
      f.resultSignExponent = aInfinite ? aSe : bSe;
    } else if (aSig == 0 && bSig == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = aSe == bSe ? aSe : zeroSign(f);
    } else if (aSig == 0) {
      rounded(f, bSig, bSe);
    } else if (bSig == 0) {
      rounded(f, aSig, aSe);
    } else {
      finite(
          f,
          aSe & SIGN,
          Extended.normalizedExponent(aSig, aSe),
          Extended.normalize(aSig),
          bSe & SIGN,
          Extended.normalizedExponent(bSig, bSe),
          Extended.normalize(bSig));
    }
  }

  /** The sum with zero still obeys precision control. */
  private static void rounded(FpuState f, long sig, int se) {
    int exponent = Extended.normalizedExponent(sig, se);
    Rounding.round(f, se & SIGN, exponent, Extended.normalize(sig), 0);
  }

  /** Sign of an exact zero sum of operands with different signs. */
  private static int zeroSign(FpuState f) {
    return Rounding.mode(f.control) == Rounding.DOWN ? SIGN : 0;
  }

  private static void finite(
      FpuState f, int aSign, int aExp, long aSig, int bSign, int bExp, long bSig) {
    if (aSign == bSign) {
      if (aExp >= bExp) {
        addMagnitudes(f, aSign, aExp, aSig, bSig, aExp - bExp);
      } else {
        addMagnitudes(f, aSign, bExp, bSig, aSig, bExp - aExp);
      }
    } else if (aExp > bExp || aExp == bExp && Long.compareUnsigned(aSig, bSig) >= 0) {
      subtractMagnitudes(f, aSign, aExp, aSig, bSig, aExp - bExp);
    } else {
      subtractMagnitudes(f, bSign, bExp, bSig, aSig, bExp - aExp);
    }
  }

  /** Bits that {@code sig >>> shift} loses, aligned to bit 63, the lowest jammed into bit 0. */
  private static long shiftedOut(long sig, int shift) {
    if (shift < 64) {
      return shift == 0 ? 0 : sig << -shift;
    }
    if (shift == 64) {
      return sig;
    }
    return shift < 128 ? sig >>> shift | (sig << -shift != 0 ? 1 : 0) : 1;
  }

  private static void addMagnitudes(
      FpuState f, int sign, int exponent, long aSig, long bSig, int shift) {
    long low = shiftedOut(bSig, shift);
    long sum = aSig + (shift < 64 ? bSig >>> shift : 0);
    if (sum < 0 && shift != 0) {
      Rounding.round(f, sign, exponent, sum, low);
    } else {
      long shifted = sum << 63 | low >>> 1 | low & 1;
      Rounding.round(f, sign, exponent + 1, sum >>> 1 | INTEGER_BIT, shifted);
    }
  }

  /** a is not less than b. */
  private static void subtractMagnitudes(
      FpuState f, int sign, int exponent, long aSig, long bSig, int shift) {
    long low = -shiftedOut(bSig, shift);
    long high = aSig - (shift < 64 ? bSig >>> shift : 0) - (low != 0 ? 1 : 0);
    if (high < 0) {
      Rounding.round(f, sign, exponent, high, low);
    } else if (high != 0) {
      int left = Long.numberOfLeadingZeros(high);
      Rounding.round(f, sign, exponent - left, high << left | low >>> -left, low << left);
    } else if (low != 0) {
      int left = Long.numberOfLeadingZeros(low);
      Rounding.round(f, sign, exponent - 64 - left, low << left, 0);
    } else {
      f.resultSignificand = 0;
      f.resultSignExponent = zeroSign(f);
    }
  }
}

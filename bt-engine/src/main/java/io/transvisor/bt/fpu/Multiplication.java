package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** FMUL. */
final class Multiplication {
  private Multiplication() {}

  /** Delivers a * b. */
  static void multiply(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (NormalArithmetic.multiply(f, aSig, aSe, bSig, bSe)) {
      Rounding.raise(f);
      return;
    }
    if (Extended.isNormal(aSig, aSe) && Extended.isNormal(bSig, bSe)) {
      int aExp = aSe & MAX_EXPONENT;
      int bExp = bSe & MAX_EXPONENT;
      normal(f, (aSe ^ bSe) & SIGN, aExp + bExp, aSig, bSig);
    } else if (!Nans.handle(f, aSig, aSe, bSig, bSe)) {
      special(f, aSig, aSe, bSig, bSe);
    }
  }

  private static void special(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int sign = (aSe ^ bSe) & SIGN;
    boolean infinite = Extended.isInfinity(aSig, aSe) || Extended.isInfinity(bSig, bSe);
    boolean zero = Extended.isZero(aSig, aSe) || Extended.isZero(bSig, bSe);
    if (infinite && zero) {
      Nans.invalid(f);
      return;
    }
    if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
      f.raised |= FpuState.DE;
    }
    if (infinite) {
      f.resultSignificand = INTEGER_BIT;
      f.resultSignExponent = sign | MAX_EXPONENT;
    } else if (zero) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
    } else {
      int exponents =
          Extended.normalizedExponent(aSig, aSe) + Extended.normalizedExponent(bSig, bSe);
      normal(f, sign, exponents, Extended.normalize(aSig), Extended.normalize(bSig));
    }
  }

  private static void normal(FpuState f, int sign, int exponents, long aSig, long bSig) {
    long high = Math.unsignedMultiplyHigh(aSig, bSig);
    long low = aSig * bSig;
    if (high < 0) {
      Rounding.round(f, sign, exponents - BIAS + 1, high, low);
    } else {
      Rounding.round(f, sign, exponents - BIAS, high << 1 | low >>> 63, low << 1);
    }
  }
}

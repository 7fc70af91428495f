package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** FDIV. */
final class Division {
  private static final long LOW_HALF = 0xFFFFFFFFL;

  private Division() {}

  /** Delivers a / b. */
  static void divide(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (Extended.isNormal(aSig, aSe) && Extended.isNormal(bSig, bSe)) {
      int aExp = aSe & MAX_EXPONENT;
      int bExp = bSe & MAX_EXPONENT;
      normal(f, (aSe ^ bSe) & SIGN, aExp - bExp, aSig, bSig);
    } else if (!Nans.handle(f, aSig, aSe, bSig, bSe)) {
      special(f, aSig, aSe, bSig, bSe);
    }
  }

  private static void special(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    int sign = (aSe ^ bSe) & SIGN;
    boolean aInfinite = Extended.isInfinity(aSig, aSe);
    boolean bInfinite = Extended.isInfinity(bSig, bSe);
    boolean aZero = Extended.isZero(aSig, aSe);
    boolean bZero = Extended.isZero(bSig, bSe);
    if (aInfinite && bInfinite || aZero && bZero) {
      Nans.invalid(f);
      return;
    }
    boolean byZero = bZero && !aInfinite;
    if (byZero) {
      // takes precedence over the denormal operand
      f.raised = FpuState.ZE;
    } else if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
      f.raised |= FpuState.DE;
    }
    if (aInfinite || bZero) {
      f.resultSignificand = INTEGER_BIT;
      f.resultSignExponent = sign | MAX_EXPONENT;
    } else if (aZero || bInfinite) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
    } else {
      int exponents =
          Extended.normalizedExponent(aSig, aSe) - Extended.normalizedExponent(bSig, bSe);
      normal(f, sign, exponents, Extended.normalize(aSig), Extended.normalize(bSig));
    }
  }

  private static void normal(FpuState f, int sign, int exponents, long aSig, long bSig) {
    boolean below = Long.compareUnsigned(aSig, bSig) < 0;
    long high = below ? aSig : aSig >>> 1;
    long low = below ? 0 : aSig << 63;
    long quotient = quotient(high, low, bSig);
    long remainder = low - quotient * bSig;
    long rest = 0;
    if (remainder != 0) {
      int half = Long.compareUnsigned(remainder, bSig - remainder);
      rest = half < 0 ? 1 : half == 0 ? INTEGER_BIT : INTEGER_BIT | 1;
    }
    Rounding.round(f, sign, exponents + BIAS - (below ? 1 : 0), quotient, rest);
  }

  /**
   * Unsigned {@code high:low / divisor} by two 32-bit digits (Knuth, TAOCP volume 2, 4.3.1
   * algorithm D).
   *
   * @param high less than the divisor
   * @param divisor has bit 63 set
   */
  static long quotient(long high, long low, long divisor) {
    long d1 = divisor >>> 32;
    long d0 = divisor & LOW_HALF;
    long q1 = digit(high, low >>> 32, d1, d0);
    long rest = (high << 32 | low >>> 32) - q1 * divisor;
    long q0 = digit(rest, low & LOW_HALF, d1, d0);
    return (q1 << 32) + q0;
  }

  /**
   * One digit of {@code high:next / d1:d0}, where next is the following 32 bits of the dividend.
   */
  private static long digit(long high, long next, long d1, long d0) {
    long q = Long.divideUnsigned(high, d1);
    long r = high - q * d1;
    while (q > LOW_HALF || Long.compareUnsigned(q * d0, r << 32 | next) > 0) {
      q--;
      r += d1;
      if (r > LOW_HALF) {
        break;
      }
    }
    return q;
  }
}

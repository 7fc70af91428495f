package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** FSCALE, FXTRACT and FRNDINT: operations on exponent and binary point. */
final class Scaling {
  /** More than the distance of any two finite values: scaling further changes nothing. */
  private static final int FAR = 0x18000;

  private Scaling() {}

  /** Delivers a * 2^trunc(b). */
  static void scale(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (Nans.handle(f, aSig, aSe, bSig, bSe)) {
      return;
    }
    boolean bInfinite = Extended.isInfinity(bSig, bSe);
    boolean aZero = Extended.isZero(aSig, aSe);
    boolean aInfinite = Extended.isInfinity(aSig, aSe);
    boolean bNegative = (bSe & SIGN) != 0;
    if (bInfinite && (bNegative ? aInfinite : aZero)) {
      Nans.invalid(f);
      return;
    }
    if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
      f.raised |= FpuState.DE;
    }
    if (aZero || aInfinite) {
      f.resultSignificand = aSig;
      f.resultSignExponent = aSe;
    } else if (bInfinite) {
      f.resultSignificand = bNegative ? 0 : INTEGER_BIT;
      f.resultSignExponent = aSe & SIGN | (bNegative ? 0 : MAX_EXPONENT);
    } else {
      int exponent = Extended.normalizedExponent(aSig, aSe);
      int scale = truncate(bSig, bSe & MAX_EXPONENT);
      Rounding.round64(
          f, aSe & SIGN, exponent + (bNegative ? -scale : scale), Extended.normalize(aSig), 0);
    }
  }

  /** Integer part of a finite magnitude, saturating. */
  private static int truncate(long sig, int exponent) {
    if (exponent < BIAS) {
      return 0;
    }
    return exponent > BIAS + 16 ? FAR : (int) (sig >>> BIAS + 63 - exponent);
  }

  /**
   * Delivers the significand of a as a value in [1, 2) with a's sign; the unbiased exponent, as the
   * significand of a value with sign and exponent, is what {@link #exponentSignificand} and {@link
   * #exponentSignExponent} give for the same operand.
   */
  static void extractSignificand(FpuState f, long sig, int se) {
    if (Nans.handle(f, sig, se)) {
      return;
    }
    if (Extended.isZero(sig, se)) {
      f.raised |= FpuState.ZE;
      f.resultSignificand = sig;
      f.resultSignExponent = se;
    } else if (Extended.isInfinity(sig, se)) {
      f.resultSignificand = sig;
      f.resultSignExponent = se;
    } else {
      if (Extended.isDenormal(sig, se)) {
        f.raised |= FpuState.DE;
      }
      f.resultSignificand = Extended.normalize(sig);
      f.resultSignExponent = se & SIGN | BIAS;
    }
  }

  /** Significand of the unbiased exponent of a finite or infinite value. */
  static long exponentSignificand(long sig, int se) {
    if (sig == 0 || (se & MAX_EXPONENT) == MAX_EXPONENT) {
      return INTEGER_BIT;
    }
    int exponent = Extended.normalizedExponent(sig, se) - BIAS;
    return exponent == 0 ? 0 : Extended.normalize(Math.abs(exponent));
  }

  /** Sign and exponent of the unbiased exponent of a finite or infinite value. */
  static int exponentSignExponent(long sig, int se) {
    if (sig == 0) {
      return SIGN | MAX_EXPONENT;
    }
    if ((se & MAX_EXPONENT) == MAX_EXPONENT) {
      return MAX_EXPONENT;
    }
    int exponent = Extended.normalizedExponent(sig, se) - BIAS;
    if (exponent == 0) {
      return 0;
    }
    int size = 31 - Integer.numberOfLeadingZeros(Math.abs(exponent));
    return exponent < 0 ? SIGN | BIAS + size : BIAS + size;
  }

  /** Delivers a rounded to an integer in the rounding mode of the control word. */
  static void roundToInteger(FpuState f, long sig, int se) {
    if (Nans.handle(f, sig, se)) {
      return;
    }
    int exponent = se & MAX_EXPONENT;
    if (exponent >= BIAS + 63 || sig == 0) {
      f.resultSignificand = sig;
      f.resultSignExponent = se;
      return;
    }
    if (exponent == 0) {
      f.raised |= FpuState.DE;
    }
    int mode = Rounding.mode(f.control);
    int sign = se & SIGN;
    int shift = BIAS + 63 - exponent;
    long integer = shift < 64 ? sig >>> shift : 0;
    long rest = shift < 64 ? sig << -shift : shift == 64 ? sig : 1;
    boolean up = Rounding.increments(mode, sign, (integer & 1) != 0, rest);
    if (rest != 0) {
      f.raised |= up ? FpuState.PE | FpuState.C1 : FpuState.PE;
    }
    if (up) {
      integer++;
    }
    if (integer == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
    } else {
      int left = Long.numberOfLeadingZeros(integer);
      f.resultSignificand = integer << left;
      f.resultSignExponent = sign | BIAS + 63 - left;
    }
  }
}

package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * FSIN, FCOS and FPTAN for arguments below 2^63. Arguments are reduced by the hardware's pi of 66
 * bits (Intel SDM volume 1, 8.3.8), exactly; sine and cosine of the remainder, at most pi/4, are
 * Taylor series in 128 bits.
 */
final class Trigonometry {
  /** 1 / (2k+1)! with 127 fraction bits. */
  private static final long[] SINE = {
    0x8000000000000000L, 0x0000000000000000L,
    0x1555555555555555L, 0x5555555555555555L,
    0x0111111111111111L, 0x1111111111111111L,
    0x0006806806806806L, 0x8068068068068068L,
    0x0000171DE3A556C7L, 0x338FAAC1C88E5001L,
    0x00000035CC8ACFEAL, 0x89C71FCE8FC97070L,
    0x000000005849184EL, 0xA1B425F28E0CC749L,
    0x00000000006B9FCFL, 0x9CCEE07C476195ACL,
    0x000000000000654BL, 0x1DC0C2B529AC9814L,
    0x000000000000004BL, 0xD26D1A05055C9328L,
    0x0000000000000000L, 0x2E371DEDB9EAE318L,
    0x0000000000000000L, 0x001761B41316381AL,
    0x0000000000000000L, 0x000009F9E66E8B30L
  };

  /** 1 / (2k)! with 127 fraction bits. */
  private static final long[] COSINE = {
    0x8000000000000000L, 0x0000000000000000L,
    0x4000000000000000L, 0x0000000000000000L,
    0x0555555555555555L, 0x5555555555555555L,
    0x002D82D82D82D82DL, 0x82D82D82D82D82D8L,
    0x0000D00D00D00D00L, 0xD00D00D00D00D00DL,
    0x0000024FC9F6EF13L, 0xEB8E5DE02DA7D4CDL,
    0x000000047BB63BFEL, 0x3625ED5136A61EB4L,
    0x00000000064E5D2AL, 0x301F27482EB7C517L,
    0x000000000006B9FCL, 0xF9CCEE07C476195BL,
    0x00000000000005A0L, 0x9E18EE5F65DEEC01L,
    0x0000000000000003L, 0xCA8574804044A0F5L,
    0x0000000000000000L, 0x0219C72DB6FF0A53L,
    0x0000000000000000L, 0x0000F96780CB97ACL,
    0x0000000000000000L, 0x000000623A17F1A9L
  };

  /** Pi/2 as the hardware has it, in units of 2^-65. */
  private static final long HALF_PI_HIGH = 3;

  private static final long HALF_PI_LOW = 0x243F6A8885A308D3L;

  /**
   * Biased exponent at which the lowest significand bit weighs as much as the lowest bit of pi/2:
   * the values from 1/4 up.
   */
  private static final int REDUCE_FROM = BIAS - 2;

  /**
   * What is left of the argument, normalised; its sign, and the multiple of pi/2 taken off the
   * magnitude.
   */
  private final Wide rest = new Wide();

  private boolean restNegative;
  private int quadrant;
  private final Wide value = new Wide();

  private Trigonometry() {}

  /** Delivers sin x. */
  static void sine(FpuState f, long sig, int se) {
    if (special(f, sig, se)) {
      return;
    }
    if (sig == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = se;
      return;
    }
    Trigonometry t = reduced(sig, se);
    t.deliver(f, t.quadrant, (se & SIGN) != 0);
  }

  /** Delivers cos x. */
  static void cosine(FpuState f, long sig, int se) {
    if (special(f, sig, se)) {
      return;
    }
    if (sig == 0) {
      f.resultSignificand = Extended.INTEGER_BIT;
      f.resultSignExponent = BIAS;
      return;
    }
    Trigonometry t = reduced(sig, se);
    t.deliver(f, t.quadrant + 1, false);
  }

  /** Delivers tan x. */
  static void tangent(FpuState f, long sig, int se) {
    if (special(f, sig, se)) {
      return;
    }
    if (sig == 0) {
      f.resultSignificand = 0;
      f.resultSignExponent = se;
      return;
    }
    Trigonometry t = reduced(sig, se);
    boolean negative = t.restNegative ^ (se & SIGN) != 0;
    Wide sine = t.sineOfRest();
    Wide cosine = new Wide();
    t.cosineOfRest(cosine);
    if ((t.quadrant & 1) == 0) {
      sine.divide(cosine).deliverInexact(f, negative ? SIGN : 0);
    } else if (sine.isZero()) {
      Nans.invalid(f);
    } else {
      cosine.divide(sine).deliverInexact(f, negative ? 0 : SIGN);
    }
  }

  private static boolean special(FpuState f, long sig, int se) {
    if (Nans.handle(f, sig, se)) {
      return true;
    }
    if ((se & MAX_EXPONENT) == MAX_EXPONENT) {
      Nans.invalid(f);
      return true;
    }
    if (Extended.isDenormal(sig, se)) {
      f.raised |= FpuState.DE;
    }
    return false;
  }

  private static Trigonometry reduced(long sig, int se) {
    Trigonometry t = new Trigonometry();
    int exponent = Extended.normalizedExponent(sig, se);
    if (exponent < REDUCE_FROM) {
      t.rest.set(Extended.normalize(sig), exponent);
    } else {
      t.reduce(sig, exponent - REDUCE_FROM);
    }
    return t;
  }

  /** Long division of {@code sig << shift} by pi/2, and reflection of remainders above pi/4. */
  private void reduce(long sig, int shift) {
    long high = 0;
    long low = sig;
    int quotient = 0;
    for (int i = 0; i < shift; i++) {
      high = high << 1 | low >>> 63;
      low <<= 1;
      quotient <<= 1;
      if (high > HALF_PI_HIGH
          || high == HALF_PI_HIGH && Long.compareUnsigned(low, HALF_PI_LOW) >= 0) {
        high -= HALF_PI_HIGH + (Long.compareUnsigned(low, HALF_PI_LOW) < 0 ? 1 : 0);
        low -= HALF_PI_LOW;
        quotient |= 1;
      }
    }
    long twiceHigh = high << 1 | low >>> 63;
    long twiceLow = low << 1;
    if (twiceHigh > HALF_PI_HIGH
        || twiceHigh == HALF_PI_HIGH && Long.compareUnsigned(twiceLow, HALF_PI_LOW) > 0) {
      long borrow = Long.compareUnsigned(HALF_PI_LOW, low) < 0 ? 1 : 0;
      high = HALF_PI_HIGH - high - borrow;
      low = HALF_PI_LOW - low;
      restNegative = true;
      quotient++;
    }
    quadrant = quotient;
    rest.set(high, low, 128 - 65).normalize();
  }

  /** Delivers sin(turn * pi/2 + rest), negated if wanted. */
  private void deliver(FpuState f, int turn, boolean negate) {
    boolean negative = (turn & 2) != 0 ^ negate;
    if ((turn & 1) != 0) {
      cosineOfRest(value);
      value.deliverInexact(f, negative ? SIGN : 0);
    } else {
      Wide sine = sineOfRest();
      negative ^= restNegative;
      if (sine.isZero()) {
        f.resultSignificand = 0;
        f.resultSignExponent = negative ? SIGN : 0;
      } else {
        sine.deliverInexact(f, negative ? SIGN : 0);
      }
    }
  }

  private Wide sineOfRest() {
    series(value, SINE);
    value.exponent = 1;
    return value.normalize().multiply(rest);
  }

  private void cosineOfRest(Wide result) {
    series(result, COSINE);
    result.exponent = 1;
    result.normalize();
  }

  /**
   * Sum of the alternating series in the square of the remainder; where it would round to 1 it
   * stays just below.
   */
  private void series(Wide sum, long[] coefficients) {
    Wide square = new Wide().set(rest).multiply(rest).toFixed(0);
    sum.polynomial(coefficients, square.high, square.low, true);
    if (sum.high < 0) {
      sum.subtractFixed(0, 1);
    }
  }
}

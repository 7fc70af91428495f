package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * FYL2X and FYL2XP1. With x = 2^k m, m between about 0.7 and 1.4, and c the multiple of 1/32
 * nearest to m, {@code log2 x = k + log2 c + 2/ln 2 * artanh((m - c) / (m + c))}.
 */
final class Logarithm {
  /** 2 / ln 2 / (2k+1) with 126 fraction bits. */
  private static final long[] SERIES = {
    0xB8AA3B295C17F0BBL, 0xBE87FED0691D3E89L,
    0x3D8E13B87407FAE9L, 0x3F82AA45785F14D8L,
    0x24EED8A1DF37FCF2L, 0x594E6629AE9F72E8L,
    0x1A61762A7ADED93FL, 0x645C921DC5DF9B38L,
    0x1484B13D7C02A8F8L, 0x6A80E36C7D7506F3L,
    0x10C9A84994022D28L, 0x5723A2CD20D41CF5L,
    0x0E347AB4698BB00EL, 0x711E274B1BC72C32L,
    0x0C4F9D8B4A67FEFBL, 0x731A220DE4DFD0F8L
  };

  /** Binary logarithms of j/32, j = 22 to 46: two's complement with 112 fraction bits. */
  private static final long[] NODES = {
    0xFFFF759D4F80CBA8L, 0x3BF8FAF866415555L,
    0xFFFF86082806B1D5L, 0x32C412BA94DB12EFL,
    0xFFFF95C01A39FBD6L, 0x879FA00B120A068CL,
    0xFFFFA4D3C25E68DCL, 0x57F2495FB7FA6D7FL,
    0xFFFFB35004723C46L, 0x5E6976DA1C872983L,
    0xFFFFC1404EADF383L, 0x96DEE021361E13A3L,
    0xFFFFCEAECFEA8085L, 0x9B332AC903A413E6L,
    0xFFFFDBA4A47AA996L, 0xD25A5B8A19B1C637L,
    0xFFFFE829FB693044L, 0xB398C4BAEE073D4BL,
    0xFFFFF446359B1353L, 0x95510D1E3F80FBC7L,
    0x0000000000000000L, 0x0000000000000000L,
    0x00000B5D69BAC77EL, 0xC3989B03784B5BE1L,
    0x00001663F6FAC913L, 0x167CCC5382614457L,
    0x00002118B119B4F3L, 0xC72C4F78DFA14AA5L,
    0x00002B803473F7ADL, 0x0F3F401624140D17L,
    0x0000359EBC5B69D9L, 0x27DFC23D9780306CL,
    0x00003F782D7204D0L, 0x144751B3314F09DEL,
    0x000049101EAC381CL, 0xE60916E52E91300FL,
    0x00005269E12F346EL, 0x2BF924AFDBFD36BFL,
    0x00005B8887367433L, 0x795E35482D13DC0FL,
    0x0000646EEA247C5CL, 0x22D2CAD415AE1A71L,
    0x00006D1FAFDCE20AL, 0x829051BBE3F6289EL,
    0x0000759D4F80CBA8L, 0x3BF8FAF866415555L,
    0x00007DEA15A32C1BL, 0x3B3864C6001143D7L,
    0x000086082806B1D5L, 0x32C412BA94DB12EFL
  };

  private static final int FIRST_NODE = 22;

  /** Node of c = 1. */
  private static final int UNIT_NODE = 32;

  /** Significand of the square root of 2: larger ones are halved. */
  private static final long ROOT_2 = 0xB504F333F9DE6484L;

  /** Bits left of the point in sums with the integer part of a logarithm, sign included. */
  private static final int INTEGER_BITS = 16;

  /** Below 2^-6 the operand of FYL2XP1 belongs to the unit node. */
  private static final int SMALL = BIAS - 6;

  private Logarithm() {}

  /** Delivers y * log2(x). */
  static void yLog2X(FpuState f, long xSig, int xSe, long ySig, int ySe) {
    if (Nans.handle(f, xSig, xSe, ySig, ySe)) {
      return;
    }
    boolean xZero = Extended.isZero(xSig, xSe);
    boolean yZero = Extended.isZero(ySig, ySe);
    boolean yInfinite = Extended.isInfinity(ySig, ySe);
    if ((xSe & SIGN) != 0 && !xZero
        || xZero && yZero
        || yInfinite && xSig == INTEGER_BIT && xSe == BIAS
        || yZero && Extended.isInfinity(xSig, xSe)) {
      Nans.invalid(f);
      return;
    }
    int ySign = ySe & SIGN;
    if (!xZero) {
      denormals(f, xSig, xSe, ySig, ySe);
    }
    if (xZero) {
      if (!yInfinite) {
        f.raised = FpuState.ZE;
      }
      infinity(f, ySign ^ SIGN);
    } else if (Extended.isInfinity(xSig, xSe)) {
      infinity(f, ySign);
    } else if (yInfinite) {
      boolean belowOne = (xSe & MAX_EXPONENT) < BIAS;
      infinity(f, belowOne ? ySign ^ SIGN : ySign);
    } else if (yZero) {
      boolean belowOne = (xSe & MAX_EXPONENT) < BIAS;
      f.resultSignificand = 0;
      f.resultSignExponent = belowOne ? ySign ^ SIGN : ySign;
    } else {
      int exponent = Extended.normalizedExponent(xSig, xSe);
      finite(f, Extended.normalize(xSig), exponent, ySig, ySe);
    }
  }

  /**
   * Delivers y * log2(x + 1); outside -1 < x the hardware's result is undefined, here it is the
   * invalid operation's.
   */
  static void yLog2XPlus1(FpuState f, long xSig, int xSe, long ySig, int ySe) {
    if (Nans.handle(f, xSig, xSe, ySig, ySe)) {
      return;
    }
    boolean xZero = Extended.isZero(xSig, xSe);
    boolean xInfinite = Extended.isInfinity(xSig, xSe);
    boolean xNegative = (xSe & SIGN) != 0;
    boolean yZero = Extended.isZero(ySig, ySe);
    boolean yInfinite = Extended.isInfinity(ySig, ySe);
    if (xNegative && (xSe & MAX_EXPONENT) >= BIAS || xInfinite && yZero || xZero && yInfinite) {
      Nans.invalid(f);
      return;
    }
    denormals(f, xSig, xSe, ySig, ySe);
    int sign = (xSe ^ ySe) & SIGN;
    if (xInfinite || yInfinite) {
      infinity(f, sign);
    } else if (xZero || yZero) {
      f.resultSignificand = 0;
      f.resultSignExponent = sign;
    } else {
      int exponent = Extended.normalizedExponent(xSig, xSe);
      long sig = Extended.normalize(xSig);
      if (exponent < SMALL) {
        Wide x = new Wide().set(sig, exponent);
        Wide log = nearOne(x, plusTwo(x, xNegative));
        scaleBy(log, ySig, ySe).deliverInexact(f, sign);
      } else {
        onePlus(f, sig, exponent, xNegative, ySig, ySe);
      }
    }
  }

  private static void denormals(FpuState f, long xSig, int xSe, long ySig, int ySe) {
    if (Extended.isDenormal(xSig, xSe) || Extended.isDenormal(ySig, ySe)) {
      f.raised |= FpuState.DE;
    }
  }

  private static void infinity(FpuState f, int sign) {
    f.resultSignificand = INTEGER_BIT;
    f.resultSignExponent = sign | MAX_EXPONENT;
  }

  private static Wide scaleBy(Wide log, long ySig, int ySe) {
    Wide y = new Wide().set(Extended.normalize(ySig), Extended.normalizedExponent(ySig, ySe));
    return log.multiply(y);
  }

  /** x finite and positive, given by normalised significand and biased exponent. */
  private static void finite(FpuState f, long sig, int exponent, long ySig, int ySe) {
    boolean halve = Long.compareUnsigned(sig, ROOT_2) > 0;
    int k = exponent - BIAS + (halve ? 1 : 0);
    // m with 127 fraction bits
    Wide m = new Wide().set(halve ? sig >>> 1 : sig, halve ? sig << 63 : 0, 1);
    deliver(f, k, m, ySig, ySe);
  }

  /** 1 + x for magnitudes from 2^-6 on, exactly in 128 bits where that matters. */
  private static void onePlus(
      FpuState f, long sig, int exponent, boolean negative, long ySig, int ySe) {
    Wide sum = new Wide();
    int power = Math.max(exponent, BIAS) - BIAS + 1;
    // both terms as fractions of 2^(power + 1)
    sum.set(sig, 0, 0).shiftRight(BIAS + power - exponent);
    if (negative) {
      sum.negateFixed();
    }
    Wide one = new Wide().set(INTEGER_BIT, 0, 0).shiftRight(power);
    sum.addFixed(one.high, one.low);
    sum.exponent = power + 1;
    sum.normalize();
    int k = sum.exponent - 1;
    boolean halve = Long.compareUnsigned(sum.high, ROOT_2) > 0;
    if (halve) {
      sum.shiftRight(1);
      k++;
    }
    sum.exponent = 1;
    deliver(f, k, sum, ySig, ySe);
  }

  /** Delivers y * (k + log2 m), m with 127 fraction bits. */
  private static void deliver(FpuState f, int k, Wide m, long ySig, int ySe) {
    int node = (int) (m.high >>> 57) + 1 >> 1;
    long center = (long) node << 58;
    boolean below = Long.compareUnsigned(m.high, center) < 0;
    Wide difference = new Wide().set(m.high, m.low, 1);
    difference.subtractFixed(center, 0);
    if (below) {
      difference.negateFixed();
    }
    boolean exact = difference.isZero() && node == UNIT_NODE;
    Wide log;
    if (difference.isZero()) {
      log = difference;
    } else {
      Wide sum = new Wide().set(m.high, m.low, 2).shiftRight(1);
      sum.addFixed(center >>> 1, 0);
      log = nearOne(difference.normalize(), sum.normalize());
    }
    boolean negative = below;
    if (k != 0 || node != UNIT_NODE) {
      if (!log.isZero()) {
        log.toFixed(INTEGER_BITS);
      }
      if (below) {
        log.negateFixed();
      }
      int index = 2 * (node - FIRST_NODE);
      log.addFixed(NODES[index], NODES[index + 1]);
      log.addFixed((long) k << 64 - INTEGER_BITS, 0);
      negative = log.high < 0;
      if (negative) {
        log.negateFixed();
      }
      log.exponent = INTEGER_BITS;
      log.normalize();
    }
    if (log.isZero()) {
      f.resultSignificand = 0;
      f.resultSignExponent = ySe & SIGN;
      return;
    }
    int sign = (negative ? SIGN : 0) ^ ySe & SIGN;
    Wide product = scaleBy(log, ySig, ySe);
    if (exact) {
      // the hardware reports every logarithm but that of 1 as inexact
      product.deliverExact(f, sign);
      boolean tiny = (f.resultSignExponent & MAX_EXPONENT) == 0;
      f.raised |= tiny ? FpuState.PE | FpuState.UE : FpuState.PE;
    } else {
      product.deliverInexact(f, sign);
    }
  }

  /** 2 + x or 2 - x for x below 2^-6. */
  private static Wide plusTwo(Wide x, boolean negative) {
    Wide sum = new Wide().set(x).toFixed(2);
    if (negative) {
      sum.negateFixed();
    }
    sum.addFixed(INTEGER_BIT, 0);
    sum.exponent = 2;
    return sum.normalize();
  }

  /**
   * {@code 2/ln 2 * artanh(numerator / denominator)} of normalised numbers with a small quotient;
   * changes the numerator.
   */
  private static Wide nearOne(Wide numerator, Wide denominator) {
    Wide s = numerator.divide(denominator);
    Wide square = new Wide().set(s).multiply(s).toFixed(0);
    Wide sum = new Wide().polynomial(SERIES, square.high, square.low, false);
    sum.exponent = 2;
    return sum.normalize().multiply(s);
  }
}

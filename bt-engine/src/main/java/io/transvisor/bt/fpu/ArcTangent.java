package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * FPATAN: the angle of the point (x, y). The quotient q of smaller and larger magnitude is brought
 * near zero by {@code atan q = atan c + atan((q - c) / (1 + q c))} with c the nearest multiple of
 * 1/16.
 */
final class ArcTangent {
  /** 1 / (2k+1) with 127 fraction bits. */
  private static final long[] SERIES = {
    0x8000000000000000L, 0x0000000000000000L,
    0x2AAAAAAAAAAAAAAAL, 0xAAAAAAAAAAAAAAABL,
    0x1999999999999999L, 0x999999999999999AL,
    0x1249249249249249L, 0x2492492492492492L,
    0x0E38E38E38E38E38L, 0xE38E38E38E38E38EL,
    0x0BA2E8BA2E8BA2E8L, 0xBA2E8BA2E8BA2E8CL,
    0x09D89D89D89D89D8L, 0x9D89D89D89D89D8AL,
    0x0888888888888888L, 0x8888888888888889L,
    0x0787878787878787L, 0x8787878787878788L,
    0x06BCA1AF286BCA1AL, 0xF286BCA1AF286BCAL
  };

  /** Arctangents of i/16 with 126 fraction bits. */
  private static final long[] NODES = {
    0x0000000000000000L, 0x0000000000000000L,
    0x03FEAB76E59FBD38L, 0xDB2C9E4B7038B835L,
    0x07F56EA6AB0BDB71L, 0x9644BCC4F9F44478L,
    0x0BDCBDA5E72D8113L, 0x47B0B4F881C9C748L,
    0x0FADBAFC96406EB1L, 0x56DC79EF5F7A217EL,
    0x1362773707EBCBCDL, 0x38B576931A4F5E65L,
    0x16F61941E4DEF08EL, 0x715464245B9FC890L,
    0x1A64EEC3CC23FCB6L, 0xC84F92BD2003CE27L,
    0x1DAC670561BB4F68L, 0xADFC88BD978751A0L,
    0x20CAFD29B6619F8AL, 0x92DA8272D8694570L,
    0x23C01757BDFD67E6L, 0xD720D78599710DD2L,
    0x268BE0399C6F7688L, 0x1089BE388813FCEFL,
    0x292F1F464D3DC249L, 0x066A1FCA915F6B28L,
    0x2BAB130E2D363020L, 0x051C978BCF9481C3L,
    0x2E014F8AF08C679CL, 0xF2CB69548429110FL,
    0x3033A16E2B149990L, 0x227758B11BA4BE89L,
    0x3243F6A8885A308DL, 0x313198A2E0370734L
  };

  /** Pi with 126 fraction bits. */
  private static final long PI_HIGH = 0xC90FDAA22168C234L;

  private static final long PI_LOW = 0xC4C6628B80DC1CD1L;

  /** Pi/2 with 126 fraction bits. */
  private static final long HALF_PI_HIGH = 0x6487ED5110B4611AL;

  private static final long HALF_PI_LOW = 0x62633145C06E0E69L;

  /**
   * Significands, with the exponent of 1, 2 or 1/2, of the multiples of pi that special operands
   * give.
   */
  private static final long THREE_QUARTERS_PI_HIGH = 0x96CBE3F9990E91A7L;

  private static final long THREE_QUARTERS_PI_LOW = 0x9394C9E8A0A5159CL;

  private ArcTangent() {}

  /** Delivers the arctangent of y / x in the quadrant of the point (x, y). */
  static void arctangent(FpuState f, long ySig, int ySe, long xSig, int xSe) {
    if (Nans.handle(f, ySig, ySe, xSig, xSe)) {
      return;
    }
    if (Extended.isDenormal(ySig, ySe) || Extended.isDenormal(xSig, xSe)) {
      f.raised |= FpuState.DE;
    }
    int sign = ySe & SIGN;
    boolean xNegative = (xSe & SIGN) != 0;
    boolean yInfinite = Extended.isInfinity(ySig, ySe);
    boolean xInfinite = Extended.isInfinity(xSig, xSe);
    if (yInfinite && xInfinite) {
      if (xNegative) {
        deliver(f, sign, THREE_QUARTERS_PI_HIGH, THREE_QUARTERS_PI_LOW, BIAS + 1);
      } else {
        deliver(f, sign, PI_HIGH, PI_LOW, BIAS - 1);
      }
    } else if (yInfinite || xSig == 0 && ySig != 0) {
      deliver(f, sign, PI_HIGH, PI_LOW, BIAS);
    } else if (xInfinite || ySig == 0) {
      if (xNegative) {
        deliver(f, sign, PI_HIGH, PI_LOW, BIAS + 1);
      } else {
        f.resultSignificand = 0;
        f.resultSignExponent = sign;
      }
    } else {
      Wide y = new Wide().set(Extended.normalize(ySig), Extended.normalizedExponent(ySig, ySe));
      Wide x = new Wide().set(Extended.normalize(xSig), Extended.normalizedExponent(xSig, xSe));
      finite(f, sign, y, x, xNegative);
    }
  }

  private static void deliver(FpuState f, int sign, long high, long low, int exponent) {
    Rounding.round64(f, sign, exponent, high, low);
  }

  private static void finite(FpuState f, int sign, Wide y, Wide x, boolean xNegative) {
    boolean steep =
        y.exponent > x.exponent
            || y.exponent == x.exponent && Long.compareUnsigned(y.high, x.high) > 0;
    Wide quotient = steep ? x.divide(y) : y.divide(x);
    if (!steep && !xNegative) {
      flat(f, sign, quotient);
      return;
    }
    Wide angle = fixedArctangent(quotient);
    if (steep) {
      if (!xNegative) {
        angle.negateFixed();
      }
      angle.addFixed(HALF_PI_HIGH, HALF_PI_LOW);
    } else {
      angle.negateFixed();
      angle.addFixed(PI_HIGH, PI_LOW);
    }
    angle.exponent = 2;
    angle.normalize().deliverInexact(f, sign);
  }

  /**
   * Quotient at most 1 and both operands positive: the result may be tiny and keeps relative
   * precision.
   */
  private static void flat(FpuState f, int sign, Wide quotient) {
    if (node(quotient) != 0) {
      Wide angle = fixedArctangent(quotient);
      angle.exponent = 2;
      angle.normalize().deliverInexact(f, sign);
      return;
    }
    series(quotient).deliverInexact(f, sign);
  }

  /** Nearest multiple of 1/16 to a quotient, times 16. */
  private static int node(Wide quotient) {
    if (quotient.exponent < -4) {
      return 0;
    }
    int scaled = (int) (quotient.high >>> 59 - quotient.exponent);
    return scaled + 1 >> 1;
  }

  /** Arctangent of a number in [0, 1] as fixed point with 126 fraction bits. */
  private static Wide fixedArctangent(Wide quotient) {
    int node = node(quotient);
    if (node == 0) {
      return series(quotient).toFixed(2);
    }
    // with 127 fraction bits: quotient, and node/16
    Wide q = new Wide().set(quotient).toFixed(1);
    long center = (long) node << 59;
    Wide denominator = new Wide().set(q.high, q.low, 1).multiplyFixed(center, 0);
    denominator.addFixed(1L << 62, 0);
    denominator.exponent = 2;
    denominator.normalize();
    boolean below = Long.compareUnsigned(q.high, center) < 0;
    q.subtractFixed(center, 0);
    if (below) {
      q.negateFixed();
    }
    Wide offset = new Wide();
    if (!q.isZero()) {
      offset.set(series(q.normalize().divide(denominator))).toFixed(2);
    }
    if (below) {
      offset.negateFixed();
    }
    offset.addFixed(NODES[2 * node], NODES[2 * node + 1]);
    return offset;
  }

  /** Arctangent of a normalised number not above 1/16 or so: {@code t * (1 - t^2/3 + ...)}. */
  private static Wide series(Wide t) {
    Wide square = new Wide().set(t).multiply(t).toFixed(0);
    Wide sum = new Wide().polynomial(SERIES, square.high, square.low, true);
    if (sum.high < 0) {
      sum.subtractFixed(0, 1);
    }
    sum.exponent = 1;
    return sum.normalize().multiply(t);
  }
}

package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.BIAS;
import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/** F2XM1: {@code 2^x - 1 = t * (1 + t/2! + t^2/3! + ...)} with {@code t = x ln 2}. */
final class Exponential {
  /** 1 / (k+1)! with 127 fraction bits. */
  private static final long[] SERIES = {
    0x8000000000000000L, 0x0000000000000000L,
    0x4000000000000000L, 0x0000000000000000L,
    0x1555555555555555L, 0x5555555555555555L,
    0x0555555555555555L, 0x5555555555555555L,
    0x0111111111111111L, 0x1111111111111111L,
    0x002D82D82D82D82DL, 0x82D82D82D82D82D8L,
    0x0006806806806806L, 0x8068068068068068L,
    0x0000D00D00D00D00L, 0xD00D00D00D00D00DL,
    0x0000171DE3A556C7L, 0x338FAAC1C88E5001L,
    0x0000024FC9F6EF13L, 0xEB8E5DE02DA7D4CDL,
    0x00000035CC8ACFEAL, 0x89C71FCE8FC97070L,
    0x000000047BB63BFEL, 0x3625ED5136A61EB4L,
    0x000000005849184EL, 0xA1B425F28E0CC749L,
    0x00000000064E5D2AL, 0x301F27482EB7C517L,
    0x00000000006B9FCFL, 0x9CCEE07C476195ACL,
    0x000000000006B9FCL, 0xF9CCEE07C476195BL,
    0x000000000000654BL, 0x1DC0C2B529AC9814L,
    0x00000000000005A0L, 0x9E18EE5F65DEEC01L,
    0x000000000000004BL, 0xD26D1A05055C9328L,
    0x0000000000000003L, 0xCA8574804044A0F5L,
    0x0000000000000000L, 0x2E371DEDB9EAE318L,
    0x0000000000000000L, 0x0219C72DB6FF0A53L,
    0x0000000000000000L, 0x001761B41316381AL,
    0x0000000000000000L, 0x0000F96780CB97ACL
  };

  /** ln 2 with 128 fraction bits. */
  private static final long LN2_HIGH = 0xB17217F7D1CF79ABL;

  private static final long LN2_LOW = 0xC9E3B39803F2F6AFL;

  private Exponential() {}

  /** Delivers 2^x - 1; outside -1 to 1 the hardware's result is undefined, here it is x. */
  static void powerMinusOne(FpuState f, long sig, int se) {
    if (Nans.handle(f, sig, se)) {
      return;
    }
    int exponent = se & MAX_EXPONENT;
    if (sig == 0 || exponent >= BIAS) {
      outOfSeries(f, sig, se, exponent);
      return;
    }
    if (exponent == 0) {
      f.raised |= FpuState.DE;
    }
    Wide t = new Wide().set(Extended.normalize(sig), Extended.normalizedExponent(sig, se));
    t.multiply(new Wide().set(LN2_HIGH, LN2_LOW, 0));
    Wide fraction = new Wide().set(t).toFixed(0);
    Wide sum = new Wide().polynomial(SERIES, fraction.high, fraction.low, (se & SIGN) != 0);
    sum.exponent = 1;
    sum.normalize().multiply(t).deliverInexact(f, se & SIGN);
  }

  private static void outOfSeries(FpuState f, long sig, int se, int exponent) {
    f.resultSignificand = sig;
    f.resultSignExponent = se;
    if (sig != INTEGER_BIT) {
      return;
    }
    if (exponent == BIAS) {
      // 1 and -1/2 are exact, yet the hardware computes and reports them like all other powers
      f.raised |= FpuState.PE;
    }
    if ((se & SIGN) != 0) {
      if (exponent == BIAS) {
        f.resultSignExponent = SIGN | BIAS - 1;
      } else if (exponent == MAX_EXPONENT) {
        f.resultSignExponent = SIGN | BIAS;
      }
    }
  }
}

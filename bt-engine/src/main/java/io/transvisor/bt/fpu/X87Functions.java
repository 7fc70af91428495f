package io.transvisor.bt.fpu;

import io.transvisor.core.cpu.FpuState;

/** The instructions D9 E0 to D9 FF that compute on ST(0), or on ST(0) and ST(1). */
public final class X87Functions {
  private static final int REDUCTION = FpuState.C0 | FpuState.C1 | FpuState.C2 | FpuState.C3;

  private X87Functions() {}

  /** FCHS. */
  public static void changeSign(FpuState f) {
    if (usable(f)) {
      f.status &= ~FpuState.C1;
      f.signExponent[f.top] ^= Extended.SIGN;
    }
  }

  /** FABS. */
  public static void absolute(FpuState f) {
    if (usable(f)) {
      f.status &= ~FpuState.C1;
      f.signExponent[f.top] &= ~Extended.SIGN;
    }
  }

  /**
   * Whether ST(0) is in use; if not, the fault is recorded and, if masked, ST(0) becomes the
   * indefinite.
   */
  private static boolean usable(FpuState f) {
    if (!X87Stack.isEmpty(f, 0)) {
      f.raised = 0;
      return true;
    }
    if (X87Stack.underflow(f)) {
      X87Stack.setIndefinite(f, 0);
    }
    return false;
  }

  private static boolean bothUsable(FpuState f) {
    if (!X87Stack.isEmpty(f, 0) && !X87Stack.isEmpty(f, 1)) {
      f.raised = 0;
      return true;
    }
    return false;
  }

  private static void deliver(FpuState f) {
    if (X87Stack.commit(f)) {
      X87Stack.setResult(f, 0);
    }
  }

  /** FSQRT. */
  public static void squareRoot(FpuState f) {
    if (usable(f)) {
      SquareRoot.squareRoot(f, f.significand[f.top], f.signExponent[f.top]);
      deliver(f);
    }
  }

  /** FRNDINT. */
  public static void roundToInteger(FpuState f) {
    if (usable(f)) {
      Scaling.roundToInteger(f, f.significand[f.top], f.signExponent[f.top]);
      deliver(f);
    }
  }

  /** F2XM1. */
  public static void powerMinusOne(FpuState f) {
    if (usable(f)) {
      Exponential.powerMinusOne(f, f.significand[f.top], f.signExponent[f.top]);
      deliver(f);
    }
  }

  /** FSIN. */
  public static void sine(FpuState f) {
    trigonometric(f, true);
  }

  /** FCOS. */
  public static void cosine(FpuState f) {
    trigonometric(f, false);
  }

  private static void trigonometric(FpuState f, boolean sine) {
    f.status &= ~FpuState.C2;
    if (!usable(f)) {
      return;
    }
    long sig = f.significand[f.top];
    int se = f.signExponent[f.top];
    if (outOfRange(f, sig, se)) {
      return;
    }
    if (sine) {
      Trigonometry.sine(f, sig, se);
    } else {
      Trigonometry.cosine(f, sig, se);
    }
    deliver(f);
  }

  /** Finite arguments of 2^63 and above are left alone and C2 says so. */
  private static boolean outOfRange(FpuState f, long sig, int se) {
    int exponent = se & Extended.MAX_EXPONENT;
    if (sig < 0 && exponent >= Extended.BIAS + 63 && exponent != Extended.MAX_EXPONENT) {
      f.status = f.status & ~FpuState.C1 | FpuState.C2;
      return true;
    }
    return false;
  }

  /** FSINCOS: ST(0) becomes the sine, then the cosine is pushed. */
  public static void sineAndCosine(FpuState f) {
    f.status &= ~FpuState.C2;
    if (!canPush(f)) {
      return;
    }
    long sig = f.significand[f.top];
    int se = f.signExponent[f.top];
    if (outOfRange(f, sig, se)) {
      return;
    }
    Trigonometry.cosine(f, sig, se);
    long cosine = f.resultSignificand;
    int cosineSignExponent = f.resultSignExponent;
    f.raised &= ~FpuState.C1;
    Trigonometry.sine(f, sig, se);
    deliverAndPush(f, cosine, cosineSignExponent);
  }

  /** FPTAN: ST(0) becomes the tangent, then 1 is pushed (a NaN where the operand is one). */
  public static void tangent(FpuState f) {
    f.status &= ~FpuState.C2;
    if (!canPush(f)) {
      return;
    }
    long sig = f.significand[f.top];
    int se = f.signExponent[f.top];
    if (outOfRange(f, sig, se)) {
      return;
    }
    Trigonometry.tangent(f, sig, se);
    if (Extended.isNan(f.resultSignificand, f.resultSignExponent)) {
      deliverAndPush(f, f.resultSignificand, f.resultSignExponent);
    } else {
      deliverAndPush(f, Extended.INTEGER_BIT, Extended.BIAS);
    }
  }

  /** FXTRACT: ST(0) becomes the exponent, then the significand is pushed. */
  public static void extract(FpuState f) {
    if (!canPush(f)) {
      return;
    }
    long sig = f.significand[f.top];
    int se = f.signExponent[f.top];
    Scaling.extractSignificand(f, sig, se);
    long significand = f.resultSignificand;
    int significandSignExponent = f.resultSignExponent;
    if (!Extended.isNan(significand, significandSignExponent)) {
      f.resultSignificand = Scaling.exponentSignificand(sig, se);
      f.resultSignExponent = Scaling.exponentSignExponent(sig, se);
    }
    deliverAndPush(f, significand, significandSignExponent);
  }

  private static boolean canPush(FpuState f) {
    boolean underflow = X87Stack.isEmpty(f, 0);
    if (!underflow && X87Stack.isEmpty(f, 7)) {
      f.raised = 0;
      return true;
    }
    if (underflow ? X87Stack.underflow(f) : X87Stack.overflow(f)) {
      X87Stack.setIndefinite(f, 0);
      X87Stack.push(f);
      X87Stack.setIndefinite(f, 0);
    }
    return false;
  }

  private static void deliverAndPush(FpuState f, long sig, int se) {
    if (X87Stack.commit(f)) {
      X87Stack.setResult(f, 0);
      X87Stack.push(f);
      X87Stack.set(f, 0, sig, se);
    }
  }

  /** FSCALE. */
  public static void scale(FpuState f) {
    if (bothUsable(f)) {
      int x = X87Stack.physical(f, 1);
      Scaling.scale(
          f, f.significand[f.top], f.signExponent[f.top], f.significand[x], f.signExponent[x]);
      deliver(f);
    } else if (X87Stack.underflow(f)) {
      X87Stack.setIndefinite(f, 0);
    }
  }

  /** FPREM, or FPREM1 where {@code nearest}. */
  public static void remainder(FpuState f, boolean nearest) {
    if (bothUsable(f)) {
      int x = X87Stack.physical(f, 1);
      long sig = f.significand[f.top];
      int se = f.signExponent[f.top];
      if (nearest) {
        Remainder.nearest(f, sig, se, f.significand[x], f.signExponent[x]);
      } else {
        Remainder.truncating(f, sig, se, f.significand[x], f.signExponent[x]);
      }
      boolean prevented = (f.raised & (FpuState.IE | FpuState.DE & ~f.control)) != 0;
      boolean reduced = !prevented && !Extended.isNan(f.resultSignificand, f.resultSignExponent);
      f.status &= reduced ? ~REDUCTION : ~FpuState.C2;
      deliver(f);
    } else {
      f.status &= ~FpuState.C2;
      if (X87Stack.underflow(f)) {
        X87Stack.setIndefinite(f, 0);
      }
    }
  }

  /** FYL2X: ST(1) * log2(ST(0)) to ST(1), pop. */
  public static void logarithm(FpuState f) {
    if (bothUsable(f)) {
      int x = X87Stack.physical(f, 1);
      Logarithm.yLog2X(
          f, f.significand[f.top], f.signExponent[f.top], f.significand[x], f.signExponent[x]);
      deliverAndPop(f);
    } else {
      indefiniteAndPop(f);
    }
  }

  /** FYL2XP1: ST(1) * log2(ST(0) + 1) to ST(1), pop. */
  public static void logarithmPlusOne(FpuState f) {
    if (bothUsable(f)) {
      int x = X87Stack.physical(f, 1);
      Logarithm.yLog2XPlus1(
          f, f.significand[f.top], f.signExponent[f.top], f.significand[x], f.signExponent[x]);
      deliverAndPop(f);
    } else {
      indefiniteAndPop(f);
    }
  }

  /** FPATAN: arctangent of ST(1) / ST(0) to ST(1), pop. */
  public static void arctangent(FpuState f) {
    if (bothUsable(f)) {
      int y = X87Stack.physical(f, 1);
      ArcTangent.arctangent(
          f, f.significand[y], f.signExponent[y], f.significand[f.top], f.signExponent[f.top]);
      deliverAndPop(f);
    } else {
      indefiniteAndPop(f);
    }
  }

  private static void deliverAndPop(FpuState f) {
    if (X87Stack.commit(f)) {
      X87Stack.setResult(f, 1);
      X87Stack.pop(f);
    }
  }

  private static void indefiniteAndPop(FpuState f) {
    if (X87Stack.underflow(f)) {
      X87Stack.setIndefinite(f, 1);
      X87Stack.pop(f);
    }
  }
}

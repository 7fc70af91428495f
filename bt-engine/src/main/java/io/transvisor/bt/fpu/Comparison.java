package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.INTEGER_BIT;
import static io.transvisor.bt.fpu.Extended.MAX_EXPONENT;
import static io.transvisor.bt.fpu.Extended.SIGN;

import io.transvisor.core.cpu.FpuState;

/**
 * FCOM, FUCOM, FTST and FXAM: results are condition bits C0, C2 and C3 of the status word (Intel
 * SDM volume 1, table 8-6).
 */
final class Comparison {
  static final int GREATER = 0;
  static final int LESS = FpuState.C0;
  static final int EQUAL = FpuState.C3;
  static final int UNORDERED = FpuState.C0 | FpuState.C2 | FpuState.C3;

  private Comparison() {}

  /**
   * Compares a with b.
   *
   * @param quiet quiet NaNs do not raise invalid-operation (FUCOM)
   * @return one of the four constants
   */
  static int compare(FpuState f, long aSig, int aSe, long bSig, int bSe, boolean quiet) {
    int normal = NormalArithmetic.compare(f, aSig, aSe, bSig, bSe);
    if (normal >= 0) {
      return normal;
    }
    if (!Extended.isNormal(aSig, aSe) || !Extended.isNormal(bSig, bSe)) {
      if (Nans.handle(f, aSig, aSe, bSig, bSe)) {
        if (!quiet) {
          f.raised = FpuState.IE;
        }
        return UNORDERED;
      }
      if (Extended.isDenormal(aSig, aSe) || Extended.isDenormal(bSig, bSe)) {
        f.raised |= FpuState.DE;
      }
      if (aSig == 0 && bSig == 0) {
        return EQUAL;
      }
    }
    boolean aNegative = (aSe & SIGN) != 0 && aSig != 0;
    boolean bNegative = (bSe & SIGN) != 0 && bSig != 0;
    if (aNegative != bNegative) {
      return aNegative ? LESS : GREATER;
    }
    int order = compareMagnitudes(aSig, aSe, bSig, bSe);
    if (order == 0) {
      return EQUAL;
    }
    return order < 0 != aNegative ? LESS : GREATER;
  }

  private static int compareMagnitudes(long aSig, int aSe, long bSig, int bSe) {
    // pseudo-denormals have the exponent of the smallest normals
    int aExp = (aSe & MAX_EXPONENT) == 0 && aSig < 0 ? 1 : aSe & MAX_EXPONENT;
    int bExp = (bSe & MAX_EXPONENT) == 0 && bSig < 0 ? 1 : bSe & MAX_EXPONENT;
    return aExp != bExp ? aExp - bExp : Long.compareUnsigned(aSig, bSig);
  }

  /** Class of a value in a register as C0, C2 and C3, and its sign in C1 (table 8-8). */
  static int examine(long sig, int se, boolean empty) {
    int sign = (se & SIGN) != 0 ? FpuState.C1 : 0;
    if (empty) {
      return sign | FpuState.C3 | FpuState.C0;
    }
    int exponent = se & MAX_EXPONENT;
    if (exponent == 0) {
      return sign | (sig == 0 ? FpuState.C3 : FpuState.C3 | FpuState.C2);
    }
    if (sig >= 0) {
      return sign;
    }
    if (exponent != MAX_EXPONENT) {
      return sign | FpuState.C2;
    }
    return sign | (sig == INTEGER_BIT ? FpuState.C2 | FpuState.C0 : FpuState.C0);
  }
}

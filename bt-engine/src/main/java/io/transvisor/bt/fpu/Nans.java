package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.Extended.INDEFINITE;
import static io.transvisor.bt.fpu.Extended.INDEFINITE_SIGN_EXPONENT;
import static io.transvisor.bt.fpu.Extended.QUIET_BIT;

import io.transvisor.core.cpu.FpuState;

/**
 * Results of operations on NaNs and unsupported formats (Intel SDM volume 1, 4.8.3.5 and 8.5.1.2).
 */
final class Nans {
  private Nans() {}

  /** Raises the invalid-operation exception, alone, with the real indefinite as result. */
  static void invalid(FpuState f) {
    f.raised = FpuState.IE;
    f.resultSignificand = INDEFINITE;
    f.resultSignExponent = INDEFINITE_SIGN_EXPONENT;
  }

  /**
   * Handles an operand that is a NaN or unsupported.
   *
   * @return whether it was one, and the result is set
   */
  static boolean handle(FpuState f, long sig, int se) {
    if (Extended.isUnsupported(sig, se)) {
      invalid(f);
      return true;
    }
    if (!Extended.isNan(sig, se)) {
      return false;
    }
    f.raised = (sig & QUIET_BIT) == 0 ? FpuState.IE : 0;
    f.resultSignificand = sig | QUIET_BIT;
    f.resultSignExponent = se;
    return true;
  }

  /**
   * Handles two operands of which one or both may be NaN or unsupported. Of two NaNs of the same
   * kind the larger significand wins (the positive one of equal significands); a quiet NaN wins
   * over a signalling one.
   *
   * @return whether there was one, and the result is set
   */
  static boolean handle(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    if (Extended.isUnsupported(aSig, aSe) || Extended.isUnsupported(bSig, bSe)) {
      invalid(f);
      return true;
    }
    if (!Extended.isNan(bSig, bSe)) {
      return handle(f, aSig, aSe);
    }
    if (!Extended.isNan(aSig, aSe)) {
      return handle(f, bSig, bSe);
    }
    boolean aSignalling = (aSig & QUIET_BIT) == 0;
    boolean bSignalling = (bSig & QUIET_BIT) == 0;
    boolean chooseA;
    if (aSignalling != bSignalling) {
      chooseA = bSignalling;
    } else if (aSig != bSig) {
      chooseA = Long.compareUnsigned(aSig, bSig) > 0;
    } else {
      chooseA = Extended.sign(aSe) == 0;
    }
    f.raised = aSignalling || bSignalling ? FpuState.IE : 0;
    f.resultSignificand = (chooseA ? aSig : bSig) | QUIET_BIT;
    f.resultSignExponent = chooseA ? aSe : bSe;
    return true;
  }
}

package io.transvisor.bt.fpu;

import io.transvisor.core.cpu.FpuState;

/**
 * The register stack: stack faults, pushes and pops, and how raised exceptions reach the status
 * word.
 */
final class X87Stack {
  /**
   * Exceptions found before a result exists: if one is unmasked the destination keeps its value.
   */
  private static final int BEFORE_RESULT = FpuState.IE | FpuState.DE | FpuState.ZE;

  private X87Stack() {}

  static int physical(FpuState f, int i) {
    return f.top + i & 7;
  }

  static boolean isEmpty(FpuState f, int i) {
    return (f.empty >>> (f.top + i & 7) & 1) != 0;
  }

  /** Writes ST(i), which is then in use. */
  static void set(FpuState f, int i, long sig, int se) {
    int register = f.top + i & 7;
    f.significand[register] = sig;
    f.signExponent[register] = se;
    f.empty &= ~(1 << register);
  }

  /** Writes the result of the last operation to ST(i). */
  static void setResult(FpuState f, int i) {
    set(f, i, f.resultSignificand, f.resultSignExponent);
  }

  static void setIndefinite(FpuState f, int i) {
    set(f, i, Extended.INDEFINITE, Extended.INDEFINITE_SIGN_EXPONENT);
  }

  /**
   * Makes room for a new ST(0); the caller has looked that the register is empty or overwrites it.
   */
  static void push(FpuState f) {
    f.top = f.top - 1 & 7;
  }

  static void pop(FpuState f) {
    f.empty |= 1 << f.top;
    f.top = f.top + 1 & 7;
  }

  /**
   * Records a stack underflow.
   *
   * @return whether it is masked, and the instruction goes on with the indefinite
   */
  static boolean underflow(FpuState f) {
    return stackFault(f, FpuState.IE | FpuState.SF);
  }

  /**
   * Records a stack overflow.
   *
   * @return whether it is masked, and the instruction goes on with the indefinite
   */
  static boolean overflow(FpuState f) {
    return stackFault(f, FpuState.IE | FpuState.SF | FpuState.C1);
  }

  private static boolean stackFault(FpuState f, int flags) {
    f.status = f.status & ~FpuState.C1 | flags;
    if ((f.control & FpuState.IE) == 0) {
      f.status |= FpuState.ES;
      return false;
    }
    return true;
  }

  /**
   * Moves what an operation raised to the status word.
   *
   * @return whether its result is to be written to a register
   */
  static boolean commit(FpuState f) {
    int raised = f.raised;
    int unmasked = raised & ~f.control & FpuState.EXCEPTIONS;
    if (unmasked == 0) {
      f.status = f.status & ~FpuState.C1 | raised;
      return true;
    }
    return commitUnmasked(f, raised, unmasked);
  }

  private static boolean commitUnmasked(FpuState f, int raised, int unmasked) {
    boolean before = (unmasked & BEFORE_RESULT) != 0;
    int seen = before ? raised & (BEFORE_RESULT | FpuState.SF) : raised;
    f.status = f.status & ~FpuState.C1 | seen | FpuState.ES;
    return !before;
  }

  /**
   * As {@link #commit} for a memory destination, which unmasked overflow and underflow leave
   * untouched as well.
   *
   * @return whether the result is to be written to memory
   */
  static boolean commitStore(FpuState f) {
    boolean result = commit(f);
    int unmasked = f.raised & ~f.control & (FpuState.OE | FpuState.UE);
    return result && unmasked == 0;
  }
}

package io.transvisor.bt.fpu;

import io.transvisor.core.cpu.FpuState;

/**
 * The basic arithmetic and comparison instructions on the register stack, operands already fetched.
 */
public final class X87Arithmetic {
  /** Operations as the reg field of D8 to DE numbers them; st is ST(0) and x the other operand. */
  public static final int ADD = 0;

  public static final int MULTIPLY = 1;
  public static final int COMPARE = 2;
  public static final int COMPARE_POP = 3;

  /** st - x. */
  public static final int SUBTRACT = 4;

  /** x - st. */
  public static final int SUBTRACT_REVERSED = 5;

  /** st / x. */
  public static final int DIVIDE = 6;

  /** x / st. */
  public static final int DIVIDE_REVERSED = 7;

  private static final int CONDITIONS = FpuState.C0 | FpuState.C2 | FpuState.C3;

  private X87Arithmetic() {}

  private static void apply(FpuState f, int operation, long sig, int se, long xSig, int xSe) {
    switch (operation) {
      case ADD -> Addition.add(f, sig, se, xSig, xSe);
      case MULTIPLY -> Multiplication.multiply(f, sig, se, xSig, xSe);
      case SUBTRACT -> Addition.subtract(f, sig, se, xSig, xSe);
      case SUBTRACT_REVERSED -> Addition.subtract(f, xSig, xSe, sig, se);
      case DIVIDE -> Division.divide(f, sig, se, xSig, xSe);
      case DIVIDE_REVERSED -> Division.divide(f, xSig, xSe, sig, se);
      default -> throw new IllegalArgumentException("no arithmetic operation " + operation);
    }
  }

  /**
   * ST(destination) = operation of ST(0) and ST(i), where destination is 0 or i; then pops if
   * wanted.
   */
  public static void registers(FpuState f, int operation, int i, int destination, boolean pop) {
    if (X87Stack.isEmpty(f, 0) || X87Stack.isEmpty(f, i)) {
      if (!X87Stack.underflow(f)) {
        return;
      }
      X87Stack.setIndefinite(f, destination);
    } else {
      int st = f.top;
      int x = X87Stack.physical(f, i);
      f.raised = 0;
      apply(
          f, operation, f.significand[st], f.signExponent[st], f.significand[x], f.signExponent[x]);
      if (!X87Stack.commit(f)) {
        return;
      }
      X87Stack.setResult(f, destination);
    }
    if (pop) {
      X87Stack.pop(f);
    }
  }

  /** Operation, comparisons included, of ST(0) and a single in memory. */
  public static void single(FpuState f, int operation, int bits) {
    if (NormalFormats.ofSingle(f, bits)) {
      memory(f, operation, f.resultSignificand, f.resultSignExponent, false);
      return;
    }
    long sig = BinaryFormats.significandOfSingle(bits);
    int se = BinaryFormats.signExponentOfSingle(bits);
    memory(f, operation, sig, se, BinaryFormats.isDenormalSingle(bits));
  }

  /** Operation, comparisons included, of ST(0) and a double in memory. */
  public static void doublePrecision(FpuState f, int operation, long bits) {
    if (NormalFormats.ofDouble(f, bits)) {
      memory(f, operation, f.resultSignificand, f.resultSignExponent, false);
      return;
    }
    long sig = BinaryFormats.significandOfDouble(bits);
    int se = BinaryFormats.signExponentOfDouble(bits);
    memory(f, operation, sig, se, BinaryFormats.isDenormalDouble(bits));
  }

  /** Operation, comparisons included, of ST(0) and an integer in memory. */
  public static void integer(FpuState f, int operation, int value) {
    NormalFormats.ofInteger(f, value);
    memory(f, operation, f.resultSignificand, f.resultSignExponent, false);
  }

  private static void memory(FpuState f, int operation, long sig, int se, boolean denormal) {
    int st = f.top;
    if (operation == COMPARE || operation == COMPARE_POP) {
      if (X87Stack.isEmpty(f, 0)) {
        unorderedByUnderflow(f, operation - COMPARE);
        return;
      }
      f.raised = denormal ? FpuState.DE : 0;
      int conditions = Comparison.compare(f, f.significand[st], f.signExponent[st], sig, se, false);
      compared(f, conditions, operation - COMPARE);
      return;
    }
    if (X87Stack.isEmpty(f, 0)) {
      if (X87Stack.underflow(f)) {
        X87Stack.setIndefinite(f, 0);
      }
      return;
    }
    f.raised = denormal ? FpuState.DE : 0;
    apply(f, operation, f.significand[st], f.signExponent[st], sig, se);
    if (X87Stack.commit(f)) {
      X87Stack.setResult(f, 0);
    }
  }

  /** FCOM, FUCOM and their popping forms with ST(i). */
  public static void compare(FpuState f, int i, boolean quiet, int pops) {
    if (X87Stack.isEmpty(f, 0) || X87Stack.isEmpty(f, i)) {
      unorderedByUnderflow(f, pops);
      return;
    }
    f.raised = 0;
    compared(f, conditions(f, i, quiet), pops);
  }

  private static int conditions(FpuState f, int i, boolean quiet) {
    int st = f.top;
    int x = X87Stack.physical(f, i);
    return Comparison.compare(
        f, f.significand[st], f.signExponent[st], f.significand[x], f.signExponent[x], quiet);
  }

  /** FTST. */
  public static void test(FpuState f) {
    if (X87Stack.isEmpty(f, 0)) {
      unorderedByUnderflow(f, 0);
      return;
    }
    f.raised = 0;
    compared(f, Comparison.compare(f, f.significand[f.top], f.signExponent[f.top], 0, 0, false), 0);
  }

  private static void unorderedByUnderflow(FpuState f, int pops) {
    boolean masked = X87Stack.underflow(f);
    f.status = f.status & ~CONDITIONS | Comparison.UNORDERED;
    if (masked) {
      pop(f, pops);
    }
  }

  private static void compared(FpuState f, int conditions, int pops) {
    boolean masked = X87Stack.commit(f);
    f.status = f.status & ~CONDITIONS | conditions;
    if (masked) {
      pop(f, pops);
    }
  }

  private static void pop(FpuState f, int pops) {
    for (int i = 0; i < pops; i++) {
      X87Stack.pop(f);
    }
  }

  /**
   * FCOMI, FUCOMI and their popping forms.
   *
   * @return the conditions as ZF, PF and CF at their places in EFLAGS (OF, SF and AF become 0)
   */
  public static int compareToFlags(FpuState f, int i, boolean quiet, boolean pop) {
    int conditions = Comparison.UNORDERED;
    boolean masked;
    if (X87Stack.isEmpty(f, 0) || X87Stack.isEmpty(f, i)) {
      masked = X87Stack.underflow(f);
    } else {
      f.raised = 0;
      conditions = conditions(f, i, quiet);
      masked = X87Stack.commit(f);
    }
    if (masked && pop) {
      X87Stack.pop(f);
    }
    // C0, C2, C3 stand where SAHF takes CF, PF, ZF from the status word's upper byte
    return conditions >>> 8;
  }

  /**
   * Quotient of two values of any kind, in the result fields.
   *
   * @return the exceptions raised, or -1 if one of them is unmasked
   */
  public static int quotient(FpuState f, long aSig, int aSe, long bSig, int bSe) {
    f.raised = 0;
    Division.divide(f, aSig, aSe, bSig, bSe);
    return (f.raised & ~f.control & FpuState.EXCEPTIONS) == 0 ? f.raised : -1;
  }

  /** FXAM. */
  public static void examine(FpuState f) {
    int st = f.top;
    boolean empty = X87Stack.isEmpty(f, 0);
    f.status =
        f.status & ~(CONDITIONS | FpuState.C1)
            | Comparison.examine(f.significand[st], f.signExponent[st], empty);
  }
}

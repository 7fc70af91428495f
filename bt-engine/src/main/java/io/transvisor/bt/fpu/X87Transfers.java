package io.transvisor.bt.fpu;

import io.transvisor.core.cpu.FpuState;

/**
 * The instructions that move values between the register stack and memory formats, and within the
 * stack. The stores deliver a value and say whether it may be written; the caller writes it and
 * only then calls {@link #commitStore}, so that a memory fault leaves no trace.
 */
public final class X87Transfers {
  private X87Transfers() {}

  /** Pushes a value that needs no conversion. */
  private static void load(FpuState f, long sig, int se) {
    if (!X87Stack.isEmpty(f, 7)) {
      loadOverflow(f);
      return;
    }
    f.status &= ~FpuState.C1;
    X87Stack.push(f);
    X87Stack.set(f, 0, sig, se);
  }

  private static void loadOverflow(FpuState f) {
    if (X87Stack.overflow(f)) {
      X87Stack.push(f);
      X87Stack.setIndefinite(f, 0);
    }
  }

  /** FLD of an 80-bit operand. */
  public static void loadExtended(FpuState f, long sig, int se) {
    load(f, sig, se & 0xFFFF);
  }

  /** FLD of a single. */
  public static void loadSingle(FpuState f, int bits) {
    if (NormalFormats.ofSingle(f, bits)) {
      load(f, f.resultSignificand, f.resultSignExponent);
      return;
    }
    long sig = BinaryFormats.significandOfSingle(bits);
    int se = BinaryFormats.signExponentOfSingle(bits);
    loadBinary(f, sig, se, BinaryFormats.isDenormalSingle(bits));
  }

  /** FLD of a double. */
  public static void loadDouble(FpuState f, long bits) {
    if (NormalFormats.ofDouble(f, bits)) {
      load(f, f.resultSignificand, f.resultSignExponent);
      return;
    }
    long sig = BinaryFormats.significandOfDouble(bits);
    int se = BinaryFormats.signExponentOfDouble(bits);
    loadBinary(f, sig, se, BinaryFormats.isDenormalDouble(bits));
  }

  private static void loadBinary(FpuState f, long sig, int se, boolean denormal) {
    if (!denormal && !Extended.isSignalling(sig, se)) {
      load(f, sig, se);
      return;
    }
    if (!X87Stack.isEmpty(f, 7)) {
      loadOverflow(f);
      return;
    }
    f.raised = denormal ? FpuState.DE : FpuState.IE;
    if (X87Stack.commit(f)) {
      X87Stack.push(f);
      X87Stack.set(f, 0, denormal ? sig : sig | Extended.QUIET_BIT, se);
    }
  }

  /** FILD of any width. */
  public static void loadInteger(FpuState f, long value) {
    NormalFormats.ofInteger(f, value);
    load(f, f.resultSignificand, f.resultSignExponent);
  }

  /** FBLD. */
  public static void loadPacked(FpuState f, long low, int high) {
    long magnitude = IntegerFormats.unpack(low, high);
    int sign = high & Extended.SIGN;
    load(
        f,
        IntegerFormats.significandOf(magnitude),
        IntegerFormats.signExponentOf(magnitude) | sign);
  }

  /** FLD ST(i). */
  public static void loadRegister(FpuState f, int i) {
    if (X87Stack.isEmpty(f, i)) {
      if (X87Stack.underflow(f)) {
        X87Stack.push(f);
        X87Stack.setIndefinite(f, 0);
      }
    } else {
      int register = X87Stack.physical(f, i);
      load(f, f.significand[register], f.signExponent[register]);
    }
  }

  /** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ for index 0 to 6. */
  public static void loadConstant(FpuState f, int index) {
    load(f, X87Constants.significand(f, index), X87Constants.signExponent(index));
  }

  // ---- stores to memory: compute, then the caller writes, then commit ----

  /** Prepares a store to memory: {@link FpuState#raised} starts empty. */
  private static boolean beginStore(FpuState f) {
    f.raised = 0;
    if (X87Stack.isEmpty(f, 0)) {
      f.raised = FpuState.IE | FpuState.SF;
      return false;
    }
    return true;
  }

  /**
   * Whether the value just computed for a memory destination may be written: no unmasked exception
   * prevents it.
   */
  public static boolean mayStore(FpuState f) {
    int preventing = FpuState.IE | FpuState.DE | FpuState.ZE | FpuState.OE | FpuState.UE;
    return (f.raised & ~f.control & preventing) == 0;
  }

  /** Records what the last store raised, and pops if wanted and the store was not prevented. */
  public static void commitStore(FpuState f, boolean pop) {
    if (X87Stack.commitStore(f) && pop) {
      X87Stack.pop(f);
    }
  }

  /** Value of FST to a single. */
  public static int toSingle(FpuState f) {
    return beginStore(f)
        ? BinaryFormats.toSingle(f, f.significand[f.top], f.signExponent[f.top])
        : 0xFFC00000;
  }

  /** Value of FST to a double. */
  public static long toDouble(FpuState f) {
    return beginStore(f)
        ? BinaryFormats.toDouble(f, f.significand[f.top], f.signExponent[f.top])
        : 0xFFF8000000000000L;
  }

  /** Value of FIST to a word. */
  public static short toInt16(FpuState f) {
    return beginStore(f)
        ? IntegerFormats.toInt16(f, f.significand[f.top], f.signExponent[f.top])
        : Short.MIN_VALUE;
  }

  /** Value of FIST to a doubleword. */
  public static int toInt32(FpuState f) {
    return beginStore(f)
        ? IntegerFormats.toInt32(f, f.significand[f.top], f.signExponent[f.top])
        : Integer.MIN_VALUE;
  }

  /** Value of FISTP to a quadword. */
  public static long toInt64(FpuState f) {
    return beginStore(f)
        ? IntegerFormats.toInt64(f, f.significand[f.top], f.signExponent[f.top])
        : Long.MIN_VALUE;
  }

  /** Leaves the 80 bits of FSTP to extended in the result fields. */
  public static void toExtended(FpuState f) {
    if (beginStore(f)) {
      f.resultSignificand = f.significand[f.top];
      f.resultSignExponent = f.signExponent[f.top];
    } else {
      f.resultSignificand = Extended.INDEFINITE;
      f.resultSignExponent = Extended.INDEFINITE_SIGN_EXPONENT;
    }
  }

  /** Leaves the 80 bits of FBSTP in the result fields: low quadword and high word. */
  public static void toPacked(FpuState f) {
    f.resultSignificand = IntegerFormats.PACKED_INDEFINITE;
    f.resultSignExponent = IntegerFormats.PACKED_INDEFINITE_HIGH;
    if (!beginStore(f)) {
      return;
    }
    int se = f.signExponent[f.top];
    long magnitude = IntegerFormats.toDecimalMagnitude(f, f.significand[f.top], se);
    if (magnitude >= 0) {
      f.resultSignificand = IntegerFormats.packLow(magnitude);
      f.resultSignExponent = IntegerFormats.packHigh(magnitude, se);
    }
  }

  // ---- within the stack ----

  /** FST ST(i) and FSTP ST(i). */
  public static void storeRegister(FpuState f, int i, boolean pop) {
    if (X87Stack.isEmpty(f, 0)) {
      if (!X87Stack.underflow(f)) {
        return;
      }
      X87Stack.setIndefinite(f, i);
    } else {
      f.status &= ~FpuState.C1;
      X87Stack.set(f, i, f.significand[f.top], f.signExponent[f.top]);
    }
    if (pop) {
      X87Stack.pop(f);
    }
  }

  /** FXCH. */
  public static void exchange(FpuState f, int i) {
    boolean stEmpty = X87Stack.isEmpty(f, 0);
    boolean xEmpty = X87Stack.isEmpty(f, i);
    f.status &= ~FpuState.C1;
    if (stEmpty || xEmpty) {
      if (!X87Stack.underflow(f)) {
        return;
      }
      if (stEmpty) {
        X87Stack.setIndefinite(f, 0);
      }
      if (xEmpty) {
        X87Stack.setIndefinite(f, i);
      }
    }
    int st = f.top;
    int x = X87Stack.physical(f, i);
    long sig = f.significand[st];
    int se = f.signExponent[st];
    f.significand[st] = f.significand[x];
    f.signExponent[st] = f.signExponent[x];
    f.significand[x] = sig;
    f.signExponent[x] = se;
  }

  /** FCMOVcc with its condition evaluated; empty registers fault whether it holds or not. */
  public static void moveIf(FpuState f, int i, boolean condition) {
    if (X87Stack.isEmpty(f, 0) || X87Stack.isEmpty(f, i)) {
      if (X87Stack.underflow(f)) {
        X87Stack.setIndefinite(f, 0);
      }
      return;
    }
    f.status &= ~FpuState.C1;
    if (condition) {
      int register = X87Stack.physical(f, i);
      X87Stack.set(f, 0, f.significand[register], f.signExponent[register]);
    }
  }

  /** FFREE, and with pop the undocumented FFREEP. */
  public static void free(FpuState f, int i, boolean pop) {
    f.empty |= 1 << X87Stack.physical(f, i);
    f.status &= ~FpuState.C1;
    if (pop) {
      X87Stack.pop(f);
    }
  }

  /** FINCSTP and FDECSTP: turns the stack without touching tags. */
  public static void rotate(FpuState f, int by) {
    f.top = f.top + by & 7;
    f.status &= ~FpuState.C1;
  }
}

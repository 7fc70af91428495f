package io.transvisor.bt.region;

import io.transvisor.bt.interp.Alu;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.Shift;
import io.transvisor.bt.isa.Flags;
import io.transvisor.core.cpu.CpuState;

/**
 * How the arithmetic flags are held between instructions of a region: by what computed them. What
 * the flags are is worked out when somebody needs them, which is seldom. A kind says which of the
 * locals first operand, second operand, result and carries mean something; what can be derived from
 * others is not kept, so that it takes no register of the host.
 */
public enum LazyFlags {
  /** The CPU holds the flags: in its own fields, or as the region before left them. */
  KNOWN(false, false, false),

  /** Comparison of two operands. */
  CMP8(true, true, false),
  CMP16(true, true, false),
  CMP32(true, true, false),

  /** Addition: second operand and result. */
  ADD8(false, true, true),
  ADD16(false, true, true),
  ADD32(false, true, true),

  /** Subtraction: second operand and result. */
  SUB8(false, true, true),
  SUB16(false, true, true),
  SUB32(false, true, true),

  /** Addition with a carry, subtraction with a borrow. */
  ADC8(true, true, true),
  ADC16(true, true, true),
  ADC32(true, true, true),
  SBB8(true, true, true),
  SBB16(true, true, true),
  SBB32(true, true, true),

  /** INC and DEC: result, and carries that have CF. */
  INC8(false, false, true),
  INC16(false, false, true),
  INC32(false, false, true),
  DEC8(false, false, true),
  DEC16(false, false, true),
  DEC32(false, false, true),

  /** AND, OR, XOR, TEST. */
  LOGIC(false, false, true),

  /** Shifts: operand, count that is not 0, result. */
  SHL8(true, true, true),
  SHL16(true, true, true),
  SHL32(true, true, true),
  SHR8(true, true, true),
  SHR16(true, true, true),
  SHR32(true, true, true),
  SAR(true, true, true),

  /** SHRD; SHLD leaves the flags of SHL. */
  SHRD32(true, true, true),

  /** Product of two operands of which the lower half is kept. */
  IMUL32(true, true, true),

  /** Product of 64 bits: its halves, the upper one as first operand. */
  MUL_WIDE(true, false, true),
  IMUL_WIDE(true, false, true),

  /** All six flags at their places in EFLAGS. */
  WORD(true, false, false);

  private static final LazyFlags[] VALUES = values();

  final boolean usesFirst;
  final boolean usesSecond;
  final boolean usesResult;

  LazyFlags(boolean usesFirst, boolean usesSecond, boolean usesResult) {
    this.usesFirst = usesFirst;
    this.usesSecond = usesSecond;
    this.usesResult = usesResult;
  }

  /** The same operation at 1, 2 or 4 bytes, from its 8-bit constant. */
  LazyFlags ofWidth(int width) {
    return VALUES[ordinal() + (width == 4 ? 2 : width - 1)];
  }

  int width() {
    return switch (this) {
      case CMP8, ADD8, SUB8, ADC8, SBB8, INC8, DEC8, SHL8, SHR8 -> 1;
      case CMP16, ADD16, SUB16, ADC16, SBB16, INC16, DEC16, SHL16, SHR16 -> 2;
      default -> 4;
    };
  }

  boolean isComparison() {
    return this == CMP8 || this == CMP16 || this == CMP32;
  }

  boolean isSubtraction() {
    return this == SUB8 || this == SUB16 || this == SUB32;
  }

  /** INC or DEC: CF is what it was before. */
  boolean keepsCarry() {
    return ordinal() >= INC8.ordinal() && ordinal() <= DEC32.ordinal();
  }

  /**
   * Gives the CPU's fields the flags.
   *
   * @param kind ordinal of the constant, not of KNOWN
   * @param a first operand, zero-extended
   * @param b second operand, zero-extended
   * @param r result, sign-extended
   * @param carries before INC or DEC: a vector with CF
   */
  public static void settle(Cpu c, int kind, int a, int b, int r, int carries) {
    c.lazyFlags = 0;
    LazyFlags k = VALUES[kind];
    if (k == WORD) {
      c.setArithmeticFlags(a);
      return;
    }
    int result = k.usesResult ? r : difference(k, a, b);
    c.flagResult = result;
    c.flagSignParity = result;
    c.flagCarries = carries(kind, a, b, r, carries);
  }

  /** Gives the CPU's fields the flags that the last region left as what computed them. */
  public static void settle(Cpu c) {
    if (c.lazyFlags != 0) {
      settle(c, c.lazyFlags, c.lazyFirst, c.lazySecond, c.lazyResult, c.lazyCarries);
    }
  }

  /** CF as the sign of a number, however the CPU holds the flags; it keeps them as they are. */
  public static int carrySign(Cpu c) {
    int kind = c.lazyFlags;
    if (kind == 0) {
      return c.flagCarries;
    }
    return VALUES[kind].keepsCarry() ? c.lazyCarries : otherCarrySign(c, kind);
  }

  private static int otherCarrySign(Cpu c, int kind) {
    return VALUES[kind] == WORD
        ? (c.lazyFirst & CpuState.CF) << 31
        : carries(kind, c.lazyFirst, c.lazySecond, c.lazyResult, c.lazyCarries);
  }

  private static int difference(LazyFlags k, int a, int b) {
    int r = a - b;
    return switch (k.width()) {
      case 1 -> (byte) r;
      case 2 -> (short) r;
      default -> r;
    };
  }

  /** The vector of carries alone; see {@link #settle}. */
  public static int carries(int kind, int a, int b, int r, int before) {
    return switch (VALUES[kind]) {
      case KNOWN -> before;
      case CMP8 -> Flags.subBorrows8(a, b, a - b);
      case CMP16 -> Flags.subBorrows16(a, b, a - b);
      case CMP32 -> Flags.subBorrows32(a, b, a - b);
      case ADD8 -> Flags.addCarries8(r - b, b, r);
      case ADD16 -> Flags.addCarries16(r - b, b, r);
      case ADD32 -> Flags.addCarries32(r - b, b, r);
      case SUB8 -> Flags.subBorrows8(r + b, b, r);
      case SUB16 -> Flags.subBorrows16(r + b, b, r);
      case SUB32 -> Flags.subBorrows32(r + b, b, r);
      case ADC8 -> Flags.addCarries8(a, b, r);
      case ADC16 -> Flags.addCarries16(a, b, r);
      case ADC32 -> Flags.addCarries32(a, b, r);
      case SBB8 -> Flags.subBorrows8(a, b, r);
      case SBB16 -> Flags.subBorrows16(a, b, r);
      case SBB32 -> Flags.subBorrows32(a, b, r);
      case INC8 -> Alu.keepCarry(Flags.addCarries8(r - 1, 1, r), before);
      case INC16 -> Alu.keepCarry(Flags.addCarries16(r - 1, 1, r), before);
      case INC32 -> Alu.keepCarry(Flags.addCarries32(r - 1, 1, r), before);
      case DEC8 -> Alu.keepCarry(Flags.subBorrows8(r + 1, 1, r), before);
      case DEC16 -> Alu.keepCarry(Flags.subBorrows16(r + 1, 1, r), before);
      case DEC32 -> Alu.keepCarry(Flags.subBorrows32(r + 1, 1, r), before);
      case LOGIC -> 0;
      case SHL8 -> Shift.shlCarries(a, b, 8);
      case SHL16 -> Shift.shlCarries(a, b, 16);
      case SHL32 -> Shift.shlCarries(a, b, 32);
      case SHR8 -> Shift.shrCarries(a, b, 8);
      case SHR16 -> Shift.shrCarries(a, b, 16);
      case SHR32 -> Shift.shrCarries(a, b, 32);
      case SAR -> Shift.sarCarries(a, b);
      case SHRD32 -> Shift.shrdCarries(a, b, r);
      case MUL_WIDE -> Flags.carries(a != 0, a != 0);
      case IMUL_WIDE -> Flags.carries(a != r >> 31, a != r >> 31);
      case WORD -> throw new IllegalArgumentException("a word of flags has no vector of carries");
      case IMUL32 -> Flags.productCarries((long) a * b, r);
    };
  }
}

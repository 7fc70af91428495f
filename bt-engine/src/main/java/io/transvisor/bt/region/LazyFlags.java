package io.transvisor.bt.region;

import io.transvisor.bt.interp.Alu;
import io.transvisor.bt.interp.Shift;
import io.transvisor.bt.isa.Flags;

/**
 * How arithmetic flags are held between instructions of a region: by what computed them. The result
 * gives ZF, SF and PF; the carries (see {@link io.transvisor.core.cpu.CpuState#flagCarries}) follow
 * from the operands when somebody needs them, which is seldom.
 */
public enum LazyFlags {
  /** Result, sign and carries are at hand. */
  KNOWN,
  /** Addition of two operands; nothing was carried in. */
  ADD8,
  ADD16,
  ADD32,
  ADC8,
  ADC16,
  ADC32,
  /** Subtraction or comparison of two operands; nothing was borrowed. */
  SUB8,
  SUB16,
  SUB32,
  SBB8,
  SBB16,
  SBB32,
  INC8,
  INC16,
  INC32,
  DEC8,
  DEC16,
  DEC32,
  LOGIC,
  SHL8,
  SHL16,
  SHL32,
  SHR8,
  SHR16,
  SHR32,
  SAR;

  /** The same operation at 1, 2 or 4 bytes, from its 8-bit constant. */
  LazyFlags ofWidth(int width) {
    return values()[ordinal() + (width == 4 ? 2 : width - 1)];
  }

  int width() {
    return switch (this) {
      case ADD8, ADC8, SUB8, SBB8, INC8, DEC8, SHL8, SHR8 -> 1;
      case ADD16, ADC16, SUB16, SBB16, INC16, DEC16, SHL16, SHR16 -> 2;
      default -> 4;
    };
  }

  boolean isSubtraction() {
    return this == SUB8 || this == SUB16 || this == SUB32;
  }

  /**
   * The carries of an operation.
   *
   * @param kind ordinal of the constant
   * @param a first operand
   * @param b second operand; the count of a shift
   * @param r result, sign-extended
   * @param before the carries before the operation
   */
  public static int carries(int kind, int a, int b, int r, int before) {
    return switch (VALUES[kind]) {
      case KNOWN -> before;
      case ADD8, ADC8 -> Flags.addCarries8(a, b, r);
      case ADD16, ADC16 -> Flags.addCarries16(a, b, r);
      case ADD32, ADC32 -> Flags.addCarries32(a, b, r);
      case SUB8, SBB8 -> Flags.subBorrows8(a, b, r);
      case SUB16, SBB16 -> Flags.subBorrows16(a, b, r);
      case SUB32, SBB32 -> Flags.subBorrows32(a, b, r);
      case INC8 -> Alu.keepCarry(Flags.addCarries8(a, 1, r), before);
      case INC16 -> Alu.keepCarry(Flags.addCarries16(a, 1, r), before);
      case INC32 -> Alu.keepCarry(Flags.addCarries32(a, 1, r), before);
      case DEC8 -> Alu.keepCarry(Flags.subBorrows8(a, 1, r), before);
      case DEC16 -> Alu.keepCarry(Flags.subBorrows16(a, 1, r), before);
      case DEC32 -> Alu.keepCarry(Flags.subBorrows32(a, 1, r), before);
      case LOGIC -> 0;
      case SHL8 -> Shift.shlCarries(a, b, 8);
      case SHL16 -> Shift.shlCarries(a, b, 16);
      case SHL32 -> Shift.shlCarries(a, b, 32);
      case SHR8 -> Shift.shrCarries(a, b, 8);
      case SHR16 -> Shift.shrCarries(a, b, 16);
      case SHR32 -> Shift.shrCarries(a, b, 32);
      case SAR -> Shift.sarCarries(a, b);
    };
  }

  /**
   * The value SF and PF derive from.
   *
   * @param known it, if the kind is {@link #KNOWN}
   */
  public static int signParity(int kind, int known, int result) {
    return kind == 0 ? known : result;
  }

  private static final LazyFlags[] VALUES = values();
}

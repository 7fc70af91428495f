package io.transvisor.bt.fpu;

import io.transvisor.bt.fpu.X87Vectors.Case;
import io.transvisor.bt.fpu.X87Vectors.Instruction;
import io.transvisor.bt.fpu.X87Vectors.Value;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;

/**
 * Compares the outcome of an instruction with the recording, less what the architecture leaves
 * undefined.
 */
final class HardwareComparison {
  /** Arithmetic flags in the low byte of EFLAGS. */
  private static final int ARITHMETIC = CpuState.ARITHMETIC_FLAGS & 0xFF;

  private HardwareComparison() {}

  /**
   * Description of the first difference, or null.
   *
   * @param memory what is at the memory operand
   * @param flags the arithmetic flags
   */
  static String difference(Instruction instruction, Case c, FpuState f, Value memory, int flags) {
    int form = form(instruction);
    if (isUndefined(form, c)) {
      return null;
    }
    boolean approximate = isTranscendental(form);
    int ignored = approximate || clearsC1(form) ? FpuState.C1 : 0;
    if (((f.statusWord() ^ c.statusAfter()) & ~ignored) != 0) {
      return "status %04x instead of %04x, ST(0) %s (%s)"
          .formatted(f.statusWord(), c.statusAfter(), register(f, 0), c.st0());
    }
    if ((~f.empty & 0xFF) != c.tagsAfter()) {
      return "in use %02x instead of %02x".formatted(~f.empty & 0xFF, c.tagsAfter());
    }
    if (c.st0() != null && !matches(register(f, 0), c.st0(), approximate)) {
      return "ST(0) %s instead of %s".formatted(register(f, 0), c.st0());
    }
    if (c.st1() != null && !matches(register(f, 1), c.st1(), approximate)) {
      return "ST(1) %s instead of %s".formatted(register(f, 1), c.st1());
    }
    if (c.memory() != null && !c.memory().equals(memory)) {
      return "memory %s instead of %s".formatted(memory, c.memory());
    }
    boolean compareFlags = (instruction.outputs() & X87Vectors.OUT_FLAGS) != 0;
    if (compareFlags && ((flags ^ c.flags()) & ARITHMETIC) != 0) {
      return "flags %02x instead of %02x".formatted(flags, c.flags());
    }
    return null;
  }

  private static int form(Instruction instruction) {
    return instruction.opcode() << 8 | instruction.modrm();
  }

  /** Whether nothing can be said of a case. */
  static boolean isUndefined(Instruction instruction, Case c) {
    return isUndefined(form(instruction), c);
  }

  /**
   * Cases in which the manuals leave the result open: F2XM1 outside -1 to 1, FYL2XP1 outside 1 -
   * sqrt(1/2) around 0. Also the loads of denormal singles and doubles with that exception
   * unmasked, which this processor lets through and Intel's manual says it must not.
   */
  private static boolean isUndefined(int form, Case c) {
    if (form == 0xD907 || form == 0xDD07) {
      return (c.control() & FpuState.DE) == 0;
    }
    if (c.isEmpty(0)) {
      return false;
    }
    int exponent = c.a().signExponent() & Extended.MAX_EXPONENT;
    return switch (form) {
      case 0xD9F0 ->
          exponent >= Extended.BIAS
              && exponent != Extended.MAX_EXPONENT
              && !(exponent == Extended.BIAS && c.a().significand() == Extended.INTEGER_BIT);
      case 0xD9F9 ->
          exponent >= Extended.BIAS - 2
              && exponent != Extended.MAX_EXPONENT
              && (exponent > Extended.BIAS - 2
                  || Long.compareUnsigned(c.a().significand(), 0x95F619980C4336F7L) > 0);
      default -> false;
    };
  }

  /** FCOMI and its kin clear C1 according to the manual; this processor leaves it. */
  private static boolean clearsC1(int form) {
    return switch (form) {
      case 0xDBF1, 0xDBE9, 0xDFF1, 0xDFE9 -> true;
      default -> false;
    };
  }

  private static Value register(FpuState f, int i) {
    int register = f.top + i & 7;
    return new Value(f.significand[register], f.signExponent[register]);
  }

  /** Whether a result may be one unit in the last place off. */
  static boolean isTranscendental(Instruction instruction) {
    return isTranscendental(form(instruction));
  }

  private static boolean isTranscendental(int form) {
    return switch (form) {
      case 0xD9F0, 0xD9F1, 0xD9F2, 0xD9F3, 0xD9F9, 0xD9FB, 0xD9FE, 0xD9FF -> true;
      default -> false;
    };
  }

  private static boolean matches(Value actual, Value expected, boolean approximate) {
    if (actual.equals(expected)) {
      return true;
    }
    if (!approximate || sign(actual) != sign(expected)) {
      return false;
    }
    return adjacent(actual, expected) || adjacent(expected, actual);
  }

  private static int sign(Value value) {
    return value.signExponent() & Extended.SIGN;
  }

  /** Whether {@code larger} is the magnitude after {@code smaller}. */
  private static boolean adjacent(Value smaller, Value larger) {
    long next = smaller.significand() + 1;
    int exponent = smaller.signExponent();
    if (next == 0) {
      next = Extended.INTEGER_BIT;
      exponent++;
    } else if (next == Extended.INTEGER_BIT) {
      exponent++;
    }
    return larger.significand() == next && larger.signExponent() == exponent;
  }
}

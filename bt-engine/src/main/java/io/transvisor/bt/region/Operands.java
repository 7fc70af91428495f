package io.transvisor.bt.region;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Operands of an instruction as its row names them, and what can be said of it from that. */
final class Operands {
  /** Where an operand is. */
  enum Kind {
    /** Register or memory, by ModRM. */
    RM,
    /** The register in ModRM's reg field. */
    REG,
    /** The register in the opcode. */
    OPCODE_REG,
    ACCUMULATOR,
    IMMEDIATE,
    /** A memory operand with an absolute offset. */
    ABSOLUTE,
    ONE,
    CL,
    /** Address of a memory operand. */
    ADDRESS,
    /** Something that only its handler understands. */
    OTHER
  }

  /**
   * @param width in bytes; 0 for the operand size
   */
  record Operand(Kind kind, int width) {}

  private static final Map<String, Operand> KINDS =
      Map.ofEntries(
          Map.entry("Eb", new Operand(Kind.RM, 1)),
          Map.entry("Ew", new Operand(Kind.RM, 2)),
          Map.entry("Ev", new Operand(Kind.RM, 0)),
          Map.entry("Gb", new Operand(Kind.REG, 1)),
          Map.entry("Gv", new Operand(Kind.REG, 0)),
          Map.entry("Zb", new Operand(Kind.OPCODE_REG, 1)),
          Map.entry("Zv", new Operand(Kind.OPCODE_REG, 0)),
          Map.entry("AL", new Operand(Kind.ACCUMULATOR, 1)),
          Map.entry("eAX", new Operand(Kind.ACCUMULATOR, 0)),
          Map.entry("Ib", new Operand(Kind.IMMEDIATE, 1)),
          Map.entry("Iv", new Operand(Kind.IMMEDIATE, 0)),
          Map.entry("Iw", new Operand(Kind.IMMEDIATE, 2)),
          Map.entry("Ob", new Operand(Kind.ABSOLUTE, 1)),
          Map.entry("Ov", new Operand(Kind.ABSOLUTE, 0)),
          Map.entry("1", new Operand(Kind.ONE, 1)),
          Map.entry("CL", new Operand(Kind.CL, 1)),
          Map.entry("M", new Operand(Kind.ADDRESS, 0)));

  private static final Operand OTHER = new Operand(Kind.OTHER, 0);

  /** Instructions that touch registers and flags only, unless they have a memory operand. */
  private static final Set<String> REGULAR =
      Set.of(
          "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp", "test", "inc", "dec", "not", "neg",
          "mov", "movzx", "movsx", "lea", "shl", "shr", "sar", "rol", "ror", "imul", "bswap",
          "cwde", "cdq", "nop", "xchg", "bt", "bts", "btr", "btc", "bsf", "bsr", "cmc", "clc",
          "stc", "sahf", "jmp", "rcl", "rcr", "shld", "shrd", "xadd", "cmpxchg");

  private static final Set<String> SHIFTS =
      Set.of("shl", "shr", "sar", "rol", "ror", "rcl", "rcr", "shld", "shrd");

  private static final Map<Form, Operand[]> PARSED = new ConcurrentHashMap<>();

  private Operands() {}

  static Operand[] of(Form form) {
    return PARSED.computeIfAbsent(form, Operands::parse);
  }

  private static Operand[] parse(Form form) {
    int blank = form.text().indexOf(' ');
    if (blank < 0) {
      return new Operand[0];
    }
    String[] names = form.text().substring(blank + 1).split(",");
    Operand[] operands = new Operand[names.length];
    for (int n = 0; n < names.length; n++) {
      operands[n] = KINDS.getOrDefault(names[n], OTHER);
    }
    return operands;
  }

  static boolean isShift(Insn i) {
    return SHIFTS.contains(i.form.mnemonic());
  }

  /** Whether an instruction only works on registers, flags and at most its one memory operand. */
  static boolean isRegular(Insn i) {
    if (i.form == null) {
      return false;
    }
    String m = i.form.mnemonic();
    boolean byCondition =
        m.startsWith("set") || m.startsWith("cmov") || m.startsWith("j") && i.form.endsTrace();
    if (byCondition) {
      return Branches.endOf(i) != Block.End.LEAVE;
    }
    if (!REGULAR.contains(m)) {
      return false;
    }
    for (Operand o : of(i.form)) {
      if (o.kind() == Kind.OTHER) {
        return false;
      }
    }
    return true;
  }

  /** Whether the region may be left at an instruction or right after it. */
  static boolean mayLeave(Insn i) {
    if (!isRegular(i)) {
      return true;
    }
    String m = i.form.mnemonic();
    return i.memory && !m.equals("lea") && !m.equals("nop");
  }

  /** Whether an instruction neither reads nor changes flags. */
  static boolean isFlagNeutral(Insn i) {
    int concerned = i.form.flagsRead() | i.form.flagsWritten() | i.form.flagsUndefined();
    return (concerned & CpuState.ARITHMETIC_FLAGS) == 0;
  }

  /**
   * Whether a handler leaves general registers and flags alone, and reads none but for the address
   * of its memory operand: x87, MMX and SSE instructions, apart from those that compare or move
   * into the integer unit.
   */
  static boolean isRegisterNeutral(Insn i) {
    String encoding = i.form.encoding();
    String m = i.form.mnemonic();
    if (encoding.equals("9B") || encoding.startsWith("D") && encoding.charAt(1) >= '8') {
      return !encoding.equals("DF =E0")
          && !m.startsWith("fcomi")
          && !m.startsWith("fucomi")
          && !m.startsWith("fcmov");
    }
    int blank = i.form.text().indexOf(' ');
    if (blank < 0) {
      return m.equals("emms");
    }
    boolean vector = false;
    for (String o : i.form.text().substring(blank + 1).split(",")) {
      char kind = o.charAt(0);
      if (kind == 'E' && !i.memory || "EPQNVWUMI".indexOf(kind) < 0) {
        return false;
      }
      vector |= "PQNVWU".indexOf(kind) >= 0;
    }
    return vector && !m.contains("comis") && !m.startsWith("maskmov");
  }
}

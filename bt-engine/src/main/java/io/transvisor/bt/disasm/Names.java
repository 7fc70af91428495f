package io.transvisor.bt.disasm;

import java.util.Set;

/** Mnemonics that both syntaxes write alike. */
final class Names {
  private static final Set<String> SIZED_BY_W =
      Set.of("pusha", "popa", "pushf", "popf", "iret", "ret", "retf", "leave", "enter");

  private Names() {}

  /** The name with what depends on operand size, address size and operands worked in. */
  static String common(Parts p) {
    String name = p.name();
    String comparison = p.comparison();
    if (comparison != null) {
      return "cmp" + comparison + name.substring(3);
    }
    if (p.form.encoding().equals("90+r") && p.insn.rm == 0 && p.insn.operand32) {
      return "nop";
    }
    return switch (name) {
      case "wait" -> "fwait";
      case "jecxz" -> p.is32BitAddress() ? name : "jcxz";
      default -> SIZED_BY_W.contains(name) && !p.insn.operand32 ? name + "w" : name;
    };
  }

  /** Whether 16 bits are pushed or popped and no general register says so. */
  static boolean isWordOnStack(Parts p) {
    boolean general =
        p.operands.getFirst() instanceof Operand.Register r && !r.name().endsWith("s");
    return !p.insn.operand32 && !general;
  }

  /** Whether the operands are part of the name. */
  static boolean swallowsOperands(Parts p) {
    return common(p).equals("nop") && p.form.encoding().equals("90+r");
  }
}

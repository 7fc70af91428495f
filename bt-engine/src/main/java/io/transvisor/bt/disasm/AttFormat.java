package io.transvisor.bt.disasm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** AT&amp;T syntax. */
final class AttFormat implements Format {
  /** Written without a size although only memory could tell it. */
  private static final Set<String> NO_SUFFIX =
      Set.of(
          "lea",
          "invlpg",
          "clflush",
          "cmpxchg8b",
          "bound",
          "sldt",
          "str",
          "smsw",
          "lmsw",
          "lldt",
          "ltr",
          "verr",
          "verw",
          "xlat",
          "lar",
          "lsl",
          "arpl",
          "ldmxcsr",
          "stmxcsr",
          "movs",
          "cmps",
          "stos",
          "lods",
          "scas");

  private static final Set<String> TABLES = Set.of("sgdt", "sidt", "lgdt", "lidt");

  private static final Set<String> IN_INTEL_ORDER = Set.of("bound", "enter");

  private static final Set<String> FLOATING_WITHOUT_SUFFIX =
      Set.of(
          "fbld", "fbstp", "fldenv", "fldcw", "fnstenv", "fnstcw", "frstor", "fnsave", "fnstsw",
          "fxsave", "fxrstor");

  @Override
  public String mnemonic(Parts p) {
    String name = Names.common(p);
    boolean wide = p.insn.operand32;
    String special =
        switch (p.name()) {
          case "cwde" -> wide ? "cwtl" : "cbtw";
          case "cdq" -> wide ? "cltd" : "cwtd";
          case "retf" -> wide ? "lret" : "lretw";
          case "movzx", "movsx" -> extension(p);
          case "push", "pop" -> Names.isWordOnStack(p) ? name + "w" : name;
          case "jmp", "call" -> far(p) ? "l" + name + (wide ? "" : "w") : name;
          default -> null;
        };
    if (special != null) {
      return special;
    }
    if (p.name().startsWith("f") && p.name().charAt(1) != 'w') {
      return floating(p, name);
    }
    if (TABLES.contains(name)) {
      return name + (wide ? "l" : "w");
    }
    return name + suffix(p, name);
  }

  private static boolean far(Parts p) {
    String text = p.form.text();
    return text.endsWith(" Ap") || text.endsWith(" Mp");
  }

  private static String extension(Parts p) {
    String from = p.form.text().endsWith("b") ? "b" : "w";
    return p.name().substring(0, 4) + from + (p.insn.operand32 ? "l" : "w");
  }

  private static String suffix(Parts p, String name) {
    boolean simd = p.form.text().matches(".*[ ,][PQNVWU].*");
    if (name.startsWith("cvtsi2s")) {
      return p.hasMemory() ? "l" : "";
    }
    boolean strings =
        name.equals("ins") || name.equals("outs") || name.equals("movs") || name.equals("cmps");
    if (!p.hasMemory() || simd || !strings && (p.hasSizingRegister() || NO_SUFFIX.contains(name))) {
      return "";
    }
    if (name.startsWith("set") || name.startsWith("prefetch")) {
      return "";
    }
    return switch (p.memoryBits()) {
      case 8 -> "b";
      case 16 -> "w";
      case 32 -> "l";
      default -> "";
    };
  }

  /**
   * Of two operands with the second the destination, subtraction and division are written the other
   * way round, as AT&amp;T's assembler had them.
   */
  private static String floating(Parts p, String name) {
    String encoding = p.form.encoding();
    if (encoding.matches("D[CE] /[4567]:r")) {
      boolean pops = name.endsWith("p");
      String stem = pops ? name.substring(0, name.length() - 1) : name;
      String turned = stem.endsWith("r") ? stem.substring(0, stem.length() - 1) : stem + "r";
      return turned + (pops ? "p" : "");
    }
    if (!p.hasMemory() || FLOATING_WITHOUT_SUFFIX.contains(name)) {
      return name;
    }
    boolean integer = name.startsWith("fi");
    return name
        + switch (p.memoryBits()) {
          case 16 -> "s";
          case 32 -> integer ? "l" : "s";
          case 64 -> integer ? "ll" : "l";
          case 80 -> "t";
          default -> "";
        };
  }

  @Override
  public String operands(Parts p) {
    if (Names.swallowsOperands(p)) {
      return "";
    }
    List<String> texts = new ArrayList<>();
    boolean indirect = p.name().equals("call") || p.name().equals("jmp");
    for (Operand o : p.operands) {
      if (o instanceof Operand.One || o instanceof Operand.Immediate && p.comparison() != null) {
        continue;
      }
      String text = text(o);
      boolean through = o instanceof Operand.Register || o instanceof Operand.Memory;
      texts.add(indirect && through ? "*" + text : text);
    }
    if (!IN_INTEL_ORDER.contains(p.name())) {
      Collections.reverse(texts);
    }
    return String.join(",", texts);
  }

  private static String text(Operand operand) {
    return switch (operand) {
      case Operand.Register r ->
          "%" + (r.name().matches("dr\\d") ? "db" + r.name().substring(2) : r.name());
      case Operand.Immediate i -> "$0x" + Integer.toHexString(i.value());
      case Operand.One one -> "$0x1";
      case Operand.Target t -> "0x" + Integer.toHexString(t.address());
      case Operand.Far f -> "$0x%x,$0x%x".formatted(f.selector(), f.offset());
      case Operand.PortInDx dx -> "(%dx)";
      case Operand.Memory m -> memory(m);
    };
  }

  private static String memory(Operand.Memory m) {
    StringBuilder s = new StringBuilder();
    if (!m.segment().isEmpty()) {
      s.append('%').append(m.segment()).append(':');
    }
    if (!m.hasRegister()) {
      return s.append("0x").append(Integer.toHexString(m.displacement())).toString();
    }
    if (m.displacement() != 0 || m.base().isEmpty()) {
      s.append(Hex.signed(m.displacement()));
    }
    s.append('(');
    if (!m.base().isEmpty()) {
      s.append('%').append(m.base());
    }
    if (!m.index().isEmpty()) {
      s.append(",%").append(m.index());
      if (m.index().startsWith("e")) {
        s.append(',').append(m.scale());
      }
    }
    return s.append(')').toString();
  }
}

package io.transvisor.bt.disasm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Intel syntax. */
final class IntelFormat implements Format {
  private static final Set<String> TABLES = Set.of("sgdt", "sidt", "lgdt", "lidt");

  @Override
  public String mnemonic(Parts p) {
    boolean wide = p.insn.operand32;
    return switch (p.name()) {
      case "cwde" -> wide ? "cwde" : "cbw";
      case "cdq" -> wide ? "cdq" : "cwd";
      case "push", "pop" -> Names.isWordOnStack(p) && !p.hasMemory() ? p.name() + "w" : p.name();
      default -> TABLES.contains(p.name()) ? p.name() + (wide ? "d" : "w") : Names.common(p);
    };
  }

  @Override
  public String operands(Parts p) {
    if (Names.swallowsOperands(p)) {
      return "";
    }
    List<String> texts = new ArrayList<>();
    for (Operand o : p.operands) {
      if (!(o instanceof Operand.Immediate) || p.comparison() == null) {
        texts.add(text(o));
      }
    }
    return String.join(",", texts);
  }

  private static String text(Operand operand) {
    return switch (operand) {
      case Operand.Register r -> r.name();
      case Operand.Immediate i -> "0x" + Integer.toHexString(i.value());
      case Operand.One one -> "1";
      case Operand.Target t -> "0x" + Integer.toHexString(t.address());
      case Operand.Far f -> "0x%x:0x%x".formatted(f.selector(), f.offset());
      case Operand.PortInDx dx -> "dx";
      case Operand.Memory m -> size(m.bits()) + memory(m);
    };
  }

  private static String size(int bits) {
    return switch (bits) {
      case 8 -> "BYTE PTR ";
      case 16 -> "WORD PTR ";
      case 32 -> "DWORD PTR ";
      case 48 -> "FWORD PTR ";
      case 64 -> "QWORD PTR ";
      case 80 -> "TBYTE PTR ";
      case 128 -> "XMMWORD PTR ";
      default -> "";
    };
  }

  private static String memory(Operand.Memory m) {
    if (!m.hasRegister()) {
      String segment = m.segment().isEmpty() ? "ds" : m.segment();
      return segment + ":0x" + Integer.toHexString(m.displacement());
    }
    StringBuilder s = new StringBuilder();
    if (!m.segment().isEmpty()) {
      s.append(m.segment()).append(':');
    }
    s.append('[').append(m.base());
    if (!m.index().isEmpty()) {
      s.append(m.base().isEmpty() ? "" : "+").append(m.index());
      if (m.index().startsWith("e")) {
        s.append('*').append(m.scale());
      }
    }
    if (m.displacement() != 0 || m.base().isEmpty()) {
      s.append(m.displacement() < 0 ? "" : "+").append(Hex.signed(m.displacement()));
    }
    return s.append(']').toString();
  }
}

package io.transvisor.bt.disasm;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A decoded instruction's mnemonic and operands in Intel's order, from the notation of its row: the
 * letters of the SDM's opcode map (volume 2, appendix A.2) and {@code ST}, register names, 1.
 */
final class Parts {
  private static final String[] REGISTERS_8 = {"al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"};
  private static final String[] REGISTERS_16 = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};

  final Insn insn;
  final Form form;
  final List<Operand> operands = new ArrayList<>();
  private final String name;
  private final int end;
  private int immediatesRead;

  /**
   * @param address of the first byte after the instruction, where relative branches count from
   */
  Parts(Insn insn, int address) {
    this.insn = insn;
    this.form = insn.form;
    this.end = address;
    String text = form.text();
    int blank = text.indexOf(' ');
    name = form.mnemonic();
    if (blank >= 0) {
      for (String kind : text.substring(blank + 1).split(",")) {
        operands.add(operand(kind));
      }
    } else if (name.equals("xlat")) {
      operands.add(memory(insn.seg, addressRegister(CpuState.EBX), 8));
    }
  }

  /** The row's mnemonic. */
  String name() {
    return name;
  }

  /** 16 or 32. */
  int operandBits() {
    return insn.operand32 ? 32 : 16;
  }

  boolean is32BitAddress() {
    return insn.addressMask == -1;
  }

  private Operand operand(String kind) {
    switch (kind) {
      case "1":
        return new Operand.One();
      case "DX":
        return new Operand.PortInDx();
      case "CL":
        return new Operand.Register("cl", false);
      case "eAX":
        return new Operand.Register(insn.operand32 ? "eax" : "ax", true);
      case "ST":
        return new Operand.Register("st", true);
      case "ST(i)":
        return new Operand.Register("st(" + insn.rm + ")", true);
      default:
        break;
    }
    if (Character.isLowerCase(kind.charAt(0)) || kind.equals("AL") || kind.equals("AX")) {
      return new Operand.Register(kind.toLowerCase(Locale.ROOT), true);
    }
    int bits = bits(kind);
    return switch (kind.charAt(0)) {
      case 'G' -> general(insn.reg, bits);
      case 'Z' -> general(insn.rm, bits);
      case 'R' -> general(insn.rm, 32);
      case 'E' ->
          insn.memory ? memory(isWordInMemory() ? 16 : bits) : general(insn.rm, registerBits(bits));
      case 'M' -> memory(bits);
      case 'O' -> memory(0);
      case 'S' -> segment();
      case 'C' -> new Operand.Register("cr" + insn.reg, true);
      case 'D' -> new Operand.Register("dr" + insn.reg, true);
      case 'P' -> new Operand.Register("mm" + insn.reg, true);
      case 'N' -> new Operand.Register("mm" + insn.rm, true);
      case 'Q' -> insn.memory ? memory(bits) : new Operand.Register("mm" + insn.rm, true);
      case 'V' -> new Operand.Register("xmm" + insn.reg, true);
      case 'U' -> new Operand.Register("xmm" + insn.rm, true);
      case 'W' -> insn.memory ? memory(bits) : new Operand.Register("xmm" + insn.rm, true);
      case 'X' -> memory(insn.seg, addressRegister(CpuState.ESI), bits);
      case 'Y' -> memory(CpuState.ES, addressRegister(CpuState.EDI), bits);
      case 'I' -> immediate();
      case 'J' -> new Operand.Target(insn.operand32 ? end + insn.imm : end + insn.imm & 0xFFFF);
      case 'A' -> new Operand.Far(insn.imm2, insn.imm);
      default -> throw new IllegalStateException("operand " + kind + " of " + form);
    };
  }

  private int bits(String kind) {
    if (kind.length() < 2) {
      return 0;
    }
    return switch (kind.charAt(1)) {
      case 'b' -> 8;
      case 'w' -> 16;
      case 'v' -> operandBits();
      case 'd' -> 32;
      case 'q' -> 64;
      case 'a' -> 2 * operandBits();
      case 'p' -> operandBits() + 16;
      case 't' -> 80;
      case 'x' -> 128;
      default -> 0;
    };
  }

  /** Whole registers take the value, memory only its 16 bits. */
  private boolean isWordInMemory() {
    return name.equals("sldt") || name.equals("str") || name.equals("smsw");
  }

  /** Words are read from, and stored to, whole registers where no other size exists. */
  private int registerBits(int bits) {
    boolean whole =
        switch (name) {
          case "pinsrw" -> true;
          case "mov" -> form.text().equals("mov Sw,Ew");
          default -> false;
        };
    return whole ? 32 : bits;
  }

  private static Operand general(int number, int bits) {
    String name =
        switch (bits) {
          case 8 -> REGISTERS_8[number];
          case 16 -> REGISTERS_16[number];
          default -> "e" + REGISTERS_16[number];
        };
    return new Operand.Register(name, true);
  }

  private Operand segment() {
    return new Operand.Register(insn.reg < SEGMENTS.length ? SEGMENTS[insn.reg] : "?", true);
  }

  private String addressRegister(int number) {
    if (number == CpuState.ZERO) {
      return "";
    }
    return is32BitAddress() ? "e" + REGISTERS_16[number] : REGISTERS_16[number];
  }

  private Operand memory(int bits) {
    boolean stack = insn.base == CpuState.EBP || insn.base == CpuState.ESP;
    boolean usual = insn.seg == (stack ? CpuState.SS : CpuState.DS);
    int displacement = insn.disp;
    if (!is32BitAddress()) {
      displacement =
          insn.base == CpuState.ZERO && insn.index == CpuState.ZERO
              ? displacement & 0xFFFF
              : (short) displacement;
    }
    return new Operand.Memory(
        usual ? "" : SEGMENTS[insn.seg],
        addressRegister(insn.base),
        addressRegister(insn.index),
        1 << insn.scale,
        displacement,
        bits);
  }

  /** Memory whose segment is always named. */
  private static Operand memory(int segment, String base, int bits) {
    return new Operand.Memory(SEGMENTS[segment], base, "", 1, 0, bits);
  }

  private Operand immediate() {
    int which = immediatesRead++;
    int value = which == 0 ? insn.imm : insn.imm2;
    boolean narrow = form.immediates()[which] == Form.Immediate.IBS && !insn.operand32;
    return new Operand.Immediate(narrow ? value & 0xFFFF : value);
  }

  /** Whether an operand is memory. */
  boolean hasMemory() {
    return operands.stream().anyMatch(Operand.Memory.class::isInstance);
  }

  /** Whether a register tells the size of the operation. */
  boolean hasSizingRegister() {
    return operands.stream().anyMatch(o -> o instanceof Operand.Register r && r.sizes());
  }

  /** Bits of the memory operand; 0 if there is none. */
  int memoryBits() {
    return operands.stream()
        .mapToInt(o -> o instanceof Operand.Memory m ? m.bits() : 0)
        .max()
        .orElse(0);
  }

  /** The condition of a CMPPS-like instruction if its immediate names one, else null. */
  String comparison() {
    if (!name.matches("cmp[ps][sd]") || !form.text().endsWith(",Ib") || insn.imm > 7) {
      return null;
    }
    return new String[] {"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"}[insn.imm];
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.util.Map;

/** Finds out which guest registers a region works on. */
final class UsedRegisters {
  private static final int ALL = 0xFF;

  /** Registers instructions use without naming them; ESP always counts. */
  private static final Map<String, Integer> IMPLIED =
      Map.ofEntries(
          Map.entry("cwde", 1 << CpuState.EAX),
          Map.entry("cdq", 1 << CpuState.EAX | 1 << CpuState.EDX),
          Map.entry("sahf", 1 << CpuState.EAX),
          Map.entry("fnstsw", 1 << CpuState.EAX),
          Map.entry("loop", 1 << CpuState.ECX),
          Map.entry("loope", 1 << CpuState.ECX),
          Map.entry("loopne", 1 << CpuState.ECX),
          Map.entry("jecxz", 1 << CpuState.ECX),
          Map.entry("leave", 1 << CpuState.EBP),
          Map.entry("movs", 1 << CpuState.ESI | 1 << CpuState.EDI),
          Map.entry("cmps", 1 << CpuState.ESI | 1 << CpuState.EDI),
          Map.entry("stos", 1 << CpuState.EAX | 1 << CpuState.EDI),
          Map.entry("scas", 1 << CpuState.EAX | 1 << CpuState.EDI),
          Map.entry("lods", 1 << CpuState.EAX | 1 << CpuState.ESI),
          Map.entry("cmpxchg", 1 << CpuState.EAX),
          Map.entry("cmpxchg8b", 0xF),
          Map.entry("mul", 1 << CpuState.EAX | 1 << CpuState.EDX),
          Map.entry("div", 1 << CpuState.EAX | 1 << CpuState.EDX),
          Map.entry("idiv", 1 << CpuState.EAX | 1 << CpuState.EDX));

  private UsedRegisters() {}

  /**
   * What any instruction names or implies, one bit for each register. Handlers of callouts find
   * theirs in the CPU.
   */
  static int of(RegionPlan plan) {
    int used = 1 << CpuState.ESP;
    for (Block block : plan.blocks()) {
      for (Insn i : block.insns) {
        if (i.form != null) {
          used |= named(i);
        }
      }
    }
    return used;
  }

  private static int named(Insn i) {
    int mask = 0;
    if (i.memory) {
      mask |= 1 << i.base | 1 << i.index;
    }
    for (Operands.Operand o : Operands.of(i.form)) {
      int width = o.width() == 0 ? i.operand32 ? 4 : 2 : o.width();
      switch (o.kind()) {
        case RM -> mask |= i.memory ? 0 : bit(i.rm, width);
        case REG -> mask |= bit(i.reg, width);
        case OPCODE_REG -> mask |= bit(i.rm, width);
        case ACCUMULATOR -> mask |= 1 << CpuState.EAX;
        case CL -> mask |= 1 << CpuState.ECX;
        default -> {}
      }
    }
    if (i.form.mnemonic().equals("movd") && !i.memory) {
      mask |= 1 << i.rm;
    }
    return (mask | implied(i)) & ALL;
  }

  private static int implied(Insn i) {
    boolean product = i.form.mnemonic().equals("imul") && Operands.of(i.form).length == 1;
    return IMPLIED.getOrDefault(product ? "mul" : i.form.mnemonic(), 0);
  }

  private static int bit(int r, int width) {
    return 1 << (width == 1 ? r & 3 : r);
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * The guest registers a region works on, one bit each.
 *
 * @param used loaded when the region is entered
 * @param modified written back when it is left
 */
record Registers(int used, int modified) {
  private static final int ALL = 0xFF;

  /**
   * Everything any instruction may name is used, and so is what may be changed; handlers may change
   * any register that is used.
   */
  static Registers of(RegionPlan plan) {
    int used = 1 << CpuState.ESP;
    for (Block block : plan.blocks()) {
      for (Insn i : block.insns) {
        if (i.form != null) {
          used |= named(i);
        }
      }
    }
    return new Registers(used, used);
  }

  private static int named(Insn i) {
    int mask = 0;
    if (i.memory) {
      mask |= 1 << i.base | 1 << i.index;
    }
    boolean implied = true;
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
    return implied && !Operands.isRegular(i) ? ALL : mask & ALL;
  }

  private static int bit(int r, int width) {
    return 1 << (width == 1 ? r & 3 : r);
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * LAR, LSL, VERR, VERW and ARPL: questions about selectors, answered in ZF without faults (SDM
 * volume 2).
 */
final class SelectorQueries {
  /** What LAR shows of the second dword; the limit bits 16-19 are undefined and read as 0. */
  private static final int VISIBLE_RIGHTS = 0x00F0FF00;

  /** System types LAR knows: task states, LDT, call and task gates. Bit n is type n. */
  private static final int LAR_TYPES =
      1 << Descriptor.TSS_16
          | 1 << Descriptor.LDT
          | 1 << Descriptor.TSS_16_BUSY
          | 1 << Descriptor.CALL_GATE_16
          | 1 << Descriptor.TASK_GATE
          | 1 << Descriptor.TSS_32
          | 1 << Descriptor.TSS_32_BUSY
          | 1 << Descriptor.CALL_GATE_32;

  /** System types LSL knows: those with a limit. */
  private static final int LSL_TYPES =
      1 << Descriptor.TSS_16
          | 1 << Descriptor.LDT
          | 1 << Descriptor.TSS_16_BUSY
          | 1 << Descriptor.TSS_32
          | 1 << Descriptor.TSS_32_BUSY;

  private SelectorQueries() {}

  static void define(FormTable t) {
    t.op("0F 02 /r", "lar Gv,Ew")
        .all(
            plain((c, i) -> rights(c, i, c.reg16(i.rm), false)),
            plain((c, i) -> rights(c, i, source(c, i), false)),
            plain((c, i) -> rights(c, i, c.reg16(i.rm), true)),
            plain((c, i) -> rights(c, i, source(c, i), true)))
        .writes("Z");
    t.op("0F 03 /r", "lsl Gv,Ew")
        .all(
            plain((c, i) -> limit(c, i, c.reg16(i.rm), false)),
            plain((c, i) -> limit(c, i, source(c, i), false)),
            plain((c, i) -> limit(c, i, c.reg16(i.rm), true)),
            plain((c, i) -> limit(c, i, source(c, i), true)))
        .writes("Z");
    t.op("0F 00 /4", "verr Ew")
        .rm(
            plain((c, i) -> verifyRead(c, c.reg16(i.rm))),
            plain((c, i) -> verifyRead(c, source(c, i))))
        .writes("Z");
    t.op("0F 00 /5", "verw Ew")
        .rm(
            plain((c, i) -> verifyWrite(c, c.reg16(i.rm))),
            plain((c, i) -> verifyWrite(c, source(c, i))))
        .writes("Z");
    t.op("63 /r", "arpl Ew,Gw")
        .rm(plain(SelectorQueries::adjustRegister), plain(SelectorQueries::adjustMemory))
        .writes("Z");
  }

  private static int source(Cpu c, Insn i) {
    DescriptorTables.requireSelectors(c);
    return c.readW(i);
  }

  private static void setZero(Cpu c, boolean zero) {
    int others = c.arithmeticFlags() & ~CpuState.ZF;
    c.setArithmeticFlags(zero ? others | CpuState.ZF : others);
  }

  /** The descriptor if the current privilege may look at it, else null. */
  private static Descriptor visible(Cpu c, int selector, int systemTypes) {
    DescriptorTables.requireSelectors(c);
    if (Descriptor.isNull(selector)) {
      return null;
    }
    Descriptor d = Descriptor.find(c, selector);
    if (d == null || d.isSystem() && (systemTypes >>> d.type() & 1) == 0) {
      return null;
    }
    boolean allowed =
        d.isConformingCode() || c.cpl <= d.dpl() && Descriptor.rpl(selector) <= d.dpl();
    return allowed ? d : null;
  }

  private static void rights(Cpu c, Insn i, int selector, boolean operand32) {
    Descriptor d = visible(c, selector, LAR_TYPES);
    if (d != null) {
      put(c, i.reg, d.high() & VISIBLE_RIGHTS, operand32);
    }
    setZero(c, d != null);
  }

  private static void limit(Cpu c, Insn i, int selector, boolean operand32) {
    Descriptor d = visible(c, selector, LSL_TYPES);
    if (d != null) {
      put(c, i.reg, d.limit(), operand32);
    }
    setZero(c, d != null);
  }

  private static void put(Cpu c, int register, int value, boolean operand32) {
    if (operand32) {
      c.gpr[register] = value;
    } else {
      c.setReg16(register, value);
    }
  }

  private static void verifyRead(Cpu c, int selector) {
    Descriptor d = visible(c, selector, 0);
    setZero(c, d != null && d.isReadable());
  }

  private static void verifyWrite(Cpu c, int selector) {
    Descriptor d = visible(c, selector, 0);
    setZero(c, d != null && d.isWritableData());
  }

  private static int adjusted(int selector, int caller) {
    return selector & 0xFFFC | Math.max(Descriptor.rpl(selector), Descriptor.rpl(caller));
  }

  private static void adjustRegister(Cpu c, Insn i) {
    DescriptorTables.requireSelectors(c);
    int before = c.reg16(i.rm);
    int after = adjusted(before, c.reg16(i.reg));
    c.setReg16(i.rm, after);
    setZero(c, after != before);
  }

  private static void adjustMemory(Cpu c, Insn i) {
    DescriptorTables.requireSelectors(c);
    int before = c.readW(i);
    int after = adjusted(before, c.reg16(i.reg));
    if (after != before) {
      // Only now must the segment be writable.
      c.writeW(i, after);
    }
    setZero(c, after != before);
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;
import static io.transvisor.bt.interp.PlainHandlers.sequential;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * LGDT, LIDT, LLDT, LTR and the instructions that store what they load (SDM volume 2 at these
 * instructions).
 */
final class DescriptorTables {
  private DescriptorTables() {}

  static void define(FormTable t) {
    t.op("0F 01 /0:m", "sgdt Ms").any(plain((c, i) -> store(c, i, c.gdtBase, c.gdtLimit)));
    t.op("0F 01 /1:m", "sidt Ms").any(plain((c, i) -> store(c, i, c.idtBase, c.idtLimit)));
    t.op("0F 01 /2:m", "lgdt Ms").any(sequential(DescriptorTables::loadGdt)).ends();
    t.op("0F 01 /3:m", "lidt Ms").any(sequential(DescriptorTables::loadIdt)).ends();
    storeSelector(t, "0F 00 /0", "sldt Ev", CpuState.LDTR);
    storeSelector(t, "0F 00 /1", "str Ev", CpuState.TR);
    t.op("0F 00 /2", "lldt Ew")
        .rm(
            plain((c, i) -> loadLdt(c, c.reg16(i.rm))),
            plain((c, i) -> {
              requireSystem(c);
              loadLdt(c, c.readW(i));
            }));
    t.op("0F 00 /3", "ltr Ew")
        .rm(
            plain((c, i) -> loadTask(c, c.reg16(i.rm))),
            plain((c, i) -> {
              requireSystem(c);
              loadTask(c, c.readW(i));
            }));
  }

  /** #UD outside protected mode: instructions that deal in selectors. */
  static void requireSelectors(Cpu c) {
    if (c.usesParagraphs()) {
      throw c.ud();
    }
  }

  private static void requireSystem(Cpu c) {
    requireSelectors(c);
    c.requireCpl0();
  }

  // ---- GDTR and IDTR ----

  private static void store(Cpu c, Insn i, int base, int limit) {
    int at = c.offset(i);
    // All 32 bits of the base whatever the operand size, as every CPU since the 386 does.
    int limitAt = c.forUpdate(i.seg, at, 2);
    int baseAt = c.forUpdate(i.seg, at + 2, 4);
    c.storeW(limitAt, limit);
    c.storeD(baseAt, base);
  }

  private static int base(Cpu c, Insn i) {
    int base = c.readD(i.seg, c.offset(i) + 2);
    return i.operand32 ? base : base & 0xFFFFFF;
  }

  private static void loadGdt(Cpu c, Insn i) {
    c.requireCpl0();
    int limit = c.readW(i);
    c.gdtBase = base(c, i);
    c.gdtLimit = limit;
  }

  private static void loadIdt(Cpu c, Insn i) {
    c.requireCpl0();
    int limit = c.readW(i);
    c.idtBase = base(c, i);
    c.idtLimit = limit;
  }

  // ---- LDTR and TR ----

  private static void storeSelector(FormTable t, String encoding, String text, int register) {
    Handler memory =
        plain((c, i) -> {
          requireSelectors(c);
          c.writeW(i, c.selector[register]);
        });
    t.op(encoding, text)
        .all(
            plain((c, i) -> {
              requireSelectors(c);
              c.setReg16(i.rm, c.selector[register]);
            }),
            memory,
            plain((c, i) -> {
              requireSelectors(c);
              c.gpr[i.rm] = c.selector[register];
            }),
            memory);
  }

  private static void loadLdt(Cpu c, int selector) {
    requireSystem(c);
    if (Descriptor.isNull(selector)) {
      c.selector[CpuState.LDTR] = selector;
      c.segAccess[CpuState.LDTR] = 0;
      return;
    }
    int code = Descriptor.errorCode(selector);
    if (Descriptor.isLocal(selector)) {
      throw c.gp(code);
    }
    Descriptor d = Descriptor.require(c, selector, GuestFault.GP, 0);
    if (!d.is(Descriptor.LDT)) {
      throw c.gp(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    fill(c, CpuState.LDTR, selector, d, d.access());
  }

  private static void loadTask(Cpu c, int selector) {
    requireSystem(c);
    if (Descriptor.isNull(selector)) {
      throw c.gp(0);
    }
    Descriptor d = TaskSwitch.findAvailable(c, selector, 0);
    Descriptor.setBusy(c, selector, true);
    fill(c, CpuState.TR, selector, d, d.access() | Descriptor.BUSY);
  }

  private static void fill(Cpu c, int register, int selector, Descriptor d, int access) {
    c.selector[register] = selector;
    c.segBase[register] = d.base();
    c.segLimit[register] = d.limit();
    c.segAccess[register] = access;
  }
}

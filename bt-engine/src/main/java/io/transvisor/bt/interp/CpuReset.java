package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;
import java.util.Arrays;

/** The state after power-on, RESET# or INIT (SDM volume 3, table 9-1). */
final class CpuReset {
  private CpuReset() {}

  /** RESET#: sets everything but the count of retired instructions and the pending word. */
  static void reset(Cpu c) {
    c.cr0 = CpuState.CR0_CD | CpuState.CR0_NW | CpuState.CR0_ET;
    c.msrs.reset();
    c.fpu.reset();
    Arrays.fill(c.xmm, 0);
    c.mxcsr = Mxcsr.INITIAL;
    initialise(c);
  }

  /** INIT: leaves caches, model-specific, x87 and SSE registers alone. */
  static void initialise(Cpu c) {
    Arrays.fill(c.gpr, 0);
    c.gpr[CpuState.EDX] = c.model.signature();
    c.setEflags(0);
    c.eip = 0xFFF0;
    Arrays.fill(c.selector, 0);
    Arrays.fill(c.segBase, 0);
    Arrays.fill(c.segLimit, 0xFFFF);
    Arrays.fill(c.segAccess, SegmentLoader.REAL_ACCESS);
    c.selector[CpuState.CS] = 0xF000;
    c.segBase[CpuState.CS] = 0xFFFF0000;
    c.segAccess[CpuState.LDTR] = CpuState.PRESENT | Descriptor.LDT;
    c.segAccess[CpuState.TR] = CpuState.PRESENT | Descriptor.TSS_32_BUSY;
    c.cpl = 0;
    c.gdtBase = 0;
    c.gdtLimit = 0xFFFF;
    c.idtBase = 0;
    c.idtLimit = 0xFFFF;
    c.cr0 = c.cr0 & (CpuState.CR0_CD | CpuState.CR0_NW) | CpuState.CR0_ET;
    c.cr2 = 0;
    c.cr3 = 0;
    c.cr4 = 0;
    Arrays.fill(c.dr, 0);
    c.dr[6] = 0xFFFF0FF0;
    c.dr[7] = 0x400;
    c.halted = false;
    c.interruptShadow = false;
    c.nmiBlocked = false;
    c.debugTraps = 0;
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      c.updateSegmentCache(s);
    }
    c.mmu.setControl(c.cr0, c.cr3, c.cr4);
    c.mmu.flushAll();
    c.deriveMode();
  }
}

package io.transvisor.console.gdb;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.CpuState;

/** What a debugger's change of a segment register does: no checks, no faults. */
final class SegmentLoad {
  private static final int REAL_ACCESS = 0x93;
  private static final int TABLE_INDICATOR = 4;

  private SegmentLoad() {}

  /**
   * Loads a selector, and with it base, limit and rights as the mode has them. A selector without a
   * present descriptor of memory is not taken.
   */
  static void load(Cpu c, int segment, int selector) {
    if (selector == c.selector[segment]) {
      return;
    }
    if (c.usesParagraphs()) {
      c.selector[segment] = selector;
      c.segBase[segment] = selector << 4;
      if (c.isV86()) {
        c.segAccess[segment] = REAL_ACCESS | 3 << 5;
      }
      return;
    }
    boolean local = (selector & TABLE_INDICATOR) != 0;
    int base = local ? c.segBase[CpuState.LDTR] : c.gdtBase;
    int limit = local ? c.segLimit[CpuState.LDTR] : c.gdtLimit;
    if ((selector & ~3) == 0) {
      if (segment != CpuState.CS && segment != CpuState.SS) {
        c.selector[segment] = selector;
        c.segAccess[segment] = 0;
      }
      return;
    }
    long low = (selector | 7) > limit ? -1 : c.mmu.peekPhysical(base + (selector & ~7));
    long high = low < 0 ? -1 : c.mmu.peekPhysical(base + (selector & ~7) + 4);
    if (high < 0) {
      return;
    }
    take(c, segment, selector, c.memory.peek((int) low, 4), c.memory.peek((int) high, 4));
  }

  private static void take(Cpu c, int segment, int selector, int low, int high) {
    int access = high >>> 8 & 0xFFFF;
    int both = CpuState.PRESENT | CpuState.CODE_OR_DATA;
    if ((access & both) != both) {
      return;
    }
    int limit = high & 0xF0000 | low & 0xFFFF;
    c.selector[segment] = selector;
    c.segBase[segment] = low >>> 16 | (high & 0xFF) << 16 | high & 0xFF000000;
    c.segLimit[segment] = (access & CpuState.GRANULARITY) != 0 ? limit << 12 | 0xFFF : limit;
    c.segAccess[segment] = access;
    if (segment == CpuState.CS) {
      c.cpl = selector & 3;
    }
  }
}

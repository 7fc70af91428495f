package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.mmu.PageFaultException;

/**
 * Switching of tasks (SDM volume 3, 7.2 and 7.3), in two parts: up to the commit point a fault
 * belongs to the old task and leaves it unchanged; after it the registers are those of the new task
 * and a fault is delivered there.
 */
final class TaskSwitch {
  /** Offset of the I/O map base in a 32-bit task state. */
  static final int IO_MAP_BASE = 102;

  private static final int LINK = 0;
  private static final int TRAP_WORD = 100;

  /** DR7: local enables and LE, which a switch clears. */
  private static final int LOCAL_BREAKPOINTS = 0x155;

  private static final int[] DATA_SEGMENTS = {CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS};

  private TaskSwitch() {}

  /** What asks for the switch. */
  enum Reason {
    JUMP,
    /** CALL, interrupts and exceptions: the new task links back. */
    CALL,
    /** IRET with NT set. */
    RETURN
  }

  /**
   * Where the registers are in a task state (SDM volume 3, figures 7-2 and 7-10). Segments are in
   * the order ES, CS, SS, DS, FS, GS.
   */
  private enum Layout {
    TSS_16(2, 14, 16, 18, 34, 2, 4, 42, 44),
    TSS_32(4, 32, 36, 40, 72, 4, 6, 96, 104);

    final int width;
    final int eip;
    final int eflags;
    final int gpr;
    final int segments;
    final int segmentStep;
    final int segmentCount;
    final int ldt;
    final int size;

    Layout(
        int width,
        int eip,
        int eflags,
        int gpr,
        int segments,
        int segmentStep,
        int segmentCount,
        int ldt,
        int size) {
      this.width = width;
      this.eip = eip;
      this.eflags = eflags;
      this.gpr = gpr;
      this.segments = segments;
      this.segmentStep = segmentStep;
      this.segmentCount = segmentCount;
      this.ldt = ldt;
      this.size = size;
    }

    static Layout of(boolean wide) {
      return wide ? TSS_32 : TSS_16;
    }

    int load(Cpu c, int linear) {
      return width == 4 ? c.systemD(linear) : c.systemW(linear);
    }

    void store(Cpu c, int linear, int value) {
      if (width == 4) {
        c.setSystemD(linear, value);
      } else {
        c.setSystemW(linear, value);
      }
    }
  }

  // ---- finding the task ----

  /**
   * The descriptor of an available task state for JMP, CALL, gates; #GP or #NP about the selector.
   */
  static Descriptor findAvailable(Cpu c, int selector, int ext) {
    int code = Descriptor.errorCode(selector) | ext;
    if (Descriptor.isLocal(selector)) {
      throw c.gp(code);
    }
    Descriptor d = Descriptor.require(c, selector, GuestFault.GP, ext);
    if (!d.isAvailableTaskState()) {
      throw c.gp(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    return d;
  }

  /** IRET with NT set: back to the task the current one links to. */
  static void returnToPrevious(Cpu c, int nextEip) {
    int selector = c.systemW(c.segBase[CpuState.TR] + LINK);
    int code = Descriptor.errorCode(selector);
    if (Descriptor.isLocal(selector)) {
      throw c.ts(code);
    }
    Descriptor d = Descriptor.require(c, selector, GuestFault.TS, 0);
    if (!d.isBusyTaskState()) {
      throw c.ts(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    fromInstruction(c, Reason.RETURN, selector, d, nextEip);
  }

  /** A whole switch by an instruction; a fault in the new task is delivered there. */
  static void fromInstruction(Cpu c, Reason reason, int selector, Descriptor tss, int nextEip) {
    begin(c, reason, selector, tss, nextEip, c.getEflags() & ~CpuState.RF, 0);
    boolean alive = true;
    try {
      finish(c, 0);
    } catch (GuestFault f) {
      alive = Exceptions.raise(c, f.vector, f.errorCode);
    } catch (PageFaultException p) {
      c.cr2 = p.address;
      alive = Exceptions.raise(c, GuestFault.PF, p.errorCode);
    }
    if (!alive) {
      throw c.fault(Exceptions.SHUTDOWN, 0);
    }
  }

  // ---- up to the commit point ----

  /**
   * Saves the old task and takes over the registers of the new one, segment registers as selectors
   * only.
   *
   * @param savedEip EIP of the old task
   * @param savedFlags EFLAGS of the old task
   * @param ext bit 0 of error codes
   */
  static void begin(
      Cpu c, Reason reason, int selector, Descriptor tss, int savedEip, int savedFlags, int ext) {
    Layout to = Layout.of(tss.isWide());
    if (Integer.compareUnsigned(tss.limit(), to.size - 1) < 0) {
      throw c.ts(Descriptor.errorCode(selector) | ext);
    }
    Layout from = Layout.of((c.segAccess[CpuState.TR] & Descriptor.WIDE) != 0);
    int oldSelector = c.selector[CpuState.TR];
    if (Integer.compareUnsigned(c.segLimit[CpuState.TR], from.ldt - 1) < 0) {
      throw c.ts(Descriptor.errorCode(oldSelector) | ext);
    }
    int oldBase = c.segBase[CpuState.TR];
    int newBase = tss.base();
    boolean nests = reason == Reason.CALL;
    probe(c, oldBase, from.ldt, true);
    probe(c, newBase, to.size, nests);
    Descriptor.probeBusy(c, oldSelector);
    Descriptor.probeBusy(c, selector);

    // All of the new state is read while the old page tables are in force.
    int eip = to.load(c, newBase + to.eip);
    int flags = to.load(c, newBase + to.eflags);
    int[] gpr = new int[8];
    for (int r = 0; r < 8; r++) {
      int value = to.load(c, newBase + to.gpr + r * to.width);
      gpr[r] = to == Layout.TSS_32 ? value : value | 0xFFFF0000;
    }
    int[] selectors = new int[6];
    for (int s = 0; s < to.segmentCount; s++) {
      selectors[s] = c.systemW(newBase + to.segments + s * to.segmentStep);
    }
    int ldt = c.systemW(newBase + to.ldt);
    boolean trap = to == Layout.TSS_32 && (c.systemW(newBase + TRAP_WORD) & 1) != 0;
    boolean loadsCr3 = to == Layout.TSS_32 && (c.cr0 & CpuState.CR0_PG) != 0;
    int cr3 = loadsCr3 ? c.systemD(newBase + 28) : c.cr3;
    if (loadsCr3 && (c.cr4 & CpuState.CR4_PAE) != 0 && !c.mmu.loadPdptes(cr3)) {
      throw c.gp(ext);
    }

    if (!nests) {
      Descriptor.setBusy(c, oldSelector, false);
    }
    save(
        c,
        from,
        oldBase,
        savedEip,
        reason == Reason.RETURN ? savedFlags & ~CpuState.NT : savedFlags);
    if (nests) {
      c.setSystemW(newBase + LINK, oldSelector);
    }
    if (reason != Reason.RETURN) {
      Descriptor.setBusy(c, selector, true);
    }

    c.selector[CpuState.TR] = selector;
    c.segBase[CpuState.TR] = newBase;
    c.segLimit[CpuState.TR] = tss.limit();
    c.segAccess[CpuState.TR] = tss.access() | Descriptor.BUSY;
    c.cr0 |= CpuState.CR0_TS;
    c.dr[7] &= ~LOCAL_BREAKPOINTS;
    if (loadsCr3) {
      c.cr3 = cr3;
      c.mmu.loadCr3(cr3);
    }
    System.arraycopy(gpr, 0, c.gpr, 0, 8);
    c.eip = eip;
    c.setEflags(nests ? flags | CpuState.NT : flags);
    FlagInstructions.dropIdleResume(c);
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      SegmentLoader.loadNull(c, s, selectors[s]);
    }
    c.selector[CpuState.LDTR] = ldt;
    c.segAccess[CpuState.LDTR] = 0;
    c.cpl = c.isV86() ? 3 : Descriptor.rpl(selectors[CpuState.CS]);
    c.interruptShadow = false;
    c.deriveMode();
    if (trap) {
      c.debugTraps |= DebugExceptions.DR6_TASK_SWITCH;
      c.stopTrace();
    }
  }

  private static void save(Cpu c, Layout layout, int base, int eip, int flags) {
    layout.store(c, base + layout.eip, eip);
    layout.store(c, base + layout.eflags, flags);
    for (int r = 0; r < 8; r++) {
      layout.store(c, base + layout.gpr + r * layout.width, c.gpr[r]);
    }
    for (int s = 0; s < layout.segmentCount; s++) {
      c.setSystemW(base + layout.segments + s * layout.segmentStep, c.selector[s]);
    }
  }

  private static void probe(Cpu c, int linear, int bytes, boolean write) {
    int last = linear + bytes - 1;
    if (write) {
      c.mmu.probeWrite(linear, false);
      c.mmu.probeWrite(last, false);
    } else {
      c.mmu.probeRead(linear, false);
      c.mmu.probeRead(last, false);
    }
  }

  // ---- after the commit point ----

  /**
   * Loads LDTR and the segment registers of the new task from the selectors {@link #begin} left
   * (SDM volume 3, table 7-1).
   */
  static void finish(Cpu c, int ext) {
    loadLdt(c, ext);
    if (c.isV86()) {
      for (int s = CpuState.ES; s <= CpuState.GS; s++) {
        SegmentLoader.loadParagraph(c, s, c.selector[s]);
      }
    } else {
      loadCode(c, ext);
      int selector = c.selector[CpuState.SS];
      SegmentLoader.loadStack(
          c, selector, SegmentLoader.checkStack(c, selector, c.cpl, GuestFault.TS, ext));
      for (int s : DATA_SEGMENTS) {
        SegmentLoader.loadData(c, s, c.selector[s], GuestFault.TS, ext);
      }
    }
    c.deriveMode();
    FarTransfer.checkTarget(c, c.eip, c.segLimit[CpuState.CS], ext);
  }

  private static void loadLdt(Cpu c, int ext) {
    int selector = c.selector[CpuState.LDTR];
    if (Descriptor.isNull(selector)) {
      return;
    }
    int code = Descriptor.errorCode(selector) | ext;
    if (Descriptor.isLocal(selector)) {
      throw c.ts(code);
    }
    Descriptor d = Descriptor.require(c, selector, GuestFault.TS, ext);
    if (!d.is(Descriptor.LDT) || !d.isPresent()) {
      throw c.ts(code);
    }
    c.segBase[CpuState.LDTR] = d.base();
    c.segLimit[CpuState.LDTR] = d.limit();
    c.segAccess[CpuState.LDTR] = d.access();
  }

  private static void loadCode(Cpu c, int ext) {
    int selector = c.selector[CpuState.CS];
    if (Descriptor.isNull(selector)) {
      throw c.ts(ext);
    }
    int code = Descriptor.errorCode(selector) | ext;
    Descriptor d = Descriptor.require(c, selector, GuestFault.TS, ext);
    int rpl = Descriptor.rpl(selector);
    if (!d.isCode() || (d.isConformingCode() ? d.dpl() > rpl : d.dpl() != rpl)) {
      throw c.ts(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    d.markAccessed(c, selector);
    SegmentLoader.loadCode(c, selector, d, rpl);
  }
}

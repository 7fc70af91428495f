package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/** Far RET and IRET in all modes (SDM volume 2, RET and IRET). */
final class FarReturn {
  private FarReturn() {}

  static void define(FormTable t) {
    t.op("CA iw", "retf Iw").any(plain((c, i) -> farReturn(c, i, i.imm))).ends();
    t.op("CB", "retf").any(plain((c, i) -> farReturn(c, i, 0))).ends();
    t.op("CF", "iret").any(plain(FarReturn::interruptReturn)).ends().writes("OSZAPCD");
  }

  /** Reads a slot of the frame to return through, counted from the top of the stack. */
  private static int slot(Cpu c, int size, int number, int skipped) {
    int offset = number * size + skipped;
    return size == 4 ? c.peek32(offset) : c.peek16(offset);
  }

  private static void release(Cpu c, int bytes) {
    c.setStackPointer(c.gpr[CpuState.ESP] + bytes);
  }

  // ---- RETF ----

  private static void farReturn(Cpu c, Insn i, int released) {
    int size = i.operand32 ? 4 : 2;
    int target = slot(c, size, 0, 0);
    int selector = slot(c, size, 1, 0) & 0xFFFF;
    if (c.usesParagraphs()) {
      FarTransfer.checkTarget(c, target, c.segLimit[CpuState.CS], 0);
      release(c, 2 * size + released);
      SegmentLoader.loadParagraph(c, CpuState.CS, selector);
      c.deriveMode();
      c.eip = target;
      return;
    }
    Descriptor code = returnCode(c, selector);
    int level = Descriptor.rpl(selector);
    if (level == c.cpl) {
      FarTransfer.checkTarget(c, target, code.limit(), 0);
      code.markAccessed(c, selector);
      release(c, 2 * size + released);
      SegmentLoader.loadCode(c, selector, code, level);
    } else {
      int newPointer = slot(c, size, 2, released);
      int newStack = slot(c, size, 3, released) & 0xFFFF;
      outerReturn(c, selector, code, target, newStack, newPointer + released);
    }
    c.eip = target;
  }

  /** The code segment a return goes to, checked. */
  private static Descriptor returnCode(Cpu c, int selector) {
    if (Descriptor.isNull(selector)) {
      throw c.gp(0);
    }
    int error = Descriptor.errorCode(selector);
    Descriptor d = Descriptor.require(c, selector, GuestFault.GP, 0);
    int rpl = Descriptor.rpl(selector);
    if (!d.isCode() || rpl < c.cpl || (d.isConformingCode() ? d.dpl() > rpl : d.dpl() != rpl)) {
      throw c.gp(error);
    }
    if (!d.isPresent()) {
      throw c.np(error);
    }
    return d;
  }

  /** Returns to an outer level: CS, SS, ESP and the data segments that it may not keep. */
  private static void outerReturn(
      Cpu c, int selector, Descriptor code, int target, int stackSelector, int pointer) {
    int level = Descriptor.rpl(selector);
    Descriptor stack = SegmentLoader.checkStack(c, stackSelector, level, GuestFault.GP, 0);
    FarTransfer.checkTarget(c, target, code.limit(), 0);
    code.markAccessed(c, selector);
    stack.markAccessed(c, stackSelector);
    SegmentLoader.loadCode(c, selector, code, level);
    SegmentLoader.set(c, CpuState.SS, stackSelector, stack);
    c.setStackPointer(pointer);
    SegmentLoader.dropInnerSegments(c);
  }

  // ---- IRET ----

  private static void interruptReturn(Cpu c, Insn i) {
    // NMIs are let in again even when the instruction faults (SDM volume 3, 6.7.1).
    c.nmiBlocked = false;
    int size = i.operand32 ? 4 : 2;
    if (c.isV86()) {
      returnInV86(c, size);
    } else if (!c.isProtected()) {
      returnInRealMode(c, size);
    } else if ((c.eflags & CpuState.NT) != 0) {
      TaskSwitch.returnToPrevious(c, c.nextEip(i));
    } else {
      returnInProtectedMode(c, size);
    }
  }

  private static void returnInRealMode(Cpu c, int size) {
    int target = slot(c, size, 0, 0);
    int selector = slot(c, size, 1, 0) & 0xFFFF;
    int flags = slot(c, size, 2, 0);
    FarTransfer.checkTarget(c, target, c.segLimit[CpuState.CS], 0);
    release(c, 3 * size);
    SegmentLoader.loadParagraph(c, CpuState.CS, selector);
    c.eip = target;
    int writable = FlagInstructions.writable(c, size == 4);
    FlagInstructions.set(c, flags, size == 4 ? writable | CpuState.RF : writable);
    c.deriveMode();
  }

  private static void returnInV86(Cpu c, int size) {
    boolean virtualInterrupts = c.iopl() < 3;
    if (virtualInterrupts && (size == 4 || (c.cr4 & CpuState.CR4_VME) == 0)) {
      throw c.gp(0);
    }
    int target = slot(c, size, 0, 0);
    int selector = slot(c, size, 1, 0) & 0xFFFF;
    int flags = slot(c, size, 2, 0);
    FarTransfer.checkTarget(c, target, c.segLimit[CpuState.CS], 0);
    if (virtualInterrupts) {
      FlagInstructions.checkVirtualFlags(c, flags);
    }
    release(c, 3 * size);
    SegmentLoader.loadParagraph(c, CpuState.CS, selector);
    c.eip = target;
    if (virtualInterrupts) {
      FlagInstructions.setVirtual(c, flags);
    } else {
      int writable = FlagInstructions.writable(c, size == 4);
      FlagInstructions.set(c, flags, size == 4 ? writable | CpuState.RF : writable);
    }
    c.deriveMode();
  }

  private static void returnInProtectedMode(Cpu c, int size) {
    int target = slot(c, size, 0, 0);
    int selector = slot(c, size, 1, 0) & 0xFFFF;
    int flags = slot(c, size, 2, 0);
    if (size == 4 && (flags & CpuState.VM) != 0 && c.cpl == 0) {
      returnToV86(c, target, selector, flags);
      return;
    }
    Descriptor code = returnCode(c, selector);
    int level = Descriptor.rpl(selector);
    // Which flags may change depends on the level before the return.
    int writable = FlagInstructions.writable(c, size == 4);
    if (size == 4) {
      writable |= CpuState.RF | (c.cpl == 0 ? CpuState.VIF | CpuState.VIP : 0);
    }
    if (level == c.cpl) {
      FarTransfer.checkTarget(c, target, code.limit(), 0);
      code.markAccessed(c, selector);
      release(c, 3 * size);
      FlagInstructions.set(c, flags, writable);
      SegmentLoader.loadCode(c, selector, code, level);
    } else {
      int newPointer = slot(c, size, 3, 0);
      int newStack = slot(c, size, 4, 0) & 0xFFFF;
      outerReturn(c, selector, code, target, newStack, newPointer);
      FlagInstructions.set(c, flags, writable);
      c.deriveMode();
    }
    c.eip = target;
  }

  private static final int[] V86_FRAME_ORDER = {
    CpuState.SS, CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS
  };

  private static void returnToV86(Cpu c, int target, int selector, int flags) {
    int newPointer = c.peek32(12);
    int[] selectors = new int[V86_FRAME_ORDER.length];
    for (int n = 0; n < selectors.length; n++) {
      selectors[n] = c.peek32(16 + 4 * n) & 0xFFFF;
    }
    FarTransfer.checkTarget(c, target, 0xFFFF, 0);
    c.setEflags(flags);
    FlagInstructions.dropIdleResume(c);
    c.cpl = 3;
    SegmentLoader.loadParagraph(c, CpuState.CS, selector);
    for (int n = 0; n < selectors.length; n++) {
      SegmentLoader.loadParagraph(c, V86_FRAME_ORDER[n], selectors[n]);
    }
    c.gpr[CpuState.ESP] = newPointer;
    c.eip = target;
    c.deriveMode();
  }
}

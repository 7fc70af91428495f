package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;

/**
 * Transfer of control to an interrupt or exception handler (SDM volume 2, INT n; volume 3, 6.12 and
 * 20.2).
 */
final class Interrupts {
  private static final int IDT_ERROR = 2;

  private Interrupts() {}

  /** What brings the handler about. */
  enum Kind {
    /** INT n, INT3, INTO: the gate's DPL counts, and error codes say "not external". */
    SOFTWARE,
    /** INT1 (F1): the gate's DPL does not count. */
    ICEBP,
    /** NMI or INTR. */
    EXTERNAL,
    /** Fault, trap or abort. */
    EXCEPTION
  }

  /**
   * Enters the handler of a vector. A fault on the way is thrown with nothing changed, except that
   * one in the new task after a task switch is thrown in that task.
   *
   * @param returnEip what IRET shall come back to
   * @param flags EFLAGS to push, RF as it shall be in the image
   * @param hasErrorCode whether an error code is pushed (never in real-address mode)
   */
  static void deliver(
      Cpu c, int vector, Kind kind, int returnEip, int flags, boolean hasErrorCode, int errorCode) {
    c.callouts.countVector(vector);
    if (c.log != null) {
      c.log.interrupt(c, vector, kind, returnEip, hasErrorCode, errorCode);
    }
    c.debugTraps = 0;
    if (c.isProtected()) {
      throughGate(c, vector, kind, returnEip, flags, hasErrorCode, errorCode);
    } else {
      inRealMode(c, vector, returnEip, flags);
    }
    c.halted = false;
    c.interruptShadow = false;
    if (vector == GuestFault.DB && kind != Kind.SOFTWARE) {
      c.dr[7] &= ~DebugExceptions.DR7_GENERAL_DETECT;
    }
  }

  private static void inRealMode(Cpu c, int vector, int returnEip, int flags) {
    if (Integer.compareUnsigned(4 * vector + 3, c.idtLimit) > 0) {
      throw c.gp(0);
    }
    int entry = c.systemD(c.idtBase + 4 * vector);
    StackFrame frame = StackFrame.current(c, 0);
    frame.reserve(3, 2);
    int offset = entry & 0xFFFF;
    FarTransfer.checkTarget(c, offset, c.segLimit[CpuState.CS], 0);
    frame.push(flags);
    frame.push(c.selector[CpuState.CS]);
    frame.push(returnEip);
    frame.finish();
    c.eflags &= ~(CpuState.IF | CpuState.TF | CpuState.AC | CpuState.RF);
    SegmentLoader.loadParagraph(c, CpuState.CS, entry >>> 16);
    c.deriveMode();
    c.eip = offset;
  }

  private static void throughGate(
      Cpu c, int vector, Kind kind, int returnEip, int flags, boolean hasErrorCode, int errorCode) {
    int ext = kind == Kind.SOFTWARE ? 0 : 1;
    int code = vector << 3 | IDT_ERROR | ext;
    if (Integer.compareUnsigned(8 * vector + 7, c.idtLimit) > 0) {
      throw c.gp(code);
    }
    int at = c.idtBase + 8 * vector;
    Descriptor gate = new Descriptor(c.systemD(at), c.systemD(at + 4));
    boolean valid =
        gate.isSystem()
            && switch (gate.type()) {
              case Descriptor.TASK_GATE,
                  Descriptor.INTERRUPT_GATE_16,
                  Descriptor.TRAP_GATE_16,
                  Descriptor.INTERRUPT_GATE_32,
                  Descriptor.TRAP_GATE_32 ->
                  true;
              default -> false;
            };
    if (!valid || kind == Kind.SOFTWARE && gate.dpl() < c.cpl) {
      throw c.gp(code);
    }
    if (!gate.isPresent()) {
      throw c.np(code);
    }
    if (gate.type() == Descriptor.TASK_GATE) {
      throughTaskGate(c, kind, gate, returnEip, flags, hasErrorCode, errorCode, ext);
      return;
    }
    int selector = gate.gateSelector();
    if (Descriptor.isNull(selector)) {
      throw c.gp(ext);
    }
    int selectorCode = Descriptor.errorCode(selector) | ext;
    Descriptor d = Descriptor.require(c, selector, GuestFault.GP, ext);
    if (!d.isCode() || d.dpl() > c.cpl) {
      throw c.gp(selectorCode);
    }
    if (!d.isPresent()) {
      throw c.np(selectorCode);
    }
    boolean inner = !d.isConformingCode() && d.dpl() < c.cpl;
    if (c.isV86() && (!inner || d.dpl() != 0)) {
      throw c.gp(selectorCode);
    }
    StackFrame frame = inner ? StackFrame.inner(c, d.dpl(), ext) : StackFrame.current(c, ext);
    int slots = (inner ? 5 : 3) + (c.isV86() ? 4 : 0) + (hasErrorCode ? 1 : 0);
    frame.reserve(slots, gate.isWide() ? 4 : 2);
    FarTransfer.checkTarget(c, gate.gateOffset(), d.limit(), ext);
    d.markAccessed(c, selector);
    frame.mark();
    enter(c, gate, selector, d, inner, frame, returnEip, flags);
    if (hasErrorCode) {
      frame.push(errorCode);
    }
    frame.finish();
  }

  /** The part after all checks. */
  private static void enter(
      Cpu c,
      Descriptor gate,
      int selector,
      Descriptor d,
      boolean inner,
      StackFrame frame,
      int returnEip,
      int flags) {
    int oldCs = c.selector[CpuState.CS];
    int oldSs = c.selector[CpuState.SS];
    int oldEsp = c.gpr[CpuState.ESP];
    boolean fromV86 = c.isV86();
    c.eflags &= ~(CpuState.TF | CpuState.NT | CpuState.VM | CpuState.RF);
    if ((gate.type() & 1) == 0) {
      c.eflags &= ~CpuState.IF;
    }
    SegmentLoader.loadCode(c, selector, d, inner ? d.dpl() : c.cpl);
    if (inner) {
      frame.enter();
      if (fromV86) {
        leaveSegment(c, frame, CpuState.GS);
        leaveSegment(c, frame, CpuState.FS);
        leaveSegment(c, frame, CpuState.DS);
        leaveSegment(c, frame, CpuState.ES);
      }
      frame.push(oldSs);
      frame.push(oldEsp);
    }
    frame.push(flags);
    frame.push(oldCs);
    frame.push(returnEip);
    c.eip = gate.gateOffset();
  }

  private static void leaveSegment(Cpu c, StackFrame frame, int segment) {
    frame.push(c.selector[segment]);
    SegmentLoader.loadNull(c, segment, 0);
  }

  private static void throughTaskGate(
      Cpu c,
      Kind kind,
      Descriptor gate,
      int returnEip,
      int flags,
      boolean hasErrorCode,
      int errorCode,
      int ext) {
    int selector = gate.gateSelector();
    Descriptor tss = TaskSwitch.findAvailable(c, selector, ext);
    if (kind == Kind.SOFTWARE || kind == Kind.ICEBP) {
      TaskSwitch.fromInstruction(c, TaskSwitch.Reason.CALL, selector, tss, returnEip);
      return;
    }
    TaskSwitch.begin(c, TaskSwitch.Reason.CALL, selector, tss, returnEip, flags, ext);
    TaskSwitch.finish(c, ext);
    if (hasErrorCode) {
      StackFrame frame = StackFrame.current(c, ext);
      frame.reserve(1, tss.isWide() ? 4 : 2);
      frame.push(errorCode);
      frame.finish();
    }
  }
}

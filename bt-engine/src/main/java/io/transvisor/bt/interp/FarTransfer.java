package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * Far JMP and CALL, direct and indirect, through call gates, task gates and task states (SDM volume
 * 2, JMP and CALL).
 */
final class FarTransfer {
  private FarTransfer() {}

  static void define(FormTable t) {
    t.op("EA ap", "jmp Ap").any(plain((c, i) -> jump(c, i, i.imm2, i.imm))).ends();
    t.op("9A ap", "call Ap").any(plain((c, i) -> call(c, i, i.imm2, i.imm))).ends();
    Handler jump16 = plain((c, i) -> jump(c, i, selectorAt(c, i, 2), c.readW(i)));
    Handler jump32 = plain((c, i) -> jump(c, i, selectorAt(c, i, 4), c.readD(i)));
    Handler call16 = plain((c, i) -> call(c, i, selectorAt(c, i, 2), c.readW(i)));
    Handler call32 = plain((c, i) -> call(c, i, selectorAt(c, i, 4), c.readD(i)));
    t.op("FF /5:m", "jmp Mp").all(null, jump16, null, jump32).ends();
    t.op("FF /3:m", "call Mp").all(null, call16, null, call32).ends();
  }

  private static int selectorAt(Cpu c, Insn i, int displacement) {
    return c.readW(i.seg, c.offset(i) + displacement);
  }

  /** Throws #GP when a branch target lies outside a segment. @param code the error code */
  static void checkTarget(Cpu c, int offset, int limit, int code) {
    if (Integer.compareUnsigned(offset, limit) > 0) {
      throw c.gp(code);
    }
  }

  // ---- JMP ----

  private static void jump(Cpu c, Insn i, int selector, int offset) {
    if (c.usesParagraphs()) {
      checkTarget(c, offset, c.segLimit[CpuState.CS], 0);
      SegmentLoader.loadParagraph(c, CpuState.CS, selector);
      c.deriveMode();
      c.eip = offset;
      return;
    }
    Descriptor d = target(c, selector);
    if (d.isCode()) {
      checkDirect(c, selector, d);
      checkTarget(c, offset, d.limit(), 0);
      d.markAccessed(c, selector);
      SegmentLoader.loadCode(c, selector, d, c.cpl);
      c.eip = offset;
    } else if (d.is(Descriptor.CALL_GATE_16) || d.is(Descriptor.CALL_GATE_32)) {
      jumpThroughGate(c, selector, d);
    } else {
      switchTask(c, i, selector, d, TaskSwitch.Reason.JUMP);
    }
  }

  /** The descriptor of a far branch. */
  private static Descriptor target(Cpu c, int selector) {
    if (Descriptor.isNull(selector)) {
      throw c.gp(0);
    }
    return Descriptor.require(c, selector, GuestFault.GP, 0);
  }

  /** The checks of a branch straight to a code segment. */
  private static void checkDirect(Cpu c, int selector, Descriptor d) {
    int code = Descriptor.errorCode(selector);
    boolean allowed =
        d.isConformingCode()
            ? d.dpl() <= c.cpl
            : Descriptor.rpl(selector) <= c.cpl && d.dpl() == c.cpl;
    if (!allowed) {
      throw c.gp(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
  }

  private static void jumpThroughGate(Cpu c, int gateSelector, Descriptor gate) {
    checkGate(c, gateSelector, gate);
    int selector = gate.gateSelector();
    Descriptor d = target(c, selector);
    int code = Descriptor.errorCode(selector);
    if (!d.isCode() || (d.isConformingCode() ? d.dpl() > c.cpl : d.dpl() != c.cpl)) {
      throw c.gp(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    checkTarget(c, gate.gateOffset(), d.limit(), 0);
    d.markAccessed(c, selector);
    SegmentLoader.loadCode(c, selector, d, c.cpl);
    c.eip = gate.gateOffset();
  }

  private static void checkGate(Cpu c, int selector, Descriptor gate) {
    int code = Descriptor.errorCode(selector);
    if (gate.dpl() < c.cpl || gate.dpl() < Descriptor.rpl(selector)) {
      throw c.gp(code);
    }
    if (!gate.isPresent()) {
      throw c.np(code);
    }
  }

  // ---- CALL ----

  private static void call(Cpu c, Insn i, int selector, int offset) {
    if (c.usesParagraphs()) {
      StackFrame frame = returnFrame(c, i.operand32 ? 4 : 2);
      checkTarget(c, offset, c.segLimit[CpuState.CS], 0);
      pushReturn(c, i, frame);
      SegmentLoader.loadParagraph(c, CpuState.CS, selector);
      c.deriveMode();
      c.eip = offset;
      return;
    }
    Descriptor d = target(c, selector);
    if (d.isCode()) {
      checkDirect(c, selector, d);
      callSameLevel(c, i, selector, d, offset, i.operand32 ? 4 : 2);
    } else if (d.is(Descriptor.CALL_GATE_16) || d.is(Descriptor.CALL_GATE_32)) {
      callThroughGate(c, i, selector, d);
    } else {
      switchTask(c, i, selector, d, TaskSwitch.Reason.CALL);
    }
  }

  private static StackFrame returnFrame(Cpu c, int size) {
    StackFrame frame = StackFrame.current(c, 0);
    frame.reserve(2, size);
    return frame;
  }

  private static void pushReturn(Cpu c, Insn i, StackFrame frame) {
    frame.push(c.selector[CpuState.CS]);
    frame.push(c.nextEip(i));
    frame.finish();
  }

  private static void callSameLevel(
      Cpu c, Insn i, int selector, Descriptor d, int offset, int size) {
    StackFrame frame = returnFrame(c, size);
    checkTarget(c, offset, d.limit(), 0);
    d.markAccessed(c, selector);
    pushReturn(c, i, frame);
    SegmentLoader.loadCode(c, selector, d, c.cpl);
    c.eip = offset;
  }

  private static void callThroughGate(Cpu c, Insn i, int gateSelector, Descriptor gate) {
    checkGate(c, gateSelector, gate);
    int selector = gate.gateSelector();
    Descriptor d = target(c, selector);
    int code = Descriptor.errorCode(selector);
    if (!d.isCode() || d.dpl() > c.cpl) {
      throw c.gp(code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    int size = gate.isWide() ? 4 : 2;
    if (d.isConformingCode() || d.dpl() == c.cpl) {
      callSameLevel(c, i, selector, d, gate.gateOffset(), size);
    } else {
      callInnerLevel(c, i, gate, selector, d, size);
    }
  }

  private static void callInnerLevel(
      Cpu c, Insn i, Descriptor gate, int selector, Descriptor d, int size) {
    int level = d.dpl();
    int parameters = gate.parameterCount();
    StackFrame frame = StackFrame.inner(c, level, 0);
    frame.reserve(4 + parameters, size);
    checkTarget(c, gate.gateOffset(), d.limit(), 0);
    int[] copied = new int[parameters];
    for (int n = 0; n < parameters; n++) {
      copied[n] = size == 4 ? c.peek32(4 * n) : c.peek16(2 * n);
    }
    d.markAccessed(c, selector);
    frame.mark();

    int oldCs = c.selector[CpuState.CS];
    int oldSs = c.selector[CpuState.SS];
    int oldEsp = c.gpr[CpuState.ESP];
    int returnEip = c.nextEip(i);
    SegmentLoader.loadCode(c, selector, d, level);
    frame.enter();
    frame.push(oldSs);
    frame.push(oldEsp);
    for (int n = parameters - 1; n >= 0; n--) {
      frame.push(copied[n]);
    }
    frame.push(oldCs);
    frame.push(returnEip);
    frame.finish();
    c.eip = gate.gateOffset();
  }

  // ---- tasks ----

  private static void switchTask(
      Cpu c, Insn i, int selector, Descriptor d, TaskSwitch.Reason reason) {
    int code = Descriptor.errorCode(selector);
    if (d.is(Descriptor.TASK_GATE)) {
      checkGate(c, selector, d);
      int tss = d.gateSelector();
      TaskSwitch.fromInstruction(c, reason, tss, TaskSwitch.findAvailable(c, tss, 0), c.nextEip(i));
    } else if (d.isSystem() && (d.isAvailableTaskState() || d.isBusyTaskState())) {
      if (d.dpl() < c.cpl || d.dpl() < Descriptor.rpl(selector)) {
        throw c.gp(code);
      }
      TaskSwitch.fromInstruction(
          c, reason, selector, TaskSwitch.findAvailable(c, selector, 0), c.nextEip(i));
    } else {
      throw c.gp(code);
    }
  }
}

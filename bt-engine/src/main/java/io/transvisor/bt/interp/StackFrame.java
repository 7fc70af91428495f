package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;

/**
 * A frame about to be pushed on the current stack or on that of an inner level. Room and pages are
 * checked before anything is written, so that a fault leaves the CPU and the old stack alone. Order
 * of use: {@link #reserve}, commit of the new privilege, {@link #enter}, {@link #push}, {@link
 * #finish}.
 */
final class StackFrame {
  private final Cpu c;
  private final int selector;
  private final Descriptor descriptor;
  private final int base;
  private final int limit;
  private final int access;
  private final int mask;
  private final boolean user;
  private final int errorCode;
  private int pointer;
  private int slotSize;

  private StackFrame(
      Cpu c,
      int selector,
      Descriptor descriptor,
      int base,
      int limit,
      int access,
      boolean user,
      int pointer,
      int errorCode) {
    this.c = c;
    this.selector = selector;
    this.descriptor = descriptor;
    this.base = base;
    this.limit = limit;
    this.access = access;
    this.mask = (access & CpuState.BIG) != 0 ? -1 : 0xFFFF;
    this.user = user;
    this.pointer = pointer;
    this.errorCode = errorCode;
  }

  /** On the current stack. @param ext bit 0 of error codes */
  static StackFrame current(Cpu c, int ext) {
    return new StackFrame(
        c,
        0,
        null,
        c.segBase[CpuState.SS],
        c.segLimit[CpuState.SS],
        c.segAccess[CpuState.SS],
        c.cpl == 3,
        c.gpr[CpuState.ESP],
        ext);
  }

  /**
   * On the stack that the current task state names for a level 0 to 2.
   *
   * @param ext bit 0 of error codes
   * @throws GuestFault #TS or #SS about the task state or the stack selector
   */
  static StackFrame inner(Cpu c, int level, int ext) {
    boolean wide = (c.segAccess[CpuState.TR] & Descriptor.WIDE) != 0;
    int at = wide ? 4 + 8 * level : 2 + 4 * level;
    int last = at + (wide ? 5 : 3);
    if (Integer.compareUnsigned(last, c.segLimit[CpuState.TR]) > 0) {
      throw c.ts(Descriptor.errorCode(c.selector[CpuState.TR]) | ext);
    }
    int linear = c.segBase[CpuState.TR] + at;
    int pointer = wide ? c.systemD(linear) : c.systemW(linear);
    int selector = c.systemW(linear + (wide ? 4 : 2));
    Descriptor d = SegmentLoader.checkStack(c, selector, level, GuestFault.TS, ext);
    return new StackFrame(
        c,
        selector,
        d,
        d.base(),
        d.limit(),
        d.access(),
        false,
        pointer,
        Descriptor.errorCode(selector) | ext);
  }

  /**
   * Checks that a number of slots can be pushed.
   *
   * @throws GuestFault #SS when there is no room; page faults
   */
  void reserve(int slots, int size) {
    slotSize = size;
    int bytes = slots * size;
    int lowest = pointer - bytes & mask;
    if ((lowest & 0xFFFFFFFFL) + bytes - 1 <= (mask & 0xFFFFFFFFL)) {
      check(lowest, bytes);
      return;
    }
    // The frame wraps around the end of the stack segment.
    for (int n = 1; n <= slots; n++) {
      check(pointer - n * size & mask, size);
    }
  }

  private void check(int offset, int bytes) {
    if (!SegmentChecks.allows(access, true)
        || !SegmentChecks.inLimit(access, limit, offset, bytes)) {
      throw c.ss(errorCode);
    }
    int linear = base + offset;
    int top = linear + bytes - slotSize;
    if ((linear & 0xFFF) + bytes <= 4096) {
      c.mmu.probeWrite(top, user);
      return;
    }
    // In the order of the pushes, so that CR2 is the one that fails.
    for (int slot = top; slot - linear >= 0; slot -= slotSize) {
      c.mmu.probeWrite(slot, user);
      c.mmu.probeWrite(slot + slotSize - 1, user);
    }
  }

  /**
   * Marks the new stack's descriptor accessed; may raise a page fault, so it comes before any
   * commit.
   */
  void mark() {
    if (descriptor != null) {
      descriptor.markAccessed(c, selector);
    }
  }

  /** Loads SS when this is another stack. The CPL is already the new one. */
  void enter() {
    if (descriptor != null) {
      SegmentLoader.set(c, CpuState.SS, selector, descriptor);
    }
  }

  /** Writes the next slot below. */
  void push(int value) {
    pointer -= slotSize;
    int linear = base + (pointer & mask);
    if (slotSize == 4) {
      c.storeD(linear, value);
    } else {
      c.storeW(linear, value);
    }
  }

  /** Sets ESP, or only SP on a 16-bit stack. */
  void finish() {
    c.setStackPointer(pointer);
  }
}

package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;

/**
 * An eight-byte entry of the GDT, LDT or IDT (SDM volume 3, 3.4.5, 5.8.3 and 6.11).
 *
 * @param low bytes 0 to 3
 * @param high bytes 4 to 7
 */
record Descriptor(int low, int high) {
  // ---- types of system descriptors (S = 0) ----
  static final int TSS_16 = 1;
  static final int LDT = 2;
  static final int TSS_16_BUSY = 3;
  static final int CALL_GATE_16 = 4;
  static final int TASK_GATE = 5;
  static final int INTERRUPT_GATE_16 = 6;
  static final int TRAP_GATE_16 = 7;
  static final int TSS_32 = 9;
  static final int TSS_32_BUSY = 11;
  static final int CALL_GATE_32 = 12;
  static final int INTERRUPT_GATE_32 = 14;
  static final int TRAP_GATE_32 = 15;

  /** The bit that tells a busy task state from an available one, in the type. */
  static final int BUSY = 2;

  /** Set in the types of 32-bit gates and task states. */
  static final int WIDE = 8;

  private static final int TABLE_INDICATOR = 4;

  // ---- selectors ----

  static int rpl(int selector) {
    return selector & 3;
  }

  static boolean isNull(int selector) {
    return (selector & 0xFFFC) == 0;
  }

  static boolean isLocal(int selector) {
    return (selector & TABLE_INDICATOR) != 0;
  }

  /** A selector as an exception's error code; bit 0 (EXT) is left for the caller. */
  static int errorCode(int selector) {
    return selector & 0xFFFC;
  }

  // ---- reading and marking ----

  /**
   * The descriptor a selector names, or null when it lies outside its table. A null selector reads
   * entry 0.
   */
  static Descriptor find(Cpu c, int selector) {
    int limit;
    if (isLocal(selector)) {
      if ((c.segAccess[CpuState.LDTR] & CpuState.PRESENT) == 0) {
        return null;
      }
      limit = c.segLimit[CpuState.LDTR];
    } else {
      limit = c.gdtLimit;
    }
    if (Integer.compareUnsigned(selector | 7, limit) > 0) {
      return null;
    }
    int address = address(c, selector);
    return new Descriptor(c.systemD(address), c.systemD(address + 4));
  }

  /**
   * The descriptor a selector names.
   *
   * @param vector the exception when the selector lies outside its table; its error code is the
   *     selector
   * @param ext bit 0 of that error code
   */
  static Descriptor require(Cpu c, int selector, int vector, int ext) {
    Descriptor d = find(c, selector);
    if (d == null) {
      throw c.fault(vector, errorCode(selector) | ext);
    }
    return d;
  }

  private static int address(Cpu c, int selector) {
    int base = isLocal(selector) ? c.segBase[CpuState.LDTR] : c.gdtBase;
    return base + (selector & 0xFFF8);
  }

  /** Sets the accessed bit of a code or data segment in its table. May raise a page fault. */
  void markAccessed(Cpu c, int selector) {
    if ((high & CpuState.ACCESSED << 8) == 0) {
      c.setSystemB(address(c, selector) + 5, high >>> 8 & 0xFF | CpuState.ACCESSED);
    }
  }

  /** Sets or clears the busy bit of the task state a selector names, in the GDT. */
  static void setBusy(Cpu c, int selector, boolean busy) {
    int at = address(c, selector) + 5;
    int type = c.systemB(at);
    c.setSystemB(at, busy ? type | BUSY : type & ~BUSY);
  }

  /** Raises the page fault that {@link #setBusy} would. */
  static void probeBusy(Cpu c, int selector) {
    c.mmu.probeWrite(address(c, selector) + 5, false);
  }

  // ---- segments ----

  int base() {
    return low >>> 16 | high << 16 & 0xFF0000 | high & 0xFF000000;
  }

  /** Limit in bytes, granularity applied. */
  int limit() {
    int limit = low & 0xFFFF | high & 0xF0000;
    return (high & CpuState.GRANULARITY << 8) != 0 ? limit << 12 | 0xFFF : limit;
  }

  /** In the format of {@link CpuState#segAccess}. */
  int access() {
    return high >>> 8 & 0xFFFF;
  }

  /** Type field, without S. */
  int type() {
    return high >>> 8 & 15;
  }

  int dpl() {
    return high >>> 13 & 3;
  }

  boolean isPresent() {
    return (high & CpuState.PRESENT << 8) != 0;
  }

  boolean isSystem() {
    return (high & CpuState.CODE_OR_DATA << 8) == 0;
  }

  boolean isCode() {
    return !isSystem() && (high & CpuState.CODE << 8) != 0;
  }

  boolean isConformingCode() {
    return isCode() && (high & CpuState.CONFORMING << 8) != 0;
  }

  boolean isWritableData() {
    return !isSystem() && !isCode() && (high & CpuState.WRITABLE << 8) != 0;
  }

  /** Data, or code that may be read. */
  boolean isReadable() {
    return !isSystem() && (!isCode() || (high & CpuState.READABLE << 8) != 0);
  }

  // ---- system segments and gates ----

  /** Whether this is a system descriptor of a type. */
  boolean is(int systemType) {
    return isSystem() && type() == systemType;
  }

  boolean isAvailableTaskState() {
    return is(TSS_16) || is(TSS_32);
  }

  boolean isBusyTaskState() {
    return is(TSS_16_BUSY) || is(TSS_32_BUSY);
  }

  /** A gate or task state of the 32-bit kind. */
  boolean isWide() {
    return (high & WIDE << 8) != 0;
  }

  int gateSelector() {
    return low >>> 16;
  }

  int gateOffset() {
    return isWide() ? high & 0xFFFF0000 | low & 0xFFFF : low & 0xFFFF;
  }

  /** Number of parameters a call gate copies, in units of its width. */
  int parameterCount() {
    return high & 31;
  }
}

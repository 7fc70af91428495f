package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;

/** Loading of segment registers: the checks of SDM volume 2, MOV, and volume 3, 5.6 and 5.7. */
final class SegmentLoader {
  /**
   * Access rights of every segment in virtual-8086 mode: present, DPL 3, writable data, accessed.
   */
  static final int V86_ACCESS = 0xF3;

  /** Access rights of a segment in real-address mode. */
  static final int REAL_ACCESS = 0x93;

  private SegmentLoader() {}

  /**
   * MOV and POP to ES, SS, DS, FS or GS, and LDS and its like: by the rules of the mode the CPU is
   * in.
   */
  static void load(Cpu c, int segment, int selector) {
    if (c.usesParagraphs()) {
      loadParagraph(c, segment, selector);
    } else if (segment == CpuState.SS) {
      loadStack(c, selector, checkStack(c, selector, c.cpl, GuestFault.GP, 0));
    } else {
      loadData(c, segment, selector, GuestFault.GP, 0);
    }
  }

  /**
   * Real-address and virtual-8086 mode. In real-address mode limit and attributes stay as protected
   * mode left them ("big real mode"), except that the segment can be written whatever its type was.
   */
  static void loadParagraph(Cpu c, int segment, int selector) {
    c.selector[segment] = selector;
    c.segBase[segment] = selector << 4;
    if (c.isV86()) {
      c.segLimit[segment] = 0xFFFF;
      c.segAccess[segment] = V86_ACCESS;
    } else {
      makeRealMode(c, segment);
    }
    c.updateSegmentCache(segment);
  }

  /** Gives a cached segment the type that real-address mode has, keeping limit and size. */
  static void makeRealMode(Cpu c, int segment) {
    int access = c.segAccess[segment];
    if (access == 0) {
      c.segLimit[segment] = 0xFFFF;
    }
    boolean data = (access & CpuState.CODE) == 0;
    int expandDown = data ? access & CpuState.EXPAND_DOWN : 0;
    c.segAccess[segment] = access & 0xFF00 | REAL_ACCESS | expandDown;
  }

  /**
   * ES, DS, FS or GS in protected mode.
   *
   * @param invalid the exception of a wrong selector: #GP, or #TS in a task switch
   * @param ext bit 0 of error codes
   */
  static void loadData(Cpu c, int segment, int selector, int invalid, int ext) {
    if (Descriptor.isNull(selector)) {
      loadNull(c, segment, selector);
      return;
    }
    int code = Descriptor.errorCode(selector) | ext;
    Descriptor d = Descriptor.require(c, selector, invalid, ext);
    if (!d.isReadable()) {
      throw c.fault(invalid, code);
    }
    if (!d.isConformingCode() && (Descriptor.rpl(selector) > d.dpl() || c.cpl > d.dpl())) {
      throw c.fault(invalid, code);
    }
    if (!d.isPresent()) {
      throw c.np(code);
    }
    d.markAccessed(c, selector);
    set(c, segment, selector, d);
  }

  /**
   * Checks a selector for SS at a privilege level.
   *
   * @param level the CPL to come
   * @param invalid the exception of a wrong selector: #GP, or #TS where it came from a task state
   * @param ext bit 0 of error codes
   * @return its descriptor
   */
  static Descriptor checkStack(Cpu c, int selector, int level, int invalid, int ext) {
    if (Descriptor.isNull(selector)) {
      throw c.fault(invalid, ext);
    }
    int code = Descriptor.errorCode(selector) | ext;
    Descriptor d = Descriptor.require(c, selector, invalid, ext);
    if (Descriptor.rpl(selector) != level || !d.isWritableData() || d.dpl() != level) {
      throw c.fault(invalid, code);
    }
    if (!d.isPresent()) {
      throw c.ss(code);
    }
    return d;
  }

  /** Loads SS with a checked descriptor. */
  static void loadStack(Cpu c, int selector, Descriptor d) {
    d.markAccessed(c, selector);
    set(c, CpuState.SS, selector, d);
  }

  /** Loads CS with a checked and marked descriptor; the selector gets the new CPL as its RPL. */
  static void loadCode(Cpu c, int selector, Descriptor d, int cpl) {
    set(c, CpuState.CS, selector & 0xFFFC | cpl, d);
    c.setLevel(cpl);
  }

  /** Loads a null selector: every use of the segment faults. */
  static void loadNull(Cpu c, int segment, int selector) {
    fill(c, segment, selector, 0, 0, 0);
  }

  /** After a return to an outer level: data segments the new CPL may not use become null. */
  static void dropInnerSegments(Cpu c) {
    dropInner(c, CpuState.ES);
    dropInner(c, CpuState.DS);
    dropInner(c, CpuState.FS);
    dropInner(c, CpuState.GS);
  }

  private static void dropInner(Cpu c, int segment) {
    int access = c.segAccess[segment];
    boolean conforming =
        (access & (CpuState.CODE | CpuState.CONFORMING)) == (CpuState.CODE | CpuState.CONFORMING);
    if (!conforming && (access >>> 5 & 3) < c.cpl) {
      loadNull(c, segment, 0);
    }
  }

  /** Loads the visible and hidden parts from a descriptor, marked accessed. */
  static void set(Cpu c, int segment, int selector, Descriptor d) {
    fill(c, segment, selector, d.base(), d.limit(), d.access() | CpuState.ACCESSED);
  }

  /** Loads the visible and hidden parts of a segment register. */
  static void fill(Cpu c, int segment, int selector, int base, int limit, int access) {
    // What is derived does not depend on the privilege level, which is most often all that changes.
    boolean same =
        c.segBase[segment] == base
            && c.segLimit[segment] == limit
            && ((c.segAccess[segment] ^ access) & ~CpuState.DPL) == 0;
    c.selector[segment] = selector;
    c.segAccess[segment] = access;
    if (!same) {
      c.segBase[segment] = base;
      c.segLimit[segment] = limit;
      c.updateSegmentCache(segment);
    }
  }
}

package io.transvisor.bt.interp;

import io.transvisor.core.cpu.FpuState;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/** The architectural state of the CPU in a saved machine. */
final class CpuSnapshot {
  private CpuSnapshot() {}

  static void save(Cpu c, StateWriter out) {
    out.putInts("gpr", c.gpr);
    out.putInt("eip", c.eip);
    out.putInt("eflags", c.getEflags());
    out.putInts("selector", c.selector);
    out.putInts("segBase", c.segBase);
    out.putInts("segLimit", c.segLimit);
    out.putInts("segAccess", c.segAccess);
    out.putInt("cpl", c.cpl);
    out.putInts("tables", new int[] {c.gdtBase, c.gdtLimit, c.idtBase, c.idtLimit});
    out.putInts("control", new int[] {c.cr0, c.cr2, c.cr3, c.cr4});
    out.putInts("debug", c.dr);
    out.putInts("sysenter", new int[] {c.sysenterCs, c.sysenterEsp, c.sysenterEip});
    out.putLong("tscOffset", c.tscOffset);
    out.putBoolean("halted", c.halted);
    out.putBoolean("interruptShadow", c.interruptShadow);
    out.putBoolean("nmiBlocked", c.nmiBlocked);
    out.putInt("pending", c.pending & ~Cpu.PENDING_EXIT);
    out.putLong("instructions", c.instructions);
    c.msrs.save(out);
    saveFpu(c.fpu, out);
    out.putInts("xmm", halves(c.xmm));
    out.putInt("mxcsr", c.mxcsr);
  }

  static void load(Cpu c, StateReader in) {
    copy(in.getInts("gpr"), c.gpr);
    c.eip = in.getInt("eip");
    c.setEflags(in.getInt("eflags"));
    copy(in.getInts("selector"), c.selector);
    copy(in.getInts("segBase"), c.segBase);
    copy(in.getInts("segLimit"), c.segLimit);
    copy(in.getInts("segAccess"), c.segAccess);
    c.cpl = in.getInt("cpl");
    int[] tables = in.getInts("tables");
    c.gdtBase = tables[0];
    c.gdtLimit = tables[1];
    c.idtBase = tables[2];
    c.idtLimit = tables[3];
    int[] control = in.getInts("control");
    c.cr0 = control[0];
    c.cr2 = control[1];
    c.cr3 = control[2];
    c.cr4 = control[3];
    copy(in.getInts("debug"), c.dr);
    int[] sysenter = in.getInts("sysenter");
    c.sysenterCs = sysenter[0];
    c.sysenterEsp = sysenter[1];
    c.sysenterEip = sysenter[2];
    c.tscOffset = in.getLong("tscOffset");
    c.clockRead = 0;
    TimeStampCounter.forget(c);
    c.halted = in.getBoolean("halted");
    c.interruptShadow = in.getBoolean("interruptShadow");
    c.nmiBlocked = in.getBoolean("nmiBlocked");
    c.pending = in.getInt("pending");
    c.instructions = in.getLong("instructions");
    c.msrs.load(in);
    loadFpu(c.fpu, in);
    join(in.getInts("xmm"), c.xmm);
    c.mxcsr = in.getInt("mxcsr");
    if ((c.cr4 & Cpu.CR4_PAE) != 0) {
      c.mmu.loadPdptes(c.cr3);
    }
  }

  private static void saveFpu(FpuState fpu, StateWriter out) {
    out.putInts("fpuSignificands", halves(fpu.significand));
    out.putInts("fpuSignExponents", fpu.signExponent);
    out.putInts(
        "fpuControl",
        new int[] {
          fpu.top,
          fpu.empty,
          fpu.control,
          fpu.status,
          fpu.instructionPointer,
          fpu.instructionSelector,
          fpu.dataPointer,
          fpu.dataSelector,
          fpu.opcode
        });
  }

  private static void loadFpu(FpuState fpu, StateReader in) {
    join(in.getInts("fpuSignificands"), fpu.significand);
    copy(in.getInts("fpuSignExponents"), fpu.signExponent);
    int[] control = in.getInts("fpuControl");
    fpu.top = control[0];
    fpu.empty = control[1];
    fpu.control = control[2];
    fpu.status = control[3];
    fpu.instructionPointer = control[4];
    fpu.instructionSelector = control[5];
    fpu.dataPointer = control[6];
    fpu.dataSelector = control[7];
    fpu.opcode = control[8];
  }

  /** Low and high halves in turn. */
  private static int[] halves(long[] values) {
    int[] halves = new int[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      halves[2 * i] = (int) values[i];
      halves[2 * i + 1] = (int) (values[i] >>> 32);
    }
    return halves;
  }

  private static void join(int[] halves, long[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = halves[2 * i] & 0xFFFFFFFFL | (long) halves[2 * i + 1] << 32;
    }
  }

  private static void copy(int[] from, int[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }
}

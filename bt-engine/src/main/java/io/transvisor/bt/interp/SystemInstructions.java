package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;
import static io.transvisor.bt.interp.PlainHandlers.sequential;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/**
 * HLT, CPUID, time-stamp and performance counters, model-specific registers, SYSENTER and SYSEXIT,
 * UD2, RSM (SDM volume 2).
 */
final class SystemInstructions {
  /** Access rights of a flat 32-bit segment, without DPL: present, accessed, D and G. */
  private static final int FLAT =
      CpuState.PRESENT
          | CpuState.CODE_OR_DATA
          | CpuState.ACCESSED
          | CpuState.BIG
          | CpuState.GRANULARITY
          | 0xF00;

  private SystemInstructions() {}

  /**
   * The rows of this family and of its neighbours: everything about modes, segments, privilege and
   * system state.
   */
  static void defineAll(FormTable t) {
    SegmentInstructions.define(t);
    FarTransfer.define(t);
    FarReturn.define(t);
    InterruptInstructions.define(t);
    FlagInstructions.define(t);
    ControlRegisters.define(t);
    DebugRegisterInstructions.define(t);
    DescriptorTables.define(t);
    SelectorQueries.define(t);
    PortInstructions.define(t);
    define(t);
  }

  static void define(FormTable t) {
    t.op("F4", "hlt").any(sequential(SystemInstructions::halt)).ends();
    t.op("0F A2", "cpuid").any(plain((c, i) -> CpuIdentification.execute(c)));
    t.op("0F 31", "rdtsc")
        .any(sequential(SystemInstructions::readTimeStamp))
        .requires(CpuModel.TSC)
        .ends();
    t.op("0F 33", "rdpmc").any(plain(SystemInstructions::readPerformanceCounter));
    t.op("0F 32", "rdmsr")
        .any(sequential(SystemInstructions::readModelSpecific))
        .requires(CpuModel.MSR)
        .ends();
    t.op("0F 30", "wrmsr")
        .any(sequential(SystemInstructions::writeModelSpecific))
        .requires(CpuModel.MSR)
        .ends();
    t.op("0F 34", "sysenter")
        .any(plain(SystemInstructions::enterSystem))
        .requires(CpuModel.SEP)
        .ends();
    t.op("0F 35", "sysexit")
        .any(plain(SystemInstructions::exitSystem))
        .requires(CpuModel.SEP)
        .ends();
    t.op("0F 0B", "ud2").any(plain(SystemInstructions::undefined));
    // System management mode is never entered, and outside it RSM is undefined.
    t.op("0F AA", "rsm").any(plain(SystemInstructions::undefined));
  }

  private static void undefined(Cpu c, Insn i) {
    throw c.ud();
  }

  private static void halt(Cpu c, Insn i) {
    c.requireCpl0();
    c.halted = true;
    TimeStampCounter.forget(c);
    c.stopTrace();
  }

  private static void answer(Cpu c, long value) {
    c.gpr[CpuState.EAX] = (int) value;
    c.gpr[CpuState.EDX] = (int) (value >>> 32);
  }

  private static void readTimeStamp(Cpu c, Insn i) {
    if ((c.cr4 & CpuState.CR4_TSD) != 0) {
      c.requireCpl0();
    }
    answer(c, TimeStampCounter.read(c));
  }

  private static void readPerformanceCounter(Cpu c, Insn i) {
    boolean exists = c.model.family() >= 6 || c.model.family() == 5 && c.model.has(CpuModel.MMX);
    if (!exists) {
      throw c.ud();
    }
    if ((c.cr4 & CpuState.CR4_PCE) == 0) {
      c.requireCpl0();
    }
    answer(c, c.msrs.readCounter(c.gpr[CpuState.ECX]));
  }

  private static void readModelSpecific(Cpu c, Insn i) {
    c.requireCpl0();
    answer(c, c.msrs.read(c.gpr[CpuState.ECX]));
  }

  private static void writeModelSpecific(Cpu c, Insn i) {
    c.requireCpl0();
    long value = c.gpr[CpuState.EAX] & 0xFFFFFFFFL | (long) c.gpr[CpuState.EDX] << 32;
    c.msrs.write(c.gpr[CpuState.ECX], value);
  }

  private static void requireFastCalls(Cpu c) {
    if (!c.isProtected() || Descriptor.isNull(c.sysenterCs)) {
      throw c.gp(0);
    }
  }

  private static void enterSystem(Cpu c, Insn i) {
    requireFastCalls(c);
    c.eflags &= ~(CpuState.VM | CpuState.IF | CpuState.RF);
    int selector = c.sysenterCs & 0xFFFC;
    loadFlat(c, selector, 0);
    c.gpr[CpuState.ESP] = c.sysenterEsp;
    c.eip = c.sysenterEip;
  }

  private static void exitSystem(Cpu c, Insn i) {
    requireFastCalls(c);
    c.requireCpl0();
    int selector = c.sysenterCs + 16 & 0xFFFC | 3;
    loadFlat(c, selector, 3);
    c.gpr[CpuState.ESP] = c.gpr[CpuState.ECX];
    c.eip = c.gpr[CpuState.EDX];
  }

  /** Flat CS, and SS with the selector after it. */
  private static void loadFlat(Cpu c, int selector, int level) {
    int dpl = level << 5;
    int code = FLAT | CpuState.CODE | CpuState.READABLE | dpl;
    int data = FLAT | CpuState.WRITABLE | dpl;
    SegmentLoader.fill(c, CpuState.CS, selector, 0, -1, code);
    SegmentLoader.fill(c, CpuState.SS, selector + 8 & 0xFFFF, 0, -1, data);
    c.setLevel(level);
  }
}

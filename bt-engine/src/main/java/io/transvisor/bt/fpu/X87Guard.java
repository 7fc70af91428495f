package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;

/**
 * What every x87 instruction does before and after its work: device-not-available, pending
 * exceptions, the pointers for exception handlers. Exceptions are reported by #MF, or with CR0.NE =
 * 0 by the FERR# wire; unlike the hardware, which freezes when a waiting instruction meets an error
 * whose interrupt is disabled, execution then goes on.
 */
final class X87Guard {
  private X87Guard() {}

  /** Start of a waiting instruction. */
  static void begin(Cpu c) {
    beginControl(c);
    if ((c.fpu.status & FpuState.ES) != 0) {
      pending(c);
    }
  }

  /** Start of a control instruction that does not wait for pending exceptions. */
  static void beginControl(Cpu c) {
    if ((c.cr0 & (CpuState.CR0_EM | CpuState.CR0_TS)) != 0) {
      throw c.nm();
    }
  }

  /** WAIT. */
  static void await(Cpu c) {
    int waits = CpuState.CR0_MP | CpuState.CR0_TS;
    if ((c.cr0 & waits) == waits) {
      throw c.nm();
    }
    if ((c.fpu.status & FpuState.ES) != 0) {
      pending(c);
    }
  }

  /** An unmasked exception is waiting: reports it. */
  static void pending(Cpu c) {
    if ((c.cr0 & CpuState.CR0_NE) != 0) {
      throw c.fault(GuestFault.MF, 0);
    }
    reportByWire(c);
  }

  private static void reportByWire(Cpu c) {
    if (!c.fpu.ignoreErrors) {
      c.fpu.errorLine.set(true);
      c.stopTrace();
    }
  }

  /** End of a non-control instruction without memory operand. */
  static void end(Cpu c, Insn i, int opcode) {
    FpuState f = c.fpu;
    f.instructionPointer = c.currentEip(i);
    f.instructionSelector = c.selector[CpuState.CS];
    if ((f.status & FpuState.ES) != 0) {
      raised(c, i, opcode);
    }
  }

  /** End of a non-control instruction with the memory operand at {@code offset}. */
  static void end(Cpu c, Insn i, int opcode, int offset) {
    c.fpu.dataPointer = offset;
    c.fpu.dataSelector = c.selector[i.seg];
    end(c, i, opcode);
  }

  /**
   * As processors from the Pentium 4 on, the opcode is recorded only with an unmasked exception
   * (SDM volume 1, 8.1.9).
   */
  private static void raised(Cpu c, Insn i, int opcode) {
    c.fpu.opcode = (opcode & 7) << 8 | modRm(i);
    if ((c.cr0 & CpuState.CR0_NE) == 0) {
      reportByWire(c);
    }
  }

  /** Brings the wires up to date after a control instruction changed flags or masks. */
  static void errorsChanged(Cpu c) {
    FpuState f = c.fpu;
    if ((f.status & FpuState.ES) == 0) {
      f.ignoreErrors = false;
      f.errorLine.set(false);
    } else if ((c.cr0 & CpuState.CR0_NE) == 0) {
      reportByWire(c);
    }
  }

  /**
   * The ModRM byte; for memory operands the one with the shortest displacement, as assemblers
   * choose it.
   */
  private static int modRm(Insn i) {
    if (!i.memory) {
      return 0xC0 | i.reg << 3 | i.rm;
    }
    int mod;
    boolean absolute = i.base == CpuState.ZERO;
    boolean needsDisplacement = i.base == CpuState.EBP && i.index == CpuState.ZERO;
    if (absolute || i.disp == 0 && !needsDisplacement) {
      mod = 0;
    } else {
      mod = i.disp == (byte) i.disp ? 1 : 2;
    }
    return mod << 6 | i.reg << 3 | i.rm;
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;

import io.transvisor.bt.interp.Interrupts.Kind;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * INT n, INT3, INTO and INT1 (SDM volume 2, INT n; volume 3, 20.3.3 for the redirection bitmap).
 */
final class InterruptInstructions {
  private static final int REDIRECTION_MAP_BYTES = 32;

  private InterruptInstructions() {}

  static void define(FormTable t) {
    t.op("CC", "int3").any(plain((c, i) -> deliver(c, i, GuestFault.BP, Kind.SOFTWARE))).ends();
    t.op("CD ib", "int Ib").any(plain(InterruptInstructions::interrupt)).ends();
    t.op("CE", "into").any(plain(InterruptInstructions::onOverflow)).ends().reads("O");
    t.op("F1", "int1").any(plain((c, i) -> deliver(c, i, GuestFault.DB, Kind.ICEBP))).ends();
  }

  private static void deliver(Cpu c, Insn i, int vector, Kind kind) {
    Interrupts.deliver(c, vector, kind, c.nextEip(i), c.getEflags() & ~CpuState.RF, false, 0);
  }

  private static void onOverflow(Cpu c, Insn i) {
    if (c.overflow()) {
      deliver(c, i, GuestFault.OF, Kind.SOFTWARE);
    } else {
      c.eip = c.nextEip(i);
    }
  }

  private static void interrupt(Cpu c, Insn i) {
    if (c.isV86()) {
      if ((c.cr4 & CpuState.CR4_VME) != 0 && !isIntercepted(c, i.imm)) {
        redirect(c, i);
        return;
      }
      if (c.iopl() < 3) {
        throw c.gp(0);
      }
    }
    deliver(c, i, i.imm, Kind.SOFTWARE);
  }

  /**
   * Whether the task state's software interrupt redirection bitmap sends a vector to protected
   * mode.
   */
  private static boolean isIntercepted(Cpu c, int vector) {
    int limit = c.segLimit[CpuState.TR];
    if (Integer.compareUnsigned(TaskSwitch.IO_MAP_BASE + 1, limit) > 0) {
      throw c.gp(0);
    }
    int map = c.systemW(c.segBase[CpuState.TR] + TaskSwitch.IO_MAP_BASE);
    int at = map - REDIRECTION_MAP_BYTES + (vector >>> 3);
    if (Integer.compareUnsigned(at, limit) > 0) {
      throw c.gp(0);
    }
    return (c.systemB(c.segBase[CpuState.TR] + at) >>> (vector & 7) & 1) != 0;
  }

  /**
   * Handled as an 8086 would: through the vector table at linear address 0, without leaving
   * virtual-8086 mode.
   */
  private static void redirect(Cpu c, Insn i) {
    int entry = c.loadD(4 * i.imm);
    StackFrame frame = StackFrame.current(c, 0);
    frame.reserve(3, 2);
    boolean virtualInterrupts = c.iopl() < 3;
    frame.push(virtualInterrupts ? FlagInstructions.virtualImage(c) : c.getEflags());
    frame.push(c.selector[CpuState.CS]);
    frame.push(c.nextEip(i));
    frame.finish();
    c.eflags &= ~(CpuState.TF | CpuState.RF | (virtualInterrupts ? CpuState.VIF : CpuState.IF));
    c.debugTraps = 0;
    SegmentLoader.loadParagraph(c, CpuState.CS, entry >>> 16);
    c.eip = entry & 0xFFFF;
  }
}

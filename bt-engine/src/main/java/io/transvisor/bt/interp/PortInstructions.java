package io.transvisor.bt.interp;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/** IN and OUT (SDM volume 2). */
final class PortInstructions {
  private PortInstructions() {}

  static void define(FormTable t) {
    t.op("E4 ib", "in AL,Ib").any(new In(1, true)).ends();
    t.op("E5 ib", "in eAX,Ib").both(new In(2, true), new In(4, true)).ends();
    t.op("E6 ib", "out Ib,AL").any(new Out(1, true)).ends();
    t.op("E7 ib", "out Ib,eAX").both(new Out(2, true), new Out(4, true)).ends();
    t.op("EC", "in AL,DX").any(new In(1, false)).ends();
    t.op("ED", "in eAX,DX").both(new In(2, false), new In(4, false)).ends();
    t.op("EE", "out DX,AL").any(new Out(1, false)).ends();
    t.op("EF", "out DX,eAX").both(new Out(2, false), new Out(4, false)).ends();
  }

  private static final class In extends Handler {
    private final int size;
    private final boolean immediate;

    In(int size, boolean immediate) {
      this.size = size;
      this.immediate = immediate;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int port = immediate ? i.imm : c.reg16(CpuState.EDX);
      PortAccess.check(c, port, size);
      int next = c.nextEip(i);
      int value = PortAccess.read(c, port, size);
      switch (size) {
        case 1 -> c.setReg8(CpuState.EAX, value);
        case 2 -> c.setReg16(CpuState.EAX, value);
        default -> c.gpr[CpuState.EAX] = value;
      }
      c.eip = next;
    }
  }

  private static final class Out extends Handler {
    private final int size;
    private final boolean immediate;

    Out(int size, boolean immediate) {
      this.size = size;
      this.immediate = immediate;
    }

    @Override
    public void execute(Cpu c, Insn i) {
      int port = immediate ? i.imm : c.reg16(CpuState.EDX);
      PortAccess.check(c, port, size);
      int next = c.nextEip(i);
      PortAccess.write(c, port, size, c.gpr[CpuState.EAX] & -1 >>> 32 - 8 * size);
      c.eip = next;
    }
  }
}

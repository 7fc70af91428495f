package io.transvisor.bt.interp;

import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * INS and OUTS. The memory operand is checked before the port is touched, so that a page fault
 * loses no data of a device. One call moves at most a disk sector's worth of words, because ports
 * are slow and interrupts wait meanwhile.
 */
final class StringPorts {
  private static final int MAX_ITERATIONS = 256;

  private StringPorts() {}

  public static final class Ins extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int left = i.rep == 0 ? 1 : Strings.budget(c, Strings.count(c, i), MAX_ITERATIONS);
      if (left == 0) {
        return;
      }
      int port = c.reg16(Cpu.EDX);
      PortAccess.check(c, port, W.size());
      int step = Strings.step(c, W.size());
      do {
        int linear = c.forUpdate(Cpu.ES, c.gpr[Cpu.EDI] & i.addressMask, W.size());
        W.store(c, linear, PortAccess.read(c, port, W.size()));
        Strings.advance(c, i, Cpu.EDI, step);
        if (i.rep != 0) {
          Strings.advance(c, i, Cpu.ECX, -1);
        }
        left--;
      } while (left > 0 && c.debugTraps == 0);
      finish(c, i);
    }
  }

  public static final class Outs extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int left = i.rep == 0 ? 1 : Strings.budget(c, Strings.count(c, i), MAX_ITERATIONS);
      if (left == 0) {
        return;
      }
      int port = c.reg16(Cpu.EDX);
      PortAccess.check(c, port, W.size());
      int step = Strings.step(c, W.size());
      do {
        int linear = c.forRead(i.seg, c.gpr[Cpu.ESI] & i.addressMask, W.size());
        PortAccess.write(c, port, W.size(), W.load(c, linear));
        Strings.advance(c, i, Cpu.ESI, step);
        if (i.rep != 0) {
          Strings.advance(c, i, Cpu.ECX, -1);
        }
        left--;
      } while (left > 0 && c.debugTraps == 0);
      finish(c, i);
    }
  }

  /**
   * A device has been touched: what it wants is looked at before the next instruction, finished or
   * not.
   */
  private static void finish(Cpu c, Insn i) {
    if (i.rep != 0 && Strings.count(c, i) != 0) {
      Strings.again(c, i);
    } else {
      c.stopTrace();
    }
  }
}

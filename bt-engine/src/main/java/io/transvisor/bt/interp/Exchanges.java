package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import io.transvisor.core.cpu.CpuModel;
import java.lang.invoke.MethodHandles;

/**
 * XCHG, XADD, CMPXCHG and CMPXCHG8B (SDM volume 2). Atomic in any case: there is one processor, and
 * devices run on its thread.
 */
final class Exchanges {
  private Exchanges() {}

  static void define(FormTable t) {
    t.op("86 /r", "xchg Eb,Gb")
        .rm(Semantics.sized(SwapRm.class, BYTE), Semantics.sized(SwapMem.class, BYTE))
        .lockable();
    t.op("87 /r", "xchg Ev,Gv")
        .all(
            Semantics.sized(SwapRm.class, WORD),
            Semantics.sized(SwapMem.class, WORD),
            Semantics.sized(SwapRm.class, DWORD),
            Semantics.sized(SwapMem.class, DWORD))
        .lockable();
    // 90 exchanges EAX with itself: NOP.
    t.op("90+r", "xchg Zv,eAX")
        .both(Semantics.sized(SwapAcc.class, WORD), Semantics.sized(SwapAcc.class, DWORD));
    t.op("0F C0 /r", "xadd Eb,Gb")
        .rm(Semantics.sized(AddRm.class, BYTE), Semantics.sized(AddMem.class, BYTE))
        .writes("OSZAPC")
        .lockable();
    t.op("0F C1 /r", "xadd Ev,Gv")
        .all(
            Semantics.sized(AddRm.class, WORD),
            Semantics.sized(AddMem.class, WORD),
            Semantics.sized(AddRm.class, DWORD),
            Semantics.sized(AddMem.class, DWORD))
        .writes("OSZAPC")
        .lockable();
    t.op("0F B0 /r", "cmpxchg Eb,Gb")
        .rm(Semantics.sized(CompareRm.class, BYTE), Semantics.sized(CompareMem.class, BYTE))
        .writes("OSZAPC")
        .lockable();
    t.op("0F B1 /r", "cmpxchg Ev,Gv")
        .all(
            Semantics.sized(CompareRm.class, WORD),
            Semantics.sized(CompareMem.class, WORD),
            Semantics.sized(CompareRm.class, DWORD),
            Semantics.sized(CompareMem.class, DWORD))
        .writes("OSZAPC")
        .lockable();
    t.op("0F C7 /1:m", "cmpxchg8b Mq")
        .any(COMPARE_8_BYTES)
        .requires(CpuModel.CX8)
        .writes("Z")
        .lockable();
  }

  private static int add(Cpu c, Width w, int a, int b) {
    return switch (w.unit()) {
      case BYTE -> Alu.add8(c, a, b);
      case WORD -> Alu.add16(c, a, b);
      case DWORD -> Alu.add32(c, a, b);
    };
  }

  public static final class SwapRm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int a = W.register(c, i.rm);
      int b = W.register(c, i.reg);
      W.setRegister(c, i.rm, b);
      W.setRegister(c, i.reg, a);
    }
  }

  public static final class SwapMem extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      int a = W.load(c, linear);
      W.store(c, linear, W.register(c, i.reg));
      W.setRegister(c, i.reg, a);
    }
  }

  public static final class SwapAcc extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int a = W.register(c, i.rm);
      W.setRegister(c, i.rm, W.register(c, Cpu.EAX));
      W.setRegister(c, Cpu.EAX, a);
    }
  }

  /** With one register as both operands, the sum is what stays. */
  public static final class AddRm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int a = W.register(c, i.rm);
      int sum = add(c, W, a, W.register(c, i.reg));
      W.setRegister(c, i.reg, a);
      W.setRegister(c, i.rm, sum);
    }
  }

  public static final class AddMem extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      int a = W.load(c, linear);
      W.store(c, linear, add(c, W, a, W.register(c, i.reg)));
      W.setRegister(c, i.reg, a);
    }
  }

  public static final class CompareRm extends RegisterHandler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int accumulator = W.register(c, Cpu.EAX);
      int a = W.register(c, i.rm);
      W.compare(c, accumulator, a);
      if (accumulator == a) {
        W.setRegister(c, i.rm, W.register(c, i.reg));
      } else {
        W.setRegister(c, Cpu.EAX, a);
      }
    }
  }

  /** Memory is written in any case: with its own value where the comparison fails. */
  public static final class CompareMem extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forUpdate(c, i);
      int accumulator = W.register(c, Cpu.EAX);
      int a = W.load(c, linear);
      W.compare(c, accumulator, a);
      if (accumulator == a) {
        W.store(c, linear, W.register(c, i.reg));
      } else {
        W.store(c, linear, a);
        W.setRegister(c, Cpu.EAX, a);
      }
    }
  }

  private static final Handler COMPARE_8_BYTES =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int linear = c.forUpdate(i, 8);
          long a = c.loadQ(linear);
          int[] gpr = c.gpr;
          boolean equal = a == ((long) gpr[Cpu.EDX] << 32 | gpr[Cpu.EAX] & 0xFFFFFFFFL);
          if (equal) {
            c.storeQ(linear, (long) gpr[Cpu.ECX] << 32 | gpr[Cpu.EBX] & 0xFFFFFFFFL);
          } else {
            c.storeQ(linear, a);
            gpr[Cpu.EAX] = (int) a;
            gpr[Cpu.EDX] = (int) (a >>> 32);
          }
          c.flagResult = equal ? 0 : 1;
        }
      };
}

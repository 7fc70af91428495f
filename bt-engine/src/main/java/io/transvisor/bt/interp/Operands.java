package io.transvisor.bt.interp;

import io.transvisor.bt.interp.Semantics.Binary;
import io.transvisor.bt.interp.Semantics.Comparison;
import io.transvisor.bt.interp.Semantics.Consumer;
import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.interp.Semantics.Unary;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.RegisterHandler;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * Handler templates by operand shape. In the names, the destination comes first: {@code Rm} is the
 * register named by r/m, {@code Mem} the memory operand, {@code Reg} the register named by reg,
 * {@code Acc} the accumulator, {@code Imm} the immediate. Public only because {@link Specializer}
 * instantiates copies of them by reflection.
 */
final class Operands {
  private Operands() {}

  // ---- destination = operation(destination, source) ----

  public static final class RmReg extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), W.register(c, i.reg)));
    }
  }

  public static final class MemReg extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forWrite(c, i);
      int at = W.directUpdate(c, linear);
      if (at >= 0) {
        byte[] store = c.store;
        W.put(store, at, OP.apply(c, W.get(store, at), W.register(c, i.reg)));
      } else {
        c.probeWrite(linear, W.size());
        W.store(c, linear, OP.apply(c, W.load(c, linear), W.register(c, i.reg)));
      }
    }
  }

  public static final class RegRm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, W.register(c, i.reg), W.register(c, i.rm)));
    }
  }

  public static final class RegMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int b = W.read(c, i);
      W.setRegister(c, i.reg, OP.apply(c, W.register(c, i.reg), b));
    }
  }

  public static final class RmImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm), i.imm));
    }
  }

  public static final class MemImm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forWrite(c, i);
      int at = W.directUpdate(c, linear);
      if (at >= 0) {
        byte[] store = c.store;
        W.put(store, at, OP.apply(c, W.get(store, at), i.imm));
      } else {
        c.probeWrite(linear, W.size());
        W.store(c, linear, OP.apply(c, W.load(c, linear), i.imm));
      }
    }
  }

  public static final class AccImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, Cpu.EAX, OP.apply(c, W.register(c, Cpu.EAX), i.imm));
    }
  }

  /** Register = operation(r/m register, immediate), as the three-operand IMUL. */
  public static final class RegRmImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, W.register(c, i.rm), i.imm));
    }
  }

  public static final class RegMemImm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Binary OP = SIZED.operation(Binary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.reg, OP.apply(c, W.read(c, i), i.imm));
    }
  }

  // ---- flags only ----

  public static final class TestRmReg extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, i.rm), W.register(c, i.reg));
    }
  }

  public static final class TestMemReg extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.read(c, i), W.register(c, i.reg));
    }
  }

  public static final class TestRegRm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, i.reg), W.register(c, i.rm));
    }
  }

  public static final class TestRegMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, i.reg), W.read(c, i));
    }
  }

  public static final class TestRmImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, i.rm), i.imm);
    }
  }

  public static final class TestMemImm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.read(c, i), i.imm);
    }
  }

  public static final class TestAccImm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Comparison OP = SIZED.operation(Comparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, Cpu.EAX), i.imm);
    }
  }

  // ---- one operand ----

  public static final class Rm extends RegisterHandler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Unary OP = SIZED.operation(Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      W.setRegister(c, i.rm, OP.apply(c, W.register(c, i.rm)));
    }
  }

  public static final class Mem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Unary OP = SIZED.operation(Unary.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int linear = W.forWrite(c, i);
      int at = W.directUpdate(c, linear);
      if (at >= 0) {
        byte[] store = c.store;
        W.put(store, at, OP.apply(c, W.get(store, at)));
      } else {
        c.probeWrite(linear, W.size());
        W.store(c, linear, OP.apply(c, W.load(c, linear)));
      }
    }
  }

  /** Operand is read only; where the result goes is the operation's matter. */
  public static final class SourceRm extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Consumer OP = SIZED.operation(Consumer.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.register(c, i.rm));
    }
  }

  public static final class SourceMem extends Handler {
    private static final Sized SIZED = Specializer.semantics(MethodHandles.lookup(), Sized.class);
    private static final Width W = SIZED.width();
    private static final Consumer OP = SIZED.operation(Consumer.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.apply(c, W.read(c, i));
    }
  }
}

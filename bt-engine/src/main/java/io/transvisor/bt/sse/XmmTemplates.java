package io.transvisor.bt.sse;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import io.transvisor.core.cpu.CpuState;
import java.lang.invoke.MethodHandles;

/**
 * Handler templates for operand shapes with XMM registers; see {@link Specializer}. Of each pair
 * the first is for a register as second operand, the other for memory.
 */
final class XmmTemplates {
  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());
  private static final long LOW = 0xFFFFFFFFL;

  private XmmTemplates() {}

  /** A whole instruction. */
  @FunctionalInterface
  interface Action {
    void execute(Cpu c, Insn i);
  }

  /** An integer operation on each half. */
  @FunctionalInterface
  interface Lanes {
    long apply(long a, long b);
  }

  /** An operation on each half, or on the lower one, that may raise exceptions. */
  @FunctionalInterface
  interface Half {
    long apply(CpuState c, long a, long b);
  }

  /** An operation on the lowest 32 bits that may raise exceptions. */
  @FunctionalInterface
  interface Dword {
    int apply(CpuState c, int a, int b);
  }

  /** What becomes of the lower and of the upper half. */
  record Whole(Part low, Part high) {
    /** Half of the result from the halves of the operands and the immediate. */
    @FunctionalInterface
    interface Part {
      long apply(long aLow, long aHigh, long bLow, long bHigh, int immediate);
    }
  }

  static Handler action(Action action) {
    return SPECIALIZER.make(Plain.class, action);
  }

  static Handler make(Class<? extends Handler> template, Lanes operation) {
    return SPECIALIZER.make(template, operation);
  }

  static Handler make(Class<? extends Handler> template, Half operation) {
    return SPECIALIZER.make(template, operation);
  }

  static Handler make(Class<? extends Handler> template, Dword operation) {
    return SPECIALIZER.make(template, operation);
  }

  static Handler whole(Whole.Part low, Whole.Part high) {
    return SPECIALIZER.make(WholeOperand.class, new Whole(low, high));
  }

  public static final class Plain extends Handler {
    private static final Action OP = Specializer.semantics(MethodHandles.lookup(), Action.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.execute(c, i);
    }
  }

  public static final class LanesRegister extends Handler {
    private static final Lanes OP = Specializer.semantics(MethodHandles.lookup(), Lanes.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long[] x = c.xmm;
      int a = i.reg << 1;
      int b = i.rm << 1;
      x[a] = OP.apply(x[a], x[b]);
      x[a + 1] = OP.apply(x[a + 1], x[b + 1]);
    }
  }

  public static final class LanesMemory extends Handler {
    private static final Lanes OP = Specializer.semantics(MethodHandles.lookup(), Lanes.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      int linear = XmmMemory.alignedRead(c, i);
      long low = c.loadQ(linear);
      long high = c.loadQ(linear + 8);
      long[] x = c.xmm;
      int a = i.reg << 1;
      x[a] = OP.apply(x[a], low);
      x[a + 1] = OP.apply(x[a + 1], high);
    }
  }

  /** Shifts: both halves by the lower half of the second operand. */
  public static final class ShiftRegister extends Handler {
    private static final Lanes OP = Specializer.semantics(MethodHandles.lookup(), Lanes.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      shift(c, i.reg, c.xmm[i.rm << 1], OP);
    }
  }

  public static final class ShiftMemory extends Handler {
    private static final Lanes OP = Specializer.semantics(MethodHandles.lookup(), Lanes.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      shift(c, i.reg, c.loadQ(XmmMemory.alignedRead(c, i)), OP);
    }
  }

  public static final class ShiftImmediate extends Handler {
    private static final Lanes OP = Specializer.semantics(MethodHandles.lookup(), Lanes.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      shift(c, i.rm, i.imm, OP);
    }
  }

  private static void shift(Cpu c, int register, long count, Lanes operation) {
    long[] x = c.xmm;
    int a = register << 1;
    x[a] = operation.apply(x[a], count);
    x[a + 1] = operation.apply(x[a + 1], count);
  }

  public static final class PackedRegister extends Handler {
    private static final Half OP = Specializer.semantics(MethodHandles.lookup(), Half.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long[] x = c.xmm;
      int a = i.reg << 1;
      int b = i.rm << 1;
      long low = OP.apply(c, x[a], x[b]);
      long high = OP.apply(c, x[a + 1], x[b + 1]);
      SseGuard.finishIfRaised(c);
      x[a] = low;
      x[a + 1] = high;
    }
  }

  public static final class PackedMemory extends Handler {
    private static final Half OP = Specializer.semantics(MethodHandles.lookup(), Half.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      int linear = XmmMemory.alignedRead(c, i);
      long bLow = c.loadQ(linear);
      long bHigh = c.loadQ(linear + 8);
      long[] x = c.xmm;
      int a = i.reg << 1;
      long low = OP.apply(c, x[a], bLow);
      long high = OP.apply(c, x[a + 1], bHigh);
      SseGuard.finishIfRaised(c);
      x[a] = low;
      x[a + 1] = high;
    }
  }

  public static final class QwordRegister extends Handler {
    private static final Half OP = Specializer.semantics(MethodHandles.lookup(), Half.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long[] x = c.xmm;
      int a = i.reg << 1;
      long r = OP.apply(c, x[a], x[i.rm << 1]);
      SseGuard.finishIfRaised(c);
      x[a] = r;
    }
  }

  public static final class QwordMemory extends Handler {
    private static final Half OP = Specializer.semantics(MethodHandles.lookup(), Half.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long b = c.readQ(i.seg, c.offset(i));
      long[] x = c.xmm;
      int a = i.reg << 1;
      long r = OP.apply(c, x[a], b);
      SseGuard.finishIfRaised(c);
      x[a] = r;
    }
  }

  public static final class DwordRegister extends Handler {
    private static final Dword OP = Specializer.semantics(MethodHandles.lookup(), Dword.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long[] x = c.xmm;
      int a = i.reg << 1;
      int r = OP.apply(c, (int) x[a], (int) x[i.rm << 1]);
      SseGuard.finishIfRaised(c);
      x[a] = x[a] & ~LOW | r & LOW;
    }
  }

  public static final class DwordMemory extends Handler {
    private static final Dword OP = Specializer.semantics(MethodHandles.lookup(), Dword.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      int b = c.readD(i);
      long[] x = c.xmm;
      int a = i.reg << 1;
      int r = OP.apply(c, (int) x[a], b);
      SseGuard.finishIfRaised(c);
      x[a] = x[a] & ~LOW | r & LOW;
    }
  }

  /** Register or memory. */
  public static final class WholeOperand extends Handler {
    private static final Whole OP = Specializer.semantics(MethodHandles.lookup(), Whole.class);

    @Override
    public void execute(Cpu c, Insn i) {
      SseGuard.begin(c);
      long[] x = c.xmm;
      long bLow;
      long bHigh;
      if (i.memory) {
        int linear = XmmMemory.alignedRead(c, i);
        bLow = c.loadQ(linear);
        bHigh = c.loadQ(linear + 8);
      } else {
        bLow = x[i.rm << 1];
        bHigh = x[(i.rm << 1) + 1];
      }
      int a = i.reg << 1;
      long aLow = x[a];
      long aHigh = x[a + 1];
      x[a] = OP.low().apply(aLow, aHigh, bLow, bHigh, i.imm);
      x[a + 1] = OP.high().apply(aLow, aHigh, bLow, bHigh, i.imm);
    }
  }
}

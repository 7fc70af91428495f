package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.invoke.MethodHandles;

/**
 * Handler templates of the x87 instructions by operand shape; see {@link Specializer}. The
 * templates are public only because it instantiates copies of them by reflection.
 */
final class X87Templates {
  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());

  private X87Templates() {}

  /** Works on ST(0), and ST(i) where it has that operand. */
  @FunctionalInterface
  interface RegisterOperation {
    void apply(FpuState f, int i);
  }

  /** Takes a memory operand of 16 (zero-extended) or 32 bits. */
  @FunctionalInterface
  interface IntOperation {
    void apply(FpuState f, int value);
  }

  /** Takes a memory operand of 64 bits. */
  @FunctionalInterface
  interface LongOperation {
    void apply(FpuState f, long value);
  }

  /** Takes a memory operand of 80 bits. */
  @FunctionalInterface
  interface ExtendedOperation {
    void apply(FpuState f, long low, int high);
  }

  /** Computes what to store in 16 or 32 bits. */
  @FunctionalInterface
  interface IntResult {
    int get(FpuState f);
  }

  /** Computes what to store in 64 bits. */
  @FunctionalInterface
  interface LongResult {
    long get(FpuState f);
  }

  /** Leaves what to store in 80 bits in the result fields. */
  @FunctionalInterface
  interface ExtendedResult {
    void compute(FpuState f);
  }

  /** A condition of FCMOVcc. */
  @FunctionalInterface
  interface Condition {
    boolean test(CpuState c);
  }

  /** A comparison that sets EFLAGS. */
  record FlagComparison(boolean quiet, boolean pop) {}

  /**
   * What a template is specialised for: the first opcode byte, the operation, and whether it pops.
   */
  record Shape(int opcode, Object operation, boolean pop) {
    <T> T operation(Class<T> type) {
      return type.cast(operation);
    }
  }

  private static Handler make(Class<? extends Handler> template, int opcode, Object operation) {
    return SPECIALIZER.make(template, new Shape(opcode, operation, false));
  }

  static Handler register(int opcode, RegisterOperation operation) {
    return make(Register.class, opcode, operation);
  }

  static Handler word(int opcode, IntOperation operation) {
    return make(Word.class, opcode, operation);
  }

  static Handler dword(int opcode, IntOperation operation) {
    return make(Dword.class, opcode, operation);
  }

  static Handler qword(int opcode, LongOperation operation) {
    return make(Qword.class, opcode, operation);
  }

  static Handler extended(int opcode, ExtendedOperation operation) {
    return make(ExtendedOperand.class, opcode, operation);
  }

  static Handler storeWord(int opcode, IntResult result, boolean pop) {
    return SPECIALIZER.make(StoreWord.class, new Shape(opcode, result, pop));
  }

  static Handler storeDword(int opcode, IntResult result, boolean pop) {
    return SPECIALIZER.make(StoreDword.class, new Shape(opcode, result, pop));
  }

  static Handler storeQword(int opcode, LongResult result, boolean pop) {
    return SPECIALIZER.make(StoreQword.class, new Shape(opcode, result, pop));
  }

  static Handler storeExtended(int opcode, ExtendedResult result) {
    return make(StoreExtended.class, opcode, result);
  }

  static Handler conditionalMove(int opcode, Condition condition) {
    return make(ConditionalMove.class, opcode, condition);
  }

  static Handler compareToFlags(int opcode, boolean quiet, boolean pop) {
    return make(CompareToFlags.class, opcode, new FlagComparison(quiet, pop));
  }

  public static final class Register extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final RegisterOperation OP = SHAPE.operation(RegisterOperation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      OP.apply(c.fpu, i.rm);
      X87Guard.end(c, i, SHAPE.opcode());
    }
  }

  public static final class Word extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final IntOperation OP = SHAPE.operation(IntOperation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      OP.apply(c.fpu, c.readW(i.seg, offset));
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class Dword extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final IntOperation OP = SHAPE.operation(IntOperation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      OP.apply(c.fpu, c.readD(i.seg, offset));
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class Qword extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final LongOperation OP = SHAPE.operation(LongOperation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      OP.apply(c.fpu, c.readQ(i.seg, offset));
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class ExtendedOperand extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final ExtendedOperation OP = SHAPE.operation(ExtendedOperation.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      long low = c.readQ(i.seg, offset);
      int high = c.readW(i.seg, offset + 8 & i.addressMask);
      OP.apply(c.fpu, low, high);
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class StoreWord extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final IntResult OP = SHAPE.operation(IntResult.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      int value = OP.get(c.fpu);
      if (X87Transfers.mayStore(c.fpu)) {
        c.writeW(i.seg, offset, value);
      }
      X87Transfers.commitStore(c.fpu, SHAPE.pop());
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class StoreDword extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final IntResult OP = SHAPE.operation(IntResult.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      int value = OP.get(c.fpu);
      if (X87Transfers.mayStore(c.fpu)) {
        c.writeD(i.seg, offset, value);
      }
      X87Transfers.commitStore(c.fpu, SHAPE.pop());
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class StoreQword extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final LongResult OP = SHAPE.operation(LongResult.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      long value = OP.get(c.fpu);
      if (X87Transfers.mayStore(c.fpu)) {
        c.writeQ(i.seg, offset, value);
      }
      X87Transfers.commitStore(c.fpu, SHAPE.pop());
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  /** Always pops. */
  public static final class StoreExtended extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final ExtendedResult OP = SHAPE.operation(ExtendedResult.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      int offset = c.offset(i);
      FpuState f = c.fpu;
      OP.compute(f);
      if (X87Transfers.mayStore(f)) {
        int low = c.forUpdate(i.seg, offset, 8);
        int high = c.forUpdate(i.seg, offset + 8 & i.addressMask, 2);
        c.storeQ(low, f.resultSignificand);
        c.storeW(high, f.resultSignExponent);
      }
      X87Transfers.commitStore(f, true);
      X87Guard.end(c, i, SHAPE.opcode(), offset);
    }
  }

  public static final class ConditionalMove extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final Condition OP = SHAPE.operation(Condition.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      X87Transfers.moveIf(c.fpu, i.rm, OP.test(c));
      X87Guard.end(c, i, SHAPE.opcode());
    }
  }

  public static final class CompareToFlags extends Handler {
    private static final Shape SHAPE = Specializer.semantics(MethodHandles.lookup(), Shape.class);
    private static final FlagComparison OP = SHAPE.operation(FlagComparison.class);

    @Override
    public void execute(Cpu c, Insn i) {
      X87Guard.begin(c);
      c.setArithmeticFlags(X87Arithmetic.compareToFlags(c.fpu, i.rm, OP.quiet(), OP.pop()));
      X87Guard.end(c, i, SHAPE.opcode());
    }
  }
}

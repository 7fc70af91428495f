package io.transvisor.bt.region;

import static io.transvisor.bt.region.FpuRegisters.LOST;
import static io.transvisor.bt.region.FpuRegisters.ROUNDED_UP;
import static io.transvisor.bt.region.FpuRegisters.SCRATCH;
import static io.transvisor.bt.region.FpuRegisters.doubleOf;
import static io.transvisor.bt.region.MethodWriter.VALUE;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.fpu.DoubleArithmetic;
import io.transvisor.bt.fpu.X87Arithmetic;
import io.transvisor.bt.region.X87Operation.Format;
import io.transvisor.bt.region.X87Operation.Kind;
import io.transvisor.core.cpu.FpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;

/**
 * x87 arithmetic with the host's doubles, for code that runs with 53 bits of precision, rounding to
 * nearest: the results are the same. Between blocks values are doubles where all ways lead to a
 * block so; see {@link FpuFlow#doubles}.
 */
final class DoubleWriter {
  /** Rounding control, precision control, and the mask of inexactness. */
  private static final int CONTROL_BITS = 0xF00 | FpuState.PE;

  private static final int WANTED_CONTROL = 0x200 | FpuState.PE;
  private static final boolean FUSED = HotSpotOptions.is("UseFMA", true);

  // ---- local variables ----
  private static final int OPERAND = SCRATCH;
  private static final int RESULT = SCRATCH + 2;
  private static final int ERROR = SCRATCH + 4;
  private static final int SINGLE = SCRATCH + 6;
  private static final int NEGATED = SCRATCH + 7;

  /** Local variables from here on are free inside one instruction. */
  static final int FREE = SCRATCH + 9;

  private final MethodWriter w;
  private final CodeBuilder b;
  private final FpuRegisters registers;
  private final MethodInliner inliner;

  DoubleWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    registers = writer.fpu;
    inliner = new MethodInliner(b, FREE);
  }

  /** Whether that is possible with a control word. */
  static boolean canBeUsed(int control) {
    return FUSED && (control & CONTROL_BITS) == WANTED_CONTROL;
  }

  /** Whether an operation needs the control word to be as wanted. */
  static boolean dependsOnControl(X87Operation op) {
    return op.kind() == Kind.ARITHMETIC
        || op.kind() == Kind.ARITHMETIC_TO_REGISTER
        || op.kind() == Kind.STORE && op.format() == Format.SINGLE;
  }

  /** With the control word pushed: pushes 0 if it is as wanted, else something positive. */
  void testControl() {
    b.loadConstant(CONTROL_BITS).iand().loadConstant(WANTED_CONTROL).ixor();
  }

  private void predicate(String name, int... parameters) {
    inliner.copy(DoubleArithmetic.class, name, parameters, Map.of(), w.exits.missForValues());
  }

  private void value(String name, int... parameters) {
    inliner.copy(DoubleArithmetic.class, name, parameters, Map.of(), null);
  }

  // ---- moves ----

  /** Whether the memory operand of a load or of arithmetic is always a double. */
  static boolean canLoad(Format format) {
    return format != Format.EXTENDED && format != Format.INT64;
  }

  /** Leaves the value of a memory operand in a local variable, and gives its number. */
  int fetch(Format format) {
    w.memory.findOperand(format.bytes, false);
    w.memory.get(format.bytes);
    switch (format) {
      case SINGLE -> {
        b.istore(VALUE);
        predicate("isOrdinarySingle", VALUE);
        b.iload(VALUE)
            .invokestatic(
                ConstantDescs.CD_Float,
                "intBitsToFloat",
                MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int))
            .f2d();
      }
      case DOUBLE -> {
        b.lstore(WIDE);
        predicate("isOrdinary", WIDE);
        b.lload(WIDE)
            .invokestatic(
                ConstantDescs.CD_Double,
                "longBitsToDouble",
                MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long));
      }
      default -> {
        w.signExtend(format.bytes);
        b.i2d();
      }
    }
    b.dstore(OPERAND);
    return OPERAND;
  }

  /** Leaves a constant there. */
  int constant(double x) {
    b.loadConstant(x).dstore(OPERAND);
    return OPERAND;
  }

  /** A slot gets a value. */
  void set(int slot, int local) {
    b.dload(local).dstore(doubleOf(slot));
    registers.writtenAsDouble(slot);
  }

  /** Whether a store needs no conversion to the extended format first. */
  boolean canStore(int slot, Format format) {
    return (registers.forms(slot) & 1) != 0 && (format == Format.SINGLE || format == Format.DOUBLE);
  }

  /** FST where {@link #canStore}; the place in memory has been found. */
  void store(int slot, Format format) {
    if (format == Format.DOUBLE) {
      b.dload(doubleOf(slot))
          .invokestatic(
              ConstantDescs.CD_Double,
              "doubleToRawLongBits",
              MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_double))
          .lstore(WIDE);
      w.memory.put(8);
      b.lconst_0().lstore(ROUNDED_UP);
    } else {
      b.dload(doubleOf(slot)).d2f().fstore(SINGLE);
      predicate("fitsSingle", SINGLE, doubleOf(slot));
      b.fload(SINGLE)
          .invokestatic(
              ConstantDescs.CD_Float,
              "floatToRawIntBits",
              MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_float))
          .istore(VALUE);
      w.memory.put(4);
      b.dload(doubleOf(slot)).fload(SINGLE).f2d().dsub().dstore(ERROR);
      raise(doubleOf(slot));
    }
    registers.environmentWritten();
  }

  /** The negative or absolute value of a slot. */
  void changeSign(int slot, boolean clear) {
    b.dload(doubleOf(slot));
    if (clear) {
      b.invokestatic(
          ClassDesc.of("java.lang.Math"),
          "abs",
          MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_double));
    } else {
      b.dneg();
    }
    b.dstore(doubleOf(slot));
    registers.writtenAsDouble(slot);
  }

  // ---- arithmetic ----

  /** Operation, as {@link X87Arithmetic} numbers them, of ST(0) and another value. */
  void arithmetic(int number, int st, int x, int destination) {
    switch (number) {
      case X87Arithmetic.ADD -> add(st, x);
      case X87Arithmetic.SUBTRACT -> add(st, negate(x));
      case X87Arithmetic.SUBTRACT_REVERSED -> add(x, negate(st));
      case X87Arithmetic.MULTIPLY -> {
        b.dload(st).dload(x).dmul().dstore(RESULT);
        predicate("fitsProduct", RESULT, st, x);
        value("errorOfProduct", RESULT, st, x);
        b.dstore(ERROR);
        raise(RESULT);
      }
      case X87Arithmetic.DIVIDE -> divide(st, x);
      default -> divide(x, st);
    }
    set(destination, RESULT);
    registers.environmentWritten();
  }

  private int negate(int local) {
    b.dload(local).dneg().dstore(NEGATED);
    return NEGATED;
  }

  private void add(int a, int c) {
    b.dload(a).dload(c).dadd().dstore(RESULT);
    predicate("fitsSum", RESULT);
    value("errorOfSum", RESULT, a, c);
    b.dstore(ERROR);
    raise(RESULT);
  }

  private void divide(int a, int c) {
    b.dload(a).dload(c).ddiv().dstore(RESULT);
    predicate("fitsQuotient", RESULT, a, c);
    value("remainder", RESULT, a, c);
    b.dstore(ERROR);
    raise(a);
  }

  /** Inexactness and C1 by {@link #ERROR}. */
  private void raise(int reference) {
    b.lload(LOST);
    value("lost", ERROR);
    b.lor().lstore(LOST);
    value("roundedUp", ERROR, reference);
    b.lstore(ROUNDED_UP);
  }

  /** Pushes what the comparison of two values says. */
  void compare(int st, int x) {
    value("compare", st, x);
  }
}

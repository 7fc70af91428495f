package io.transvisor.bt.region;

import static io.transvisor.bt.region.FpuRegisters.CONTROL;
import static io.transvisor.bt.region.FpuRegisters.EMPTY;
import static io.transvisor.bt.region.FpuRegisters.FPU_CLASS;
import static io.transvisor.bt.region.FpuRegisters.LOST;
import static io.transvisor.bt.region.FpuRegisters.ROUNDED_UP;
import static io.transvisor.bt.region.FpuRegisters.STATUS;
import static io.transvisor.bt.region.FpuRegisters.signExponent;
import static io.transvisor.bt.region.FpuRegisters.significand;
import static io.transvisor.bt.region.MethodWriter.VALUE;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.fpu.NormalArithmetic;
import io.transvisor.bt.fpu.NormalFormats;
import io.transvisor.bt.fpu.X87Arithmetic;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.FpuFlow.Unit;
import io.transvisor.bt.region.X87Operation.Format;
import io.transvisor.bt.region.X87Operation.Kind;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;

/**
 * x87 instructions on registers in local variables. Before the first one of a block it is made sure
 * that none will find the stack wrong; arithmetic is that of {@link NormalArithmetic} in line.
 * Whatever else may happen leaves the region before the instruction.
 */
final class X87Writer {
  private static final int SIGN = 0x8000;
  private static final int CONDITIONS = FpuState.C0 | FpuState.C2 | FpuState.C3;
  private static final ClassDesc ARITHMETIC_CLASS = ClassDesc.of(X87Arithmetic.class.getName());
  private static final MethodTypeDesc DIVIDE_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_int,
          FPU_CLASS,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int);

  // ---- local variables ----
  private static final int RAISED = DoubleWriter.FREE;
  private static final int RESULT = RAISED + 2;
  private static final int RESULT_SIGN_EXPONENT = RAISED + 4;

  /** Value of a memory operand. */
  private static final int OPERAND = RAISED + 5;

  private static final int OPERAND_SIGN_EXPONENT = RAISED + 7;

  /** What {@link FpuState#lost} and {@link FpuState#roundedUp} stand for. */
  private static final int LOST_NOW = RAISED + 11;

  private static final int UP = RAISED + 13;
  private static final int ZERO = RAISED + 8;
  private static final int ZERO_INT = RAISED + 10;
  private static final int FREE = RAISED + 15;

  private static final Map<String, Integer> RESULT_FIELDS =
      Map.of(
          "control", CONTROL,
          "lost", LOST_NOW,
          "roundedUp", UP,
          "resultSignificand", RESULT,
          "resultSignExponent", RESULT_SIGN_EXPONENT);

  private static final Map<String, Integer> OPERAND_FIELDS =
      Map.of("resultSignificand", OPERAND, "resultSignExponent", OPERAND_SIGN_EXPONENT);

  private final MethodWriter w;
  private final CodeBuilder b;
  private final FpuRegisters registers;
  private final MethodInliner inliner;

  /** Null if arithmetic is done in the extended format. */
  private final DoubleWriter doubles;

  X87Writer(MethodWriter writer) {
    w = writer;
    b = writer.b;
    registers = writer.fpu;
    inliner = new MethodInliner(b, FREE);
    doubles = w.plan.doubles() ? new DoubleWriter(w) : null;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    X87Operation op = registers.unit() == Unit.X87 ? X87Operation.of(i) : null;
    if (op == null) {
      return false;
    }
    makeReady();
    hold(op.reads(i));
    switch (op.kind()) {
      case ARITHMETIC -> arithmetic(i, op, slot(0));
      case ARITHMETIC_TO_REGISTER -> arithmetic(i, op, slot(i.rm));
      case COMPARE, COMPARE_TO_FLAGS, COMPARE_WITH_ZERO -> compare(i, op);
      case LOAD -> load(i, op);
      case LOAD_REGISTER -> {
        copy(slot(i.rm), slot(7));
        pushed();
      }
      case LOAD_ONE -> load(1, 1L << 63, 0x3FFF);
      case LOAD_ZERO -> load(0, 0, 0);
      case STORE -> store(i, op);
      case STORE_REGISTER -> {
        if (i.rm != 0) {
          copy(slot(0), slot(i.rm));
        }
        registers.tag(1 << slot(i.rm), true);
        clearC1();
      }
      case EXCHANGE -> exchange(slot(0), slot(i.rm));
      case CHANGE_SIGN, CLEAR_SIGN -> changeSign(slot(0), op.kind() == Kind.CLEAR_SIGN);
      case FREE -> {
        registers.tag(1 << slot(i.rm), false);
        clearC1();
      }
      case LOAD_CONTROL -> loadControl();
      case STORE_CONTROL -> {
        w.memory.findOperand(2, true);
        registers.pushField("control");
        b.istore(VALUE);
        w.memory.put(2);
      }
      case STORE_STATUS -> {
        pushStatus();
        w.popRegister(CpuState.EAX, 2);
      }
      case NOTHING, WAIT -> {}
    }
    for (int n = 0; n < op.pops(); n++) {
      registers.tag(1 << slot(0), false);
      registers.depth = slot(1);
    }
    if (!op.kind().isControl()) {
      registers.pointToInstruction();
    }
    return true;
  }

  private int slot(int distance) {
    return registers.depth + distance & 7;
  }

  private void hold(int distances) {
    registers.hold(FpuFlow.rotate(distances, registers.depth) | FpuFlow.ENVIRONMENT);
  }

  // ---- before the first one of a block ----

  /**
   * Leaves the region unless the unit may be used, no exception waits, and the registers that will
   * be read are in use, those that will be pushed empty, until a handler is called or the block
   * ends.
   */
  private void makeReady() {
    if (registers.isReady()) {
      return;
    }
    registers.hold(FpuFlow.ENVIRONMENT);
    registers.settle();
    int used = registers.inUse;
    int empty = registers.empty;
    int needed = 0;
    int end = w.block.insns.size();
    boolean impossible = false;
    boolean controlled = false;
    int depth = registers.depth;
    for (int n = w.position; n < w.block.insns.size(); n++) {
      Insn i = w.block.insns.get(n);
      X87Operation op = X87Operation.of(i);
      if (op == null && i.form != null && Operands.isRegisterNeutral(i)
          || op != null && w.plan.isLeftToHandler(i)) {
        break;
      }
      if (op == null) {
        continue;
      }
      int reads = FpuFlow.rotate(op.reads(i), depth);
      int pushed = op.pushes() ? 1 << (depth + 7 & 7) : 0;
      boolean wrong = (reads & (empty | pushed)) != 0 || (pushed & used) != 0;
      if (wrong && n > w.position) {
        end = n;
        break;
      }
      impossible |= wrong;
      if (doubles != null && op.kind() == Kind.LOAD_CONTROL) {
        // what follows looks at the new control word
        end = Math.min(end, n + 1);
      }
      controlled |= doubles != null && n < end && DoubleWriter.dependsOnControl(op);
      needed |= reads & ~used | pushed & ~empty;
      registers.inUse |= reads & ~used & ~empty;
      registers.empty |= pushed & ~empty & ~used;
      int written = FpuFlow.rotate(op.writes(i), depth);
      used = used | reads | written;
      empty &= ~written & ~reads;
      if (op.kind() == Kind.FREE) {
        used &= ~(1 << (depth + i.rm & 7));
        empty |= 1 << (depth + i.rm & 7);
      }
      depth = depth - (op.pushes() ? 1 : 0) & 7;
      for (int k = 0; k < op.pops(); k++) {
        used &= ~(1 << depth);
        empty |= 1 << depth;
        depth = depth + 1 & 7;
      }
    }
    b.iload(EMPTY).loadConstant(needed | FpuRegisters.TROUBLE).iand();
    b.loadConstant(registers.empty & needed).ixor();
    if (controlled) {
      registers.pushField("control");
      doubles.testControl();
      b.ior();
    }
    if (impossible) {
      b.iconst_1().ior();
    }
    // a unit that must not be used now can be used soon
    w.jumpUnlessZero(
        w.exits.miss(() -> {
          b.iload(EMPTY).loadConstant(FpuRegisters.TROUBLE).iand();
          b.iconst_1().isub().bipush(31).ishr();
        }));
    registers.pushField("control");
    b.istore(CONTROL);
    registers.setReady(end);
  }

  // ---- results ----

  private void set(int slot, int sig, int se) {
    b.lload(sig).lstore(significand(slot)).iload(se).istore(signExponent(slot));
    registers.written(slot);
  }

  private void push(int sig, int se) {
    set(slot(7), sig, se);
    pushed();
  }

  /** A value has been written to the register above ST(0). */
  private void pushed() {
    registers.depth = slot(7);
    registers.tag(1 << slot(0), true);
    clearC1();
  }

  private void clearC1() {
    b.lconst_0().lstore(ROUNDED_UP);
    registers.environmentWritten();
  }

  private void raise() {
    b.lload(LOST).lload(LOST_NOW).lor().lstore(LOST).lload(UP).lstore(ROUNDED_UP);
    registers.environmentWritten();
  }

  private void pushStatus() {
    registers.pushStatus();
    b.iload(FpuRegisters.TOP).loadConstant(registers.depth).iadd();
    b.bipush(7).iand().bipush(11).ishl().ior();
  }

  // ---- memory operands ----

  /** Leaves the value of a memory operand in {@link #OPERAND}. */
  private void fetch(Format format) {
    w.memory.findOperand(format.bytes, false);
    Label miss = w.exits.missForValues();
    switch (format) {
      case SINGLE -> {
        w.memory.get(4);
        b.istore(VALUE);
        inline("ofSingle", new int[] {VALUE}, OPERAND_FIELDS, miss);
      }
      case DOUBLE -> {
        w.memory.get(8);
        b.lstore(WIDE);
        inline("ofDouble", new int[] {WIDE}, OPERAND_FIELDS, miss);
      }
      case EXTENDED -> {
        w.memory.get(8, 0);
        b.lstore(OPERAND);
        w.memory.get(2, 8);
        b.istore(OPERAND_SIGN_EXPONENT);
      }
      default -> {
        w.memory.get(format.bytes);
        if (format != Format.INT64) {
          w.signExtend(format.bytes);
          b.i2l();
        }
        b.lstore(WIDE);
        inline("ofInteger", new int[] {WIDE}, OPERAND_FIELDS, miss);
      }
    }
  }

  private void inline(String name, int[] parameters, Map<String, Integer> fields, Label failure) {
    inliner.copy(NormalFormats.class, name, parameters, fields, failure);
  }

  private void pointToData() {
    w.memory.pushOffset();
    registers.pointToData();
  }

  /** Pushes a constant, given in both forms. */
  private void load(double value, long sig, int se) {
    if (doubles != null) {
      doubles.set(slot(7), doubles.constant(value));
      pushed();
      return;
    }
    b.loadConstant(sig).lstore(RESULT).loadConstant(se).istore(RESULT_SIGN_EXPONENT);
    push(RESULT, RESULT_SIGN_EXPONENT);
  }

  private void load(Insn i, X87Operation op) {
    if (doubles != null && DoubleWriter.canLoad(op.format())) {
      int value = doubles.fetch(op.format());
      pointToData();
      doubles.set(slot(7), value);
      pushed();
      return;
    }
    fetch(op.format());
    pointToData();
    push(OPERAND, OPERAND_SIGN_EXPONENT);
  }

  private void store(Insn i, X87Operation op) {
    Format format = op.format();
    int[] value = {significand(slot(0)), signExponent(slot(0))};
    w.memory.findOperand(format.bytes, true);
    if (doubles != null && doubles.canStore(slot(0), format)) {
      doubles.store(slot(0), format);
      pointToData();
      return;
    }
    registers.extend(1 << slot(0));
    Label miss = w.exits.missForValues();
    b.lconst_0().lstore(LOST_NOW).lconst_0().lstore(UP);
    switch (format) {
      case SINGLE -> inline("toSingle", value, RESULT_FIELDS, miss);
      case DOUBLE -> inline("toDouble", value, RESULT_FIELDS, miss);
      case EXTENDED -> {
        b.lload(value[0]).lstore(WIDE).iload(value[1]).istore(VALUE);
        w.memory.put(8);
        w.memory.put(2, 8);
      }
      default -> {
        b.loadConstant(8 * format.bytes).istore(VALUE);
        inline("toInteger", new int[] {value[0], value[1], VALUE}, RESULT_FIELDS, miss);
      }
    }
    if (format == Format.DOUBLE || format == Format.INT64) {
      b.lload(RESULT).lstore(WIDE);
      w.memory.put(8);
    } else if (format != Format.EXTENDED) {
      b.lload(RESULT).l2i().istore(VALUE);
      w.memory.put(format.bytes);
    }
    pointToData();
    raise();
  }

  // ---- arithmetic and comparisons ----

  private void arithmetic(Insn i, X87Operation op, int destination) {
    if (doubles != null && DoubleWriter.canLoad(op.format())) {
      int x = doubleOperand(i, op);
      doubles.arithmetic(op.number(), FpuRegisters.doubleOf(slot(0)), x, destination);
      if (op.format() != Format.NONE) {
        pointToData();
      }
      return;
    }
    int x = significand(slot(i.rm));
    int xSignExponent = signExponent(slot(i.rm));
    if (op.format() != Format.NONE) {
      fetch(op.format());
      x = OPERAND;
      xSignExponent = OPERAND_SIGN_EXPONENT;
    }
    int st = significand(slot(0));
    int stSignExponent = signExponent(slot(0));
    int number = op.number();
    switch (number) {
      case X87Arithmetic.ADD -> calculate("add", st, stSignExponent, x, xSignExponent);
      case X87Arithmetic.MULTIPLY -> calculate("multiply", st, stSignExponent, x, xSignExponent);
      case X87Arithmetic.SUBTRACT -> {
        negate(xSignExponent);
        calculate("add", st, stSignExponent, x, VALUE);
      }
      case X87Arithmetic.SUBTRACT_REVERSED -> {
        negate(stSignExponent);
        calculate("add", x, xSignExponent, st, VALUE);
      }
      case X87Arithmetic.DIVIDE -> divide(st, stSignExponent, x, xSignExponent);
      default -> divide(x, xSignExponent, st, stSignExponent);
    }
    if (op.format() != Format.NONE) {
      pointToData();
    }
    set(destination, RESULT, RESULT_SIGN_EXPONENT);
    raise();
  }

  /** Makes doubles of the operands; returns the local variable of the second one. */
  private int doubleOperand(Insn i, X87Operation op) {
    registers.makeDouble(slot(0));
    if (op.format() != Format.NONE) {
      return doubles.fetch(op.format());
    }
    int other = slot(op.other(i));
    registers.makeDouble(other);
    return FpuRegisters.doubleOf(other);
  }

  /** Leaves a sign and exponent with the sign inverted in {@link MethodWriter#VALUE}. */
  private void negate(int local) {
    b.iload(local).loadConstant(SIGN).ixor().istore(VALUE);
  }

  private void calculate(String name, int aSig, int aSe, int bSig, int bSe) {
    int[] operands = {aSig, aSe, bSig, bSe};
    inliner.copy(NormalArithmetic.class, name, operands, RESULT_FIELDS, w.exits.missForValues());
  }

  /** Division takes so long that a call does not matter. */
  private void divide(int aSig, int aSe, int bSig, int bSe) {
    registers.pushFpu();
    b.lload(aSig).iload(aSe).lload(bSig).iload(bSe);
    b.invokestatic(ARITHMETIC_CLASS, "quotient", DIVIDE_TYPE).istore(RAISED);
    missIfNegative(RAISED);
    registers.pushFpu();
    b.getfield(FPU_CLASS, "resultSignificand", ConstantDescs.CD_long).lstore(RESULT);
    registers.pushField("resultSignExponent");
    b.istore(RESULT_SIGN_EXPONENT);
    b.iload(STATUS).iload(RAISED).loadConstant(FpuState.EXCEPTIONS).iand().ior().istore(STATUS);
    b.lconst_0().lstore(LOST_NOW);
    b.iload(RAISED).bipush(9).iushr().iconst_1().iand().i2l().lstore(UP);
  }

  /** A negative result says that the values are none of the common ones. */
  private void missIfNegative(int local) {
    b.iload(local).iconst_m1().ixor().bipush(31).iushr().ifeq(w.exits.missForValues());
  }

  private void compare(Insn i, X87Operation op) {
    if (doubles != null) {
      boolean zero = op.kind() == Kind.COMPARE_WITH_ZERO;
      if (zero) {
        registers.makeDouble(slot(0));
      }
      int x = zero ? doubles.constant(0) : doubleOperand(i, op);
      doubles.compare(FpuRegisters.doubleOf(slot(0)), x);
      b.istore(VALUE);
      compared(op);
      return;
    }
    int[] operands = {significand(slot(0)), signExponent(slot(0)), ZERO, ZERO_INT};
    if (op.kind() == Kind.COMPARE_WITH_ZERO) {
      b.lconst_0().lstore(ZERO).iconst_0().istore(ZERO_INT);
    } else if (op.format() != Format.NONE) {
      fetch(op.format());
      operands[2] = OPERAND;
      operands[3] = OPERAND_SIGN_EXPONENT;
    } else {
      operands[2] = significand(slot(op.other(i)));
      operands[3] = signExponent(slot(op.other(i)));
    }
    inliner.copy(NormalArithmetic.class, "compare", operands, RESULT_FIELDS, null);
    b.istore(VALUE);
    missIfNegative(VALUE);
    compared(op);
  }

  /** The conditions are in {@link MethodWriter#VALUE}. */
  private void compared(X87Operation op) {
    if (op.format() != Format.NONE) {
      pointToData();
    }
    if (op.kind() == Kind.COMPARE_TO_FLAGS) {
      clearC1();
      // C0, C2, C3 stand where SAHF takes CF, PF, ZF from the status word's upper byte
      b.iload(VALUE).bipush(8).iushr().istore(MethodWriter.FIRST);
      w.flags.set(LazyFlags.WORD);
    } else {
      b.iload(STATUS).loadConstant(~CONDITIONS).iand().iload(VALUE).ior().istore(STATUS);
      clearC1();
    }
  }

  // ---- moves ----

  /** A slot gets the value of another, in the forms it is there in. */
  private void copy(int from, int to) {
    int forms = registers.forms(from);
    if ((forms & 1) != 0) {
      b.dload(FpuRegisters.doubleOf(from)).dstore(FpuRegisters.doubleOf(to));
    }
    set(to, significand(from), signExponent(from));
    registers.setForms(to, forms);
  }

  private void exchange(int st, int x) {
    int stForms = registers.forms(st);
    int xForms = registers.forms(x);
    if (((stForms | xForms) & 1) != 0) {
      b.dload(FpuRegisters.doubleOf(st)).dload(FpuRegisters.doubleOf(x));
      b.dstore(FpuRegisters.doubleOf(st)).dstore(FpuRegisters.doubleOf(x));
    }
    b.lload(significand(st)).lload(significand(x));
    b.lstore(significand(st)).lstore(significand(x));
    b.iload(signExponent(st)).iload(signExponent(x));
    b.istore(signExponent(st)).istore(signExponent(x));
    registers.written(st);
    registers.written(x);
    registers.setForms(st, xForms);
    registers.setForms(x, stForms);
    clearC1();
  }

  private void changeSign(int slot, boolean clear) {
    if ((registers.forms(slot) & 1) != 0) {
      doubles.changeSign(slot, clear);
      clearC1();
      return;
    }
    b.iload(signExponent(slot));
    if (clear) {
      b.loadConstant(SIGN - 1).iand();
    } else {
      b.loadConstant(SIGN).ixor();
    }
    b.istore(signExponent(slot));
    registers.written(slot);
    clearC1();
  }

  // ---- control word ----

  /** Nothing else changes if no exception waits before and after. */
  private void loadControl() {
    w.memory.findOperand(2, false);
    w.memory.get(2);
    b.loadConstant(0x1F3F).iand().bipush(0x40).ior().istore(VALUE);
    registers.pushStatus();
    b.iload(VALUE).iconst_m1().ixor().iand().loadConstant(FpuState.EXCEPTIONS).iand();
    registers.pushFpu();
    b.getfield(FPU_CLASS, "ignoreErrors", ConstantDescs.CD_boolean).ior();
    w.jumpUnlessZero(w.exits.missForValues());
    b.iload(VALUE).istore(CONTROL);
    registers.pushFpu();
    b.iload(VALUE).putfield(FPU_CLASS, "control", ConstantDescs.CD_int);
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the writers of instructions share while one region's method is written: the local variables,
 * access to guest registers, the ways out.
 */
final class MethodWriter {
  // ---- local variables ----
  static final int SELF = 0;

  static final int CPU = 1;
  static final int ENTRY = 2;

  /** Behind the entry in its place: what regions are entered with from here, but for the entry. */
  static final int LEVEL = 2;

  /** Instructions that may still be retired. */
  static final int BUDGET = 3;

  static final int MAP = 4;

  /** EIP of the region's base. */
  static final int BASE = 5;

  /** The guest's registers, from EAX on. The CPU has the same values. */
  static final int GPR = 6;

  /** Result of the last instruction that set flags, sign-extended; see {@link LazyFlags}. */
  static final int RESULT = 14;

  /** Carries before it, if it was INC or DEC. */
  static final int CARRIES = 15;

  /** Its operands. */
  static final int FIRST = 16;

  static final int SECOND = 17;

  /** Result of a rotate after it. */
  static final int ROTATED = 18;

  /** Number of the instruction that is being executed, for faults. */
  static final int SITE = 19;

  /** EIP an indirect branch goes to. */
  static final int TARGET = 20;

  /** Scratch, valid inside one instruction. */
  static final int LINEAR = 21;

  static final int AT = 22;
  static final int VALUE = 23;
  static final int OTHER = 24;

  /** What an instruction threw. */
  static final int THROWN = 25;

  /** Dividend or product, and quotient: two slots each. */
  static final int WIDE = 26;

  static final int QUOTIENT = 28;

  /** Guest memory and the CPU's array of registers, unless the region loops. */
  static final int STORE = 30;

  static final int REGISTERS = 31;

  static final ClassDesc CPU_CLASS = ClassDesc.of(Cpu.class.getName());
  static final ClassDesc STATE_CLASS = ClassDesc.of(CpuState.class.getName());

  /** Static field of generated classes. */
  static final String RAW_FIELD = "RAW";

  static final ClassDesc RAW_CLASS = ClassDesc.of(RawMemory.UNSAFE_CLASS);
  private static final MethodTypeDesc RAW_GET_INT = rawGet(ConstantDescs.CD_int);
  private static final MethodTypeDesc RAW_GET_LONG = rawGet(ConstantDescs.CD_long);
  private static final MethodTypeDesc RAW_PUT_LONG = rawPut(ConstantDescs.CD_long);
  private static final MethodTypeDesc RAW_GET_CHAR = rawGet(ConstantDescs.CD_char);
  private static final MethodTypeDesc RAW_GET_BYTE = rawGet(ConstantDescs.CD_byte);
  private static final MethodTypeDesc RAW_PUT_INT = rawPut(ConstantDescs.CD_int);
  private static final MethodTypeDesc RAW_PUT_CHAR = rawPut(ConstantDescs.CD_char);
  private static final MethodTypeDesc RAW_PUT_BYTE = rawPut(ConstantDescs.CD_byte);
  static final ClassDesc CODE_CLASS = ClassDesc.of(RegionCode.class.getName());
  static final ClassDesc ENTRY_CLASS = ClassDesc.of(RegionEntry.class.getName());
  static final ClassDesc FLAGS_CLASS = ClassDesc.of(LazyFlags.class.getName());
  static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
  static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
  static final ClassDesc BYTES = ConstantDescs.CD_byte.arrayType();
  static final ClassDesc HANDLER_CLASS = ClassDesc.of(Handler.class.getName());
  static final ClassDesc INSN_CLASS = ClassDesc.of(Insn.class.getName());

  private static MethodTypeDesc rawGet(ClassDesc type) {
    return MethodTypeDesc.of(type, ConstantDescs.CD_Object, ConstantDescs.CD_long);
  }

  private static MethodTypeDesc rawPut(ClassDesc type) {
    return MethodTypeDesc.of(
        ConstantDescs.CD_void, ConstantDescs.CD_Object, ConstantDescs.CD_long, type);
  }

  final CodeBuilder b;
  final RegionPlan plan;
  final ClassDesc self;
  final FlagWriter flags;
  final ConditionWriter conditions;
  final MemoryWriter memory;
  final WindowSurvey survey;

  /** Guest registers the region uses, one bit each. */
  private final int used;

  final ExitWriter exits;
  final FpuRegisters fpu;

  private final List<Object> constants;
  private final Cpu cpu;

  /** The arrays are constants. */
  private final boolean loops;

  private final Map<Block, Label> labels = new HashMap<>();

  /** The instruction being written, and where it stands. */
  Block block;

  Insn insn;
  int position;

  /**
   * @param constants objects the generated class has as static fields; see {@link #constant}
   * @param cpu whose arrays the code has as constants
   * @param usedRegisters see {@link UsedRegisters}
   * @param survey of the region's memory windows
   */
  MethodWriter(
      CodeBuilder code,
      RegionPlan plan,
      ClassDesc self,
      List<Object> constants,
      Cpu cpu,
      int usedRegisters,
      WindowSurvey survey) {
    this.b = code;
    this.plan = plan;
    this.self = self;
    this.constants = constants;
    this.cpu = cpu;
    this.loops = plan.loops();
    this.used = usedRegisters;
    this.flags = new FlagWriter(this);
    this.conditions = new ConditionWriter(this);
    this.exits = new ExitWriter(this);
    this.survey = survey;
    this.fpu = new FpuRegisters(this, new FpuFlow(plan));
    this.memory = new MemoryWriter(this);
    for (Block each : plan.blocks()) {
      labels.put(each, code.newLabel());
    }
  }

  /** Pushes an object as the value of a static final field of the generated class. */
  void constant(Object value, ClassDesc type) {
    int number = constants.indexOf(value);
    if (number < 0) {
      number = constants.size();
      constants.add(value);
    }
    b.getstatic(self, fieldName(number), type);
  }

  static String fieldName(int number) {
    return "k" + number;
  }

  /** What comes now is a block's code. */
  void begin(Block next) {
    block = next;
    flags.begin(next);
    fpu.begin(next);
    survey.begin(next);
  }

  /** All of a block has been written. */
  void end(Block written) {
    survey.end(written);
  }

  Label label(Block of) {
    return labels.get(of);
  }

  // ---- guest registers ----

  /** Pushes a register: the whole of it, or its part of 1 or 2 bytes zero-extended. */
  void pushRegister(int r, int width) {
    switch (width) {
      case 1 -> {
        b.iload(GPR + (r & 3));
        if (r >= 4) {
          b.bipush(8).iushr();
        }
        b.sipush(0xFF).iand();
      }
      case 2 -> b.iload(GPR + r).loadConstant(0xFFFF).iand();
      default -> b.iload(GPR + r);
    }
  }

  /** Pops a value into a register; bits above the width are ignored. */
  void popRegister(int r, int width) {
    int of = width == 1 ? r & 3 : r;
    if (width != 4) {
      int shift = width == 1 && r >= 4 ? 8 : 0;
      int mask = (width == 1 ? 0xFF : 0xFFFF) << shift;
      if (shift != 0) {
        b.bipush(shift).ishl();
      }
      b.loadConstant(mask).iand().iload(GPR + of).loadConstant(~mask).iand().ior();
    }
    popWhole(of);
    survey.set(insn, r, width);
  }

  /** Pops a register that becomes the sum of another and a displacement. */
  void popSum(int r, int base, int displacement) {
    popWhole(r);
    survey.setSum(r, base, displacement);
  }

  private void popWhole(int r) {
    b.istore(GPR + r);
    place(r);
    b.iload(GPR + r);
    putInt();
  }

  /** Sign-extends the value on the stack from 1 or 2 bytes. */
  void signExtend(int width) {
    if (width == 1) {
      b.i2b();
    } else if (width == 2) {
      b.i2s();
    }
  }

  // ---- arrays without checks ----

  /**
   * Makes HotSpot sure that a local variable is not null. Of an array that might be null it does
   * not know whether an access without checks goes to the heap, and puts a barrier on both sides.
   */
  void checkNull(int array) {
    b.aload(array).arraylength().pop();
  }

  /** Pushes what reads and writes arrays without checks. */
  void raw() {
    b.getstatic(self, RAW_FIELD, RAW_CLASS);
  }

  /**
   * With {@link #raw}, an array and an offset in it pushed: pushes what is there, zero-extended.
   */
  void getByte() {
    b.invokevirtual(RAW_CLASS, "getByte", RAW_GET_BYTE).sipush(0xFF).iand();
  }

  /** See {@link #getByte}. */
  void getChar() {
    b.invokevirtual(RAW_CLASS, "getChar", RAW_GET_CHAR);
  }

  /** See {@link #getByte}. */
  void getInt() {
    b.invokevirtual(RAW_CLASS, "getInt", RAW_GET_INT);
  }

  /** See {@link #getByte}. */
  void getLong() {
    b.invokevirtual(RAW_CLASS, "getLong", RAW_GET_LONG);
  }

  /** With {@link #raw}, an array, an offset in it and a value pushed: stores the value there. */
  void putByte() {
    b.i2b().invokevirtual(RAW_CLASS, "putByte", RAW_PUT_BYTE);
  }

  /** See {@link #putByte}. */
  void putChar() {
    b.i2c().invokevirtual(RAW_CLASS, "putChar", RAW_PUT_CHAR);
  }

  /** See {@link #putByte}. */
  void putInt() {
    b.invokevirtual(RAW_CLASS, "putInt", RAW_PUT_INT);
  }

  /** See {@link #putByte}. */
  void putLong() {
    b.invokevirtual(RAW_CLASS, "putLong", RAW_PUT_LONG);
  }

  /** Reads the arrays that stay the same. */
  void readArrays() {
    if (!loops) {
      b.aload(CPU).getfield(CPU_CLASS, "store", BYTES).astore(STORE);
      checkNull(STORE);
      b.aload(CPU).getfield(CPU_CLASS, "gpr", INTS).astore(REGISTERS);
    }
  }

  /** Pushes guest memory. */
  void store() {
    array(STORE, cpu.store, BYTES);
  }

  /**
   * Pushes an array that stays the same. As a constant it need not be in a host register, which C2
   * needs for loops; but each use takes ten bytes more, and those are felt in code that does not
   * stay in the host's caches.
   */
  private void array(int local, Object array, ClassDesc type) {
    if (loops) {
      constant(array, type);
    } else {
      b.aload(local);
    }
  }

  // ---- the CPU's state in memory ----

  /** Pushes the place of a register, for {@link #getInt} or {@link #putInt}. */
  private void place(int register) {
    raw();
    array(REGISTERS, cpu.gpr, INTS);
    b.loadConstant(RawMemory.INTS_START + 4L * register);
  }

  /** Pushes the selector of a segment register, LDTR or TR. */
  void pushSelector(int segment) {
    raw();
    b.aload(CPU).getfield(CPU_CLASS, "selector", INTS);
    b.loadConstant(RawMemory.INTS_START + 4L * segment);
    getInt();
  }

  /** With a number that is not negative pushed: jumps unless it is 0. */
  void jumpUnlessZero(Label target) {
    // HotSpot takes == for unlikely.
    b.iconst_1().isub().bipush(31).iushr().ifeq(target);
  }

  /**
   * Counts a sensitive instruction that is written out. Comes behind it: where it is left before
   * the instruction, the handler counts.
   */
  void countCallout(Insn i) {
    if (i.form.callout() != null) {
      constant(cpu.callouts.inLine, LONGS);
      b.loadConstant(i.form.callout().ordinal()).dup2().laload().lconst_1().ladd().lastore();
    }
  }

  /** Whether anybody may want the flags that are valid after the current instruction. */
  boolean wantsFlags() {
    return block.flagsLiveAfter[position];
  }

  /**
   * Tells the CPU how many instructions have been retired.
   *
   * @param counted how many instructions of the block are counted already but not executed
   */
  void writeInstructions(int counted) {
    b.aload(CPU)
        .aload(CPU)
        .getfield(CPU_CLASS, "budgetEnd", ConstantDescs.CD_long)
        .iload(BUDGET)
        .loadConstant(counted)
        .iadd()
        .i2l()
        .lsub()
        .putfield(CPU_CLASS, "instructions", ConstantDescs.CD_long);
  }

  /** Takes registers and the map from the CPU, which has the flags as well. */
  void readState() {
    for (int r = 0; r < 8; r++) {
      if ((used >> r & 1) != 0) {
        place(r);
        getInt();
        b.istore(GPR + r);
      }
    }
    b.aload(CPU).getfield(CPU_CLASS, "map", INTS).astore(MAP);
    checkNull(MAP);
    flags.setKnown();
    fpu.forget();
  }

  /** Pushes a table of numbers; see {@link ExitWriter}. */
  void table(String name) {
    b.getstatic(self, name, INTS);
  }
}

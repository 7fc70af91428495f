package io.transvisor.bt.region;

import static io.transvisor.bt.region.FpuFlow.ENVIRONMENT;
import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.INTS;

import io.transvisor.bt.fpu.DoubleArithmetic;
import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.region.FpuFlow.Unit;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The x87 unit's registers in local variables: they are taken from the CPU where they are needed,
 * and given back where the region is left or a handler runs. What local variables mean is known
 * while the region is written; see {@link FpuFlow} for slots.
 */
final class FpuRegisters {
  static final ClassDesc FPU_CLASS = ClassDesc.of(FpuState.class.getName());
  private static final ClassDesc SPILL_CLASS = ClassDesc.of(FpuSpill.class.getName());
  private static final List<ClassDesc> SPILL_TYPES =
      List.of(
          FPU_CLASS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_long,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final MethodTypeDesc BITS_TYPE =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_double);
  private static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();

  // ---- local variables ----
  private static final int SIGNIFICANDS = 32;
  private static final int SIGN_EXPONENTS = 48;

  /** Status word as {@link FpuState#status} has it, less PE if {@link #LOST} tells, and C1. */
  static final int STATUS = 56;

  /**
   * Bit n set: slot n is empty; see {@link #settle}. Any of {@link #TROUBLE} set: the unit must not
   * be used, or an exception waits.
   */
  static final int EMPTY = 57;

  /** Physical register that is slot 0. */
  static final int TOP = 58;

  /** Control word, once {@link #isReady}. */
  static final int CONTROL = 59;

  /** Offset of the last memory operand. */
  static final int DATA_POINTER = 60;

  /** Not 0, a long: an operation was inexact. */
  static final int LOST = 61;

  /** Not 0, a long: C1 is set. */
  static final int ROUNDED_UP = 63;

  /** Values as doubles, two slots each. */
  private static final int DOUBLES = 65;

  /** Local variables from here on are free inside one instruction. */
  static final int SCRATCH = 81;

  private static final int TROUBLE_SHIFT = 8;

  static final int TROUBLE = (FpuState.ES | CpuState.CR0_EM | CpuState.CR0_TS) << TROUBLE_SHIFT;

  private static final int END = 190;

  /** Value of {@link #instruction} and {@link #dataSegment} if the CPU has the pointers. */
  private static final int NONE = Integer.MIN_VALUE;

  /**
   * What is known.
   *
   * @param depth slot of ST(0)
   * @param held what local variables hold
   * @param dirty what the CPU does not have
   * @param doubles slots whose values are there as doubles
   * @param stale slots whose values are there as doubles only
   * @param inUse slots known to be in use
   * @param empty slots known to be empty
   * @param retagged slots of which {@link #EMPTY} does not tell that yet
   * @param instruction offset of the last instruction, if the CPU has no pointer to it
   * @param dataSegment segment of the last memory operand, likewise
   * @param readyEnd position in the block up to which the unit is known to be usable
   */
  record State(
      int depth,
      int held,
      int dirty,
      int doubles,
      int stale,
      int inUse,
      int empty,
      int retagged,
      int instruction,
      int dataSegment,
      int readyEnd) {}

  private final MethodWriter w;
  private final CodeBuilder b;
  private final FpuFlow flow;
  private final boolean mmx;
  private final MethodInliner inliner;
  int depth;
  private int held;
  private int dirty;
  private int doubles;
  private int stale;
  int inUse;
  int empty;
  private int retagged;
  private int instruction = NONE;
  private int dataSegment = NONE;
  private int readyEnd;

  FpuRegisters(MethodWriter writer, FpuFlow flow) {
    this.w = writer;
    this.b = writer.b;
    this.flow = flow;
    this.inliner = new MethodInliner(b, SCRATCH);
    this.mmx = flow.unit() == Unit.MMX;
  }

  Unit unit() {
    return flow.unit();
  }

  /** The first local variable after those used here. */
  int end() {
    return flow.unit() == Unit.NONE ? SIGNIFICANDS : END;
  }

  static int significand(int slot) {
    return SIGNIFICANDS + 2 * slot;
  }

  static int signExponent(int slot) {
    return SIGN_EXPONENTS + slot;
  }

  /** The local variable of a slot's value as a double. */
  static int doubleOf(int slot) {
    return DOUBLES + 2 * slot;
  }

  // ---- what is known ----

  State state() {
    return new State(
        depth,
        held,
        dirty,
        doubles,
        stale,
        inUse,
        empty,
        retagged,
        instruction,
        dataSegment,
        readyEnd);
  }

  void restore(State s) {
    depth = s.depth;
    held = s.held;
    dirty = s.dirty;
    doubles = s.doubles;
    stale = s.stale;
    inUse = s.inUse;
    empty = s.empty;
    retagged = s.retagged;
    instruction = s.instruction;
    dataSegment = s.dataSegment;
    readyEnd = s.readyEnd;
  }

  /** Whether the current instruction needs no look at the unit's state. */
  boolean isReady() {
    return w.position < readyEnd;
  }

  void setReady(int end) {
    readyEnd = end;
  }

  /** The CPU has all, and local variables hold nothing. */
  void forget() {
    held = 0;
    dirty = 0;
    doubles = 0;
    stale = 0;
    inUse = 0;
    empty = 0;
    retagged = 0;
    instruction = NONE;
    dataSegment = NONE;
    readyEnd = 0;
  }

  /** Whether an MMX instruction before in the block has set TOP and tags. */
  boolean isUsed() {
    return retagged != 0;
  }

  void setUsed() {
    retagged = ENVIRONMENT;
  }

  /** EMMS has set the tags. */
  void forgetUse() {
    retagged = 0;
  }

  /** A slot has got a value. */
  void written(int slot) {
    if (mmx) {
      // Where paths join, a register may be dirty that MMX has written on some of them only.
      b.loadConstant(MmxInstructions.ONES).istore(signExponent(slot));
    }
    held |= 1 << slot;
    dirty |= 1 << slot;
    doubles &= ~(1 << slot);
    stale &= ~(1 << slot);
  }

  /** A slot has got a value as a double. */
  void writtenAsDouble(int slot) {
    held |= 1 << slot;
    dirty |= 1 << slot;
    doubles |= 1 << slot;
    stale |= 1 << slot;
  }

  /** What forms the value of a slot is there in: 1 as a double, 2 not otherwise. */
  int forms(int slot) {
    return doubles >>> slot & 1 | (stale >>> slot & 1) << 1;
  }

  void setForms(int slot, int forms) {
    doubles = doubles & ~(1 << slot) | (forms & 1) << slot;
    stale = stale & ~(1 << slot) | (forms >>> 1) << slot;
  }

  /** Sees to it that the values of slots are there in the extended format. */
  void extend(int slots) {
    for (int slot = 0; slot < 8; slot++) {
      if ((slots & stale & held & 1 << slot) != 0) {
        int[] value = {doubleOf(slot)};
        inliner.copy(DoubleArithmetic.class, "significand", value, Map.of(), null);
        b.lstore(significand(slot));
        inliner.copy(DoubleArithmetic.class, "signExponent", value, Map.of(), null);
        b.istore(signExponent(slot));
      }
    }
    stale &= ~slots;
  }

  /** Sees to it that the value of a slot is there as a double, or leaves the region. */
  void makeDouble(int slot) {
    if ((doubles >>> slot & 1) == 0) {
      makeDouble(slot, w.exits.missForValues());
    }
  }

  private void makeDouble(int slot, Label failure) {
    int[] value = {significand(slot), signExponent(slot)};
    inliner.copy(DoubleArithmetic.class, "isDouble", value, Map.of(), failure);
    inliner.copy(DoubleArithmetic.class, "toDouble", value, Map.of(), null);
    b.dstore(doubleOf(slot));
    doubles |= 1 << slot;
  }

  /** Status, tags or TOP have changed. */
  void environmentWritten() {
    dirty |= ENVIRONMENT;
  }

  /** Slots get tags. */
  void tag(int slots, boolean used) {
    inUse = used ? inUse | slots : inUse & ~slots;
    empty = used ? empty & ~slots : empty | slots;
    retagged |= slots;
    environmentWritten();
  }

  /** The instruction being written is the last one of the unit. */
  void pointToInstruction() {
    instruction = w.insn.start;
  }

  /** The same for an instruction whose memory operand's offset is on the stack. */
  void pointToData() {
    b.istore(DATA_POINTER);
    dataSegment = w.insn.seg;
  }

  // ---- between blocks ----

  /** At the beginning of the region's method: gives all local variables a value. */
  void beginMethod() {
    if (flow.unit() == Unit.NONE) {
      return;
    }
    for (int slot = 0; slot < 8; slot++) {
      b.lconst_0().lstore(significand(slot));
      b.iconst_0().istore(signExponent(slot));
      b.dconst_0().dstore(doubleOf(slot));
    }
    for (int local = STATUS; local <= DATA_POINTER; local++) {
      b.iconst_0().istore(local);
    }
    b.lconst_0().lstore(LOST).lconst_0().lstore(ROUNDED_UP);
  }

  void begin(Block block) {
    forget();
    depth = flow.depth(block);
    held = flow.held(block);
    dirty = flow.dirty(block);
    doubles = flow.doubles(block);
    stale = doubles;
  }

  /** Gives a block what it expects, before the jump there. */
  void passTo(Block to) {
    settle();
    if (isDisplaced(to)) {
      flush();
      forget();
    }
    depth = flow.depth(to);
    flush(dirty & ~flow.dirty(to));
    hold(flow.held(to));
    extend(held & ~flow.doubles(to));
    makeDoubles(flow.doubles(to), () -> w.exits.leaveFor(to));
  }

  private void makeDoubles(int slots, Supplier<Label> failure) {
    for (int slot = 0; slot < 8; slot++) {
      if ((slots & ~doubles & 1 << slot) != 0) {
        makeDouble(slot, failure.get());
      }
    }
  }

  /** Whether {@link #passTo} has to do anything. */
  boolean hasToPass(Block to) {
    return retagged != 0 && !mmx
        || instruction != NONE
        || dataSegment != NONE
        || isDisplaced(to)
        || (dirty & ~flow.dirty(to)) != 0
        || (flow.held(to) & ~held) != 0
        || (flow.held(to) & ~flow.doubles(to) & stale) != 0
        || (flow.doubles(to) & ~doubles) != 0;
  }

  private boolean isDisplaced(Block to) {
    return !mmx && held != 0 && depth != flow.depth(to);
  }

  /** The same where the region is entered. */
  void enter(Block entry) {
    forget();
    depth = flow.depth(entry);
    hold(flow.held(entry));
    makeDoubles(flow.doubles(entry), () -> w.exits.missAtEntry(entry));
  }

  // ---- from the CPU ----

  /** Pushes the unit. */
  void pushFpu() {
    b.aload(CPU).getfield(CPU_CLASS, "fpu", FPU_CLASS);
  }

  /** Pushes a field of the unit. */
  void pushField(String name) {
    pushFpu();
    b.getfield(FPU_CLASS, name, ConstantDescs.CD_int);
  }

  /** Pushes what is needed for {@link RawMemory} to access an element of an array. */
  private void pushElement(String array, ClassDesc type, int slot, long start, int shift) {
    w.raw();
    pushFpu();
    b.getfield(FPU_CLASS, array, type);
    if (mmx) {
      b.loadConstant(start + ((long) slot << shift));
    } else {
      b.iload(TOP).loadConstant(slot).iadd().bipush(7).iand().i2l();
      b.loadConstant(shift).lshl().loadConstant(start).ladd();
    }
  }

  private void pushSignificand(int slot) {
    pushElement("significand", LONGS, slot, RawMemory.LONGS_START, 3);
  }

  private void pushSignExponent(int slot) {
    pushElement("signExponent", INTS, slot, RawMemory.INTS_START, 2);
  }

  /** Takes over what is not held yet. */
  void hold(int wanted) {
    int missing = wanted & ~held;
    if (missing == 0) {
      return;
    }
    if (!mmx && (held & ENVIRONMENT) == 0) {
      holdEnvironment();
      missing &= ~ENVIRONMENT;
    }
    for (int slot = 0; slot < 8; slot++) {
      if ((missing >>> slot & 1) != 0) {
        pushSignificand(slot);
        w.getLong();
        b.lstore(significand(slot));
        pushSignExponent(slot);
        w.getInt();
        b.istore(signExponent(slot));
      }
    }
    held |= missing;
  }

  private void holdEnvironment() {
    pushField("top");
    b.loadConstant(depth).isub().bipush(7).iand().istore(TOP);
    pushField("empty");
    b.dup().bipush(8).ishl().ior().iload(TOP).iushr().sipush(0xFF).iand().istore(EMPTY);
    pushField("status");
    b.istore(STATUS);
    b.aload(CPU).getfield(CPU_CLASS, "cr0", ConstantDescs.CD_int);
    b.loadConstant(CpuState.CR0_EM | CpuState.CR0_TS).iand();
    b.iload(STATUS).loadConstant(FpuState.ES).iand().ior().bipush(TROUBLE_SHIFT).ishl();
    b.iload(EMPTY).ior().istore(EMPTY);
    b.lconst_0().lstore(LOST).iload(STATUS).bipush(9).iushr().iconst_1().iand();
    b.i2l().lstore(ROUNDED_UP);
    held |= ENVIRONMENT;
  }

  // ---- to the CPU ----

  /** Gives the CPU the pointers, and {@link #EMPTY} the tags. */
  void settle() {
    if (instruction != NONE) {
      pushFpu();
      b.iload(BASE).loadConstant(instruction).iadd();
      b.putfield(FPU_CLASS, "instructionPointer", ConstantDescs.CD_int);
      putSelector("instructionSelector", CpuState.CS);
      instruction = NONE;
    }
    if (dataSegment != NONE) {
      pushFpu();
      b.iload(DATA_POINTER).putfield(FPU_CLASS, "dataPointer", ConstantDescs.CD_int);
      putSelector("dataSelector", dataSegment);
      dataSegment = NONE;
    }
    if (retagged != 0 && !mmx) {
      b.iload(EMPTY).loadConstant(~retagged).iand();
      b.loadConstant(empty & retagged).ior().istore(EMPTY);
      retagged = 0;
    }
  }

  private void putSelector(String field, int segment) {
    pushFpu();
    w.pushSelector(segment);
    b.putfield(FPU_CLASS, field, ConstantDescs.CD_int);
  }

  /** Gives the CPU all it does not have. */
  void flush() {
    settle();
    if (mmx) {
      flush(dirty);
    } else if (dirty != 0) {
      spill();
    }
  }

  private void spill() {
    int slots = dirty & ~ENVIRONMENT;
    int count = Integer.bitCount(slots);
    int room = count <= 2 ? 2 : count <= 4 ? 4 : 8;
    List<ClassDesc> types = new ArrayList<>(SPILL_TYPES);
    pushFpu();
    b.iload(STATUS).lload(LOST).lload(ROUNDED_UP).iload(EMPTY).iload(TOP);
    b.loadConstant(slots | depth << 8 | (stale & slots) << 16);
    for (int slot = 0; slot < 8; slot++) {
      if ((slots >>> slot & 1) != 0) {
        if ((stale >>> slot & 1) != 0) {
          b.dload(doubleOf(slot))
              .invokestatic(ConstantDescs.CD_Double, "doubleToRawLongBits", BITS_TYPE);
          b.iconst_0();
        } else {
          b.lload(significand(slot)).iload(signExponent(slot));
        }
      }
    }
    for (int n = 0; n < room; n++) {
      types.add(ConstantDescs.CD_long);
      types.add(ConstantDescs.CD_int);
      if (n >= count) {
        b.lconst_0().iconst_0();
      }
    }
    MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, types);
    b.invokestatic(SPILL_CLASS, "give" + room, type);
    dirty = 0;
  }

  /** Pushes the status word without TOP. */
  void pushStatus() {
    b.iload(STATUS).loadConstant(~FpuState.C1).iand();
    pushIfNotNull(ROUNDED_UP, 9);
    pushIfNotNull(LOST, 5);
    b.ior().ior();
  }

  /** Pushes a bit that is set if a long is not 0. */
  private void pushIfNotNull(int local, int bit) {
    b.lload(local).lconst_1().lsub().lload(local).loadConstant(-1L).lxor().land();
    b.loadConstant(-1L).lxor().bipush(63).lushr().l2i().bipush(bit).ishl();
  }

  private void flush(int what) {
    extend(what);
    for (int slot = 0; slot < 8; slot++) {
      if ((what >>> slot & 1) != 0) {
        pushSignificand(slot);
        b.lload(significand(slot));
        w.putLong();
        pushSignExponent(slot);
        b.iload(signExponent(slot));
        w.putInt();
      }
    }
    if ((what & ENVIRONMENT) != 0) {
      pushFpu();
      pushStatus();
      b.putfield(FPU_CLASS, "status", ConstantDescs.CD_int);
      pushFpu();
      b.iload(EMPTY).sipush(0xFF).iand().dup().bipush(8).ishl().ior().iload(TOP).ishl();
      b.bipush(8).iushr().sipush(0xFF).iand();
      b.putfield(FPU_CLASS, "empty", ConstantDescs.CD_int);
      pushFpu();
      b.iload(TOP).loadConstant(depth).iadd().bipush(7).iand();
      b.putfield(FPU_CLASS, "top", ConstantDescs.CD_int);
    }
    dirty &= ~what;
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.interp.Callouts;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.mmu.Mmu;
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
  static final int CPU = 1;
  static final int ENTRY = 2;

  /** Instructions that may still be retired. */
  static final int BUDGET = 3;

  static final int MAP = 4;
  static final int STORE = 5;

  /** The CPU's array of registers. */
  static final int REGISTERS = 6;

  /** EIP of the region's base. */
  static final int BASE = 7;

  /** The guest's registers, from EAX on. The CPU has the same values. */
  static final int GPR = 8;

  /** Result of the last instruction that set flags, sign-extended; see {@link LazyFlags}. */
  static final int RESULT = 16;

  /** Carries before it, if it was INC or DEC. */
  static final int CARRIES = 17;

  /** Its operands. */
  static final int FIRST = 18;

  static final int SECOND = 19;

  /** Result of a rotate after it. */
  static final int ROTATED = 20;

  /** Number of the instruction that is being executed, for faults. */
  static final int SITE = 21;

  /** EIP an indirect branch goes to. */
  static final int TARGET = 22;

  /** Scratch, valid inside one instruction. */
  static final int LINEAR = 23;

  static final int AT = 24;
  static final int VALUE = 25;
  static final int OTHER = 26;

  /** What an instruction threw. */
  static final int THROWN = 27;

  /** Dividend or product, and quotient: two slots each. */
  static final int WIDE = 28;

  static final int QUOTIENT = 30;

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
  static final ClassDesc FLAGS_CLASS = ClassDesc.of(LazyFlags.class.getName());
  static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
  private static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
  private static final ClassDesc CALLOUTS_CLASS = ClassDesc.of(Callouts.class.getName());
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

  /** Guest registers the region uses, one bit each. */
  private final int used;

  final ExitWriter exits;

  private final List<Object> constants;
  private final Map<Block, Label> labels = new HashMap<>();
  private final boolean user;
  private final boolean flat;

  /** The instruction being written, and where it stands. */
  Block block;

  Insn insn;
  int position;

  /**
   * @param constants objects the generated class has as static fields; see {@link #constant}
   * @param usedRegisters see {@link UsedRegisters}
   */
  MethodWriter(
      CodeBuilder code,
      RegionPlan plan,
      ClassDesc self,
      List<Object> constants,
      int usedRegisters) {
    this.b = code;
    this.plan = plan;
    this.self = self;
    this.constants = constants;
    this.used = usedRegisters;
    this.flags = new FlagWriter(this);
    this.exits = new ExitWriter(this);
    this.user = (plan.mode() & Cpu.MODE_USER) != 0;
    this.flat = (plan.mode() & Cpu.MODE_FLAT_DATA) != 0;
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
    b.istore(GPR + of);
    raw();
    b.aload(REGISTERS)
        .loadConstant(RawMemory.INTS_START + 4L * of)
        .iload(GPR + of)
        .invokevirtual(RAW_CLASS, "putInt", RAW_PUT_INT);
  }

  /** Sign-extends the value on the stack from 1 or 2 bytes. */
  void signExtend(int width) {
    if (width == 1) {
      b.i2b();
    } else if (width == 2) {
      b.i2s();
    }
  }

  // ---- memory ----

  boolean isFlat(int segment) {
    return flat && (segment == CpuState.DS || segment == CpuState.SS || segment == CpuState.ES);
  }

  /** Pushes the offset of the memory operand. */
  void pushOffset(Insn i) {
    boolean any = false;
    if (i.base != CpuState.ZERO) {
      b.iload(GPR + i.base);
      any = true;
    }
    if (i.index != CpuState.ZERO) {
      b.iload(GPR + i.index);
      if (i.scale != 0) {
        b.loadConstant(i.scale).ishl();
      }
      if (any) {
        b.iadd();
      }
      any = true;
    }
    if (!any) {
      b.loadConstant(i.disp & i.addressMask);
      return;
    }
    if (i.disp != 0) {
      b.loadConstant(i.disp).iadd();
    }
    if (i.addressMask != -1) {
      b.loadConstant(i.addressMask).iand();
    }
  }

  /** Leaves the linear address of the memory operand in {@link #LINEAR}. */
  void address(Insn i, int size, boolean write) {
    pushOffset(i);
    toLinear(i.seg, size, write);
  }

  /** Pops an offset in a segment and leaves its linear address in {@link #LINEAR}. */
  void toLinear(int segment, int size, boolean write) {
    b.istore(LINEAR);
    if (isFlat(segment)) {
      return;
    }
    b.iload(LINEAR)
        .loadConstant(Integer.MIN_VALUE)
        .ixor()
        .aload(CPU)
        .getfield(CPU_CLASS, write ? "writeEnd" : "readEnd", INTS)
        .loadConstant(segment)
        .iaload()
        .if_icmpge(exits.miss());
    b.aload(CPU)
        .getfield(CPU_CLASS, "segBase", INTS)
        .loadConstant(segment)
        .iaload()
        .iload(LINEAR)
        .iadd()
        .istore(LINEAR);
  }

  private int readFlag() {
    return user ? Mmu.READ_USER : Mmu.READ_SUPERVISOR;
  }

  private int writeFlag() {
    return user ? Mmu.WRITE_USER : Mmu.WRITE_SUPERVISOR;
  }

  /**
   * Looks {@link #LINEAR} up in the map and leaves in {@link #AT} where it is in the store. Where
   * the map does not allow the access, the region is left before the instruction.
   */
  private void find(int width, int flag) {
    raw();
    b.aload(MAP)
        .iload(LINEAR)
        .bipush(12)
        .iushr()
        .i2l()
        .iconst_2()
        .lshl()
        .loadConstant(RawMemory.INTS_START)
        .ladd()
        .invokevirtual(RAW_CLASS, "getInt", RAW_GET_INT)
        .istore(AT);
    b.iload(AT).loadConstant(flag).iand();
    if (width > 1) {
      // All ones, or 0 if the access reaches into the next page: one jump for both reasons.
      b.iload(LINEAR).sipush(0xFFF).iand().loadConstant(width - 1).iadd();
      b.bipush(12).iushr().iconst_1().isub().iand();
    }
    b.ifeq(exits.missAtAddress());
    b.iload(AT).loadConstant(~0xFFF).iand().iload(LINEAR).ixor().istore(AT);
  }

  /** Pushes what reads and writes arrays without checks. */
  void raw() {
    b.getstatic(self, RAW_FIELD, RAW_CLASS);
  }

  /** Pushes the store and the place in it that {@link #AT} names. */
  private void pushPlace() {
    raw();
    b.aload(STORE).iload(AT).i2l().loadConstant(RawMemory.BYTES_START).ladd();
  }

  /** Pushes what is at {@link #LINEAR}, zero-extended; eight bytes as a long. */
  void load(int width) {
    find(width, readFlag());
    get(width);
  }

  private void get(int width) {
    pushPlace();
    switch (width) {
      case 1 -> b.invokevirtual(RAW_CLASS, "getByte", RAW_GET_BYTE).sipush(0xFF).iand();
      case 2 -> b.invokevirtual(RAW_CLASS, "getChar", RAW_GET_CHAR);
      case 8 -> b.invokevirtual(RAW_CLASS, "getLong", RAW_GET_LONG);
      default -> b.invokevirtual(RAW_CLASS, "getInt", RAW_GET_INT);
    }
  }

  /** Finds where to store at {@link #LINEAR}; nothing can go wrong after that. */
  void findForStore(int width) {
    find(width, writeFlag());
  }

  /** Begins a read-modify-write at {@link #LINEAR}: pushes the value to modify. */
  void update(int width) {
    find(width, writeFlag());
    get(width);
  }

  /** With {@link #raw} and an array pushed: pushes the long at an offset. */
  void getLong(long offset) {
    b.loadConstant(offset).invokevirtual(RAW_CLASS, "getLong", RAW_GET_LONG);
  }

  /** With {@link #raw} and an array pushed: stores a local at an offset. */
  void putLong(long offset, int local) {
    b.loadConstant(offset).lload(local).invokevirtual(RAW_CLASS, "putLong", RAW_PUT_LONG);
  }

  /** With {@link #raw}, an array, an offset and a value pushed: stores the value. */
  void putInt() {
    b.invokevirtual(RAW_CLASS, "putInt", RAW_PUT_INT);
  }

  /**
   * Stores {@link #VALUE}, or eight bytes of {@link #WIDE}, where {@link #findForStore} or {@link
   * #update} found the place.
   */
  void put(int width) {
    pushPlace();
    if (width == 8) {
      b.lload(WIDE).invokevirtual(RAW_CLASS, "putLong", RAW_PUT_LONG);
      return;
    }
    b.iload(VALUE);
    switch (width) {
      case 1 -> b.i2b().invokevirtual(RAW_CLASS, "putByte", RAW_PUT_BYTE);
      case 2 -> b.i2c().invokevirtual(RAW_CLASS, "putChar", RAW_PUT_CHAR);
      default -> b.invokevirtual(RAW_CLASS, "putInt", RAW_PUT_INT);
    }
  }

  // ---- the CPU's state in memory ----

  /**
   * Counts a sensitive instruction that is written out. Comes behind it: where it is left before
   * the instruction, the handler counts.
   */
  void countCallout(Insn i) {
    if (i.form.callout() != null) {
      b.aload(CPU)
          .getfield(CPU_CLASS, "callouts", CALLOUTS_CLASS)
          .getfield(CALLOUTS_CLASS, "counts", LONGS)
          .loadConstant(i.form.callout().ordinal())
          .dup2()
          .laload()
          .lconst_1()
          .ladd()
          .lastore();
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
        raw();
        b.aload(REGISTERS)
            .loadConstant(RawMemory.INTS_START + 4L * r)
            .invokevirtual(RAW_CLASS, "getInt", RAW_GET_INT)
            .istore(GPR + r);
      }
    }
    b.aload(CPU).getfield(CPU_CLASS, "map", INTS).astore(MAP);
    flags.setKnown();
  }

  /** Pushes a table of numbers; see {@link ExitWriter}. */
  void table(String name) {
    b.getstatic(self, name, INTS);
  }
}

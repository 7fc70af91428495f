package io.transvisor.bt.region;

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

  /** EIP of the region's base. */
  static final int BASE = 6;

  /** The guest's registers, from EAX on. */
  static final int GPR = 7;

  /** Result of the last flag-setting instruction, sign-extended; see {@link LazyFlags}. */
  static final int RESULT = 15;

  static final int SIGN_PARITY = 16;
  static final int CARRIES = 17;

  /** Its operands. */
  static final int FIRST = 18;

  static final int SECOND = 19;

  /** Ordinal of its {@link LazyFlags} where that is not known when the region is written. */
  static final int KIND = 20;

  /** Number of the instruction that is being executed, for faults. */
  static final int SITE = 21;

  /** Where the region is left to, and the number of that exit. */
  static final int TARGET = 22;

  static final int EXIT = 23;

  /** Scratch, valid inside one instruction. */
  static final int LINEAR = 24;

  static final int AT = 25;
  static final int VALUE = 26;
  static final int OTHER = 27;

  /** What an instruction threw. */
  static final int THROWN = 28;

  static final ClassDesc CPU_CLASS = ClassDesc.of(Cpu.class.getName());
  static final ClassDesc STATE_CLASS = ClassDesc.of(CpuState.class.getName());
  static final ClassDesc RAM_CLASS = ClassDesc.of(Ram.class.getName());
  static final ClassDesc CODE_CLASS = ClassDesc.of(RegionCode.class.getName());
  static final ClassDesc FLAGS_CLASS = ClassDesc.of(LazyFlags.class.getName());
  static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
  static final ClassDesc BYTES = ConstantDescs.CD_byte.arrayType();
  static final ClassDesc HANDLER_CLASS = ClassDesc.of(Handler.class.getName());
  static final ClassDesc INSN_CLASS = ClassDesc.of(Insn.class.getName());

  final CodeBuilder b;
  final RegionPlan plan;
  final ClassDesc self;
  final FlagWriter flags;

  /** Guest registers the region uses and those it changes, one bit each. */
  final int used;

  final int modified;

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
   */
  MethodWriter(
      CodeBuilder code, RegionPlan plan, ClassDesc self, List<Object> constants, Registers registers) {
    this.b = code;
    this.plan = plan;
    this.self = self;
    this.constants = constants;
    this.used = registers.used();
    this.modified = registers.modified();
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
    switch (width) {
      case 1 -> {
        int local = GPR + (r & 3);
        boolean high = r >= 4;
        b.sipush(0xFF).iand();
        if (high) {
          b.bipush(8).ishl();
        }
        b.iload(local).loadConstant(high ? ~0xFF00 : ~0xFF).iand().ior().istore(local);
      }
      case 2 ->
          b.loadConstant(0xFFFF)
              .iand()
              .iload(GPR + r)
              .loadConstant(0xFFFF0000)
              .iand()
              .ior()
              .istore(GPR + r);
      default -> b.istore(GPR + r);
    }
  }

  /** Sign-extends the value on the stack from 1 or 2 bytes. */
  void signExtend(int width) {
    if (width == 1) {
      b.i2b();
    } else if (width == 2) {
      b.i2s();
    }
  }

  void zeroExtend(int width) {
    if (width < 4) {
      b.loadConstant(width == 1 ? 0xFF : 0xFFFF).iand();
    }
  }

  // ---- memory ----

  boolean isFlat(int segment) {
    return flat
        && (segment == CpuState.DS || segment == CpuState.SS || segment == CpuState.ES);
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
    if (!isFlat(segment)) {
      exits.faulting(
          () ->
              b.aload(CPU)
                  .loadConstant(segment)
                  .iload(LINEAR)
                  .loadConstant(size)
                  .invokevirtual(
                      CPU_CLASS,
                      write ? "forWrite" : "forRead",
                      MethodTypeDesc.of(
                          ConstantDescs.CD_int,
                          ConstantDescs.CD_int,
                          ConstantDescs.CD_int,
                          ConstantDescs.CD_int))
                  .istore(LINEAR));
    }
  }

  private int readFlag() {
    return user ? Mmu.READ_USER : Mmu.READ_SUPERVISOR;
  }

  private int writeFlag() {
    return user ? Mmu.WRITE_USER : Mmu.WRITE_SUPERVISOR;
  }

  private static final MethodTypeDesc LOAD =
      MethodTypeDesc.of(
          ConstantDescs.CD_int, CPU_CLASS, INTS, BYTES, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc STORE_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          CPU_CLASS,
          INTS,
          BYTES,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final MethodTypeDesc FIND =
      MethodTypeDesc.of(
          ConstantDescs.CD_int, INTS, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc UPDATE =
      MethodTypeDesc.of(
          ConstantDescs.CD_int, CPU_CLASS, BYTES, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc PUT =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          CPU_CLASS,
          BYTES,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  /** Pushes what is at {@link #LINEAR}, zero-extended. */
  void load(int width) {
    exits.faulting(
        () ->
            b.aload(CPU)
                .aload(MAP)
                .aload(STORE)
                .iload(LINEAR)
                .loadConstant(readFlag())
                .invokestatic(RAM_CLASS, "load" + width, LOAD));
  }

  /**
   * Stores {@link #VALUE} at {@link #LINEAR}; {@link #stopIfAsked} must follow when the instruction
   * is complete.
   */
  void store(int width) {
    exits.faulting(
        () ->
            b.aload(CPU)
                .aload(MAP)
                .aload(STORE)
                .iload(LINEAR)
                .iload(VALUE)
                .loadConstant(writeFlag())
                .invokestatic(RAM_CLASS, "store" + width, STORE_TYPE));
  }

  /** Begins a read-modify-write at {@link #LINEAR}: pushes the value to modify. */
  void update(int width) {
    b.aload(MAP)
        .iload(LINEAR)
        .loadConstant(writeFlag())
        .invokestatic(RAM_CLASS, "find" + width, FIND)
        .istore(AT);
    exits.faulting(
        () ->
            b.aload(CPU)
                .aload(STORE)
                .iload(AT)
                .iload(LINEAR)
                .invokestatic(RAM_CLASS, "update" + width, UPDATE));
  }

  /** Ends it: stores {@link #VALUE}; {@link #stopIfAsked} must follow. */
  void put(int width) {
    b.aload(CPU)
        .aload(STORE)
        .iload(AT)
        .iload(LINEAR)
        .iload(VALUE)
        .invokestatic(RAM_CLASS, "put" + width, PUT);
  }

  /** Pops the answer of a store: leaves the region after the instruction if it says so. */
  void stopIfAsked() {
    int next = insn.next;
    int refund = block.insns.size() - position - 1;
    b.ifne(exits.stub(() -> {
      exits.refund(refund);
      exits.exitTo(next);
    }));
  }

  // ---- the CPU's state in memory ----

  /** Writes the registers and flags that locals hold to the CPU; all flags must be known. */
  void writeState() {
    for (int r = 0; r < 8; r++) {
      if ((modified >> r & 1) != 0) {
        b.aload(CPU).getfield(CPU_CLASS, "gpr", INTS).loadConstant(r).iload(GPR + r).iastore();
      }
    }
    b.aload(CPU).iload(RESULT).putfield(CPU_CLASS, "flagResult", ConstantDescs.CD_int);
    b.aload(CPU).iload(SIGN_PARITY).putfield(CPU_CLASS, "flagSignParity", ConstantDescs.CD_int);
    b.aload(CPU).iload(CARRIES).putfield(CPU_CLASS, "flagCarries", ConstantDescs.CD_int);
  }

  /** Tells the CPU how many instructions have been retired. */
  void writeInstructions() {
    b.aload(CPU)
        .aload(CPU)
        .getfield(CPU_CLASS, "budgetEnd", ConstantDescs.CD_long)
        .iload(BUDGET)
        .i2l()
        .lsub()
        .putfield(CPU_CLASS, "instructions", ConstantDescs.CD_long);
  }

  /** Takes registers, flags and the map from the CPU. */
  void readState() {
    for (int r = 0; r < 8; r++) {
      if ((used >> r & 1) != 0) {
        b.aload(CPU).getfield(CPU_CLASS, "gpr", INTS).loadConstant(r).iaload().istore(GPR + r);
      }
    }
    b.aload(CPU).getfield(CPU_CLASS, "flagResult", ConstantDescs.CD_int).istore(RESULT);
    b.aload(CPU).getfield(CPU_CLASS, "flagSignParity", ConstantDescs.CD_int).istore(SIGN_PARITY);
    b.aload(CPU).getfield(CPU_CLASS, "flagCarries", ConstantDescs.CD_int).istore(CARRIES);
    b.aload(CPU).getfield(CPU_CLASS, "map", INTS).astore(MAP);
    flags.setKnown();
  }

  /** Pushes the table of {@link ExitWriter#sites}. */
  void constantSites() {
    b.getstatic(self, "SITES", INTS);
  }
}

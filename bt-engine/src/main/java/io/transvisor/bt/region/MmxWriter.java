package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.fpu.Mmx;
import io.transvisor.bt.fpu.MmxExtensions;
import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * MMX: registers stay in the x87 unit's significands, operations are the methods of {@link Mmx} and
 * {@link MmxExtensions} that the handlers call; see {@link MmxInstructions} for what else happens.
 */
final class MmxWriter {
  private static final ClassDesc FPU_CLASS = ClassDesc.of(FpuState.class.getName());
  private static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
  private static final MethodTypeDesc OPERATION_TYPE =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long, ConstantDescs.CD_long);

  /** The class that has the operation of a mnemonic as a method of that name. */
  private static final Map<String, ClassDesc> OPERATIONS = new HashMap<>();

  static {
    for (Class<?> c : new Class<?>[] {Mmx.class, MmxExtensions.class}) {
      for (java.lang.reflect.Method m : c.getDeclaredMethods()) {
        if (Arrays.equals(m.getParameterTypes(), new Class<?>[] {long.class, long.class})) {
          OPERATIONS.put(m.getName(), ClassDesc.of(c.getName()));
        }
      }
    }
  }

  private final MethodWriter w;
  private final CodeBuilder b;

  /** Where the last instruction was that made sure the unit is usable. */
  private Block readyBlock;

  private int readyPosition;

  MmxWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    String text = i.form.text();
    String m = i.form.mnemonic();
    int blank = text.indexOf(' ');
    if (blank < 0 || !i.form.encoding().startsWith("NP 0F ")) {
      return false;
    }
    switch (text.substring(blank + 1)) {
      case "Pq,Qq" -> {
        if (!m.equals("movq") && !OPERATIONS.containsKey(m)) {
          return false;
        }
        makeReady();
        pushSource(i, 8);
        operate(i.reg, m);
      }
      case "Pq,Qd" -> {
        makeReady();
        pushSource(i, 4);
        operate(i.reg, m);
      }
      case "Nq,Ib" -> {
        makeReady();
        b.loadConstant((long) (i.imm & 0xFF)).lstore(WIDE);
        operate(i.rm, m);
      }
      case "Pq,Ed" -> {
        makeReady();
        if (i.memory) {
          pushSource(i, 4);
        } else {
          w.pushRegister(i.rm, 4);
          zeroExtend();
          b.lstore(WIDE);
        }
        operate(i.reg, "movq");
      }
      case "Ed,Pq" -> {
        makeReady();
        if (i.memory) {
          w.memory.findOperand(4, true);
          pushRegister(i.reg);
          b.l2i().istore(MethodWriter.VALUE);
          w.memory.put(4);
        } else {
          pushRegister(i.reg);
          b.l2i();
          w.popRegister(i.rm, 4);
        }
        use();
      }
      case "Qq,Pq", "Mq,Pq" -> {
        makeReady();
        if (i.memory) {
          w.memory.findOperand(8, true);
          pushRegister(i.reg);
          b.lstore(WIDE);
          w.memory.put(8);
          use();
        } else {
          pushRegister(i.reg);
          b.lstore(WIDE);
          operate(i.rm, "movq");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Where an MMX instruction would fault, the interpreter does it. */
  private void makeReady() {
    boolean ready = readyBlock == w.block && readyPosition == w.position - 1;
    readyBlock = w.block;
    readyPosition = w.position;
    if (ready) {
      return;
    }
    b.aload(CPU)
        .getfield(CPU_CLASS, "cr0", ConstantDescs.CD_int)
        .loadConstant(CpuState.CR0_EM | CpuState.CR0_TS)
        .iand();
    pushFpu();
    b.getfield(FPU_CLASS, "status", ConstantDescs.CD_int)
        .loadConstant(FpuState.ES)
        .iand()
        .ior()
        .ifne(w.exits.miss());
  }

  private void pushFpu() {
    b.aload(CPU).getfield(CPU_CLASS, "fpu", FPU_CLASS);
  }

  private void pushRegister(int register) {
    w.raw();
    pushFpu();
    b.getfield(FPU_CLASS, "significand", LONGS);
    b.loadConstant(RawMemory.LONGS_START + 8L * register);
    w.getLong();
  }

  private void zeroExtend() {
    b.i2l().loadConstant(0xFFFFFFFFL).land();
  }

  /** Leaves the second operand in {@link MethodWriter#WIDE}; a shorter one zero-extended. */
  private void pushSource(Insn i, int width) {
    if (!i.memory) {
      pushRegister(i.rm);
    } else {
      w.memory.findOperand(width, false);
      w.memory.get(width);
      if (width == 4) {
        zeroExtend();
      }
    }
    b.lstore(WIDE);
  }

  /** Destination = operation(destination, WIDE), or WIDE alone for MOVQ. */
  private void operate(int register, String mnemonic) {
    if (!mnemonic.equals("movq")) {
      pushRegister(register);
      b.lload(WIDE).invokestatic(OPERATIONS.get(mnemonic), mnemonic, OPERATION_TYPE).lstore(WIDE);
    }
    w.raw();
    pushFpu();
    b.getfield(FPU_CLASS, "significand", LONGS);
    b.loadConstant(RawMemory.LONGS_START + 8L * register).lload(WIDE);
    w.putLong();
    w.raw();
    pushFpu();
    b.getfield(FPU_CLASS, "signExponent", INTS)
        .loadConstant(RawMemory.INTS_START + 4L * register)
        .loadConstant(MmxInstructions.ONES);
    w.putInt();
    use();
  }

  /** What every MMX instruction does to the x87 state. */
  private void use() {
    pushFpu();
    b.iconst_0().putfield(FPU_CLASS, "top", ConstantDescs.CD_int);
    pushFpu();
    b.iconst_0().putfield(FPU_CLASS, "empty", ConstantDescs.CD_int);
  }
}

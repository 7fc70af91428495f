package io.transvisor.bt.region;

import static io.transvisor.bt.region.FpuRegisters.FPU_CLASS;
import static io.transvisor.bt.region.FpuRegisters.significand;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.fpu.Mmx;
import io.transvisor.bt.fpu.MmxExtensions;
import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.FpuFlow.Unit;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * MMX on registers in local variables; operations are the methods of {@link Mmx} and {@link
 * MmxExtensions} that the handlers call, in line. See {@link MmxInstructions} for what else
 * happens.
 */
final class MmxWriter {
  /** The class that has the operation of a mnemonic as a method of that name. */
  private static final Map<String, Class<?>> OPERATIONS = new HashMap<>();

  static {
    for (Class<?> c : new Class<?>[] {Mmx.class, MmxExtensions.class}) {
      for (java.lang.reflect.Method m : c.getDeclaredMethods()) {
        if (Arrays.equals(m.getParameterTypes(), new Class<?>[] {long.class, long.class})) {
          OPERATIONS.put(m.getName(), c);
        }
      }
    }
  }

  private final MethodWriter w;
  private final CodeBuilder b;
  private final FpuRegisters registers;
  private final MethodInliner inliner;

  MmxWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    registers = writer.fpu;
    inliner = new MethodInliner(b, FpuRegisters.SCRATCH);
  }

  // ---- what an instruction does ----

  private static String operands(Insn i) {
    String text = i.form.text();
    return text.substring(text.indexOf(' ') + 1);
  }

  /** Whether an instruction is one of these. */
  static boolean isWritten(Insn i) {
    if (i.form == null || !i.form.encoding().startsWith("NP 0F ")) {
      return false;
    }
    String m = i.form.mnemonic();
    return switch (operands(i)) {
      case "Pq,Qq" -> m.equals("movq") || OPERATIONS.containsKey(m);
      case "Pq,Qd", "Nq,Ib", "Pq,Ed", "Ed,Pq", "Qq,Pq", "Mq,Pq", "emms" -> true;
      default -> false;
    };
  }

  /** Registers it reads, one bit each. */
  static int reads(Insn i) {
    boolean moves = i.form.mnemonic().startsWith("mov");
    int source = i.memory ? 0 : 1 << i.rm;
    return switch (operands(i)) {
      case "Pq,Qq", "Pq,Qd" -> source | (moves ? 0 : 1 << i.reg);
      case "Nq,Ib" -> 1 << i.rm;
      case "Ed,Pq", "Qq,Pq", "Mq,Pq" -> 1 << i.reg;
      default -> 0;
    };
  }

  /** Registers it writes, one bit each. */
  static int writes(Insn i) {
    return switch (operands(i)) {
      case "Pq,Qq", "Pq,Qd", "Pq,Ed" -> 1 << i.reg;
      case "Nq,Ib" -> 1 << i.rm;
      case "Qq,Pq" -> i.memory ? 0 : 1 << i.rm;
      default -> 0;
    };
  }

  // ---- writing it ----

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    if (registers.unit() != Unit.MMX || !isWritten(i)) {
      return false;
    }
    makeReady();
    registers.hold(reads(i));
    String m = i.form.mnemonic();
    switch (operands(i)) {
      case "Pq,Qq" -> {
        findSource(i, 8);
        operate(i.reg, m);
      }
      case "Pq,Qd" -> {
        findSource(i, 4);
        operate(i.reg, m);
      }
      case "Nq,Ib" -> {
        b.loadConstant((long) (i.imm & 0xFF)).lstore(WIDE);
        operate(i.rm, m);
      }
      case "Pq,Ed" -> {
        if (i.memory) {
          findSource(i, 4);
        } else {
          w.pushRegister(i.rm, 4);
          zeroExtend();
          b.lstore(WIDE);
        }
        operate(i.reg, "movq");
      }
      case "Ed,Pq" -> {
        if (i.memory) {
          w.memory.findOperand(4, true);
          b.lload(significand(i.reg)).l2i().istore(MethodWriter.VALUE);
          w.memory.put(4);
        } else {
          b.lload(significand(i.reg)).l2i();
          w.popRegister(i.rm, 4);
        }
      }
      case "Qq,Pq", "Mq,Pq" -> {
        if (i.memory) {
          w.memory.findOperand(8, true);
        }
        b.lload(significand(i.reg)).lstore(WIDE);
        if (i.memory) {
          w.memory.put(8);
        } else {
          operate(i.rm, "movq");
        }
      }
      default -> {
        use(0xFF);
        registers.forgetUse();
        return true;
      }
    }
    if (!registers.isUsed()) {
      use(0);
      registers.setUsed();
    }
    return true;
  }

  /** Where an MMX instruction would fault, the interpreter does it. */
  private void makeReady() {
    if (registers.isReady()) {
      return;
    }
    registers.setReady(w.block.insns.size());
    b.aload(CPU)
        .getfield(CPU_CLASS, "cr0", ConstantDescs.CD_int)
        .loadConstant(CpuState.CR0_EM | CpuState.CR0_TS)
        .iand();
    registers.pushField("status");
    b.loadConstant(FpuState.ES).iand().ior();
    w.jumpUnlessZero(w.exits.miss());
  }

  private void zeroExtend() {
    b.i2l().loadConstant(0xFFFFFFFFL).land();
  }

  /** Leaves the second operand in {@link MethodWriter#WIDE}; a shorter one zero-extended. */
  private void findSource(Insn i, int width) {
    if (!i.memory) {
      b.lload(significand(i.rm));
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
    if (mnemonic.equals("movq")) {
      b.lload(WIDE);
    } else {
      int[] operands = {significand(register), WIDE};
      inliner.copy(OPERATIONS.get(mnemonic), mnemonic, operands, Map.of(), null);
    }
    b.lstore(significand(register));
    registers.written(register);
  }

  /** What every MMX instruction does to TOP and tags. */
  private void use(int empty) {
    registers.pushFpu();
    b.iconst_0().putfield(FPU_CLASS, "top", ConstantDescs.CD_int);
    registers.pushFpu();
    b.loadConstant(empty).putfield(FPU_CLASS, "empty", ConstantDescs.CD_int);
  }
}

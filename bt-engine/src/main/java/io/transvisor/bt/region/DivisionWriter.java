package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.QUOTIENT;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * MUL, IMUL, DIV and IDIV of doublewords with EDX:EAX. A division that faults is left to the
 * interpreter.
 */
final class DivisionWriter {
  private static final int EAX = GPR + CpuState.EAX;
  private static final int EDX = GPR + CpuState.EDX;
  private static final ClassDesc LONG_CLASS = ClassDesc.of("java.lang.Long");
  private static final MethodTypeDesc TWO_LONGS =
      MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long, ConstantDescs.CD_long);

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  DivisionWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  boolean write(Insn i) {
    Operands.Operand[] o = Operands.of(i.form);
    if (o.length != 1 || o[0].width() != 0 || !i.operand32) {
      return false;
    }
    switch (i.form.mnemonic()) {
      case "mul" -> multiply(i, false);
      case "imul" -> multiply(i, true);
      case "div" -> divide(i, false);
      case "idiv" -> divide(i, true);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Widens the value on the stack. */
  private void widen(boolean signed) {
    b.i2l();
    if (!signed) {
      b.loadConstant(0xFFFFFFFFL).land();
    }
  }

  private void multiply(Insn i, boolean signed) {
    operands.push(i, Operands.of(i.form)[0], 4);
    widen(signed);
    b.iload(EAX);
    widen(signed);
    b.lmul().lstore(WIDE);
    b.lload(WIDE).l2i().dup().istore(RESULT);
    w.popRegister(CpuState.EAX, 4);
    b.lload(WIDE).bipush(32).lushr().l2i().dup().istore(FIRST);
    w.popRegister(CpuState.EDX, 4);
    w.flags.set(signed ? LazyFlags.IMUL_WIDE : LazyFlags.MUL_WIDE);
  }

  private void divide(Insn i, boolean signed) {
    operands.push(i, Operands.of(i.form)[0], 4);
    b.istore(OTHER);
    b.iload(OTHER).ifeq(w.exits.miss());
    b.iload(EDX).i2l().bipush(32).lshl().iload(EAX).i2l().loadConstant(0xFFFFFFFFL).land().lor();
    b.lstore(WIDE);
    b.lload(WIDE).iload(OTHER);
    widen(signed);
    if (signed) {
      b.ldiv();
    } else {
      b.invokestatic(LONG_CLASS, "divideUnsigned", TWO_LONGS);
    }
    b.lstore(QUOTIENT);
    // A quotient that does not fit is a fault.
    b.lload(QUOTIENT).l2i();
    widen(signed);
    b.lload(QUOTIENT).lcmp().ifne(w.exits.miss());
    b.lload(WIDE).lload(QUOTIENT).iload(OTHER);
    widen(signed);
    b.lmul().lsub().l2i();
    w.popRegister(CpuState.EDX, 4);
    b.lload(QUOTIENT).l2i();
    w.popRegister(CpuState.EAX, 4);
  }
}

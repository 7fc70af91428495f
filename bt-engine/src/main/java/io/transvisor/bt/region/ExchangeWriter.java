package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.VALUE;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ConstantDescs;

/** XCHG, XADD, CMPXCHG and CMPXCHG8B; there is one CPU, so LOCK makes no difference. */
final class ExchangeWriter {
  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  ExchangeWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    Operand[] o = Operands.of(i.form);
    switch (i.form.mnemonic()) {
      case "xchg" -> exchange(i, o);
      case "xadd" -> exchangeAndAdd(i, o);
      case "cmpxchg" -> compareAndExchange(i, o);
      case "cmpxchg8b" -> compareAndExchange8Bytes();
      default -> {
        return false;
      }
    }
    return true;
  }

  private void exchange(Insn i, Operand[] o) {
    int width = OperandWriter.width(i, o[0]);
    operands.pushForUpdate(i, o[0], width);
    b.istore(OTHER);
    operands.push(i, o[1], width);
    operands.popUpdated(i, o[0], width);
    b.iload(OTHER);
    operands.pop(i, o[1], width);
  }

  /** With one register as both operands, the sum is what stays. */
  private void exchangeAndAdd(Insn i, Operand[] o) {
    int width = OperandWriter.width(i, o[0]);
    operands.pushForUpdate(i, o[0], width);
    b.istore(VALUE);
    operands.push(i, o[1], width);
    b.istore(SECOND);
    b.iload(VALUE).iload(SECOND).iadd();
    w.signExtend(width);
    b.istore(RESULT);
    w.flags.set(LazyFlags.ADD8.ofWidth(width));
    b.iload(VALUE);
    operands.pop(i, o[1], width);
    b.iload(RESULT);
    operands.popUpdated(i, o[0], width);
  }

  /** Where the comparison fails, what is in memory would be written to itself. */
  private void compareAndExchange(Insn i, Operand[] o) {
    int width = OperandWriter.width(i, o[0]);
    operands.pushForUpdate(i, o[0], width);
    b.istore(SECOND);
    w.pushRegister(CpuState.EAX, width);
    b.istore(FIRST);
    w.flags.set(LazyFlags.CMP8.ofWidth(width));
    Label differs = b.newLabel();
    Label end = b.newLabel();
    b.iload(FIRST).iload(SECOND).if_icmpne(differs);
    operands.push(i, o[1], width);
    operands.popUpdated(i, o[0], width);
    b.goto_(end);
    b.labelBinding(differs);
    b.iload(SECOND);
    w.popRegister(CpuState.EAX, width);
    b.labelBinding(end);
  }

  /** Of the flags only ZF changes. */
  private void compareAndExchange8Bytes() {
    w.memory.findOperand(8, true);
    w.memory.get(8);
    b.lstore(WIDE);
    w.flags.makeKnown();
    pushPair(CpuState.EDX, CpuState.EAX);
    b.lload(WIDE).lcmp().istore(VALUE);
    Label differs = b.newLabel();
    Label end = b.newLabel();
    b.iload(VALUE).ifne(differs);
    setZeroFlag(true);
    pushPair(CpuState.ECX, CpuState.EBX);
    b.lstore(WIDE);
    w.memory.put(8);
    b.goto_(end);
    b.labelBinding(differs);
    setZeroFlag(false);
    b.lload(WIDE).l2i();
    w.popRegister(CpuState.EAX, 4);
    b.lload(WIDE).bipush(32).lushr().l2i();
    w.popRegister(CpuState.EDX, 4);
    b.labelBinding(end);
  }

  private void setZeroFlag(boolean set) {
    b.aload(CPU).loadConstant(set ? 0 : 1);
    b.putfield(CPU_CLASS, "flagResult", ConstantDescs.CD_int);
  }

  private void pushPair(int high, int low) {
    b.iload(GPR + high).i2l().bipush(32).lshl();
    b.iload(GPR + low).i2l().loadConstant(0xFFFF_FFFFL).land().lor();
  }
}

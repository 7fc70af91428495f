package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Kind;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;

/** PUSH, POP, LEAVE, and what CALL and RET do to the stack. */
final class StackWriter {
  private static final int ESP = GPR + CpuState.ESP;

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;
  private final boolean stack32;

  StackWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
    stack32 = (writer.plan.mode() & Cpu.MODE_STACK32) != 0;
  }

  boolean write(Insn i) {
    Operand[] o = Operands.of(i.form);
    int width = i.operand32 ? 4 : 2;
    switch (i.form.mnemonic()) {
      case "push" -> {
        if (o[0].kind() == Kind.OTHER) {
          return false;
        }
        if (o[0].kind() == Kind.IMMEDIATE) {
          b.loadConstant(i.imm);
        } else {
          operands.push(i, o[0], width);
        }
        b.istore(VALUE);
        push(width);
      }
      case "pop" -> {
        if (o[0].kind() == Kind.OTHER || OperandWriter.isMemory(i, o[0])) {
          return false;
        }
        top(width);
        b.istore(VALUE);
        drop(width);
        b.iload(VALUE);
        operands.pop(i, o[0], width);
      }
      case "leave" -> {
        b.iload(GPR + CpuState.EBP);
        cut();
        w.toLinear(CpuState.SS, width, false);
        w.load(width);
        b.istore(VALUE);
        b.iload(GPR + CpuState.EBP).loadConstant(width).iadd();
        setStackPointer();
        b.iload(VALUE);
        w.popRegister(CpuState.EBP, width);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Cuts an offset to the width of the stack. */
  private void cut() {
    if (!stack32) {
      b.loadConstant(0xFFFF).iand();
    }
  }

  /** Pops a new stack pointer. */
  private void setStackPointer() {
    w.popRegister(CpuState.ESP, stack32 ? 4 : 2);
  }

  /** Pushes {@link MethodWriter#VALUE} on the guest's stack. */
  void push(int width) {
    b.iload(ESP).loadConstant(-width).iadd();
    cut();
    w.toLinear(CpuState.SS, width, true);
    w.findForStore(width);
    w.put(width);
    b.iload(ESP).loadConstant(-width).iadd();
    setStackPointer();
  }

  /** Pushes what is at the top of the guest's stack on the JVM's. */
  void top(int width) {
    b.iload(ESP);
    cut();
    w.toLinear(CpuState.SS, width, false);
    w.load(width);
  }

  /** Moves the guest's stack pointer up. */
  void drop(int bytes) {
    b.iload(ESP).loadConstant(bytes).iadd();
    setStackPointer();
  }

  /** Pushes the return address of a call. */
  void pushReturnAddress(Insn i) {
    b.iload(BASE).loadConstant(i.next).iadd().istore(VALUE);
    push(i.operand32 ? 4 : 2);
  }
}

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
        w.memory.findOnStack(CpuState.EBP, 0, width, false);
        w.memory.get(width);
        b.istore(VALUE);
        setStackPointer(CpuState.EBP, width);
        b.iload(VALUE);
        w.popRegister(CpuState.EBP, width);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Sets the stack pointer to the sum of a register and a displacement. */
  private void setStackPointer(int base, int displacement) {
    b.iload(GPR + base).loadConstant(displacement).iadd();
    if (stack32) {
      w.popSum(CpuState.ESP, base, displacement);
    } else {
      w.popRegister(CpuState.ESP, 2);
    }
  }

  /** Pushes {@link MethodWriter#VALUE} on the guest's stack. */
  void push(int width) {
    push(width, width);
  }

  /** Pushes a word of {@link MethodWriter#VALUE}; what it does not cover stays. */
  void pushLower(int width) {
    push(width, 2);
  }

  private void push(int slot, int stored) {
    w.memory.findOnStack(CpuState.ESP, -slot, stored, true);
    w.memory.put(stored);
    setStackPointer(CpuState.ESP, -slot);
  }

  /** Pushes what is at the top of the guest's stack on the JVM's. */
  void top(int width) {
    w.memory.findOnStack(CpuState.ESP, 0, width, false);
    w.memory.get(width);
  }

  /** Moves the guest's stack pointer up. */
  void drop(int bytes) {
    setStackPointer(CpuState.ESP, bytes);
  }

  /** Pushes the return address of a call. */
  void pushReturnAddress(Insn i) {
    b.iload(BASE).loadConstant(i.next).iadd().istore(VALUE);
    push(i.operand32 ? 4 : 2);
  }
}

package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Kind;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;

/** Reads and writes the operands of regular instructions. */
final class OperandWriter {
  private final MethodWriter w;
  private final CodeBuilder b;

  OperandWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
  }

  static int width(Insn i, Operand o) {
    if (o.width() != 0) {
      return o.width();
    }
    return i.operand32 ? 4 : 2;
  }

  static boolean isMemory(Insn i, Operand o) {
    return i.memory && (o.kind() == Kind.RM || o.kind() == Kind.ABSOLUTE);
  }

  /** Pushes an operand, zero-extended from a width; memory is read and may fault. */
  void push(Insn i, Operand o, int width) {
    if (isMemory(i, o)) {
      w.memory.findOperand(width, false);
      w.memory.get(width);
      return;
    }
    switch (o.kind()) {
      case RM, OPCODE_REG -> w.pushRegister(i.rm, width);
      case REG -> w.pushRegister(i.reg, width);
      case ACCUMULATOR -> w.pushRegister(CpuState.EAX, width);
      case CL -> w.pushRegister(CpuState.ECX, 1);
      case ONE -> b.iconst_1();
      case IMMEDIATE -> {
        // After a first immediate, as in ENTER, nothing regular has a second one.
        int mask = width == 1 ? 0xFF : width == 2 ? 0xFFFF : -1;
        b.loadConstant(i.imm & mask);
      }
      default -> throw new IllegalStateException("operand " + o + " of " + i.form);
    }
  }

  /** Pops a value into an operand. */
  void pop(Insn i, Operand o, int width) {
    if (isMemory(i, o)) {
      b.istore(VALUE);
      w.memory.findOperand(width, true);
      w.memory.put(width);
      return;
    }
    switch (o.kind()) {
      case RM, OPCODE_REG -> w.popRegister(i.rm, width);
      case REG -> w.popRegister(i.reg, width);
      case ACCUMULATOR -> w.popRegister(CpuState.EAX, width);
      default -> throw new IllegalStateException("operand " + o + " of " + i.form);
    }
  }

  /** Pushes an operand that is modified: memory is checked for the store to come. */
  void pushForUpdate(Insn i, Operand o, int width) {
    if (isMemory(i, o)) {
      w.memory.findOperand(width, true);
      w.memory.get(width);
    } else {
      push(i, o, width);
    }
  }

  /** Pops the new value of an operand pushed by {@link #pushForUpdate}. */
  void popUpdated(Insn i, Operand o, int width) {
    if (isMemory(i, o)) {
      b.istore(VALUE);
      w.memory.put(width);
    } else {
      pop(i, o, width);
    }
  }
}

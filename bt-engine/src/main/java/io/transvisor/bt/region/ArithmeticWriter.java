package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Operand;
import java.lang.classfile.CodeBuilder;

/** ADD to CMP, TEST, INC, DEC, NOT, NEG: results in place, flags left lazy. */
final class ArithmeticWriter {
  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  ArithmeticWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    switch (i.form.mnemonic()) {
      case "add" -> add(i, false);
      case "adc" -> add(i, true);
      case "sub" -> subtract(i, true, false);
      case "sbb" -> subtract(i, true, true);
      case "cmp" -> subtract(i, false, false);
      case "and" -> logic(i, true, () -> b.iand());
      case "or" -> logic(i, true, () -> b.ior());
      case "xor" -> logic(i, true, () -> b.ixor());
      case "test" -> logic(i, false, () -> b.iand());
      case "inc" -> step(i, LazyFlags.INC8, 1);
      case "dec" -> step(i, LazyFlags.DEC8, -1);
      case "not" -> not(i);
      case "neg" -> negate(i);
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Leaves the operands in {@link MethodWriter#VALUE} and {@link MethodWriter#OTHER}: the flag
   * locals must stay as they are until nothing can fault any more.
   */
  private int operands(Insn i, boolean update) {
    Operand[] o = Operands.of(i.form);
    int width = OperandWriter.width(i, o[0]);
    if (OperandWriter.isMemory(i, o[1])) {
      operands.push(i, o[1], width);
      b.istore(OTHER);
      operands.push(i, o[0], width);
      b.istore(VALUE);
    } else {
      if (update) {
        operands.pushForUpdate(i, o[0], width);
      } else {
        operands.push(i, o[0], width);
      }
      b.istore(VALUE);
      operands.push(i, o[1], width);
      b.istore(OTHER);
    }
    return width;
  }

  private void finish(Insn i, int width, boolean store) {
    if (store) {
      b.iload(RESULT);
      operands.popUpdated(i, Operands.of(i.form)[0], width);
    }
  }

  private void add(Insn i, boolean withCarry) {
    int width = operands(i, true);
    b.iload(VALUE).iload(OTHER).iadd();
    if (withCarry) {
      w.flags.pushCarry();
      b.iadd();
    }
    setResult(width);
    w.flags.set((withCarry ? LazyFlags.ADC8 : LazyFlags.ADD8).ofWidth(width));
    finish(i, width, true);
  }

  private void subtract(Insn i, boolean store, boolean withBorrow) {
    int width = operands(i, store);
    if (!store) {
      b.iload(VALUE).istore(FIRST);
      b.iload(OTHER).istore(SECOND);
      w.flags.set(LazyFlags.CMP8.ofWidth(width));
      return;
    }
    b.iload(VALUE).iload(OTHER).isub();
    if (withBorrow) {
      w.flags.pushCarry();
      b.isub();
    }
    setResult(width);
    w.flags.set((withBorrow ? LazyFlags.SBB8 : LazyFlags.SUB8).ofWidth(width));
    finish(i, width, true);
  }

  /** Pops the result, and moves the operands to where the flags keep them. */
  private void setResult(int width) {
    w.signExtend(width);
    b.istore(RESULT);
    b.iload(VALUE).istore(FIRST);
    b.iload(OTHER).istore(SECOND);
  }

  private void logic(Insn i, boolean store, Runnable operation) {
    int width = operands(i, store);
    b.iload(VALUE).iload(OTHER);
    operation.run();
    w.signExtend(width);
    b.istore(RESULT);
    w.flags.set(LazyFlags.LOGIC);
    finish(i, width, store);
  }

  private void step(Insn i, LazyFlags kind, int by) {
    Operand o = Operands.of(i.form)[0];
    int width = OperandWriter.width(i, o);
    operands.pushForUpdate(i, o, width);
    b.istore(VALUE);
    w.flags.keepCarry();
    b.iload(VALUE).loadConstant(by).iadd();
    w.signExtend(width);
    b.istore(RESULT);
    w.flags.set(kind.ofWidth(width));
    finish(i, width, true);
  }

  private void not(Insn i) {
    Operand o = Operands.of(i.form)[0];
    int width = OperandWriter.width(i, o);
    operands.pushForUpdate(i, o, width);
    b.iconst_m1().ixor();
    operands.popUpdated(i, o, width);
  }

  private void negate(Insn i) {
    Operand o = Operands.of(i.form)[0];
    int width = OperandWriter.width(i, o);
    operands.pushForUpdate(i, o, width);
    b.istore(OTHER);
    b.iconst_0().istore(VALUE);
    b.iload(VALUE).iload(OTHER).isub();
    setResult(width);
    w.flags.set(LazyFlags.SUB8.ofWidth(width));
    finish(i, width, true);
  }
}

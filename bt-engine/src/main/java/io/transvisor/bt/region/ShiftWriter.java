package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.ROTATED;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.interp.Shift;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Kind;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Shifts and rotates: the frequent ones in place, others by the methods their handlers call. */
final class ShiftWriter {
  private static final ClassDesc SHIFT_CLASS = ClassDesc.of(Shift.class.getName());
  private static final MethodTypeDesc BINARY_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_int, CPU_CLASS, ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc TERNARY_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_int,
          CPU_CLASS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  ShiftWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  boolean write(Insn i) {
    Operand[] o = Operands.of(i.form);
    switch (i.form.mnemonic()) {
      case "shl", "shr", "sar" -> {
        if (o[1].kind() == Kind.CL) {
          int width = OperandWriter.width(i, o[0]);
          shiftByCl(i, o[0], width, () -> result(i, width, () -> b.iload(OTHER)));
        } else {
          shift(i, o[0], o[1].kind() == Kind.ONE ? 1 : i.imm & 31);
        }
        return true;
      }
      case "rol", "ror" -> {
        if (o[1].kind() == Kind.CL || OperandWriter.width(i, o[0]) != 4) {
          bySemantics(i, o);
        } else {
          rotate(i, o[0], o[1].kind() == Kind.ONE ? 1 : i.imm & 31);
        }
        return true;
      }
      case "rcl", "rcr" -> {
        bySemantics(i, o);
        return true;
      }
      case "shld", "shrd" -> {
        if (OperandWriter.width(i, o[0]) != 4) {
          bySemantics(i, o);
        } else if (o[2].kind() == Kind.CL) {
          shiftByCl(
              i,
              o[0],
              4,
              () ->
                  doubleResult(i, o, () -> b.iload(OTHER), () -> b.bipush(32).iload(OTHER).isub()));
        } else if ((i.imm & 31) == 0) {
          bySemantics(i, o);
        } else {
          shiftDouble(i, o, i.imm & 31);
        }
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  /** Calls the same method as the interpreter's handler; it works on the CPU's own flags. */
  private void bySemantics(Insn i, Operand[] o) {
    int width = OperandWriter.width(i, o[0]);
    boolean isDouble = o.length == 3;
    operands.pushForUpdate(i, o[0], width);
    b.istore(VALUE);
    w.flags.makeKnown();
    b.aload(CPU).iload(VALUE);
    if (isDouble) {
      operands.push(i, o[1], width);
    }
    operands.push(i, o[o.length - 1], 1);
    b.invokestatic(
        SHIFT_CLASS, i.form.mnemonic() + 8 * width, isDouble ? TERNARY_TYPE : BINARY_TYPE);
    operands.popUpdated(i, o[0], width);
  }

  private void shift(Insn i, Operand o, int count) {
    int width = OperandWriter.width(i, o);
    operands.pushForUpdate(i, o, width);
    if (count == 0) {
      operands.popUpdated(i, o, width);
      return;
    }
    b.istore(VALUE);
    b.iload(VALUE);
    result(i, width, () -> b.loadConstant(count));
    b.iload(RESULT);
    operands.popUpdated(i, o, width);
  }

  /** With the operand on the stack and in VALUE: result and flags for a count that is not 0. */
  private void result(Insn i, int width, Runnable count) {
    String m = i.form.mnemonic();
    boolean arithmetic = m.equals("sar");
    if (arithmetic) {
      w.signExtend(width);
      b.dup().istore(FIRST);
    } else {
      b.dup().istore(FIRST);
    }
    count.run();
    b.dup().istore(SECOND);
    switch (m) {
      case "shl" -> b.ishl();
      case "shr" -> b.iushr();
      default -> b.ishr();
    }
    if (m.equals("shl")) {
      w.signExtend(width);
    }
    b.istore(RESULT);
    w.flags.set(
        arithmetic
            ? LazyFlags.SAR
            : (m.equals("shl") ? LazyFlags.SHL8 : LazyFlags.SHR8).ofWidth(width));
  }

  /** SHLD and SHRD of doublewords by a count that is known and not 0. */
  private void shiftDouble(Insn i, Operand[] o, int count) {
    operands.pushForUpdate(i, o[0], 4);
    doubleResult(i, o, () -> b.loadConstant(count), () -> b.loadConstant(32 - count));
    b.iload(RESULT);
    operands.popUpdated(i, o[0], 4);
  }

  /** With the operand on the stack: result and flags for a count that is not 0. */
  private void doubleResult(Insn i, Operand[] o, Runnable count, Runnable rest) {
    boolean left = i.form.mnemonic().equals("shld");
    b.dup().istore(FIRST);
    count.run();
    if (left) {
      b.ishl();
    } else {
      b.iushr();
    }
    operands.push(i, o[1], 4);
    rest.run();
    if (left) {
      b.iushr();
    } else {
      b.ishl();
    }
    b.ior().istore(RESULT);
    count.run();
    b.istore(SECOND);
    w.flags.set(left ? LazyFlags.SHL32 : LazyFlags.SHRD32);
  }

  /**
   * A count of 0 changes nothing, flags included.
   *
   * @param result of VALUE and the count in OTHER: leaves it in RESULT, and sets the flags
   */
  private void shiftByCl(Insn i, Operand o, int width, Runnable result) {
    FlagWriter.State before = w.flags.state();
    boolean wanted = w.wantsFlags();
    Label none = b.newLabel();
    operands.pushForUpdate(i, o, width);
    b.istore(VALUE);
    if (wanted) {
      w.flags.hold();
    }
    w.pushRegister(CpuState.ECX, 1);
    b.bipush(31).iand().istore(OTHER);
    b.iload(OTHER).ifeq(none);
    b.iload(VALUE);
    result.run();
    b.iload(RESULT).istore(VALUE);
    if (wanted) {
      w.flags.hold();
      w.flags.setJoined();
    } else {
      w.flags.restore(before);
    }
    b.labelBinding(none);
    b.iload(VALUE);
    operands.popUpdated(i, o, width);
  }

  /** CF and OF change, the rest stays; a count of 0 changes nothing. */
  private void rotate(Insn i, Operand o, int count) {
    operands.pushForUpdate(i, o, 4);
    if (count != 0) {
      // Written out, since HotSpot does not always take Integer.rotateLeft in.
      boolean left = i.form.mnemonic().equals("rol");
      int leftwards = left ? count : 32 - count;
      b.istore(VALUE);
      b.iload(VALUE).loadConstant(leftwards).ishl();
      b.iload(VALUE).loadConstant(32 - leftwards).iushr();
      b.ior().istore(VALUE);
      if (w.wantsFlags()) {
        b.iload(VALUE).istore(ROTATED);
        w.flags.rotate(left ? FlagWriter.Rotate.LEFT : FlagWriter.Rotate.RIGHT);
      }
      b.iload(VALUE);
    }
    operands.popUpdated(i, o, 4);
  }
}

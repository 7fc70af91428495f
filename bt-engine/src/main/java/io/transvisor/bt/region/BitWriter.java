package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.interp.Alu;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Kind;
import io.transvisor.bt.region.Operands.Operand;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Scans and tests of bits in doublewords, and changes of CF alone. */
final class BitWriter {
  private static final ClassDesc INTEGER_CLASS = ClassDesc.of("java.lang.Integer");
  private static final ClassDesc ALU_CLASS = ClassDesc.of(Alu.class.getName());
  private static final MethodTypeDesc ONE_INT =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);
  private static final MethodTypeDesc TWO_INTS =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  BitWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    String m = i.form.mnemonic();
    switch (m) {
      case "clc" -> changeCarry(b::iconst_0);
      case "stc" -> changeCarry(() -> b.loadConstant(Integer.MIN_VALUE));
      case "cmc" -> changeCarry(() -> pushCarries().iconst_m1().ixor());
      case "bsf", "bsr" -> {
        if (!i.operand32) {
          return false;
        }
        scan(i, m.equals("bsf"));
      }
      case "bt", "bts", "btr", "btc" -> {
        return i.operand32 && test(i, m);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private CodeBuilder pushCarries() {
    return b.aload(CPU).getfield(CPU_CLASS, "flagCarries", ConstantDescs.CD_int);
  }

  /**
   * Sets CF, keeps the rest.
   *
   * @param carry pushes a number that is negative if CF will be set
   */
  private void changeCarry(Runnable carry) {
    w.flags.makeKnown();
    b.aload(CPU);
    pushCarries();
    carry.run();
    b.invokestatic(ALU_CLASS, "keepCarry", TWO_INTS);
    b.putfield(CPU_CLASS, "flagCarries", ConstantDescs.CD_int);
  }

  /** Of nothing the number is what the register had; the flags are those of a logical operation. */
  private void scan(Insn i, boolean forward) {
    operands.push(i, Operands.of(i.form)[1], 4);
    b.istore(RESULT);
    w.flags.set(LazyFlags.LOGIC);
    Label none = b.newLabel();
    b.iload(RESULT).ifeq(none);
    if (forward) {
      b.iload(RESULT).invokestatic(INTEGER_CLASS, "numberOfTrailingZeros", ONE_INT);
    } else {
      b.bipush(31).iload(RESULT).invokestatic(INTEGER_CLASS, "numberOfLeadingZeros", ONE_INT);
      b.isub();
    }
    w.popRegister(i.reg, 4);
    b.labelBinding(none);
  }

  /**
   * A bit of a register or of a doubleword in memory; bit strings in memory have other handlers.
   */
  private boolean test(Insn i, String mnemonic) {
    Operand[] o = Operands.of(i.form);
    if (i.memory && o[1].kind() != Kind.IMMEDIATE) {
      return false;
    }
    boolean modifies = !mnemonic.equals("bt");
    if (modifies) {
      operands.pushForUpdate(i, o[0], 4);
    } else {
      operands.push(i, o[0], 4);
    }
    b.istore(VALUE);
    operands.push(i, o[1], 4);
    b.istore(OTHER);
    changeCarry(() -> b.iload(VALUE).iload(OTHER).iushr().bipush(31).ishl());
    if (modifies) {
      b.iload(VALUE).iconst_1().iload(OTHER).ishl();
      switch (mnemonic) {
        case "bts" -> b.ior();
        case "btr" -> b.iconst_m1().ixor().iand();
        default -> b.ixor();
      }
      operands.popUpdated(i, o[0], 4);
    }
    return true;
  }
}

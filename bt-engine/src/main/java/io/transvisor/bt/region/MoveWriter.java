package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Operands.Operand;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Moves and conversions, SETcc, CMOVcc, SAHF, and the products of IMUL. */
final class MoveWriter {
  private static final ClassDesc INTEGER_CLASS = ClassDesc.of("java.lang.Integer");

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;

  MoveWriter(MethodWriter writer, OperandWriter operandWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
  }

  boolean write(Insn i) {
    String m = i.form.mnemonic();
    Operand[] o = Operands.of(i.form);
    switch (m) {
      case "mov" -> {
        int width = OperandWriter.width(i, o[0]);
        operands.push(i, o[1], width);
        operands.pop(i, o[0], width);
      }
      case "movzx", "movsx" -> {
        int from = OperandWriter.width(i, o[1]);
        operands.push(i, o[1], from);
        if (m.equals("movsx")) {
          w.signExtend(from);
        }
        operands.pop(i, o[0], OperandWriter.width(i, o[0]));
      }
      case "lea" -> {
        w.memory.pushOffset();
        operands.pop(i, o[0], OperandWriter.width(i, o[0]));
      }
      case "nop" -> {}
      case "cwde" -> {
        w.pushRegister(CpuState.EAX, i.operand32 ? 4 : 1);
        w.signExtend(i.operand32 ? 2 : 1);
        w.popRegister(CpuState.EAX, i.operand32 ? 4 : 2);
      }
      case "cdq" -> {
        b.iload(GPR + CpuState.EAX);
        w.signExtend(i.operand32 ? 4 : 2);
        b.bipush(31).ishr();
        w.popRegister(CpuState.EDX, i.operand32 ? 4 : 2);
      }
      case "bswap" -> {
        if (!i.operand32) {
          return false;
        }
        b.iload(GPR + i.rm)
            .invokestatic(
                INTEGER_CLASS,
                "reverseBytes",
                MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int));
        w.popRegister(i.rm, 4);
      }
      case "imul" -> {
        return multiply(i, o);
      }
      case "sahf" -> storeFlags();
      default -> {
        return conditional(i, m, o);
      }
    }
    return true;
  }

  /** SAHF: all flags but OF from AH. */
  private void storeFlags() {
    w.flags.pushCarries();
    b.dup().iconst_1().ishl().ixor().bipush(31).iushr().bipush(11).ishl();
    w.pushRegister(CpuState.EAX + 4, 1);
    b.loadConstant(CpuState.ARITHMETIC_FLAGS & 0xFF).iand().ior().istore(FIRST);
    w.flags.set(LazyFlags.WORD);
  }

  /** The forms with two or three operands, 32 bits. */
  private boolean multiply(Insn i, Operand[] o) {
    if (o.length < 2 || !i.operand32) {
      return false;
    }
    Operand factor = o.length == 3 ? o[2] : o[0];
    operands.push(i, o[1], 4);
    if (o.length == 3) {
      b.loadConstant(i.imm);
    } else {
      operands.push(i, factor, 4);
    }
    b.istore(SECOND).istore(FIRST);
    b.iload(FIRST).iload(SECOND).imul().dup().istore(RESULT);
    w.popRegister(i.reg, 4);
    w.flags.set(LazyFlags.IMUL32);
    return true;
  }

  private boolean conditional(Insn i, String mnemonic, Operand[] o) {
    if (mnemonic.startsWith("set")) {
      w.conditions.pushCondition(condition(i, 0x90));
      operands.pop(i, o[0], 1);
      return true;
    }
    if (mnemonic.startsWith("cmov")) {
      // The source is read, and may fault, whatever the condition says.
      int width = OperandWriter.width(i, o[0]);
      operands.push(i, o[1], width);
      b.istore(VALUE);
      Label not = b.newLabel();
      w.conditions.jumpIf(condition(i, 0x40) ^ 1, not);
      b.iload(VALUE);
      operands.pop(i, o[0], width);
      b.labelBinding(not);
      return true;
    }
    return false;
  }

  /** The condition in the second byte of a two-byte opcode. */
  private static int condition(Insn i, int opcode) {
    return Integer.parseInt(i.form.encoding().substring(3, 5), 16) - opcode;
  }
}

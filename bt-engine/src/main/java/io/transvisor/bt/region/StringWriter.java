package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.OTHER;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;

/** String instructions without a repeat prefix, with 32-bit addresses. */
final class StringWriter {
  private final MethodWriter w;
  private final CodeBuilder b;

  StringWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    if (i.rep != 0 || i.addressMask != -1) {
      return false;
    }
    String text = i.form.text();
    int width = text.contains("b") ? 1 : i.operand32 ? 4 : 2;
    switch (i.form.mnemonic()) {
      case "movs" -> {
        getSource(i, width);
        b.istore(VALUE);
        w.memory.findDestination(width, true);
        w.memory.put(width);
        advance(CpuState.ESI, width);
        advance(CpuState.EDI, width);
      }
      case "stos" -> {
        w.memory.findDestination(width, true);
        w.pushRegister(CpuState.EAX, width);
        b.istore(VALUE);
        w.memory.put(width);
        advance(CpuState.EDI, width);
      }
      case "lods" -> {
        getSource(i, width);
        w.popRegister(CpuState.EAX, width);
        advance(CpuState.ESI, width);
      }
      case "scas" -> {
        w.pushRegister(CpuState.EAX, width);
        b.istore(VALUE);
        compareWithDestination(width);
      }
      case "cmps" -> {
        getSource(i, width);
        b.istore(VALUE);
        compareWithDestination(width);
        advance(CpuState.ESI, width);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Pushes what is at ESI in the segment that a prefix may have named. */
  private void getSource(Insn i, int width) {
    w.memory.findSource(i.seg, width);
    w.memory.get(width);
  }

  /** The flags of a comparison of {@link MethodWriter#VALUE} with what is at EDI. */
  private void compareWithDestination(int width) {
    w.memory.findDestination(width, false);
    w.memory.get(width);
    b.istore(SECOND);
    b.iload(VALUE).istore(FIRST);
    w.flags.set(LazyFlags.CMP8.ofWidth(width));
    advance(CpuState.EDI, width);
  }

  /** Upwards, or downwards if DF is set. */
  private void advance(int register, int width) {
    b.aload(CPU).getfield(CPU_CLASS, "eflags", ConstantDescs.CD_int);
    b.loadConstant(CpuState.DF).iand().istore(OTHER);
    // DF is bit 10: twice the width to take away.
    b.iload(GPR + register).loadConstant(width).iadd();
    b.iload(OTHER).loadConstant(9 - Integer.numberOfTrailingZeros(width)).iushr().isub();
    w.popRegister(register, 4);
  }
}

package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.CODE_CLASS;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.HANDLER_CLASS;
import static io.transvisor.bt.region.MethodWriter.INSN_CLASS;

import io.transvisor.bt.isa.Insn;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Everything that is not written out: the CPU gets the flags, the instruction's handler runs, and
 * the region takes registers and flags over again.
 */
final class CalloutWriter {
  private static final MethodTypeDesc EXECUTE =
      MethodTypeDesc.of(ConstantDescs.CD_void, MethodWriter.CPU_CLASS, MethodWriter.INSN_CLASS);

  private final MethodWriter w;
  private final CodeBuilder b;

  CalloutWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
  }

  /** An instruction in the middle of a block. */
  void write(Insn i) {
    if (Operands.isRegisterNeutral(i)) {
      writeNeutral(i);
      return;
    }
    giveFlags(i);
    FlagWriter.State flags = w.flags.state();
    w.fpu.flush();
    int refund = w.block.insns.size() - w.position - 1;
    w.writeInstructions(refund);
    execute(i);
    w.fpu.forget();
    b.aload(CPU)
        .getfield(CPU_CLASS, "traceLimit", ConstantDescs.CD_int)
        .ifeq(w.exits.stub(() -> stopped(i, refund)));
    w.readState();
    w.flags.restore(flags);
    w.survey.callout();
  }

  /** Gives the CPU the flags before a handler: worked out only if it does anything with them. */
  private void giveFlags(Insn i) {
    if (Operands.isFlagNeutral(i)) {
      w.flags.hold();
    } else {
      w.flags.makeKnown();
    }
  }

  /** The handler needs none of the registers but for an address; what locals hold stays there. */
  private void writeNeutral(Insn i) {
    int refund = w.block.insns.size() - w.position - 1;
    if (i.memory) {
      w.writeInstructions(refund);
    }
    w.fpu.flush();
    w.fpu.forget();
    w.exits.faultingNeutral(() -> call(i));
    b.aload(CPU)
        .getfield(CPU_CLASS, "traceLimit", ConstantDescs.CD_int)
        .ifeq(
            w.exits.stub(() -> {
              w.exits.refund(refund);
              w.exits.exitTo(i.next);
            }));
    w.survey.neutralCallout();
  }

  /** The handler stopped the run; a repeated string instruction may want to be executed again. */
  private void stopped(Insn i, int refund) {
    w.exits.refund(refund);
    b.aload(CPU)
        .aload(CPU)
        .getfield(CPU_CLASS, "eip", ConstantDescs.CD_int)
        .loadConstant(i.next)
        .iadd()
        .putfield(CPU_CLASS, "eip", ConstantDescs.CD_int);
    w.exits.exitAsIs();
  }

  private void execute(Insn i) {
    w.exits.faultingCallout(() -> call(i));
  }

  private void call(Insn i) {
    w.constant(i.handler, HANDLER_CLASS);
    b.aload(CPU);
    w.constant(i, INSN_CLASS);
    b.invokevirtual(HANDLER_CLASS, "execute", EXECUTE);
  }

  /**
   * An instruction that ends its block and sets EIP.
   *
   * @param goesOn it usually goes on with the next instruction
   */
  void writeLast(Insn i, boolean goesOn) {
    if (goesOn) {
      giveFlags(i);
    } else {
      w.flags.makeKnown();
    }
    FlagWriter.State flags = w.flags.state();
    w.fpu.flush();
    w.writeInstructions(0);
    execute(i);
    w.fpu.forget();
    if (!goesOn || !w.plan.byOffset().containsKey(i.next)) {
      w.exits.exitAsIs();
      return;
    }
    b.aload(CPU)
        .loadConstant(w.plan.mode())
        .iload(BASE)
        .loadConstant(i.next)
        .iadd()
        .iload(BASE)
        .invokestatic(
            CODE_CLASS,
            "goesOn",
            MethodTypeDesc.of(
                ConstantDescs.CD_boolean,
                CPU_CLASS,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int))
        .ifeq(w.exits.stub(() -> w.exits.exitAsIs()));
    w.readState();
    w.flags.restore(flags);
    w.survey.callout();
    w.exits.goTo(i.next);
  }
}

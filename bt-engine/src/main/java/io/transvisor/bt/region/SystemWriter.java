package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.STATE_CLASS;
import static io.transvisor.bt.region.MethodWriter.VALUE;
import static io.transvisor.bt.region.MethodWriter.WIDE;

import io.transvisor.bt.interp.FlagInstructions;
import io.transvisor.bt.interp.TimeStampCounter;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Sensitive instructions that mostly do something trivial: what the virtual CPU holds is read or
 * changed in place. Where they would fault or do more, the interpreter does them.
 */
final class SystemWriter {
  private static final ClassDesc FLAG_INSTRUCTIONS = ClassDesc.of(FlagInstructions.class.getName());
  private static final ClassDesc TIME_STAMP_COUNTER =
      ClassDesc.of(TimeStampCounter.class.getName());

  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;
  private final StackWriter stack;

  SystemWriter(MethodWriter writer, OperandWriter operandWriter, StackWriter stackWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
    stack = stackWriter;
  }

  /** Writes an instruction if it is one of these. */
  boolean write(Insn i) {
    int width = i.operand32 ? 4 : 2;
    switch (i.form.text()) {
      case "cli" -> {
        missUnlessMayChangeInterrupts();
        setFlags(~CpuState.IF, 0);
      }
      case "sti" -> {
        missUnlessMayChangeInterrupts();
        // What waits must be held off until after the next instruction.
        b.aload(CPU).getfield(CPU_CLASS, "pending", ConstantDescs.CD_int).ifne(w.exits.miss());
        setFlags(-1, CpuState.IF);
      }
      case "pause" -> {}
      case "cld" -> setFlags(~CpuState.DF, 0);
      case "std" -> setFlags(-1, CpuState.DF);
      case "pushf" -> pushFlags(width);
      case "popf" -> popFlags(i, width);
      case "rdtsc" -> readTimeStampCounter();
      case "sgdt Ms" -> storeTable("gdtLimit", "gdtBase");
      case "sidt Ms" -> storeTable("idtLimit", "idtBase");
      case "smsw Ev" -> {
        b.aload(CPU).getfield(CPU_CLASS, "cr0", ConstantDescs.CD_int);
        popSelectorLike(i, width);
      }
      case "sldt Ev" -> storeSystemSelector(i, CpuState.LDTR, width);
      case "str Ev" -> storeSystemSelector(i, CpuState.TR, width);
      case "mov Ev,Sw" -> {
        if (i.reg > CpuState.GS) {
          return false;
        }
        w.pushSelector(i.reg);
        popSelectorLike(i, width);
      }
      case "push es" -> pushSegment(CpuState.ES, width);
      case "push cs" -> pushSegment(CpuState.CS, width);
      case "push ss" -> pushSegment(CpuState.SS, width);
      case "push ds" -> pushSegment(CpuState.DS, width);
      case "push fs" -> pushSegment(CpuState.FS, width);
      case "push gs" -> pushSegment(CpuState.GS, width);
      default -> {
        return false;
      }
    }
    return true;
  }

  // ---- flags ----

  private void pushEflags() {
    b.aload(CPU).getfield(CPU_CLASS, "eflags", ConstantDescs.CD_int);
  }

  private void setFlags(int and, int or) {
    b.aload(CPU);
    pushEflags();
    b.loadConstant(and).iand().loadConstant(or).ior();
    b.putfield(CPU_CLASS, "eflags", ConstantDescs.CD_int);
  }

  private void missUnlessMayChangeInterrupts() {
    pushEflags();
    b.bipush(12).iushr().iconst_3().iand();
    b.aload(CPU).getfield(CPU_CLASS, "cpl", ConstantDescs.CD_int).if_icmplt(w.exits.miss());
  }

  /** PUSHF and POPF of virtual-8086 code may be emulated by its monitor, or virtual. */
  private void missInVirtual8086Mode() {
    pushEflags();
    b.loadConstant(CpuState.VM).iand().ifne(w.exits.miss());
  }

  private void pushFlags(int width) {
    missInVirtual8086Mode();
    w.flags.makeKnown();
    b.aload(CPU)
        .invokevirtual(STATE_CLASS, "getEflags", MethodTypeDesc.of(ConstantDescs.CD_int))
        .loadConstant(~(CpuState.VM | CpuState.RF))
        .iand()
        .istore(VALUE);
    stack.push(width);
  }

  private void popFlags(Insn i, int width) {
    missInVirtual8086Mode();
    stack.top(width);
    b.istore(VALUE);
    b.aload(CPU)
        .iload(VALUE)
        .loadConstant(i.operand32 ? 1 : 0)
        .invokestatic(
            FLAG_INSTRUCTIONS,
            "loadTrivially",
            MethodTypeDesc.of(
                ConstantDescs.CD_boolean,
                CPU_CLASS,
                ConstantDescs.CD_int,
                ConstantDescs.CD_boolean))
        .ifeq(w.exits.miss());
    b.aload(CPU).iconst_0().putfield(CPU_CLASS, "lazyFlags", ConstantDescs.CD_int);
    w.flags.setKnown();
    stack.drop(width);
  }

  // ---- the time-stamp counter ----

  private void readTimeStampCounter() {
    b.aload(CPU)
        .getfield(CPU_CLASS, "cr4", ConstantDescs.CD_int)
        .loadConstant(CpuState.CR4_TSD)
        .iand()
        .ifne(w.exits.miss());
    w.writeInstructions(w.block.insns.size() - w.position - 1);
    b.aload(CPU)
        .invokestatic(
            TIME_STAMP_COUNTER, "read", MethodTypeDesc.of(ConstantDescs.CD_long, CPU_CLASS))
        .lstore(WIDE);
    b.lload(WIDE).l2i();
    w.popRegister(CpuState.EAX, 4);
    b.lload(WIDE).bipush(32).lushr().l2i();
    w.popRegister(CpuState.EDX, 4);
  }

  // ---- descriptor tables and selectors ----

  private void storeTable(String limit, String base) {
    w.memory.findOperand(6, true);
    b.aload(CPU).getfield(CPU_CLASS, limit, ConstantDescs.CD_int).istore(VALUE);
    w.memory.put(2);
    b.aload(CPU).getfield(CPU_CLASS, base, ConstantDescs.CD_int).istore(VALUE);
    w.memory.put(4, 2);
  }

  private void storeSystemSelector(Insn i, int register, int width) {
    missInVirtual8086Mode();
    b.aload(CPU)
        .getfield(CPU_CLASS, "cr0", ConstantDescs.CD_int)
        .loadConstant(CpuState.CR0_PE)
        .iand()
        .ifeq(w.exits.miss());
    w.pushSelector(register);
    popSelectorLike(i, width);
  }

  /** Pops into a register of the operand size, or into a word of memory. */
  private void popSelectorLike(Insn i, int width) {
    operands.pop(i, Operands.of(i.form)[0], i.memory ? 2 : width);
  }

  /** The selector takes the lower half of a doubleword; the upper one keeps what it had. */
  private void pushSegment(int segment, int width) {
    w.pushSelector(segment);
    b.istore(VALUE);
    stack.pushLower(width);
  }
}

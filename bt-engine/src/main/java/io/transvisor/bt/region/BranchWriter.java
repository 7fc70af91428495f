package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.GPR;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.TARGET;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;

/** The ends of blocks: near jumps, calls, returns, loops. */
final class BranchWriter {
  private final MethodWriter w;
  private final CodeBuilder b;
  private final OperandWriter operands;
  private final StackWriter stack;
  private final boolean flatCode;

  BranchWriter(MethodWriter writer, OperandWriter operandWriter, StackWriter stackWriter) {
    w = writer;
    b = writer.b;
    operands = operandWriter;
    stack = stackWriter;
    flatCode = (writer.plan.mode() & Cpu.MODE_FLAT_CODE) != 0;
  }

  /** Writes the last instruction of a block that ends with a near branch. */
  void write(Block block) {
    Insn i = block.last();
    switch (block.end) {
      case JUMP -> {
        if (leftToInterpreter(block.target)) {
          b.goto_(w.exits.miss());
        } else {
          w.exits.goTo(block.target);
        }
      }
      case BRANCH -> {
        boolean left = leftToInterpreter(block.target);
        if (left && isLoop(i)) {
          // It counts before it is known to jump.
          b.goto_(w.exits.miss());
          return;
        }
        branch(i, left ? w.exits.miss() : w.exits.edge(block.target));
        w.exits.goTo(i.next);
      }
      case CALL -> {
        if (leftToInterpreter(block.target)) {
          b.goto_(w.exits.miss());
          return;
        }
        stack.pushReturnAddress(i);
        w.exits.call(i, block.target);
      }
      case INDIRECT -> indirect(block, i);
      default -> throw new IllegalStateException("no branch: " + i.form);
    }
  }

  /**
   * Whether the target of a direct branch is outside the region and may be beyond the code
   * segment's limit: the interpreter checks that.
   */
  private boolean leftToInterpreter(int target) {
    return !flatCode && !w.plan.byOffset().containsKey(target);
  }

  private static boolean isLoop(Insn i) {
    return i.form.mnemonic().startsWith("loop");
  }

  private void branch(Insn i, Label taken) {
    String encoding = i.form.encoding();
    switch (encoding.substring(0, 2)) {
      case "E0", "E1", "E2" -> loop(i, encoding, taken);
      case "E3" -> {
        w.pushRegister(CpuState.ECX, i.addressMask == -1 ? 4 : 2);
        b.ifeq(taken);
      }
      case "0F" ->
          w.conditions.jumpIf(Integer.parseInt(encoding.substring(3, 5), 16) - 0x80, taken);
      default -> w.conditions.jumpIf(Integer.parseInt(encoding.substring(0, 2), 16) - 0x70, taken);
    }
  }

  private void loop(Insn i, String encoding, Label taken) {
    int width = i.addressMask == -1 ? 4 : 2;
    if (!encoding.startsWith("E2")) {
      w.flags.resolve();
    }
    b.iload(GPR + CpuState.ECX).iconst_1().isub();
    w.popRegister(CpuState.ECX, width);
    w.pushRegister(CpuState.ECX, width);
    if (encoding.startsWith("E2")) {
      b.ifne(taken);
      return;
    }
    Label not = b.newLabel();
    b.ifeq(not);
    w.conditions.jumpIfZero(encoding.startsWith("E1"), taken);
    b.labelBinding(not);
  }

  private void indirect(Block block, Insn i) {
    int width = i.operand32 ? 4 : 2;
    boolean isReturn = Branches.isReturn(i);
    if (isReturn) {
      stack.top(width);
    } else {
      operands.push(i, Operands.of(i.form)[0], width);
    }
    b.istore(TARGET);
    if (!flatCode) {
      checkLimit();
    }
    if (isReturn) {
      stack.drop(width + i.imm);
    } else if (Branches.isCall(i)) {
      stack.pushReturnAddress(i);
    }
    w.exits.goToOneOf(block.indirectTargets);
  }

  /** A target beyond the segment is a fault of the branch: the interpreter raises it. */
  private void checkLimit() {
    b.aload(CPU)
        .getfield(CPU_CLASS, "segLimit", INTS)
        .loadConstant(CpuState.CS)
        .iaload()
        .loadConstant(Integer.MIN_VALUE)
        .iadd();
    b.iload(TARGET).loadConstant(Integer.MIN_VALUE).iadd().if_icmplt(w.exits.miss());
  }
}

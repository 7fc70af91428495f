package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Block.End;

/** Writes the instructions of a block: each by the writer of its family, or as a callout. */
final class InstructionWriter {
  private final MethodWriter w;
  private final ArithmeticWriter arithmetic;
  private final ShiftWriter shifts;
  private final MoveWriter moves;
  private final BitWriter bits;
  private final ExchangeWriter exchanges;
  private final StringWriter strings;
  private final DivisionWriter divisions;
  private final MmxWriter mmx;
  private final X87Writer x87;
  private final StackWriter stack;
  private final SystemWriter system;
  private final BranchWriter branches;
  private final CalloutWriter callouts;
  private final boolean code32;

  InstructionWriter(MethodWriter writer, OperandWriter operands) {
    w = writer;
    arithmetic = new ArithmeticWriter(writer, operands);
    shifts = new ShiftWriter(writer, operands);
    moves = new MoveWriter(writer, operands);
    bits = new BitWriter(writer, operands);
    exchanges = new ExchangeWriter(writer, operands);
    strings = new StringWriter(writer);
    divisions = new DivisionWriter(writer, operands);
    mmx = new MmxWriter(writer);
    x87 = new X87Writer(writer);
    stack = new StackWriter(writer, operands);
    system = new SystemWriter(writer, operands, stack);
    branches = new BranchWriter(writer, operands, stack);
    callouts = new CalloutWriter(writer);
    code32 = (writer.plan.mode() & Cpu.MODE_CODE32) != 0;
  }

  void write(Block block) {
    for (int n = 0; n < block.insns.size(); n++) {
      Insn i = block.insns.get(n);
      w.insn = i;
      w.position = n;
      if (n == block.insns.size() - 1 && block.end != End.FALL_THROUGH) {
        writeLast(block, i);
      } else {
        writeInside(i);
      }
    }
    if (block.end == End.FALL_THROUGH) {
      w.exits.goTo(block.next());
    }
  }

  private void writeInside(Insn i) {
    boolean regular = Operands.isRegular(i);
    boolean written =
        !w.plan.isLeftToHandler(i)
            && (regular
                    && (arithmetic.write(i) || shifts.write(i) || moves.write(i) || bits.write(i))
                || exchanges.write(i)
                || strings.write(i)
                || divisions.write(i)
                || stack.write(i)
                || x87.write(i)
                || mmx.write(i)
                || system.write(i));
    if (written) {
      w.countCallout(i);
    } else {
      callouts.write(i);
    }
  }

  private void writeLast(Block block, Insn i) {
    w.fpu.settle();
    if (i.form == null) {
      // No instruction: the interpreter raises the fault.
      w.b.goto_(w.exits.miss());
      return;
    }
    switch (block.end) {
      case CALLOUT -> {
        if (!w.plan.isLeftToHandler(i) && system.write(i)) {
          w.countCallout(i);
          w.exits.goTo(i.next);
        } else {
          callouts.writeLast(i, true);
        }
      }
      case LEAVE -> callouts.writeLast(i, false);
      default -> {
        if ((i.operand32 || !code32) && !w.plan.isLeftToHandler(i)) {
          branches.write(block);
        } else {
          callouts.writeLast(i, false);
        }
      }
    }
  }
}

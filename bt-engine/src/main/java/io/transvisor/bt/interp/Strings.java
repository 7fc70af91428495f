package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;

/**
 * Rows of the string instructions, and what their handlers share (SDM volume 1, 7.3.9.2 and volume
 * 2, "REP").
 *
 * <p>A repeated instruction runs over the backing store directly where both operands allow it, one
 * page at most at a time, and element by element elsewhere. Registers are brought up to date after
 * every such run, so that a fault in the middle leaves the finished iterations done. One call does
 * a bounded amount of work and then lets the instruction be executed again, so that interrupts get
 * in. The trace ends only then: {@link #again} turns EIP back.
 */
final class Strings {
  /** Most iterations in one call. */
  static final int MAX_ITERATIONS = 4096;

  private Strings() {}

  static void define(FormTable t) {
    rows(t, "A4", "A5", "movs Yv,Xv", StringCopies.Movs.class);
    rows(t, "AA", "AB", "stos Yv,eAX", StringCopies.Stos.class);
    rows(t, "AC", "AD", "lods eAX,Xv", StringCopies.Lods.class);
    rows(t, "A6", "A7", "cmps Xv,Yv", StringComparisons.Cmps.class);
    rows(t, "AE", "AF", "scas eAX,Yv", StringComparisons.Scas.class);
    rows(t, "6C", "6D", "ins Yv,DX", StringPorts.Ins.class);
    rows(t, "6E", "6F", "outs DX,Xv", StringPorts.Outs.class);
  }

  private static void rows(
      FormTable t,
      String byteOpcode,
      String opcode,
      String text,
      Class<? extends Handler> template) {
    Form bytes =
        t.op(byteOpcode, text.replace("Xv", "Xb").replace("Yv", "Yb").replace("eAX", "AL"))
            .any(Semantics.sized(template, BYTE));
    Form words =
        t.op(opcode, text).both(Semantics.sized(template, WORD), Semantics.sized(template, DWORD));
    for (Form form : new Form[] {bytes, words}) {
      form.reads("D");
      if (text.startsWith("cmps") || text.startsWith("scas")) {
        // With a repeat count of 0 the flags stay.
        form.reads("DOSZAPC").writes("OSZAPC");
      }
    }
  }

  /** The repeat count: CX or ECX by address size. */
  static int count(Cpu c, Insn i) {
    return c.gpr[Cpu.ECX] & i.addressMask;
  }

  /**
   * How many of {@code count} iterations (unsigned) this call may do: one when single-stepping, for
   * the trap after each.
   */
  static int budget(Cpu c, int count, int most) {
    if ((c.eflags & Cpu.TF) != 0) {
      most = 1;
    }
    return count + Integer.MIN_VALUE < most + Integer.MIN_VALUE ? count : most;
  }

  /** Adds to a counter or index register, within the address size. */
  static void advance(Cpu c, Insn i, int register, int delta) {
    int mask = i.addressMask;
    int value = c.gpr[register];
    c.gpr[register] = value & ~mask | value + delta & mask;
  }

  /** {@code size} or, when DF is set, {@code -size}. */
  static int step(Cpu c, int size) {
    return (c.eflags & Cpu.DF) == 0 ? size : -size;
  }

  /**
   * The instruction is to be executed again after the interrupts: the run loop will add its length
   * to EIP. RF keeps a breakpoint on it from being hit once more (SDM volume 3, 17.3.1.1); armed
   * breakpoints make the run loop consume the flag.
   */
  static void again(Cpu c, Insn i) {
    c.eip -= i.length();
    if (c.codeBreakpoints) {
      c.eflags |= Cpu.RF;
    }
    c.stopTrace();
  }

  /**
   * How many elements from a place on lie in one page, in the limit of the segment as the fast
   * check has it, and before the offset wraps. 0 where even the first does not.
   *
   * @param end {@link Cpu#readEnd} or {@link Cpu#writeEnd} of the segment
   * @param most upper bound, at least 1
   */
  static int run(int offset, int linear, int addressMask, int end, int step, int most) {
    if ((offset ^ Integer.MIN_VALUE) >= end) {
      return 0;
    }
    return step > 0
        ? runUp(offset, linear, addressMask, end, step, most)
        : runDown(offset, linear, -step, most);
  }

  private static int runUp(int offset, int linear, int addressMask, int end, int size, int most) {
    int n = Math.min((4096 - (linear & 0xFFF)) / size, most);
    while (n > 0) {
      int last = offset + (n - 1) * size;
      boolean wraps =
          Integer.compareUnsigned(last, offset) < 0
              || Integer.compareUnsigned(last + size - 1, addressMask) > 0;
      if (!wraps && (last ^ Integer.MIN_VALUE) < end) {
        return n;
      }
      n >>= 1;
    }
    return 0;
  }

  private static int runDown(int offset, int linear, int size, int most) {
    int inPage = linear & 0xFFF;
    if (inPage + size > 4096) {
      return 0;
    }
    int n = Math.min(inPage / size + 1, most);
    // Not below offset 0, and not out of the page: whole elements only.
    int before = Integer.divideUnsigned(offset, size);
    return before < 0 ? n : Math.min(n, before + 1);
  }
}

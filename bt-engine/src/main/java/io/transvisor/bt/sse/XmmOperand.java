package io.transvisor.bt.sse;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;

/** Operands of 32 and 64 bits that are the bottom of an XMM register, or memory. */
final class XmmOperand {
  private static final long LOW = 0xFFFFFFFFL;

  private XmmOperand() {}

  /** The second operand, 32 bits. */
  static int dword(Cpu c, Insn i) {
    return i.memory ? c.readD(i) : (int) c.xmm[i.rm << 1];
  }

  /** The second operand, 64 bits. */
  static long qword(Cpu c, Insn i) {
    return i.memory ? c.readQ(i.seg, c.offset(i)) : c.xmm[i.rm << 1];
  }

  /** Replaces the lowest 32 bits of a register. */
  static void setDword(Cpu c, int register, int value) {
    c.xmm[register << 1] = c.xmm[register << 1] & ~LOW | value & LOW;
  }

  static void set(Cpu c, int register, long low, long high) {
    c.xmm[register << 1] = low;
    c.xmm[(register << 1) + 1] = high;
  }
}

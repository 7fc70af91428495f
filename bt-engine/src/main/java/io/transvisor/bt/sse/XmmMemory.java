package io.transvisor.bt.sse;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;

/** The linear address of a memory operand of 16 bytes, checked against its segment. */
final class XmmMemory {
  private static final int ALIGNMENT = 16;

  private XmmMemory() {}

  /** For reading. @throws GuestFault #GP(0) unless aligned, whatever the segment */
  static int alignedRead(Cpu c, Insn i) {
    int offset = aligned(c, i);
    c.forRead(i.seg, offset + 8, 8);
    return c.forRead(i.seg, offset, 8);
  }

  /** For writing; the page is not looked at. @throws GuestFault #GP(0) unless aligned */
  static int alignedWrite(Cpu c, Insn i) {
    int offset = aligned(c, i);
    c.forWrite(i.seg, offset + 8, 8);
    return c.forWrite(i.seg, offset, 8);
  }

  private static int aligned(Cpu c, Insn i) {
    int offset = c.offset(i);
    if ((c.segBase[i.seg] + offset & ALIGNMENT - 1) != 0) {
      throw c.gp(0);
    }
    return offset;
  }

  /** For reading, at any address. */
  static int read(Cpu c, Insn i) {
    int offset = c.offset(i);
    c.forRead(i.seg, offset + 8, 8);
    return c.forRead(i.seg, offset, 8);
  }

  /** For writing, at any address; both pages it may touch can be written. */
  static int write(Cpu c, Insn i) {
    int offset = c.offset(i);
    c.forWrite(i.seg, offset + 8, 8);
    int linear = c.forWrite(i.seg, offset, 8);
    c.probeWrite(linear, 16);
    return linear;
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/**
 * An offset in a segment: {@code (base + (index << scale) + displacement) & mask}.
 *
 * @param segment a segment register
 * @param base a general register or {@link CpuState#ZERO}
 * @param index likewise
 * @param mask 0xFFFF or all ones
 */
record Address(int segment, int base, int index, int scale, int displacement, int mask) {
  /** That of an instruction's memory operand. */
  static Address of(Insn i) {
    return new Address(i.seg, i.base, i.index, i.scale, i.disp, i.addressMask);
  }

  /** A place in the stack segment. */
  static Address stack(int base, int displacement, boolean stack32) {
    return new Address(CpuState.SS, base, CpuState.ZERO, 0, displacement, stack32 ? -1 : 0xFFFF);
  }

  /** What a register points to in a segment. */
  static Address at(int segment, int register) {
    return new Address(segment, register, CpuState.ZERO, 0, 0, -1);
  }

  /** The same, some bytes further. */
  Address plus(int bytes) {
    return new Address(segment, base, index, scale, displacement + bytes, mask);
  }
}

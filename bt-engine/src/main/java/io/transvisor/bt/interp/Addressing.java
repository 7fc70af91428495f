package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.MemoryShape;

/**
 * How the linear address of a memory operand is found; which one applies is known when the
 * instruction is decoded.
 */
enum Addressing {
  /** Any segment, any address size. */
  GENERAL {
    @Override
    int offset(Cpu c, Insn i) {
      return c.offset(i);
    }

    @Override
    int forRead(Cpu c, Insn i, int size) {
      return c.forRead(i.seg, c.offset(i), size);
    }

    @Override
    int forWrite(Cpu c, Insn i, int size) {
      return c.forWrite(i.seg, c.offset(i), size);
    }
  },

  /** 32-bit addresses in a flat segment: base 0, no limit, so nothing to check. */
  FLAT {
    @Override
    int offset(Cpu c, Insn i) {
      return c.gpr[i.base] + (c.gpr[i.index] << i.scale) + i.disp;
    }

    @Override
    int forRead(Cpu c, Insn i, int size) {
      return offset(c, i);
    }

    @Override
    int forWrite(Cpu c, Insn i, int size) {
      return offset(c, i);
    }
  },

  /** The same without an index register. */
  FLAT_BASE {
    @Override
    int offset(Cpu c, Insn i) {
      return c.gpr[i.base] + i.disp;
    }

    @Override
    int forRead(Cpu c, Insn i, int size) {
      return offset(c, i);
    }

    @Override
    int forWrite(Cpu c, Insn i, int size) {
      return offset(c, i);
    }
  };

  static Addressing of(MemoryShape shape) {
    return switch (shape) {
      case GENERAL -> GENERAL;
      case FLAT -> FLAT;
      case FLAT_BASE -> FLAT_BASE;
    };
  }

  abstract int offset(Cpu c, Insn i);

  /** Checks a read of {@code size} bytes against the segment and gives the linear address. */
  abstract int forRead(Cpu c, Insn i, int size);

  /** Checks a write of {@code size} bytes against the segment and gives the linear address. */
  abstract int forWrite(Cpu c, Insn i, int size);
}

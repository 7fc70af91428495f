package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.FpuState;

/**
 * Images of FSTENV/FLDENV (14 or 28 bytes) and FSAVE/FRSTOR (94 or 108 bytes) in their four
 * formats: 16 or 32 bits by operand size, with selectors in protected mode and linear addresses in
 * real and virtual-8086 mode (Intel SDM volume 1, figures 8-9 to 8-12). All of an image is checked
 * before anything is written or loaded.
 */
public final class X87Environment {
  private static final int FIELDS = 7;
  private static final int REGISTERS = 8;
  private static final int REGISTER_BYTES = 10;
  private static final int OPCODE = 0x7FF;
  private static final int RESERVED_ONES = 0xFFFF0000;

  private X87Environment() {}

  /** FNSTENV, less the masking of exceptions. */
  static void store(Cpu c, Insn i, int offset) {
    int fieldBytes = fieldBytes(i);
    probe(c, i, offset, FIELDS * fieldBytes, fieldBytes);
    writeFields(c, i, offset, fieldBytes);
  }

  /** FNSAVE, less the initialisation. */
  static void save(Cpu c, Insn i, int offset) {
    int fieldBytes = fieldBytes(i);
    int registers = offset + FIELDS * fieldBytes;
    probe(c, i, offset, FIELDS * fieldBytes + REGISTERS * REGISTER_BYTES, 2);
    writeFields(c, i, offset, fieldBytes);
    FpuState f = c.fpu;
    for (int n = 0; n < REGISTERS; n++) {
      int register = X87Stack.physical(f, n);
      int at = registers + n * REGISTER_BYTES;
      c.writeQ(i.seg, at & i.addressMask, f.significand[register]);
      c.writeW(i.seg, at + 8 & i.addressMask, f.signExponent[register]);
    }
  }

  /** FLDENV. */
  static void load(Cpu c, Insn i, int offset) {
    take(c, readFields(c, i, offset, fieldBytes(i)), i.operand32);
  }

  /** FRSTOR. */
  static void restore(Cpu c, Insn i, int offset) {
    int fieldBytes = fieldBytes(i);
    int[] fields = readFields(c, i, offset, fieldBytes);
    int registers = offset + FIELDS * fieldBytes;
    long[] significands = new long[REGISTERS];
    int[] signExponents = new int[REGISTERS];
    for (int n = 0; n < REGISTERS; n++) {
      int at = registers + n * REGISTER_BYTES;
      significands[n] = c.readQ(i.seg, at & i.addressMask);
      signExponents[n] = c.readW(i.seg, at + 8 & i.addressMask);
    }
    take(c, fields, i.operand32);
    FpuState f = c.fpu;
    for (int n = 0; n < REGISTERS; n++) {
      int register = X87Stack.physical(f, n);
      f.significand[register] = significands[n];
      f.signExponent[register] = signExponents[n];
    }
  }

  private static int fieldBytes(Insn i) {
    return i.operand32 ? 4 : 2;
  }

  private static void probe(Cpu c, Insn i, int offset, int bytes, int step) {
    for (int n = 0; n < bytes; n += step) {
      c.forUpdate(i.seg, offset + n & i.addressMask, step);
    }
  }

  private static void writeFields(Cpu c, Insn i, int offset, int fieldBytes) {
    int[] fields = fields(c, i.operand32);
    for (int n = 0; n < FIELDS; n++) {
      int at = offset + n * fieldBytes & i.addressMask;
      if (i.operand32) {
        c.writeD(i.seg, at, fields[n]);
      } else {
        c.writeW(i.seg, at, fields[n]);
      }
    }
  }

  private static int[] readFields(Cpu c, Insn i, int offset, int fieldBytes) {
    int[] fields = new int[FIELDS];
    for (int n = 0; n < FIELDS; n++) {
      int at = offset + n * fieldBytes & i.addressMask;
      fields[n] = i.operand32 ? c.readD(i.seg, at) : c.readW(i.seg, at);
    }
    return fields;
  }

  private static int[] fields(Cpu c, boolean wide) {
    FpuState f = c.fpu;
    int ones = wide ? RESERVED_ONES : 0;
    int opcode = f.opcode & OPCODE;
    int[] fields = new int[FIELDS];
    fields[0] = f.control | ones;
    fields[1] = f.statusWord() | ones;
    fields[2] = fullTags(f) | ones;
    if (c.usesParagraphs()) {
      int instruction = linear(f.instructionSelector, f.instructionPointer);
      int data = linear(f.dataSelector, f.dataPointer);
      if (wide) {
        fields[3] = instruction & 0xFFFF | ones;
        fields[4] = (instruction >>> 16) << 12 | opcode;
        fields[5] = data & 0xFFFF | ones;
        fields[6] = (data >>> 16) << 12;
      } else {
        fields[3] = instruction;
        fields[4] = (instruction >>> 16 & 15) << 12 | opcode;
        fields[5] = data;
        fields[6] = (data >>> 16 & 15) << 12;
      }
    } else {
      fields[3] = f.instructionPointer;
      fields[4] = wide ? f.instructionSelector | opcode << 16 : f.instructionSelector;
      fields[5] = f.dataPointer;
      fields[6] = f.dataSelector | ones;
    }
    return fields;
  }

  private static int linear(int selector, int offset) {
    return (selector << 4) + offset;
  }

  private static void take(Cpu c, int[] fields, boolean wide) {
    FpuState f = c.fpu;
    f.empty = emptyOf(fields[2]);
    f.control = fields[0] & 0x1F3F | 0x40;
    f.setStatusWord(fields[1]);
    if (c.usesParagraphs()) {
      // only the linear address is known; as offset from selector 0 it is stored back unchanged
      int high = wide ? 0xFFFF : 15;
      f.instructionPointer = fields[3] & 0xFFFF | (fields[4] >>> 12 & high) << 16;
      f.instructionSelector = 0;
      f.dataPointer = fields[5] & 0xFFFF | (fields[6] >>> 12 & high) << 16;
      f.dataSelector = 0;
      f.opcode = fields[4] & OPCODE;
    } else {
      f.instructionPointer = fields[3];
      f.instructionSelector = fields[4] & 0xFFFF;
      f.dataPointer = fields[5];
      f.dataSelector = fields[6] & 0xFFFF;
      if (wide) {
        f.opcode = fields[4] >>> 16 & OPCODE;
      }
    }
  }

  /** Empty bits of a full tag word; the other tags follow from the registers' contents. */
  public static int emptyOf(int tags) {
    int empty = 0;
    for (int n = 0; n < REGISTERS; n++) {
      if ((tags >>> 2 * n & 3) == 3) {
        empty |= 1 << n;
      }
    }
    return empty;
  }

  /** The tag word: for each physical register valid (0), zero (1), special (2) or empty (3). */
  public static int fullTags(FpuState f) {
    int tags = 0;
    for (int n = 0; n < REGISTERS; n++) {
      int tag;
      if ((f.empty >>> n & 1) != 0) {
        tag = 3;
      } else if (Extended.isNormal(f.significand[n], f.signExponent[n])) {
        tag = 0;
      } else {
        tag = Extended.isZero(f.significand[n], f.signExponent[n]) ? 1 : 2;
      }
      tags |= tag << 2 * n;
    }
    return tags;
  }
}

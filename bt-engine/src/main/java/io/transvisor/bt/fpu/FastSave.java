package io.transvisor.bt.fpu;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import io.transvisor.core.cpu.Mxcsr;

/**
 * FXSAVE and FXRSTOR (Intel SDM volume 2, "FXSAVE"): the x87 state in an image of 512 bytes whose
 * layout does not depend on mode or operand size. MXCSR is part of it where the model has SSE, the
 * XMM registers where the system has turned them on, too. Neither instruction waits for pending
 * exceptions.
 */
final class FastSave {
  private static final int IMAGE_BYTES = 512;
  private static final int ALIGNMENT = 16;

  private static final int CONTROL = 0;
  private static final int STATUS = 2;
  private static final int TAGS = 4;
  private static final int OPCODE = 6;
  private static final int INSTRUCTION_POINTER = 8;
  private static final int INSTRUCTION_SELECTOR = 12;
  private static final int DATA_POINTER = 16;
  private static final int DATA_SELECTOR = 20;
  private static final int MXCSR = 24;
  private static final int MXCSR_MASK = 28;
  private static final int REGISTERS = 32;
  private static final int XMM_REGISTERS = 160;

  private static final int REGISTER_COUNT = 8;
  private static final int REGISTER_SPACING = 16;
  private static final int OPCODE_BITS = 0x7FF;

  private FastSave() {}

  static void define(FormTable t) {
    t.op("NP 0F AE /0:m", "fxsave M").any(SAVE).requires(CpuModel.FXSR);
    t.op("NP 0F AE /1:m", "fxrstor M").any(RESTORE).requires(CpuModel.FXSR);
  }

  private static final Handler SAVE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          save(c, i, begin(c, i));
        }
      };

  private static final Handler RESTORE =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          restore(c, i, begin(c, i));
          X87Guard.errorsChanged(c);
        }
      };

  /** What both check first; gives the offset of the image. */
  private static int begin(Cpu c, Insn i) {
    X87Guard.beginControl(c);
    int offset = c.offset(i);
    if ((c.segBase[i.seg] + offset & ALIGNMENT - 1) != 0) {
      throw c.gp(0);
    }
    return offset;
  }

  private static void save(Cpu c, Insn i, int offset) {
    for (int n = 0; n < IMAGE_BYTES; n += Long.BYTES) {
      c.forUpdate(i.seg, offset + n & i.addressMask, Long.BYTES);
    }
    FpuState f = c.fpu;
    writeWord(c, i, offset + CONTROL, f.control);
    writeWord(c, i, offset + STATUS, f.statusWord());
    writeWord(c, i, offset + TAGS, ~f.empty & 0xFF);
    writeWord(c, i, offset + OPCODE, f.opcode & OPCODE_BITS);
    writeDword(c, i, offset + INSTRUCTION_POINTER, f.instructionPointer);
    writeDword(c, i, offset + INSTRUCTION_SELECTOR, f.instructionSelector);
    writeDword(c, i, offset + DATA_POINTER, f.dataPointer);
    writeDword(c, i, offset + DATA_SELECTOR, f.dataSelector);
    for (int n = 0; n < REGISTER_COUNT; n++) {
      int register = X87Stack.physical(f, n);
      int at = offset + REGISTERS + n * REGISTER_SPACING;
      c.writeQ(i.seg, at & i.addressMask, f.significand[register]);
      writeWord(c, i, at + Long.BYTES, f.signExponent[register]);
    }
    if (c.model.has(CpuModel.SSE)) {
      writeDword(c, i, offset + MXCSR, c.mxcsr);
      writeDword(c, i, offset + MXCSR_MASK, Mxcsr.writable(c.model));
    }
    if (savesXmm(c)) {
      for (int n = 0; n < c.xmm.length; n++) {
        int at = offset + XMM_REGISTERS + n * Long.BYTES;
        c.writeQ(i.seg, at & i.addressMask, c.xmm[n]);
      }
    }
  }

  private static boolean savesXmm(Cpu c) {
    return c.model.has(CpuModel.SSE) && (c.cr4 & CpuState.CR4_OSFXSR) != 0;
  }

  private static void restore(Cpu c, Insn i, int offset) {
    int control = readWord(c, i, offset + CONTROL);
    int status = readWord(c, i, offset + STATUS);
    int tags = readWord(c, i, offset + TAGS);
    int opcode = readWord(c, i, offset + OPCODE);
    int instructionPointer = readDword(c, i, offset + INSTRUCTION_POINTER);
    int instructionSelector = readWord(c, i, offset + INSTRUCTION_SELECTOR);
    int dataPointer = readDword(c, i, offset + DATA_POINTER);
    int dataSelector = readWord(c, i, offset + DATA_SELECTOR);
    long[] significands = new long[REGISTER_COUNT];
    int[] signExponents = new int[REGISTER_COUNT];
    for (int n = 0; n < REGISTER_COUNT; n++) {
      int at = offset + REGISTERS + n * REGISTER_SPACING;
      significands[n] = c.readQ(i.seg, at & i.addressMask);
      signExponents[n] = readWord(c, i, at + Long.BYTES);
    }
    int mxcsr = c.model.has(CpuModel.SSE) ? readDword(c, i, offset + MXCSR) : c.mxcsr;
    if ((mxcsr & ~Mxcsr.writable(c.model)) != 0) {
      throw c.gp(0);
    }
    long[] xmm = c.xmm.clone();
    if (savesXmm(c)) {
      for (int n = 0; n < xmm.length; n++) {
        int at = offset + XMM_REGISTERS + n * Long.BYTES;
        xmm[n] = c.readQ(i.seg, at & i.addressMask);
      }
    }
    // nothing can fault any more
    FpuState f = c.fpu;
    f.setControlWord(control);
    f.setStatusWord(status);
    f.empty = ~tags & 0xFF;
    f.opcode = opcode & OPCODE_BITS;
    f.instructionPointer = instructionPointer;
    f.instructionSelector = instructionSelector;
    f.dataPointer = dataPointer;
    f.dataSelector = dataSelector;
    for (int n = 0; n < REGISTER_COUNT; n++) {
      int register = X87Stack.physical(f, n);
      f.significand[register] = significands[n];
      f.signExponent[register] = signExponents[n];
    }
    c.mxcsr = mxcsr;
    System.arraycopy(xmm, 0, c.xmm, 0, xmm.length);
  }

  private static void writeWord(Cpu c, Insn i, int offset, int value) {
    c.writeW(i.seg, offset & i.addressMask, value);
  }

  private static void writeDword(Cpu c, Insn i, int offset, int value) {
    c.writeD(i.seg, offset & i.addressMask, value);
  }

  private static int readWord(Cpu c, Insn i, int offset) {
    return c.readW(i.seg, offset & i.addressMask);
  }

  private static int readDword(Cpu c, Insn i, int offset) {
    return c.readD(i.seg, offset & i.addressMask);
  }
}

package io.transvisor.bt.interp;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;

/** LAHF SAHF, CLC STC CMC, CLD STD, SALC, and the instructions that do nothing. */
final class FlagOperations {
  private static final int IN_AH = Cpu.SF | Cpu.ZF | Cpu.AF | Cpu.PF | Cpu.CF;

  private FlagOperations() {}

  static void define(FormTable t) {
    t.op("9F", "lahf").any(LAHF).reads("SZAPC");
    t.op("9E", "sahf").any(SAHF).reads("O").writes("SZAPC");
    t.op("F8", "clc").any(CLC).writes("C");
    t.op("F9", "stc").any(STC).writes("C");
    t.op("F5", "cmc").any(CMC).reads("C").writes("C");
    t.op("FC", "cld").any(CLD).writes("D");
    t.op("FD", "std").any(STD).writes("D");
    t.op("D6", "salc").any(SALC).reads("C");
    // The P6 family reserves these, and 18 (PREFETCHh), as hints with a ModRM byte (the multi-byte
    // NOP came out of them); they do not access memory. Its mark among the features is CMOV.
    for (int opcode = 0x19; opcode <= 0x1F; opcode++) {
      t.op("0F %02X /r".formatted(opcode), "nop Ev").any(NOP).requires(CpuModel.CMOV);
    }
  }

  private static final Handler NOP =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          // A hint.
        }
      };

  private static final Handler LAHF =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg8(4, c.arithmeticFlags() & IN_AH | 2);
        }
      };

  private static final Handler SAHF =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setArithmeticFlags(c.reg8(4) & IN_AH | (c.overflow() ? Cpu.OF : 0));
        }
      };

  private static final Handler CLC =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          BitOperations.setCarry(c, 0);
        }
      };

  private static final Handler STC =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          BitOperations.setCarry(c, 1);
        }
      };

  private static final Handler CMC =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.flagCarries ^= 0xC0000000;
        }
      };

  private static final Handler CLD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eflags &= ~Cpu.DF;
        }
      };

  private static final Handler STD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.eflags |= Cpu.DF;
        }
      };

  private static final Handler SALC =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          c.setReg8(Cpu.EAX, c.flagCarries >> 31);
        }
      };
}

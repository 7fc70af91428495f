package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;

/**
 * Decimal adjustment: DAA DAS AAA AAS AAM AAD (SDM volume 2). Of the flags the manual leaves
 * undefined, SF, ZF and PF follow AL and OF is cleared, except that AAD sets OF and CF like the
 * byte addition it ends with.
 */
final class Bcd {
  private Bcd() {}

  static void define(FormTable t) {
    flags(t.op("27", "daa"), "AC", "SZAPC", "O").any(DAA);
    flags(t.op("2F", "das"), "AC", "SZAPC", "O").any(DAS);
    flags(t.op("37", "aaa"), "A", "AC", "OSZP").any(AAA);
    flags(t.op("3F", "aas"), "A", "AC", "OSZP").any(AAS);
    flags(t.op("D4 ib", "aam Ib"), "", "SZP", "OAC").any(AAM);
    flags(t.op("D5 ib", "aad Ib"), "", "SZP", "OAC").any(AAD);
  }

  private static Form flags(Form form, String reads, String writes, String undefined) {
    return form.reads(reads).writes(writes).undefined(undefined);
  }

  private static void setFlags(Cpu c, int al, boolean carry, boolean adjust) {
    int signed = (byte) al;
    c.flagResult = signed;
    c.flagSignParity = signed;
    // CF and OF clear or CF alone: bits 31 and 30 equal.
    c.flagCarries = (carry ? 0xC0000000 : 0) | (adjust ? 8 : 0);
  }

  private static final Handler DAA =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int al = c.gpr[Cpu.EAX] & 0xFF;
          boolean low = (al & 15) > 9 || c.adjust();
          boolean high = al > 0x99 || c.carry();
          int r = al + (low ? 6 : 0) + (high ? 0x60 : 0);
          c.setReg8(Cpu.EAX, r);
          setFlags(c, r, high, low);
        }
      };

  private static final Handler DAS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int al = c.gpr[Cpu.EAX] & 0xFF;
          boolean low = (al & 15) > 9 || c.adjust();
          boolean high = al > 0x99 || c.carry();
          // A borrow out of the first subtraction carries too.
          boolean carry = high || low && al < 6;
          int r = al - (low ? 6 : 0) - (high ? 0x60 : 0);
          c.setReg8(Cpu.EAX, r);
          setFlags(c, r, carry, low);
        }
      };

  private static final Handler AAA =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int ax = c.gpr[Cpu.EAX] & 0xFFFF;
          boolean adjust = (ax & 15) > 9 || c.adjust();
          int r = (adjust ? ax + 0x106 : ax) & 0xFF0F;
          c.setReg16(Cpu.EAX, r);
          setFlags(c, r, adjust, adjust);
        }
      };

  private static final Handler AAS =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int ax = c.gpr[Cpu.EAX] & 0xFFFF;
          boolean adjust = (ax & 15) > 9 || c.adjust();
          int r = (adjust ? ax - 0x106 : ax) & 0xFF0F;
          c.setReg16(Cpu.EAX, r);
          setFlags(c, r, adjust, adjust);
        }
      };

  private static final Handler AAM =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          if (i.imm == 0) {
            throw c.de();
          }
          int al = c.gpr[Cpu.EAX] & 0xFF;
          int r = al % i.imm;
          c.setReg16(Cpu.EAX, al / i.imm << 8 | r);
          setFlags(c, r, false, false);
        }
      };

  private static final Handler AAD =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          int ax = c.gpr[Cpu.EAX];
          int r = Alu.add8(c, ax & 0xFF, (ax >>> 8 & 0xFF) * i.imm & 0xFF);
          c.setReg16(Cpu.EAX, r & 0xFF);
        }
      };
}

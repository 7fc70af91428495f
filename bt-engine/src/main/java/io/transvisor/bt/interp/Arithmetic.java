package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Binary;
import io.transvisor.bt.interp.Semantics.Comparison;
import io.transvisor.bt.interp.Semantics.Unary;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;

/** ADD OR ADC SBB AND SUB XOR CMP, TEST, INC DEC NOT NEG: rows of the opcode map's regular part. */
final class Arithmetic {
  private static final String ALL = "OSZAPC";

  private Arithmetic() {}

  static void define(FormTable t) {
    binary(t, 0, "add", "", "", Alu::add8, Alu::add16, Alu::add32);
    binary(t, 1, "or", "", "A", Alu::or8, Alu::or16, Alu::or32);
    binary(t, 2, "adc", "C", "", Alu::adc8, Alu::adc16, Alu::adc32);
    binary(t, 3, "sbb", "C", "", Alu::sbb8, Alu::sbb16, Alu::sbb32);
    binary(t, 4, "and", "", "A", Alu::and8, Alu::and16, Alu::and32);
    binary(t, 5, "sub", "", "", Alu::sub8, Alu::sub16, Alu::sub32);
    binary(t, 6, "xor", "", "A", Alu::xor8, Alu::xor16, Alu::xor32);
    compare(t);
    test(t);
    unary(t, "FE", "FF", 0, "inc", "OSZAP", Alu::inc8, Alu::inc16, Alu::inc32);
    unary(t, "FE", "FF", 1, "dec", "OSZAP", Alu::dec8, Alu::dec16, Alu::dec32);
    unary(t, "F6", "F7", 2, "not", "", Alu::not, Alu::not, Alu::not);
    unary(t, "F6", "F7", 3, "neg", ALL, Alu::neg8, Alu::neg16, Alu::neg32);
    t.op("40+r", "inc Zv")
        .both(
            Semantics.unary(Operands.Rm.class, WORD, Alu::inc16),
            Semantics.unary(Operands.Rm.class, DWORD, Alu::inc32))
        .writes("OSZAP");
    t.op("48+r", "dec Zv")
        .both(
            Semantics.unary(Operands.Rm.class, WORD, Alu::dec16),
            Semantics.unary(Operands.Rm.class, DWORD, Alu::dec32))
        .writes("OSZAP");
  }

  private static String hex(int opcode) {
    return "%02X".formatted(opcode);
  }

  /** Sets the flags of a row: undefined ones are not counted as written. */
  private static Form flags(Form form, String reads, String undefined) {
    String written = undefined.isEmpty() ? ALL : ALL.replace(undefined, "");
    return form.reads(reads).writes(written).undefined(undefined);
  }

  private static void binary(
      FormTable t,
      int n,
      String name,
      String reads,
      String undefined,
      Binary op8,
      Binary op16,
      Binary op32) {
    flags(t.op(hex(8 * n) + " /r", name + " Eb,Gb"), reads, undefined)
        .rm(
            Semantics.binary(Operands.RmReg.class, BYTE, op8),
            Semantics.binary(Operands.MemReg.class, BYTE, op8))
        .lockable();
    flags(t.op(hex(8 * n + 1) + " /r", name + " Ev,Gv"), reads, undefined)
        .all(
            Semantics.binary(Operands.RmReg.class, WORD, op16),
            Semantics.binary(Operands.MemReg.class, WORD, op16),
            Semantics.binary(Operands.RmReg.class, DWORD, op32),
            Semantics.binary(Operands.MemReg.class, DWORD, op32))
        .lockable();
    flags(t.op(hex(8 * n + 2) + " /r", name + " Gb,Eb"), reads, undefined)
        .rm(
            Semantics.binary(Operands.RegRm.class, BYTE, op8),
            Semantics.binary(Operands.RegMem.class, BYTE, op8));
    flags(t.op(hex(8 * n + 3) + " /r", name + " Gv,Ev"), reads, undefined)
        .all(
            Semantics.binary(Operands.RegRm.class, WORD, op16),
            Semantics.binary(Operands.RegMem.class, WORD, op16),
            Semantics.binary(Operands.RegRm.class, DWORD, op32),
            Semantics.binary(Operands.RegMem.class, DWORD, op32));
    flags(t.op(hex(8 * n + 4) + " ib", name + " AL,Ib"), reads, undefined)
        .any(Semantics.binary(Operands.AccImm.class, BYTE, op8));
    flags(t.op(hex(8 * n + 5) + " iv", name + " eAX,Iv"), reads, undefined)
        .both(
            Semantics.binary(Operands.AccImm.class, WORD, op16),
            Semantics.binary(Operands.AccImm.class, DWORD, op32));
    String group = " /" + n;
    var register8 = Semantics.binary(Operands.RmImm.class, BYTE, op8);
    var memory8 = Semantics.binary(Operands.MemImm.class, BYTE, op8);
    var register16 = Semantics.binary(Operands.RmImm.class, WORD, op16);
    var memory16 = Semantics.binary(Operands.MemImm.class, WORD, op16);
    var register32 = Semantics.binary(Operands.RmImm.class, DWORD, op32);
    var memory32 = Semantics.binary(Operands.MemImm.class, DWORD, op32);
    flags(t.op("80" + group + " ib", name + " Eb,Ib"), reads, undefined)
        .rm(register8, memory8)
        .lockable();
    flags(t.op("82" + group + " ib", name + " Eb,Ib"), reads, undefined)
        .rm(register8, memory8)
        .lockable();
    flags(t.op("81" + group + " iv", name + " Ev,Iv"), reads, undefined)
        .all(register16, memory16, register32, memory32)
        .lockable();
    flags(t.op("83" + group + " ibs", name + " Ev,Ib"), reads, undefined)
        .all(register16, memory16, register32, memory32)
        .lockable();
  }

  private static void compare(FormTable t) {
    Comparison op8 = Alu::cmp8;
    Comparison op16 = Alu::cmp16;
    Comparison op32 = Alu::cmp32;
    t.op("38 /r", "cmp Eb,Gb")
        .rm(
            Semantics.comparison(Operands.TestRmReg.class, BYTE, op8),
            Semantics.comparison(Operands.TestMemReg.class, BYTE, op8))
        .writes(ALL);
    t.op("39 /r", "cmp Ev,Gv")
        .all(
            Semantics.comparison(Operands.TestRmReg.class, WORD, op16),
            Semantics.comparison(Operands.TestMemReg.class, WORD, op16),
            Semantics.comparison(Operands.TestRmReg.class, DWORD, op32),
            Semantics.comparison(Operands.TestMemReg.class, DWORD, op32))
        .writes(ALL);
    t.op("3A /r", "cmp Gb,Eb")
        .rm(
            Semantics.comparison(Operands.TestRegRm.class, BYTE, op8),
            Semantics.comparison(Operands.TestRegMem.class, BYTE, op8))
        .writes(ALL);
    t.op("3B /r", "cmp Gv,Ev")
        .all(
            Semantics.comparison(Operands.TestRegRm.class, WORD, op16),
            Semantics.comparison(Operands.TestRegMem.class, WORD, op16),
            Semantics.comparison(Operands.TestRegRm.class, DWORD, op32),
            Semantics.comparison(Operands.TestRegMem.class, DWORD, op32))
        .writes(ALL);
    t.op("3C ib", "cmp AL,Ib")
        .any(Semantics.comparison(Operands.TestAccImm.class, BYTE, op8))
        .writes(ALL);
    t.op("3D iv", "cmp eAX,Iv")
        .both(
            Semantics.comparison(Operands.TestAccImm.class, WORD, op16),
            Semantics.comparison(Operands.TestAccImm.class, DWORD, op32))
        .writes(ALL);
    var register8 = Semantics.comparison(Operands.TestRmImm.class, BYTE, op8);
    var memory8 = Semantics.comparison(Operands.TestMemImm.class, BYTE, op8);
    var register16 = Semantics.comparison(Operands.TestRmImm.class, WORD, op16);
    var memory16 = Semantics.comparison(Operands.TestMemImm.class, WORD, op16);
    var register32 = Semantics.comparison(Operands.TestRmImm.class, DWORD, op32);
    var memory32 = Semantics.comparison(Operands.TestMemImm.class, DWORD, op32);
    t.op("80 /7 ib", "cmp Eb,Ib").rm(register8, memory8).writes(ALL);
    t.op("82 /7 ib", "cmp Eb,Ib").rm(register8, memory8).writes(ALL);
    t.op("81 /7 iv", "cmp Ev,Iv").all(register16, memory16, register32, memory32).writes(ALL);
    t.op("83 /7 ibs", "cmp Ev,Ib").all(register16, memory16, register32, memory32).writes(ALL);
  }

  private static void test(FormTable t) {
    Comparison op8 = Alu::test8;
    Comparison op16 = Alu::test16;
    Comparison op32 = Alu::test32;
    flags(t.op("84 /r", "test Eb,Gb"), "", "A")
        .rm(
            Semantics.comparison(Operands.TestRmReg.class, BYTE, op8),
            Semantics.comparison(Operands.TestMemReg.class, BYTE, op8));
    flags(t.op("85 /r", "test Ev,Gv"), "", "A")
        .all(
            Semantics.comparison(Operands.TestRmReg.class, WORD, op16),
            Semantics.comparison(Operands.TestMemReg.class, WORD, op16),
            Semantics.comparison(Operands.TestRmReg.class, DWORD, op32),
            Semantics.comparison(Operands.TestMemReg.class, DWORD, op32));
    flags(t.op("A8 ib", "test AL,Ib"), "", "A")
        .any(Semantics.comparison(Operands.TestAccImm.class, BYTE, op8));
    flags(t.op("A9 iv", "test eAX,Iv"), "", "A")
        .both(
            Semantics.comparison(Operands.TestAccImm.class, WORD, op16),
            Semantics.comparison(Operands.TestAccImm.class, DWORD, op32));
    // /1 is the same instruction, undocumented.
    for (String group : new String[] {" /0", " /1"}) {
      flags(t.op("F6" + group + " ib", "test Eb,Ib"), "", "A")
          .rm(
              Semantics.comparison(Operands.TestRmImm.class, BYTE, op8),
              Semantics.comparison(Operands.TestMemImm.class, BYTE, op8));
      flags(t.op("F7" + group + " iv", "test Ev,Iv"), "", "A")
          .all(
              Semantics.comparison(Operands.TestRmImm.class, WORD, op16),
              Semantics.comparison(Operands.TestMemImm.class, WORD, op16),
              Semantics.comparison(Operands.TestRmImm.class, DWORD, op32),
              Semantics.comparison(Operands.TestMemImm.class, DWORD, op32));
    }
  }

  private static void unary(
      FormTable t,
      String opcode8,
      String opcode,
      int group,
      String name,
      String writes,
      Unary op8,
      Unary op16,
      Unary op32) {
    t.op(opcode8 + " /" + group, name + " Eb")
        .rm(
            Semantics.unary(Operands.Rm.class, BYTE, op8),
            Semantics.unary(Operands.Mem.class, BYTE, op8))
        .writes(writes)
        .lockable();
    t.op(opcode + " /" + group, name + " Ev")
        .all(
            Semantics.unary(Operands.Rm.class, WORD, op16),
            Semantics.unary(Operands.Mem.class, WORD, op16),
            Semantics.unary(Operands.Rm.class, DWORD, op32),
            Semantics.unary(Operands.Mem.class, DWORD, op32))
        .writes(writes)
        .lockable();
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.Width.BYTE;
import static io.transvisor.bt.interp.Width.DWORD;
import static io.transvisor.bt.interp.Width.WORD;

import io.transvisor.bt.interp.Semantics.Consumer;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;

/** Rows of MUL, IMUL, DIV and IDIV. */
final class Multiplication {
  private Multiplication() {}

  static void define(FormTable t) {
    accumulator(t, 4, "mul", Multiply::mul8, Multiply::mul16, Multiply::mul32, "OC", "SZAP");
    accumulator(t, 5, "imul", Multiply::imul8, Multiply::imul16, Multiply::imul32, "OC", "SZAP");
    accumulator(t, 6, "div", Multiply::div8, Multiply::div16, Multiply::div32, "", "OSZAPC");
    accumulator(t, 7, "idiv", Multiply::idiv8, Multiply::idiv16, Multiply::idiv32, "", "OSZAPC");
    flags(t.op("0F AF /r", "imul Gv,Ev"))
        .all(
            Semantics.binary(Operands.RegRm.class, WORD, Multiply::product16),
            Semantics.binary(Operands.RegMem.class, WORD, Multiply::product16),
            Semantics.binary(Operands.RegRm.class, DWORD, Multiply::product32),
            Semantics.binary(Operands.RegMem.class, DWORD, Multiply::product32));
    var register16 = Semantics.binary(Operands.RegRmImm.class, WORD, Multiply::product16);
    var memory16 = Semantics.binary(Operands.RegMemImm.class, WORD, Multiply::product16);
    var register32 = Semantics.binary(Operands.RegRmImm.class, DWORD, Multiply::product32);
    var memory32 = Semantics.binary(Operands.RegMemImm.class, DWORD, Multiply::product32);
    flags(t.op("69 /r iv", "imul Gv,Ev,Iv")).all(register16, memory16, register32, memory32);
    flags(t.op("6B /r ibs", "imul Gv,Ev,Ib")).all(register16, memory16, register32, memory32);
  }

  private static Form flags(Form form) {
    return form.writes("OC").undefined("SZAP");
  }

  private static void accumulator(
      FormTable t,
      int n,
      String name,
      Consumer op8,
      Consumer op16,
      Consumer op32,
      String writes,
      String undefined) {
    t.op("F6 /" + n, name + " Eb")
        .rm(
            Semantics.consumer(Operands.SourceRm.class, BYTE, op8),
            Semantics.consumer(Operands.SourceMem.class, BYTE, op8))
        .writes(writes)
        .undefined(undefined);
    t.op("F7 /" + n, name + " Ev")
        .all(
            Semantics.consumer(Operands.SourceRm.class, WORD, op16),
            Semantics.consumer(Operands.SourceMem.class, WORD, op16),
            Semantics.consumer(Operands.SourceRm.class, DWORD, op32),
            Semantics.consumer(Operands.SourceMem.class, DWORD, op32))
        .writes(writes)
        .undefined(undefined);
  }
}

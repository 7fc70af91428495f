package io.transvisor.bt.fpu;

import static io.transvisor.bt.fpu.X87Templates.compareToFlags;
import static io.transvisor.bt.fpu.X87Templates.conditionalMove;
import static io.transvisor.bt.fpu.X87Templates.dword;
import static io.transvisor.bt.fpu.X87Templates.extended;
import static io.transvisor.bt.fpu.X87Templates.qword;
import static io.transvisor.bt.fpu.X87Templates.register;
import static io.transvisor.bt.fpu.X87Templates.storeDword;
import static io.transvisor.bt.fpu.X87Templates.storeExtended;
import static io.transvisor.bt.fpu.X87Templates.storeQword;
import static io.transvisor.bt.fpu.X87Templates.storeWord;
import static io.transvisor.bt.fpu.X87Templates.word;

import io.transvisor.bt.fpu.X87Templates.RegisterOperation;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/**
 * Rows of the instruction table for the opcodes D8 to DF (Intel SDM volume 2, tables ),
 * WAIT, FXSAVE and FXRSTOR.
 */
public final class X87Instructions {
  private static final String[] OPERATIONS = {
    "add", "mul", "com", "comp", "sub", "subr", "div", "divr"
  };

  private X87Instructions() {}

  /** Adds the rows to the table. */
  public static void define(FormTable t) {
    arithmetic(t);
    comparisons(t);
    functions(t);
    constants(t);
    stack(t);
    loads(t);
    stores(t);
    conditional(t);
    X87Control.define(t);
    FastSave.define(t);
  }

  private static void arithmetic(FormTable t) {
    for (int reg = 0; reg < 8; reg++) {
      int op = reg;
      String name = OPERATIONS[reg];
      t.op("D8 /" + reg + ":m", "f" + name + " Md")
          .any(dword(0xD8, (f, bits) -> X87Arithmetic.single(f, op, bits)));
      t.op("DA /" + reg + ":m", "fi" + name + " Md")
          .any(dword(0xDA, (f, value) -> X87Arithmetic.integer(f, op, value)));
      t.op("DC /" + reg + ":m", "f" + name + " Mq")
          .any(qword(0xDC, (f, bits) -> X87Arithmetic.doublePrecision(f, op, bits)));
      t.op("DE /" + reg + ":m", "fi" + name + " Mw")
          .any(word(0xDE, (f, value) -> X87Arithmetic.integer(f, op, (short) value)));
      if (reg != X87Arithmetic.COMPARE && reg != X87Arithmetic.COMPARE_POP) {
        // with ST(i) as destination the manual names the reversed operations the other way round
        String reverse = reg < X87Arithmetic.SUBTRACT ? name : OPERATIONS[reg ^ 1];
        t.op("D8 /" + reg + ":r", "f" + name + " ST,ST(i)")
            .any(register(0xD8, (f, i) -> X87Arithmetic.registers(f, op, i, 0, false)));
        t.op("DC /" + reg + ":r", "f" + reverse + " ST(i),ST")
            .any(register(0xDC, (f, i) -> X87Arithmetic.registers(f, op, i, i, false)));
        t.op("DE /" + reg + ":r", "f" + reverse + "p ST(i),ST")
            .any(register(0xDE, (f, i) -> X87Arithmetic.registers(f, op, i, i, true)));
      }
    }
  }

  private static void comparisons(FormTable t) {
    RegisterOperation compare = (f, i) -> X87Arithmetic.compare(f, i, false, 0);
    RegisterOperation comparePop = (f, i) -> X87Arithmetic.compare(f, i, false, 1);
    t.op("D8 /2:r", "fcom ST(i)").any(register(0xD8, compare));
    t.op("D8 /3:r", "fcomp ST(i)").any(register(0xD8, comparePop));
    t.op("DE =D9", "fcompp").any(register(0xDE, (f, i) -> X87Arithmetic.compare(f, 1, false, 2)));
    t.op("DD /4:r", "fucom ST(i)")
        .any(register(0xDD, (f, i) -> X87Arithmetic.compare(f, i, true, 0)));
    t.op("DD /5:r", "fucomp ST(i)")
        .any(register(0xDD, (f, i) -> X87Arithmetic.compare(f, i, true, 1)));
    t.op("DA =E9", "fucompp").any(register(0xDA, (f, i) -> X87Arithmetic.compare(f, 1, true, 2)));
    t.op("DB /5:r", "fucomi ST,ST(i)")
        .any(compareToFlags(0xDB, true, false))
        .writes("OSZAPC")
        .requires(CpuModel.CMOV);
    t.op("DB /6:r", "fcomi ST,ST(i)")
        .any(compareToFlags(0xDB, false, false))
        .writes("OSZAPC")
        .requires(CpuModel.CMOV);
    t.op("DF /5:r", "fucomip ST,ST(i)")
        .any(compareToFlags(0xDF, true, true))
        .writes("OSZAPC")
        .requires(CpuModel.CMOV);
    t.op("DF /6:r", "fcomip ST,ST(i)")
        .any(compareToFlags(0xDF, false, true))
        .writes("OSZAPC")
        .requires(CpuModel.CMOV);
    // undocumented copies
    t.op("DC /2:r", "fcom2 ST(i)").any(register(0xDC, compare));
    t.op("DC /3:r", "fcomp3 ST(i)").any(register(0xDC, comparePop));
    t.op("DE /2:r", "fcomp5 ST(i)").any(register(0xDE, comparePop));
  }

  private static void function(FormTable t, String modRm, String name, RegisterOperation op) {
    t.op("D9 =" + modRm, name).any(register(0xD9, op));
  }

  private static void functions(FormTable t) {
    function(t, "D0", "fnop", (f, i) -> {});
    function(t, "E0", "fchs", (f, i) -> X87Functions.changeSign(f));
    function(t, "E1", "fabs", (f, i) -> X87Functions.absolute(f));
    function(t, "E4", "ftst", (f, i) -> X87Arithmetic.test(f));
    function(t, "E5", "fxam", (f, i) -> X87Arithmetic.examine(f));
    function(t, "F0", "f2xm1", (f, i) -> X87Functions.powerMinusOne(f));
    function(t, "F1", "fyl2x", (f, i) -> X87Functions.logarithm(f));
    function(t, "F2", "fptan", (f, i) -> X87Functions.tangent(f));
    function(t, "F3", "fpatan", (f, i) -> X87Functions.arctangent(f));
    function(t, "F4", "fxtract", (f, i) -> X87Functions.extract(f));
    function(t, "F5", "fprem1", (f, i) -> X87Functions.remainder(f, true));
    function(t, "F6", "fdecstp", (f, i) -> X87Transfers.rotate(f, -1));
    function(t, "F7", "fincstp", (f, i) -> X87Transfers.rotate(f, 1));
    function(t, "F8", "fprem", (f, i) -> X87Functions.remainder(f, false));
    function(t, "F9", "fyl2xp1", (f, i) -> X87Functions.logarithmPlusOne(f));
    function(t, "FA", "fsqrt", (f, i) -> X87Functions.squareRoot(f));
    function(t, "FB", "fsincos", (f, i) -> X87Functions.sineAndCosine(f));
    function(t, "FC", "frndint", (f, i) -> X87Functions.roundToInteger(f));
    function(t, "FD", "fscale", (f, i) -> X87Functions.scale(f));
    function(t, "FE", "fsin", (f, i) -> X87Functions.sine(f));
    function(t, "FF", "fcos", (f, i) -> X87Functions.cosine(f));
  }

  private static void constants(FormTable t) {
    String[] names = {"fld1", "fldl2t", "fldl2e", "fldpi", "fldlg2", "fldln2", "fldz"};
    for (int n = 0; n < names.length; n++) {
      int index = n;
      String modRm = Integer.toHexString(0xE8 + n).toUpperCase(java.util.Locale.ROOT);
      function(t, modRm, names[n], (f, i) -> X87Transfers.loadConstant(f, index));
    }
  }

  private static void stack(FormTable t) {
    RegisterOperation exchange = X87Transfers::exchange;
    RegisterOperation storePop = (f, i) -> X87Transfers.storeRegister(f, i, true);
    t.op("D9 /0:r", "fld ST(i)").any(register(0xD9, X87Transfers::loadRegister));
    t.op("D9 /1:r", "fxch ST(i)").any(register(0xD9, exchange));
    t.op("DD /0:r", "ffree ST(i)").any(register(0xDD, (f, i) -> X87Transfers.free(f, i, false)));
    t.op("DD /2:r", "fst ST(i)")
        .any(register(0xDD, (f, i) -> X87Transfers.storeRegister(f, i, false)));
    t.op("DD /3:r", "fstp ST(i)").any(register(0xDD, storePop));
    // undocumented copies
    t.op("DF /0:r", "ffreep ST(i)").any(register(0xDF, (f, i) -> X87Transfers.free(f, i, true)));
    t.op("DD /1:r", "fxch4 ST(i)").any(register(0xDD, exchange));
    t.op("DF /1:r", "fxch7 ST(i)").any(register(0xDF, exchange));
    t.op("D9 /3:r", "fstp1 ST(i)").any(register(0xD9, storePop));
    t.op("DF /2:r", "fstp8 ST(i)").any(register(0xDF, storePop));
    t.op("DF /3:r", "fstp9 ST(i)").any(register(0xDF, storePop));
  }

  private static void loads(FormTable t) {
    t.op("D9 /0:m", "fld Md").any(dword(0xD9, X87Transfers::loadSingle));
    t.op("DD /0:m", "fld Mq").any(qword(0xDD, X87Transfers::loadDouble));
    t.op("DB /5:m", "fld Mt").any(extended(0xDB, X87Transfers::loadExtended));
    t.op("DF /0:m", "fild Mw")
        .any(word(0xDF, (f, value) -> X87Transfers.loadInteger(f, (short) value)));
    t.op("DB /0:m", "fild Md").any(dword(0xDB, X87Transfers::loadInteger));
    t.op("DF /5:m", "fild Mq").any(qword(0xDF, X87Transfers::loadInteger));
    t.op("DF /4:m", "fbld Mt").any(extended(0xDF, X87Transfers::loadPacked));
  }

  private static void stores(FormTable t) {
    t.op("D9 /2:m", "fst Md").any(storeDword(0xD9, X87Transfers::toSingle, false));
    t.op("D9 /3:m", "fstp Md").any(storeDword(0xD9, X87Transfers::toSingle, true));
    t.op("DD /2:m", "fst Mq").any(storeQword(0xDD, X87Transfers::toDouble, false));
    t.op("DD /3:m", "fstp Mq").any(storeQword(0xDD, X87Transfers::toDouble, true));
    t.op("DB /7:m", "fstp Mt").any(storeExtended(0xDB, X87Transfers::toExtended));
    t.op("DF /2:m", "fist Mw").any(storeWord(0xDF, X87Transfers::toInt16, false));
    t.op("DF /3:m", "fistp Mw").any(storeWord(0xDF, X87Transfers::toInt16, true));
    t.op("DB /2:m", "fist Md").any(storeDword(0xDB, X87Transfers::toInt32, false));
    t.op("DB /3:m", "fistp Md").any(storeDword(0xDB, X87Transfers::toInt32, true));
    t.op("DF /7:m", "fistp Mq").any(storeQword(0xDF, X87Transfers::toInt64, true));
    t.op("DF /6:m", "fbstp Mt").any(storeExtended(0xDF, X87Transfers::toPacked));
  }

  private static void conditional(FormTable t) {
    t.op("DA /0:r", "fcmovb ST,ST(i)")
        .any(conditionalMove(0xDA, CpuState::carry))
        .reads("C")
        .requires(CpuModel.CMOV);
    t.op("DA /1:r", "fcmove ST,ST(i)")
        .any(conditionalMove(0xDA, CpuState::zero))
        .reads("Z")
        .requires(CpuModel.CMOV);
    t.op("DA /2:r", "fcmovbe ST,ST(i)")
        .any(conditionalMove(0xDA, c -> c.carry() || c.zero()))
        .reads("CZ")
        .requires(CpuModel.CMOV);
    t.op("DA /3:r", "fcmovu ST,ST(i)")
        .any(conditionalMove(0xDA, CpuState::parity))
        .reads("P")
        .requires(CpuModel.CMOV);
    t.op("DB /0:r", "fcmovnb ST,ST(i)")
        .any(conditionalMove(0xDB, c -> !c.carry()))
        .reads("C")
        .requires(CpuModel.CMOV);
    t.op("DB /1:r", "fcmovne ST,ST(i)")
        .any(conditionalMove(0xDB, c -> !c.zero()))
        .reads("Z")
        .requires(CpuModel.CMOV);
    t.op("DB /2:r", "fcmovnbe ST,ST(i)")
        .any(conditionalMove(0xDB, c -> !c.carry() && !c.zero()))
        .reads("CZ")
        .requires(CpuModel.CMOV);
    t.op("DB /3:r", "fcmovnu ST,ST(i)")
        .any(conditionalMove(0xDB, c -> !c.parity()))
        .reads("P")
        .requires(CpuModel.CMOV);
  }
}

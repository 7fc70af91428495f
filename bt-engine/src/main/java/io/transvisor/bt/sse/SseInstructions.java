package io.transvisor.bt.sse;

import static io.transvisor.bt.sse.XmmTemplates.action;
import static io.transvisor.bt.sse.XmmTemplates.make;
import static io.transvisor.bt.sse.XmmTemplates.whole;

import io.transvisor.bt.fpu.Mmx;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.sse.XmmTemplates.DwordMemory;
import io.transvisor.bt.sse.XmmTemplates.DwordRegister;
import io.transvisor.bt.sse.XmmTemplates.Lanes;
import io.transvisor.bt.sse.XmmTemplates.LanesMemory;
import io.transvisor.bt.sse.XmmTemplates.LanesRegister;
import io.transvisor.bt.sse.XmmTemplates.PackedMemory;
import io.transvisor.bt.sse.XmmTemplates.PackedRegister;
import io.transvisor.bt.sse.XmmTemplates.QwordMemory;
import io.transvisor.bt.sse.XmmTemplates.QwordRegister;
import io.transvisor.core.cpu.CpuModel;

/**
 * Rows of the instruction table for SSE and SSE2: floating-point arithmetic, comparison, logic and
 * shuffles. The other families are named in {@link #define}.
 */
public final class SseInstructions {
  private static final String[] SUFFIXES = {"ps", "pd", "ss", "sd"};
  private static final String[] PREFIXES = {"NP", "66", "F3", "F2"};

  private static final Object[] OPERANDS = {"Vx,Wx", "Vx,Wx", "Vd,Wd", "Vq,Wq"};

  private SseInstructions() {}

  /** Adds all rows of SSE and SSE2 to the table. */
  public static void define(FormTable t) {
    arithmetic(t);
    approximations(t);
    comparisons(t);
    logic(t);
    shuffles(t);
    XmmMoves.define(t);
    XmmIntegers.define(t);
    ConversionInstructions.define(t);
    SseControl.define(t);
  }

  private static int feature(int form) {
    return (form & 1) == 0 ? CpuModel.SSE : CpuModel.SSE2;
  }

  private static void row(
      FormTable t, int form, String opcode, String name, Handler register, Handler memory) {
    String encoding = "%s 0F %s /r".formatted(PREFIXES[form], opcode);
    t.op(encoding, name + SUFFIXES[form] + " " + OPERANDS[form])
        .rm(register, memory)
        .requires(feature(form));
  }

  private static void arithmetic(
      FormTable t,
      String opcode,
      String name,
      XmmTemplates.Half ps,
      XmmTemplates.Half pd,
      XmmTemplates.Dword ss) {
    row(t, 0, opcode, name, make(PackedRegister.class, ps), make(PackedMemory.class, ps));
    row(t, 1, opcode, name, make(PackedRegister.class, pd), make(PackedMemory.class, pd));
    row(t, 2, opcode, name, make(DwordRegister.class, ss), make(DwordMemory.class, ss));
    row(t, 3, opcode, name, make(QwordRegister.class, pd), make(QwordMemory.class, pd));
  }

  private static void arithmetic(FormTable t) {
    arithmetic(
        t,
        "51",
        "sqrt",
        (c, a, b) -> PackedSingle.sqrtps(c, b),
        (c, a, b) -> DoublePrecision.sqrtsd(c, b),
        (c, a, b) -> SinglePrecision.sqrtss(c, b));
    arithmetic(t, "58", "add", PackedSingle::addps, DoublePrecision::addsd, SinglePrecision::addss);
    arithmetic(t, "59", "mul", PackedSingle::mulps, DoublePrecision::mulsd, SinglePrecision::mulss);
    arithmetic(t, "5C", "sub", PackedSingle::subps, DoublePrecision::subsd, SinglePrecision::subss);
    arithmetic(t, "5D", "min", PackedSingle::minps, DoublePrecision::minsd, SinglePrecision::minss);
    arithmetic(t, "5E", "div", PackedSingle::divps, DoublePrecision::divsd, SinglePrecision::divss);
    arithmetic(t, "5F", "max", PackedSingle::maxps, DoublePrecision::maxsd, SinglePrecision::maxss);
  }

  private static void approximations(FormTable t) {
    XmmTemplates.Half rsqrt = (c, a, b) -> PackedSingle.rsqrtps(b);
    XmmTemplates.Dword rsqrtScalar = (c, a, b) -> SinglePrecision.rsqrtss(b);
    row(t, 0, "52", "rsqrt", make(PackedRegister.class, rsqrt), make(PackedMemory.class, rsqrt));
    row(
        t,
        2,
        "52",
        "rsqrt",
        make(DwordRegister.class, rsqrtScalar),
        make(DwordMemory.class, rsqrtScalar));
    XmmTemplates.Half rcp = (c, a, b) -> PackedSingle.rcpps(b);
    XmmTemplates.Dword rcpScalar = (c, a, b) -> SinglePrecision.rcpss(b);
    row(t, 0, "53", "rcp", make(PackedRegister.class, rcp), make(PackedMemory.class, rcp));
    row(
        t,
        2,
        "53",
        "rcp",
        make(DwordRegister.class, rcpScalar),
        make(DwordMemory.class, rcpScalar));
  }

  // ---- comparisons ----

  private static void comparisons(FormTable t) {
    compare(t, 0, "Vx,Wx", SseInstructions::comparePackedSingle);
    compare(t, 1, "Vx,Wx", SseInstructions::comparePackedDouble);
    compare(t, 2, "Vd,Wd", SseInstructions::compareSingle);
    compare(t, 3, "Vq,Wq", SseInstructions::compareDouble);
    ordered(t, "NP", "ss Vd,Wd", CpuModel.SSE, SseInstructions::relationOfSingles);
    ordered(t, "66", "sd Vq,Wq", CpuModel.SSE2, SseInstructions::relationOfDoubles);
  }

  private static void compare(FormTable t, int form, String operands, XmmTemplates.Action action) {
    String text = "cmp%s %s,Ib".formatted(SUFFIXES[form], operands);
    t.op(PREFIXES[form] + " 0F C2 /r ib", text).any(action(action)).requires(feature(form));
  }

  private static void comparePackedSingle(Cpu c, Insn i) {
    SseGuard.begin(c);
    long[] x = c.xmm;
    int a = i.reg << 1;
    int linear = i.memory ? XmmMemory.alignedRead(c, i) : 0;
    long bLow = i.memory ? c.loadQ(linear) : x[i.rm << 1];
    long bHigh = i.memory ? c.loadQ(linear + 8) : x[(i.rm << 1) + 1];
    long low = PackedSingle.cmpps(c, x[a], bLow, i.imm);
    long high = PackedSingle.cmpps(c, x[a + 1], bHigh, i.imm);
    SseGuard.finishIfRaised(c);
    x[a] = low;
    x[a + 1] = high;
  }

  private static void comparePackedDouble(Cpu c, Insn i) {
    SseGuard.begin(c);
    long[] x = c.xmm;
    int a = i.reg << 1;
    int linear = i.memory ? XmmMemory.alignedRead(c, i) : 0;
    long bLow = i.memory ? c.loadQ(linear) : x[i.rm << 1];
    long bHigh = i.memory ? c.loadQ(linear + 8) : x[(i.rm << 1) + 1];
    long low = DoublePrecision.cmpsd(c, x[a], bLow, i.imm);
    long high = DoublePrecision.cmpsd(c, x[a + 1], bHigh, i.imm);
    SseGuard.finishIfRaised(c);
    x[a] = low;
    x[a + 1] = high;
  }

  private static void compareSingle(Cpu c, Insn i) {
    SseGuard.begin(c);
    int b = XmmOperand.dword(c, i);
    int r = SinglePrecision.cmpss(c, (int) c.xmm[i.reg << 1], b, i.imm);
    SseGuard.finishIfRaised(c);
    XmmOperand.setDword(c, i.reg, r);
  }

  private static void compareDouble(Cpu c, Insn i) {
    SseGuard.begin(c);
    long b = XmmOperand.qword(c, i);
    long r = DoublePrecision.cmpsd(c, c.xmm[i.reg << 1], b, i.imm);
    SseGuard.finishIfRaised(c);
    c.xmm[i.reg << 1] = r;
  }

  /** The relation of the operands, as {@link Compare}'s constants. */
  @FunctionalInterface
  private interface Relation {
    int of(Cpu c, Insn i, boolean signalling);
  }

  private static int relationOfSingles(Cpu c, Insn i, boolean signalling) {
    int b = XmmOperand.dword(c, i);
    return SinglePrecision.relation(c, (int) c.xmm[i.reg << 1], b, signalling);
  }

  private static int relationOfDoubles(Cpu c, Insn i, boolean signalling) {
    long b = XmmOperand.qword(c, i);
    return DoublePrecision.relation(c, c.xmm[i.reg << 1], b, signalling);
  }

  private static void ordered(
      FormTable t, String prefix, String operands, int feature, Relation relation) {
    t.op(prefix + " 0F 2E /r", "ucomi" + operands)
        .any(action((c, i) -> compareToFlags(c, i, relation, false)))
        .requires(feature)
        .writes("OSZAPC");
    t.op(prefix + " 0F 2F /r", "comi" + operands)
        .any(action((c, i) -> compareToFlags(c, i, relation, true)))
        .requires(feature)
        .writes("OSZAPC");
  }

  private static void compareToFlags(Cpu c, Insn i, Relation relation, boolean signalling) {
    SseGuard.begin(c);
    int flags = Compare.flags(relation.of(c, i, signalling));
    SseGuard.finishIfRaised(c);
    c.setArithmeticFlags(flags);
  }

  // ---- logic ----

  private static void logic(FormTable t) {
    logic(t, "54", "and", Mmx::pand);
    logic(t, "55", "andn", Mmx::pandn);
    logic(t, "56", "or", Mmx::por);
    logic(t, "57", "xor", Mmx::pxor);
  }

  private static void logic(FormTable t, String opcode, String name, Lanes op) {
    row(t, 0, opcode, name, make(LanesRegister.class, op), make(LanesMemory.class, op));
    row(t, 1, opcode, name, make(LanesRegister.class, op), make(LanesMemory.class, op));
  }

  // ---- shuffles ----

  private static void shuffles(FormTable t) {
    Handler unpackSingles =
        whole(
            (a0, a1, b0, b1, n) -> Mmx.punpckldq(a0, b0),
            (a0, a1, b0, b1, n) -> Mmx.punpckhdq(a0, b0));
    Handler unpackHighSingles =
        whole(
            (a0, a1, b0, b1, n) -> Mmx.punpckldq(a1, b1),
            (a0, a1, b0, b1, n) -> Mmx.punpckhdq(a1, b1));
    Handler unpackDoubles = whole((a0, a1, b0, b1, n) -> a0, (a0, a1, b0, b1, n) -> b0);
    Handler unpackHighDoubles = whole((a0, a1, b0, b1, n) -> a1, (a0, a1, b0, b1, n) -> b1);
    row(t, 0, "14", "unpckl", unpackSingles, unpackSingles);
    row(t, 1, "14", "unpckl", unpackDoubles, unpackDoubles);
    row(t, 0, "15", "unpckh", unpackHighSingles, unpackHighSingles);
    row(t, 1, "15", "unpckh", unpackHighDoubles, unpackHighDoubles);
    t.op("NP 0F C6 /r ib", "shufps Vx,Wx,Ib")
        .any(
            whole(
                (a0, a1, b0, b1, n) -> Shuffles.dwords(a0, a1, n),
                (a0, a1, b0, b1, n) -> Shuffles.dwords(b0, b1, n >> 4)))
        .requires(CpuModel.SSE);
    t.op("66 0F C6 /r ib", "shufpd Vx,Wx,Ib")
        .any(
            whole(
                (a0, a1, b0, b1, n) -> Shuffles.qword(a0, a1, n),
                (a0, a1, b0, b1, n) -> Shuffles.qword(b0, b1, n >> 1)))
        .requires(CpuModel.SSE2);
  }
}

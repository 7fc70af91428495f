package io.transvisor.bt.sse;

import static io.transvisor.bt.sse.XmmTemplates.action;
import static io.transvisor.bt.sse.XmmTemplates.make;

import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.sse.XmmTemplates.Half;
import io.transvisor.bt.sse.XmmTemplates.PackedMemory;
import io.transvisor.bt.sse.XmmTemplates.PackedRegister;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/** The rows of the conversions, CVT... */
final class ConversionInstructions {
  private static final long LOW = 0xFFFFFFFFL;

  private ConversionInstructions() {}

  static void define(FormTable t) {
    packed(t);
    scalars(t);
    mmx(t);
  }

  // ---- packed, between XMM registers ----

  private static void packed(FormTable t) {
    sameWidth(t, "NP", "cvtdq2ps", (c, a, b) -> PackedSingle.cvtdq2ps(c, b));
    sameWidth(t, "66", "cvtps2dq", (c, a, b) -> PackedSingle.cvtps2dq(c, b));
    sameWidth(t, "F3", "cvttps2dq", (c, a, b) -> PackedSingle.cvttps2dq(c, b));
    halving(t, "66 0F 5A", "cvtpd2ps", PackedSingle::cvtpd2ps);
    halving(t, "F2 0F E6", "cvtpd2dq", PackedSingle::cvtpd2dq);
    halving(t, "66 0F E6", "cvttpd2dq", PackedSingle::cvttpd2dq);
    widening(t, "NP 0F 5A", "cvtps2pd", Conversions::cvtss2sd);
    widening(t, "F3 0F E6", "cvtdq2pd", (c, b) -> Conversions.cvtsi2sd(b));
  }

  private static void sameWidth(FormTable t, String prefix, String name, Half op) {
    t.op(prefix + " 0F 5B /r", name + " Vx,Wx")
        .rm(make(PackedRegister.class, op), make(PackedMemory.class, op))
        .requires(CpuModel.SSE2);
  }

  /** Two values of 64 bits become two of 32. */
  @FunctionalInterface
  private interface Halving {
    long apply(CpuState c, long low, long high);
  }

  private static void halving(FormTable t, String encoding, String name, Halving op) {
    t.op(encoding + " /r", name + " Vq,Wx")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.set(c, i.reg, halved(c, i, op), 0);
            }))
        .requires(CpuModel.SSE2);
  }

  private static long halved(Cpu c, Insn i, Halving op) {
    int linear = i.memory ? XmmMemory.alignedRead(c, i) : 0;
    long low = i.memory ? c.loadQ(linear) : c.xmm[i.rm << 1];
    long high = i.memory ? c.loadQ(linear + 8) : c.xmm[(i.rm << 1) + 1];
    long r = op.apply(c, low, high);
    SseGuard.finishIfRaised(c);
    return r;
  }

  /** A value of 32 bits becomes one of 64. */
  @FunctionalInterface
  private interface Widening {
    long apply(CpuState c, int value);
  }

  private static void widening(FormTable t, String encoding, String name, Widening op) {
    t.op(encoding + " /r", name + " Vx,Wq")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              widen(c, i, XmmOperand.qword(c, i), op);
            }))
        .requires(CpuModel.SSE2);
  }

  private static void widen(Cpu c, Insn i, long pair, Widening op) {
    long low = op.apply(c, (int) pair);
    long high = op.apply(c, (int) (pair >>> 32));
    SseGuard.finishIfRaised(c);
    XmmOperand.set(c, i.reg, low, high);
  }

  // ---- scalar ----

  private static void scalars(FormTable t) {
    t.op("F3 0F 2A /r", "cvtsi2ss Vd,Ed")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              int r = Conversions.cvtsi2ss(c, general(c, i));
              SseGuard.finishIfRaised(c);
              XmmOperand.setDword(c, i.reg, r);
            }))
        .requires(CpuModel.SSE);
    t.op("F2 0F 2A /r", "cvtsi2sd Vq,Ed")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              c.xmm[i.reg << 1] = Conversions.cvtsi2sd(general(c, i));
            }))
        .requires(CpuModel.SSE2);
    toGeneral(
            t,
            "F3 0F 2C",
            "cvttss2si Gd,Wd",
            (c, i) -> Conversions.cvttss2si(c, XmmOperand.dword(c, i)))
        .requires(CpuModel.SSE);
    toGeneral(
            t,
            "F3 0F 2D",
            "cvtss2si Gd,Wd",
            (c, i) -> Conversions.cvtss2si(c, XmmOperand.dword(c, i)))
        .requires(CpuModel.SSE);
    toGeneral(
            t,
            "F2 0F 2C",
            "cvttsd2si Gd,Wq",
            (c, i) -> Conversions.cvttsd2si(c, XmmOperand.qword(c, i)))
        .requires(CpuModel.SSE2);
    toGeneral(
            t,
            "F2 0F 2D",
            "cvtsd2si Gd,Wq",
            (c, i) -> Conversions.cvtsd2si(c, XmmOperand.qword(c, i)))
        .requires(CpuModel.SSE2);
    t.op("F2 0F 5A /r", "cvtsd2ss Vd,Wq")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              int r = Conversions.cvtsd2ss(c, XmmOperand.qword(c, i));
              SseGuard.finishIfRaised(c);
              XmmOperand.setDword(c, i.reg, r);
            }))
        .requires(CpuModel.SSE2);
    t.op("F3 0F 5A /r", "cvtss2sd Vq,Wd")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              long r = Conversions.cvtss2sd(c, XmmOperand.dword(c, i));
              SseGuard.finishIfRaised(c);
              c.xmm[i.reg << 1] = r;
            }))
        .requires(CpuModel.SSE2);
  }

  private static int general(Cpu c, Insn i) {
    return i.memory ? c.readD(i) : c.gpr[i.rm];
  }

  /** An integer from the second operand. */
  @FunctionalInterface
  private interface ToInteger {
    int apply(Cpu c, Insn i);
  }

  private static Form toGeneral(FormTable t, String encoding, String text, ToInteger op) {
    return t.op(encoding + " /r", text)
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              int r = op.apply(c, i);
              SseGuard.finishIfRaised(c);
              c.gpr[i.reg] = r;
            }));
  }

  // ---- with MMX registers ----

  private static void mmx(FormTable t) {
    t.op("NP 0F 2A /r", "cvtpi2ps Vq,Qq")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              long pair = mmxOperand(c, i);
              long r = PackedSingle.cvtdq2ps(c, pair);
              SseGuard.finishIfRaised(c);
              MmxInstructions.use(c.fpu);
              c.xmm[i.reg << 1] = r;
            }))
        .requires(CpuModel.SSE | CpuModel.MMX);
    t.op("66 0F 2A /r", "cvtpi2pd Vx,Qq")
        .any(action(ConversionInstructions::doublesFromMmx))
        .requires(CpuModel.SSE2 | CpuModel.MMX);
    toMmx(
            t,
            "NP 0F 2C",
            "cvttps2pi Pq,Wq",
            (c, i) -> PackedSingle.cvttps2dq(c, XmmOperand.qword(c, i)))
        .requires(CpuModel.SSE | CpuModel.MMX);
    toMmx(
            t,
            "NP 0F 2D",
            "cvtps2pi Pq,Wq",
            (c, i) -> PackedSingle.cvtps2dq(c, XmmOperand.qword(c, i)))
        .requires(CpuModel.SSE | CpuModel.MMX);
    toMmx(t, "66 0F 2C", "cvttpd2pi Pq,Wx", (c, i) -> halved(c, i, PackedSingle::cvttpd2dq))
        .requires(CpuModel.SSE2 | CpuModel.MMX);
    toMmx(t, "66 0F 2D", "cvtpd2pi Pq,Wx", (c, i) -> halved(c, i, PackedSingle::cvtpd2dq))
        .requires(CpuModel.SSE2 | CpuModel.MMX);
  }

  /** The second operand, after what every instruction with an MMX register checks. */
  private static long mmxOperand(Cpu c, Insn i) {
    MmxInstructions.begin(c);
    return i.memory ? c.readQ(i.seg, c.offset(i)) : c.fpu.significand[i.rm];
  }

  /** With a memory operand, MMX is not involved. */
  private static void doublesFromMmx(Cpu c, Insn i) {
    SseGuard.begin(c);
    long pair = i.memory ? c.readQ(i.seg, c.offset(i)) : mmxOperand(c, i);
    if (!i.memory) {
      MmxInstructions.use(c.fpu);
    }
    XmmOperand.set(
        c, i.reg, Conversions.cvtsi2sd((int) pair), Conversions.cvtsi2sd((int) (pair >>> 32)));
  }

  /** Two integers from the second operand. */
  @FunctionalInterface
  private interface ToPair {
    long apply(Cpu c, Insn i);
  }

  private static Form toMmx(FormTable t, String encoding, String text, ToPair op) {
    return t.op(encoding + " /r", text)
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              MmxInstructions.begin(c);
              long r = op.apply(c, i);
              SseGuard.finishIfRaised(c);
              MmxInstructions.set(c.fpu, i.reg, r);
            }));
  }
}

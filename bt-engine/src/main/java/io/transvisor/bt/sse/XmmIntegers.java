package io.transvisor.bt.sse;

import static io.transvisor.bt.sse.XmmTemplates.action;
import static io.transvisor.bt.sse.XmmTemplates.make;
import static io.transvisor.bt.sse.XmmTemplates.whole;

import io.transvisor.bt.fpu.Mmx;
import io.transvisor.bt.fpu.MmxExtensions;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.sse.XmmTemplates.Lanes;
import io.transvisor.bt.sse.XmmTemplates.LanesMemory;
import io.transvisor.bt.sse.XmmTemplates.LanesRegister;
import io.transvisor.bt.sse.XmmTemplates.ShiftImmediate;
import io.transvisor.bt.sse.XmmTemplates.ShiftMemory;
import io.transvisor.bt.sse.XmmTemplates.ShiftRegister;
import io.transvisor.bt.sse.XmmTemplates.Whole.Part;
import io.transvisor.core.cpu.CpuModel;

/** The integer instructions of SSE2 on XMM registers. */
final class XmmIntegers {
  private XmmIntegers() {}

  static void define(FormTable t) {
    lanes(t);
    shifts(t);
    packs(t);
    unpacks(t);
    shuffles(t);
    t.op("66 0F D7 /r:r", "pmovmskb Gd,Ux")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              int low = MmxExtensions.pmovmskb(c.xmm[i.rm << 1]);
              c.gpr[i.reg] = low | MmxExtensions.pmovmskb(c.xmm[(i.rm << 1) + 1]) << 8;
            }))
        .requires(CpuModel.SSE2);
    t.op("66 0F C5 /r:r ib", "pextrw Gd,Ux,Ib")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              c.gpr[i.reg] = MmxExtensions.pextrw(c.xmm[(i.rm << 1) + (i.imm >> 2 & 1)], i.imm);
            }))
        .requires(CpuModel.SSE2);
    t.op("66 0F C4 /r ib", "pinsrw Vx,Ew,Ib")
        .any(action(XmmIntegers::insertWord))
        .requires(CpuModel.SSE2);
  }

  private static void insertWord(Cpu c, Insn i) {
    SseGuard.begin(c);
    int word = i.memory ? c.readW(i) : c.gpr[i.rm];
    int half = (i.reg << 1) + (i.imm >> 2 & 1);
    c.xmm[half] = MmxExtensions.pinsrw(c.xmm[half], word, i.imm);
  }

  private static void lanes(FormTable t) {
    row(t, "64", "pcmpgtb", Mmx::pcmpgtb);
    row(t, "65", "pcmpgtw", Mmx::pcmpgtw);
    row(t, "66", "pcmpgtd", Mmx::pcmpgtd);
    row(t, "74", "pcmpeqb", Mmx::pcmpeqb);
    row(t, "75", "pcmpeqw", Mmx::pcmpeqw);
    row(t, "76", "pcmpeqd", Mmx::pcmpeqd);
    row(t, "D4", "paddq", MmxExtensions::paddq);
    row(t, "D5", "pmullw", Mmx::pmullw);
    row(t, "D8", "psubusb", Mmx::psubusb);
    row(t, "D9", "psubusw", Mmx::psubusw);
    row(t, "DA", "pminub", MmxExtensions::pminub);
    row(t, "DB", "pand", Mmx::pand);
    row(t, "DC", "paddusb", Mmx::paddusb);
    row(t, "DD", "paddusw", Mmx::paddusw);
    row(t, "DE", "pmaxub", MmxExtensions::pmaxub);
    row(t, "DF", "pandn", Mmx::pandn);
    row(t, "E0", "pavgb", MmxExtensions::pavgb);
    row(t, "E3", "pavgw", MmxExtensions::pavgw);
    row(t, "E4", "pmulhuw", MmxExtensions::pmulhuw);
    row(t, "E5", "pmulhw", Mmx::pmulhw);
    row(t, "E8", "psubsb", Mmx::psubsb);
    row(t, "E9", "psubsw", Mmx::psubsw);
    row(t, "EA", "pminsw", MmxExtensions::pminsw);
    row(t, "EB", "por", Mmx::por);
    row(t, "EC", "paddsb", Mmx::paddsb);
    row(t, "ED", "paddsw", Mmx::paddsw);
    row(t, "EE", "pmaxsw", MmxExtensions::pmaxsw);
    row(t, "EF", "pxor", Mmx::pxor);
    row(t, "F4", "pmuludq", MmxExtensions::pmuludq);
    row(t, "F5", "pmaddwd", Mmx::pmaddwd);
    row(t, "F6", "psadbw", MmxExtensions::psadbw);
    row(t, "F8", "psubb", Mmx::psubb);
    row(t, "F9", "psubw", Mmx::psubw);
    row(t, "FA", "psubd", Mmx::psubd);
    row(t, "FB", "psubq", MmxExtensions::psubq);
    row(t, "FC", "paddb", Mmx::paddb);
    row(t, "FD", "paddw", Mmx::paddw);
    row(t, "FE", "paddd", Mmx::paddd);
  }

  private static Form op(FormTable t, String prefix, String opcode, String text) {
    return t.op("%s 0F %s".formatted(prefix, opcode), text).requires(CpuModel.SSE2);
  }

  private static void row(FormTable t, String opcode, String name, Lanes op) {
    op(t, "66", opcode + " /r", name + " Vx,Wx")
        .rm(make(LanesRegister.class, op), make(LanesMemory.class, op));
  }

  private static void shifts(FormTable t) {
    shift(t, "D1", "71 /2", "psrlw", Mmx::psrlw);
    shift(t, "D2", "72 /2", "psrld", Mmx::psrld);
    shift(t, "D3", "73 /2", "psrlq", Mmx::psrlq);
    shift(t, "E1", "71 /4", "psraw", Mmx::psraw);
    shift(t, "E2", "72 /4", "psrad", Mmx::psrad);
    shift(t, "F1", "71 /6", "psllw", Mmx::psllw);
    shift(t, "F2", "72 /6", "pslld", Mmx::pslld);
    shift(t, "F3", "73 /6", "psllq", Mmx::psllq);
    op(t, "66", "73 /3:r ib", "psrldq Ux,Ib")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              long low = c.xmm[i.rm << 1];
              long high = c.xmm[(i.rm << 1) + 1];
              XmmOperand.set(
                  c, i.rm, Shuffles.psrldqLow(low, high, i.imm), Shuffles.psrldqHigh(high, i.imm));
            }));
    op(t, "66", "73 /7:r ib", "pslldq Ux,Ib")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              long low = c.xmm[i.rm << 1];
              long high = c.xmm[(i.rm << 1) + 1];
              XmmOperand.set(
                  c, i.rm, Shuffles.pslldqLow(low, i.imm), Shuffles.pslldqHigh(low, high, i.imm));
            }));
  }

  private static void shift(FormTable t, String opcode, String immediate, String name, Lanes op) {
    op(t, "66", opcode + " /r", name + " Vx,Wx")
        .rm(make(ShiftRegister.class, op), make(ShiftMemory.class, op));
    op(t, "66", immediate + ":r ib", name + " Ux,Ib").any(make(ShiftImmediate.class, op));
  }

  private static void row(FormTable t, String opcode, String name, Part low, Part high) {
    op(t, "66", opcode + " /r", name + " Vx,Wx").any(whole(low, high));
  }

  private static void packs(FormTable t) {
    row(
        t,
        "63",
        "packsswb",
        (a0, a1, b0, b1, n) -> Mmx.packsswb(a0, a1),
        (a0, a1, b0, b1, n) -> Mmx.packsswb(b0, b1));
    row(
        t,
        "67",
        "packuswb",
        (a0, a1, b0, b1, n) -> Mmx.packuswb(a0, a1),
        (a0, a1, b0, b1, n) -> Mmx.packuswb(b0, b1));
    row(
        t,
        "6B",
        "packssdw",
        (a0, a1, b0, b1, n) -> Mmx.packssdw(a0, a1),
        (a0, a1, b0, b1, n) -> Mmx.packssdw(b0, b1));
  }

  private static void unpacks(FormTable t) {
    row(
        t,
        "60",
        "punpcklbw",
        (a0, a1, b0, b1, n) -> Mmx.punpcklbw(a0, b0),
        (a0, a1, b0, b1, n) -> Mmx.punpckhbw(a0, b0));
    row(
        t,
        "61",
        "punpcklwd",
        (a0, a1, b0, b1, n) -> Mmx.punpcklwd(a0, b0),
        (a0, a1, b0, b1, n) -> Mmx.punpckhwd(a0, b0));
    row(
        t,
        "62",
        "punpckldq",
        (a0, a1, b0, b1, n) -> Mmx.punpckldq(a0, b0),
        (a0, a1, b0, b1, n) -> Mmx.punpckhdq(a0, b0));
    row(
        t,
        "68",
        "punpckhbw",
        (a0, a1, b0, b1, n) -> Mmx.punpcklbw(a1, b1),
        (a0, a1, b0, b1, n) -> Mmx.punpckhbw(a1, b1));
    row(
        t,
        "69",
        "punpckhwd",
        (a0, a1, b0, b1, n) -> Mmx.punpcklwd(a1, b1),
        (a0, a1, b0, b1, n) -> Mmx.punpckhwd(a1, b1));
    row(
        t,
        "6A",
        "punpckhdq",
        (a0, a1, b0, b1, n) -> Mmx.punpckldq(a1, b1),
        (a0, a1, b0, b1, n) -> Mmx.punpckhdq(a1, b1));
    row(t, "6C", "punpcklqdq", (a0, a1, b0, b1, n) -> a0, (a0, a1, b0, b1, n) -> b0);
    row(t, "6D", "punpckhqdq", (a0, a1, b0, b1, n) -> a1, (a0, a1, b0, b1, n) -> b1);
  }

  private static void shuffles(FormTable t) {
    op(t, "66", "70 /r ib", "pshufd Vx,Wx,Ib")
        .any(
            whole(
                (a0, a1, b0, b1, n) -> Shuffles.dwords(b0, b1, n),
                (a0, a1, b0, b1, n) -> Shuffles.dwords(b0, b1, n >> 4)));
    op(t, "F2", "70 /r ib", "pshuflw Vx,Wx,Ib")
        .any(whole((a0, a1, b0, b1, n) -> MmxExtensions.pshufw(b0, n), (a0, a1, b0, b1, n) -> b1));
    op(t, "F3", "70 /r ib", "pshufhw Vx,Wx,Ib")
        .any(whole((a0, a1, b0, b1, n) -> b0, (a0, a1, b0, b1, n) -> MmxExtensions.pshufw(b1, n)));
  }
}

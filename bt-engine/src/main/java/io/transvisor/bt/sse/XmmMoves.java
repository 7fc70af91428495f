package io.transvisor.bt.sse;

import static io.transvisor.bt.sse.XmmTemplates.action;

import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/** Moves to, from and between XMM registers, and non-temporal stores. */
final class XmmMoves {
  private static final long LOW = 0xFFFFFFFFL;

  private XmmMoves() {}

  static void define(FormTable t) {
    whole(t, "NP", "28", "29", "movaps", true, CpuModel.SSE);
    whole(t, "66", "28", "29", "movapd", true, CpuModel.SSE2);
    whole(t, "66", "6F", "7F", "movdqa", true, CpuModel.SSE2);
    whole(t, "NP", "10", "11", "movups", false, CpuModel.SSE);
    whole(t, "66", "10", "11", "movupd", false, CpuModel.SSE2);
    whole(t, "F3", "6F", "7F", "movdqu", false, CpuModel.SSE2);
    scalars(t);
    halves(t);
    general(t);
    Handler storeAligned = action(XmmMoves::storeAligned);
    t.op("NP 0F 2B /r:m", "movntps Mx,Vx").any(storeAligned).requires(CpuModel.SSE);
    t.op("66 0F 2B /r:m", "movntpd Mx,Vx").any(storeAligned).requires(CpuModel.SSE2);
    t.op("66 0F E7 /r:m", "movntdq Mx,Vx").any(storeAligned).requires(CpuModel.SSE2);
    t.op("NP 0F C3 /r:m", "movnti Md,Gd")
        .any(action((c, i) -> c.writeD(i, c.gpr[i.reg])))
        .requires(CpuModel.SSE2);
    t.op("66 0F F7 /r:r", "maskmovdqu Vx,Ux")
        .any(action(XmmMoves::storeSelected))
        .requires(CpuModel.SSE2);
  }

  // ---- all 128 bits ----

  private static void whole(
      FormTable t,
      String prefix,
      String load,
      String store,
      String name,
      boolean aligned,
      int feature) {
    t.op("%s 0F %s /r".formatted(prefix, load), name + " Vx,Wx")
        .rm(
            action(XmmMoves::load),
            aligned ? action(XmmMoves::loadAligned) : action(XmmMoves::loadAny))
        .requires(feature);
    t.op("%s 0F %s /r".formatted(prefix, store), name + " Wx,Vx")
        .rm(
            action(XmmMoves::store),
            aligned ? action(XmmMoves::storeAligned) : action(XmmMoves::storeAny))
        .requires(feature);
  }

  private static void load(Cpu c, Insn i) {
    SseGuard.begin(c);
    XmmOperand.set(c, i.reg, c.xmm[i.rm << 1], c.xmm[(i.rm << 1) + 1]);
  }

  private static void store(Cpu c, Insn i) {
    SseGuard.begin(c);
    XmmOperand.set(c, i.rm, c.xmm[i.reg << 1], c.xmm[(i.reg << 1) + 1]);
  }

  private static void loadAligned(Cpu c, Insn i) {
    SseGuard.begin(c);
    int linear = XmmMemory.alignedRead(c, i);
    XmmOperand.set(c, i.reg, c.loadQ(linear), c.loadQ(linear + 8));
  }

  private static void loadAny(Cpu c, Insn i) {
    SseGuard.begin(c);
    int linear = XmmMemory.read(c, i);
    XmmOperand.set(c, i.reg, c.loadQ(linear), c.loadQ(linear + 8));
  }

  private static void storeAligned(Cpu c, Insn i) {
    SseGuard.begin(c);
    int linear = XmmMemory.alignedWrite(c, i);
    c.storeQ(linear, c.xmm[i.reg << 1]);
    c.storeQ(linear + 8, c.xmm[(i.reg << 1) + 1]);
  }

  private static void storeAny(Cpu c, Insn i) {
    SseGuard.begin(c);
    int linear = XmmMemory.write(c, i);
    c.storeQ(linear, c.xmm[i.reg << 1]);
    c.storeQ(linear + 8, c.xmm[(i.reg << 1) + 1]);
  }

  /** Stores the bytes that the signs of the second register's bytes choose at DS:EDI. */
  private static void storeSelected(Cpu c, Insn i) {
    SseGuard.begin(c);
    int offset = c.gpr[CpuState.EDI];
    for (int half = 0; half < 2; half++) {
      MmxInstructions.probeSelected(c, i, offset + 8 * half, c.xmm[(i.rm << 1) + half]);
    }
    for (int half = 0; half < 2; half++) {
      long data = c.xmm[(i.reg << 1) + half];
      long mask = c.xmm[(i.rm << 1) + half];
      MmxInstructions.storeSelected(c, i, offset + 8 * half, data, mask);
    }
  }

  // ---- scalars ----

  private static void scalars(FormTable t) {
    t.op("F3 0F 10 /r", "movss Vd,Wd")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.setDword(c, i.reg, (int) c.xmm[i.rm << 1]);
            }),
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.set(c, i.reg, c.readD(i) & LOW, 0);
            }))
        .requires(CpuModel.SSE);
    t.op("F3 0F 11 /r", "movss Wd,Vd")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.setDword(c, i.rm, (int) c.xmm[i.reg << 1]);
            }),
            action((c, i) -> {
              SseGuard.begin(c);
              c.writeD(i, (int) c.xmm[i.reg << 1]);
            }))
        .requires(CpuModel.SSE);
    Handler storeLow = action((c, i) -> storeHalf(c, i, 0));
    t.op("F2 0F 10 /r", "movsd Vq,Wq")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              c.xmm[i.reg << 1] = c.xmm[i.rm << 1];
            }),
            action(XmmMoves::loadZeroExtended))
        .requires(CpuModel.SSE2);
    t.op("F2 0F 11 /r", "movsd Wq,Vq")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              c.xmm[i.rm << 1] = c.xmm[i.reg << 1];
            }),
            storeLow)
        .requires(CpuModel.SSE2);
    t.op("F3 0F 7E /r", "movq Vq,Wq")
        .any(action(XmmMoves::loadZeroExtended))
        .requires(CpuModel.SSE2);
    t.op("66 0F D6 /r", "movq Wq,Vq")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.set(c, i.rm, c.xmm[i.reg << 1], 0);
            }),
            storeLow)
        .requires(CpuModel.SSE2);
  }

  private static void loadZeroExtended(Cpu c, Insn i) {
    SseGuard.begin(c);
    XmmOperand.set(c, i.reg, XmmOperand.qword(c, i), 0);
  }

  // ---- halves ----

  private static void halves(FormTable t) {
    Handler loadLow = action((c, i) -> loadHalf(c, i, 0));
    Handler loadHigh = action((c, i) -> loadHalf(c, i, 1));
    Handler storeLow = action((c, i) -> storeHalf(c, i, 0));
    Handler storeHigh = action((c, i) -> storeHalf(c, i, 1));
    t.op("NP 0F 12 /r:m", "movlps Vq,Mq").any(loadLow).requires(CpuModel.SSE);
    t.op("66 0F 12 /r:m", "movlpd Vq,Mq").any(loadLow).requires(CpuModel.SSE2);
    t.op("NP 0F 13 /r:m", "movlps Mq,Vq").any(storeLow).requires(CpuModel.SSE);
    t.op("66 0F 13 /r:m", "movlpd Mq,Vq").any(storeLow).requires(CpuModel.SSE2);
    t.op("NP 0F 16 /r:m", "movhps Vq,Mq").any(loadHigh).requires(CpuModel.SSE);
    t.op("66 0F 16 /r:m", "movhpd Vq,Mq").any(loadHigh).requires(CpuModel.SSE2);
    t.op("NP 0F 17 /r:m", "movhps Mq,Vq").any(storeHigh).requires(CpuModel.SSE);
    t.op("66 0F 17 /r:m", "movhpd Mq,Vq").any(storeHigh).requires(CpuModel.SSE2);
    t.op("NP 0F 12 /r:r", "movhlps Vq,Uq")
        .any(action((c, i) -> copyHalf(c, i.reg << 1, (i.rm << 1) + 1)))
        .requires(CpuModel.SSE);
    t.op("NP 0F 16 /r:r", "movlhps Vq,Uq")
        .any(action((c, i) -> copyHalf(c, (i.reg << 1) + 1, i.rm << 1)))
        .requires(CpuModel.SSE);
  }

  private static void copyHalf(Cpu c, int to, int from) {
    SseGuard.begin(c);
    c.xmm[to] = c.xmm[from];
  }

  private static void loadHalf(Cpu c, Insn i, int half) {
    SseGuard.begin(c);
    c.xmm[(i.reg << 1) + half] = c.readQ(i.seg, c.offset(i));
  }

  private static void storeHalf(Cpu c, Insn i, int half) {
    SseGuard.begin(c);
    c.writeQ(i.seg, c.offset(i), c.xmm[(i.reg << 1) + half]);
  }

  // ---- general and MMX registers ----

  private static void general(FormTable t) {
    t.op("66 0F 6E /r", "movd Vd,Ed")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              XmmOperand.set(c, i.reg, (i.memory ? c.readD(i) : c.gpr[i.rm]) & LOW, 0);
            }))
        .requires(CpuModel.SSE2);
    t.op("66 0F 7E /r", "movd Ed,Vd")
        .rm(
            action((c, i) -> {
              SseGuard.begin(c);
              c.gpr[i.rm] = (int) c.xmm[i.reg << 1];
            }),
            action((c, i) -> {
              SseGuard.begin(c);
              c.writeD(i, (int) c.xmm[i.reg << 1]);
            }))
        .requires(CpuModel.SSE2);
    t.op("NP 0F 50 /r:r", "movmskps Gd,Ux")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              c.gpr[i.reg] = signsOfDwords(c.xmm[i.rm << 1], c.xmm[(i.rm << 1) + 1]);
            }))
        .requires(CpuModel.SSE);
    t.op("66 0F 50 /r:r", "movmskpd Gd,Ux")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              c.gpr[i.reg] = signsOfQwords(c.xmm[i.rm << 1], c.xmm[(i.rm << 1) + 1]);
            }))
        .requires(CpuModel.SSE2);
    t.op("F3 0F D6 /r:r", "movq2dq Vx,Nq")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              MmxInstructions.begin(c);
              XmmOperand.set(c, i.reg, c.fpu.significand[i.rm], 0);
              MmxInstructions.use(c.fpu);
            }))
        .requires(CpuModel.SSE2 | CpuModel.MMX);
    t.op("F2 0F D6 /r:r", "movdq2q Pq,Uq")
        .any(
            action((c, i) -> {
              SseGuard.begin(c);
              MmxInstructions.begin(c);
              MmxInstructions.set(c.fpu, i.reg, c.xmm[i.rm << 1]);
            }))
        .requires(CpuModel.SSE2 | CpuModel.MMX);
  }

  static int signsOfDwords(long low, long high) {
    return (int) (low >>> 31 & 1 | low >>> 63 << 1 | high >>> 31 << 2 & 4 | high >>> 63 << 3);
  }

  static int signsOfQwords(long low, long high) {
    return (int) (low >>> 63 | high >>> 63 << 1);
  }
}

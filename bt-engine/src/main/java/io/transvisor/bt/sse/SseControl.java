package io.transvisor.bt.sse;

import static io.transvisor.bt.sse.XmmTemplates.action;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.Mxcsr;

/** LDMXCSR, STMXCSR; fences, prefetches and cache flushes, which have nothing to do here. */
final class SseControl {
  private SseControl() {}

  static void define(FormTable t) {
    t.op("NP 0F AE /2:m", "ldmxcsr Md").any(action(SseControl::load)).requires(CpuModel.SSE);
    t.op("NP 0F AE /3:m", "stmxcsr Md").any(action(SseControl::store)).requires(CpuModel.SSE);
    Handler nothing = action((c, i) -> {});
    t.op("NP 0F AE /7:r", "sfence").any(nothing).requires(CpuModel.SSE);
    t.op("NP 0F AE /5:r", "lfence").any(nothing).requires(CpuModel.SSE2);
    t.op("NP 0F AE /6:r", "mfence").any(nothing).requires(CpuModel.SSE2);
    // Checks its operand like a load of one byte.
    t.op("NP 0F AE /7:m", "clflush Mb")
        .any(action((c, i) -> c.readB(i)))
        .requires(CpuModel.CLFLUSH);
    t.op("F3 90", "pause").any(nothing);
    // These are the P6 family's.
    String[] hints = {"nta", "t0", "t1", "t2"};
    for (int n = 0; n < 8; n++) {
      String text = n < hints.length ? "prefetch" + hints[n] + " Mb" : "nop Ev";
      t.op("0F 18 /" + n + ":m", text).any(nothing).requires(CpuModel.CMOV);
      t.op("0F 18 /" + n + ":r", "nop Ev").any(nothing).requires(CpuModel.CMOV);
    }
  }

  private static void load(Cpu c, Insn i) {
    SseGuard.begin(c);
    int value = c.readD(i);
    if ((value & ~Mxcsr.writable(c.model)) != 0) {
      throw c.gp(0);
    }
    c.mxcsr = value;
  }

  private static void store(Cpu c, Insn i) {
    SseGuard.begin(c);
    c.writeD(i, c.mxcsr);
  }
}

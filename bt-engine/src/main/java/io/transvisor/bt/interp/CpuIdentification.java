package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/** CPUID (SDM volume 2; Intel application note 485). */
final class CpuIdentification {
  private static final int GENU = 0x756E6547;
  private static final int INEI = 0x49656E69;
  private static final int NTEL = 0x6C65746E;

  private CpuIdentification() {}

  /** Leaves above the highest, the extended ones included, answer as the highest basic leaf. */
  static void execute(Cpu c) {
    CpuModel m = c.model;
    int leaf = c.gpr[CpuState.EAX];
    if (Integer.compareUnsigned(leaf, m.maxLeaf()) > 0) {
      leaf = m.maxLeaf();
    }
    switch (leaf) {
      case 0 -> answer(c, m.maxLeaf(), GENU, NTEL, INEI);
      case 1 -> answer(c, m.signature(), 0, 0, m.features());
      default -> {
        int[] d = m.cacheDescriptors();
        answer(c, d[0], d[1], d[2], d[3]);
      }
    }
  }

  private static void answer(Cpu c, int eax, int ebx, int ecx, int edx) {
    c.gpr[CpuState.EAX] = eax;
    c.gpr[CpuState.EBX] = ebx;
    c.gpr[CpuState.ECX] = ecx;
    c.gpr[CpuState.EDX] = edx;
  }
}

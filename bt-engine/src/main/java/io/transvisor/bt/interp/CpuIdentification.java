package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.irq.InterruptController;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** CPUID (SDM volume 2; Intel application note 485). */
final class CpuIdentification {
  private static final int GENU = 0x756E6547;
  private static final int INEI = 0x49656E69;
  private static final int NTEL = 0x6C65746E;

  private CpuIdentification() {}

  /** First of the extended leaves. */
  private static final int EXTENDED = 0x80000000;

  /** First of the three leaves with sixteen characters of the brand string each. */
  private static final int BRAND = 0x80000002;

  private static final int LAST_EXTENDED = 0x80000004;

  /** Leaves that do not exist answer as the highest basic leaf. */
  static void execute(Cpu c) {
    CpuModel m = c.model;
    int leaf = c.gpr[CpuState.EAX];
    boolean isExtended = Integer.compareUnsigned(leaf, EXTENDED) >= 0 && leaf <= LAST_EXTENDED;
    if (isExtended && !m.brand().isEmpty()) {
      extended(c, leaf);
      return;
    }
    if (Integer.compareUnsigned(leaf, m.maxLeaf()) > 0) {
      leaf = m.maxLeaf();
    }
    switch (leaf) {
      case 0 -> answer(c, m.maxLeaf(), GENU, NTEL, INEI);
      case 1 -> answer(c, m.signature(), miscellaneous(m), 0, features(c));
      default -> {
        int[] d = m.cacheDescriptors();
        answer(c, d[0], d[1], d[2], d[3]);
      }
    }
  }

  /** Leaf 1 EDX: a local APIC that IA32_APIC_BASE has switched off does not show. */
  private static int features(Cpu c) {
    boolean apic = (c.interrupts.apicBase() & InterruptController.APIC_BASE_ENABLE) != 0;
    return apic ? c.model.features() : c.model.features() & ~CpuModel.APIC;
  }

  /** Leaf 1 EBX: brand index, and the CLFLUSH line in units of eight bytes. */
  private static int miscellaneous(CpuModel m) {
    int line = m.has(CpuModel.CLFLUSH) ? CpuModel.CACHE_LINE / 8 : 0;
    return line << 8 | m.brandIndex();
  }

  private static void extended(Cpu c, int leaf) {
    if (leaf < BRAND) {
      answer(c, leaf == EXTENDED ? LAST_EXTENDED : 0, 0, 0, 0);
      return;
    }
    byte[] text = Arrays.copyOf(c.model.brand().getBytes(StandardCharsets.US_ASCII), 48);
    ByteBuffer b = ByteBuffer.wrap(text, (leaf - BRAND) * 16, 16).order(ByteOrder.LITTLE_ENDIAN);
    answer(c, b.getInt(), b.getInt(), b.getInt(), b.getInt());
  }

  private static void answer(Cpu c, int eax, int ebx, int ecx, int edx) {
    c.gpr[CpuState.EAX] = eax;
    c.gpr[CpuState.EBX] = ebx;
    c.gpr[CpuState.ECX] = ecx;
    c.gpr[CpuState.EDX] = edx;
  }
}

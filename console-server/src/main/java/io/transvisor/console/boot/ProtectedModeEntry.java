package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * The state both boot protocols want: protected mode, flat 4 GiB segments, paging and interrupts
 * off, A20 open.
 */
final class ProtectedModeEntry {
  /** Selectors as the Linux boot protocol demands them; Multiboot leaves the values open. */
  private static final int CODE_SELECTOR = 0x10;

  private static final int DATA_SELECTOR = 0x18;
  private static final int GDT_ADDRESS = 0x1000;
  private static final int CODE_ACCESS = 0xC09B;
  private static final int DATA_ACCESS = 0xC093;

  private ProtectedModeEntry() {}

  static void enter(PhysicalMemory memory, CpuState cpu, int eip) {
    long[] gdt = {0, 0, 0x00CF9B000000FFFFL, 0x00CF93000000FFFFL};
    for (int i = 0; i < gdt.length; i++) {
      memory.write(GDT_ADDRESS + 8 * i, 4, (int) gdt[i]);
      memory.write(GDT_ADDRESS + 8 * i + 4, 4, (int) (gdt[i] >>> 32));
    }
    memory.setA20(true);
    cpu.gdtBase = GDT_ADDRESS;
    cpu.gdtLimit = 8 * gdt.length - 1;
    cpu.idtBase = 0;
    cpu.idtLimit = 0;
    cpu.cr0 = CpuState.CR0_PE | CpuState.CR0_ET;
    cpu.setEflags(2);
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      boolean code = s == CpuState.CS;
      cpu.selector[s] = code ? CODE_SELECTOR : DATA_SELECTOR;
      cpu.segBase[s] = 0;
      cpu.segLimit[s] = -1;
      cpu.segAccess[s] = code ? CODE_ACCESS : DATA_ACCESS;
    }
    cpu.cpl = 0;
    cpu.eip = eip;
  }
}

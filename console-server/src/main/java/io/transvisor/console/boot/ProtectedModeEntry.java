package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * The state both boot protocols want: protected mode, flat 4 GiB segments, paging and interrupts
 * off, A20 open, the x87 initialised.
 */
final class ProtectedModeEntry {
  /** Selectors as the Linux boot protocol demands them; Multiboot leaves the values open. */
  private static final int CODE_SELECTOR = 0x10;

  private static final int DATA_SELECTOR = 0x18;
  private static final long[] GDT = {0, 0, 0x00CF9B000000FFFFL, 0x00CF93000000FFFFL};

  /** Size of the descriptor table in bytes. */
  static final int GDT_SIZE = 8 * GDT.length;

  private static final int CODE_ACCESS = 0xC09B;
  private static final int DATA_ACCESS = 0xC093;

  private ProtectedModeEntry() {}

  /**
   * @param eip where the kernel starts
   * @param gdt where to put the descriptor table, {@link #GDT_SIZE} bytes
   */
  static void enter(PhysicalMemory memory, CpuState cpu, int eip, int gdt) {
    for (int i = 0; i < GDT.length; i++) {
      memory.write(gdt + 8 * i, 4, (int) GDT[i]);
      memory.write(gdt + 8 * i + 4, 4, (int) (GDT[i] >>> 32));
    }
    memory.setA20(true);
    cpu.gdtBase = gdt;
    cpu.gdtLimit = GDT_SIZE - 1;
    cpu.idtBase = 0;
    cpu.idtLimit = 0;
    cpu.cr0 = CpuState.CR0_PE | CpuState.CR0_ET;
    cpu.setEflags(2);
    cpu.fpu.initialize();
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

package io.transvisor.bt.sse;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.Mxcsr;

/** What every SSE instruction does before and after its work (Intel SDM volume 1, 11.5). */
final class SseGuard {
  /** Exceptions found before anything is computed. */
  private static final int BEFORE_COMPUTATION = Mxcsr.IE | Mxcsr.DE | Mxcsr.ZE;

  private SseGuard() {}

  /**
   * Start of an instruction on XMM registers or MXCSR. @throws GuestFault #UD where the system does
   * not provide SSE, #NM after a task switch
   */
  static void begin(Cpu c) {
    int off = c.cr0 & (CpuState.CR0_EM | CpuState.CR0_TS);
    if ((off | ~c.cr4 & CpuState.CR4_OSFXSR) != 0) {
      throw unavailable(c);
    }
  }

  private static GuestFault unavailable(Cpu c) {
    boolean undefined = (c.cr0 & CpuState.CR0_EM) != 0 || (c.cr4 & CpuState.CR4_OSFXSR) == 0;
    return undefined ? c.ud() : c.nm();
  }

  static void finishIfRaised(Cpu c) {
    if (c.sseRaised != 0) {
      finish(c);
    }
  }

  /**
   * After the computation, if it raised something: sets the flags. An unmasked exception known
   * before the computation keeps those that follow from it from being noticed, in all lanes.
   *
   * @throws GuestFault for an unmasked exception: #XM, or #UD if the system does not handle that
   */
  static void finish(Cpu c) {
    int raised = c.sseRaised;
    c.sseRaised = 0;
    int unmasked = raised & ~(c.mxcsr >>> Mxcsr.MASK_SHIFT);
    if ((unmasked & BEFORE_COMPUTATION) != 0) {
      raised &= BEFORE_COMPUTATION;
    }
    c.mxcsr |= raised;
    if (unmasked != 0) {
      boolean handled = (c.cr4 & CpuState.CR4_OSXMMEXCPT) != 0;
      throw handled ? c.fault(GuestFault.XM, 0) : c.ud();
    }
  }
}

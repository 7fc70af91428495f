package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.mmu.PageFaultException;
import java.lang.invoke.MethodHandles;

/** What generated classes extend, and the parts of them that need not be generated. */
public abstract class RegionCode {
  /** See {@link Region#run}. */
  public abstract int run(Cpu c, int entry);

  /** In a generated class's initializer: the constants it was defined with. */
  protected static Object[] constants(MethodHandles.Lookup lookup) {
    try {
      return MethodHandles.classData(lookup, "_", Object[].class);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What to answer when an instruction could not be done or threw: registers are back in the CPU
   * already.
   *
   * @param base EIP of the region's base
   * @param budget left, with all of the block counted
   * @param site number of the instruction
   * @param sites see {@link ExitWriter#sites}
   * @param e what a handler threw, or null
   */
  protected static int missed(
      Cpu c, int base, int budget, int site, int[] sites, RuntimeException e) {
    c.eip = base + sites[2 * site];
    c.instructions = c.budgetEnd - budget - sites[2 * site + 1];
    if (e == null) {
      return Region.MISS - site;
    }
    if (e instanceof PageFaultException) {
      return Region.PAGE_FAULT;
    }
    if (e instanceof GuestFault) {
      return Region.FAULT;
    }
    throw e;
  }

  /**
   * After an instruction that may have changed anything: whether the region can go on with the next
   * one. If so EIP is the region's base again.
   *
   * @param next EIP of the next instruction
   */
  protected static boolean goesOn(Cpu c, int mode, int next, int base) {
    if (c.traceLimit == 0 && !c.interruptShadow
        || c.pending != 0
        || c.debugTraps != 0
        || c.modeWord != mode
        || c.eip != next
        || (c.eflags & Cpu.TF) != 0
        || c.halted) {
      return false;
    }
    // Nothing waits, so nothing can be held off: the shadow is over after the next instruction.
    c.interruptShadow = false;
    c.traceLimit = 1;
    c.eip = base;
    return true;
  }
}

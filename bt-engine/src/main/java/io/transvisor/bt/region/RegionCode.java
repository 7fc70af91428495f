package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.mmu.PageFaultException;
import java.lang.invoke.MethodHandles;

/** What generated classes extend, and the parts of them that need not be generated. */
public abstract class RegionCode {
  /** No generation of the map, no mode. */
  static final int NEVER = -1;

  /** Generation of the map and linear base for which the region is known to be mapped. */
  int checkedGeneration = NEVER;

  int checkedBase;

  /** Most instructions between two looks at the budget. */
  int longestPath;

  /** The mode it may be entered in after another region; none if more has to be looked at. */
  int chainedMode = NEVER;

  /** Instructions retired in it since it was last asked. */
  private long retired;

  private int[] targets;
  private int[] sites;
  private RegionEntry[] next;

  final void setUp(RegionPlan plan, int[] exitTargets, int[] siteTable) {
    longestPath = plan.longestPath();
    chainedMode = (plan.mode() & Cpu.MODE_FLAT_CODE) != 0 ? plan.mode() : NEVER;
    targets = exitTargets;
    sites = siteTable;
    next = new RegionEntry[exitTargets.length];
  }

  /** Counts instructions retired in it. */
  public final void addRetired(long instructions) {
    retired += instructions;
  }

  /** Instructions retired since the last time. */
  final long takeRetired() {
    long taken = retired;
    retired = 0;
    return taken;
  }

  /** It must not be entered any more without being looked at. */
  final void unlink() {
    checkedGeneration = NEVER;
  }

  /** Offset of the instruction at a site. */
  final int siteOffset(int site) {
    return sites[2 * site];
  }

  /** Where execution went on last time after an exit, or null. */
  public final RegionEntry next(int exit) {
    return next[exit];
  }

  public final void setNext(int exit, RegionEntry entry) {
    next[exit] = entry;
  }

  /**
   * Runs the region from an entry until it is left; if the first instruction cannot be done, none
   * is retired. EIP, registers, flags and the instruction count are then those of the exit.
   *
   * @return the number of the exit taken, {@link Region#FAULT}, {@link Region#PAGE_FAULT}, or
   *     {@link Region#MISS} and below
   */
  public final int enter(Cpu c, int entry, int budget) {
    c.traceLimit = 1;
    c.budget = budget;
    c.budgetEnd = c.instructions + budget;
    int result = run(c, entry);
    if (result >= 0) {
      c.eip += targets[result];
      c.instructions = c.budgetEnd - c.budget;
    } else if (result <= Region.MISS) {
      int site = Region.MISS - result;
      c.eip += siteOffset(site);
      c.instructions = c.budgetEnd - c.budget - sites[2 * site + 1];
    }
    return result;
  }

  /**
   * Runs from an entry. EIP is the base's until the end, when the caller adds what the exit or site
   * says, and derives the instruction count from {@link Cpu#budget}.
   */
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
   * What to answer when a handler threw.
   *
   * @param base EIP of the region's base
   * @param budget left, with all of the block counted
   * @param site number of the instruction
   * @param sites see {@link ExitWriter#sites}
   */
  protected static int thrown(
      Cpu c, int base, int budget, int site, int[] sites, RuntimeException e) {
    c.eip = base + sites[2 * site];
    c.instructions = c.budgetEnd - budget - sites[2 * site + 1];
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

package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.GuestFault;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.mmu.PageFaultException;
import java.lang.invoke.MethodHandles;

/** What generated classes extend, and the parts of them that need not be generated. */
public abstract class RegionCode {
  /** No generation of the map, no place to stop at. */
  static final int NEVER = -1;

  /**
   * Instructions retired in a region before it is optimised: some 2 ms of running for 20 ms of
   * compiling, beside it.
   */
  private static final long HOT = 2_000_000;

  /** Instructions retired in a hot region until it is looked at again. */
  private static final long REVIEW = 10_000_000;

  private Region region;

  /**
   * With two subclasses that are loaded before any region HotSpot never takes the first region for
   * the only one: compiled code that relies on that is thrown away when there is a second.
   */
  static final RegionCode[] NEVER_RUN = {new Unused(), new UnusedToo()};

  /** Generation of the map and linear base for which the region is known to be mapped. */
  private int checkedGeneration = NEVER;

  private int checkedBase;

  private int mode;

  /** Most instructions between two looks at the budget. */
  private int longestPath;

  /** Instructions retired in it since it was last asked. */
  private long retired;

  private boolean hot;

  /** Instructions to retire before it is told that it is hot, or hot still. */
  private long untilReview = HOT;

  private int[] sites;

  final void setUp(Region of, int[] siteTable) {
    region = of;
    mode = of.plan().mode();
    longestPath = of.plan().longestPath();
    sites = siteTable;
  }

  public final Region region() {
    return region;
  }

  /** Whether the region is known to be mapped with its base at a linear address. */
  final boolean isChecked(Cpu c, int linearBase) {
    return checkedGeneration == c.mmu.generation && checkedBase == linearBase;
  }

  /** Where its base was when it was last found to be mapped. */
  final int checkedBase() {
    return checkedBase;
  }

  final void setChecked(Cpu c, int linearBase) {
    checkedGeneration = c.mmu.generation;
    checkedBase = linearBase;
  }

  /** Counts instructions retired in it. */
  final void addRetired(long instructions) {
    retired += instructions;
    untilReview -= instructions;
    if (untilReview <= 0) {
      untilReview = REVIEW;
      region.isHot(!hot);
      hot = true;
    }
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

  /**
   * Runs a region from an entry, and those that follow, until one is left for something else; if
   * the first instruction cannot be done, none is retired. EIP, registers, flags and the
   * instruction count are then those of the exit.
   *
   * @return {@link Region#LEFT}, {@link Region#FAULT}, {@link Region#PAGE_FAULT}, or {@link
   *     Region#MISS} and below in the region that {@link Cpu#missedIn} names
   */
  public static int enter(Cpu c, RegionEntry entry, int budget) {
    c.traceLimit = 1;
    c.budget = budget;
    c.budgetEnd = c.instructions + budget;
    int result = entry.runUntil(c, NEVER, 0);
    if (result == Region.LEFT) {
      c.instructions = c.budgetEnd - c.budget;
    } else if (result <= Region.MISS) {
      RegionCode in = c.missedIn;
      int site = Region.MISS - result;
      c.eip += in.siteOffset(site);
      c.instructions = c.budgetEnd - c.budget - in.sites[2 * site + 1];
    }
    return result;
  }

  /**
   * Runs from an entry. EIP is the base's until the end: after {@link Region#MISS} the caller adds
   * what the site says. The instruction count follows from {@link Cpu#budget}.
   *
   * @param entry its number, and how many regions are below on the host's stack, by {@link
   *     RegionEntry#NESTED}
   * @return see {@link #enter}
   */
  public abstract int run(Cpu c, int entry);

  /**
   * After a call that another region has done: whether the function has returned, and this region
   * can go on behind the call. If so EIP is the region's base again, else {@link Cpu#regionResult}
   * is set.
   *
   * @param result of the other region
   * @param next EIP behind the call
   * @param level of the other region, see {@link #run}
   */
  protected final boolean hasReturned(Cpu c, int result, int next, int base, int level) {
    int last = RegionEntry.goOnUntil(c, result, next, level);
    if (last != Region.LEFT
        || c.eip != next
        || !isChecked(c, c.segBase[CpuState.CS] + base)
        || c.modeWord != mode
        || c.budget < longestPath
        || c.mustStop()) {
      c.regionResult = last;
      return false;
    }
    c.eip = base;
    return true;
  }

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
        || c.mayBeInterrupted()
        || c.debugTraps != 0
        || c.modeWord != mode
        || c.eip != next
        || (c.eflags & Cpu.TF) != 0
        || c.halted) {
      return false;
    }
    // Nothing is held off: the shadow is over after the next instruction.
    c.interruptShadow = false;
    c.traceLimit = 1;
    c.eip = base;
    return true;
  }

  private static final class Unused extends RegionCode {
    @Override
    public int run(Cpu c, int entry) {
      return Region.LEFT;
    }
  }

  private static final class UnusedToo extends RegionCode {
    @Override
    public int run(Cpu c, int entry) {
      return Region.LEFT;
    }
  }
}

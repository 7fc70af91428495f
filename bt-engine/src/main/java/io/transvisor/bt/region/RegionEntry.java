package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * A place in the code where a region may be entered, or will be: compiled code that goes there
 * refers to this whether there is a region yet or not. What is looked at on the way from one region
 * to another is here together, since it is seldom in the host's caches.
 */
public final class RegionEntry {
  /** No generation of the map. */
  private static final int NEVER = -1;

  /** What {@link RegionCode#run} is given more for each region below it on the host's stack. */
  static final int NESTED = 1 << 16;

  /**
   * Most regions on the host's stack that call each other; it predicts returns for about as many.
   */
  private static final int MAX_NESTING = 16 * NESTED;

  /** An entry whose number has none of these bits set is looked at. */
  private static final int UNSAMPLED = 15;

  /** Linear address and generation of the map for which the region is known to be mapped. */
  private int linear;

  private int generation = NEVER;

  /** The mode it may be entered in after another region; none if more has to be looked at. */
  private int mode = NEVER;

  private int longestPath;

  /** Of the entry among those of its region; compiled code reads it. */
  int number;

  private RegionCode code;
  private int offset;
  private Region.Retirement retirement;

  /** Index in the store of the first instruction. */
  private final int store;

  RegionEntry(int store) {
    this.store = store;
  }

  /** What is entered; null if nothing is compiled. */
  Region region() {
    return code == null ? null : code.region();
  }

  /** Whether there is compiled code to enter. */
  public boolean isValid() {
    return code != null && code.region().isValid();
  }

  /** Offset of its first instruction from the region's base. */
  int offset() {
    return offset;
  }

  /** Leads to a region from now on, once it was {@link #confirm}ed. */
  void set(Region region, Block block) {
    code = region.code();
    number = block.entry;
    offset = block.start;
    longestPath = region.plan().longestPath();
    mode = (region.plan().mode() & Cpu.MODE_FLAT_CODE) != 0 ? region.plan().mode() : NEVER;
    generation = NEVER;
    retirement = null;
  }

  /** The region has been found to be mapped. */
  void confirm(int linearAddress, int mapGeneration) {
    linear = linearAddress;
    generation = mapGeneration;
  }

  /** A region is no longer used: if it is this one's, it must not be entered any more. */
  void clear(Region retired) {
    if (region() == retired) {
      code = null;
      generation = NEVER;
      retirement = retired.retirement();
    }
  }

  /** Why there is no region any more, or null. */
  Region.Retirement retirement() {
    return retirement;
  }

  /** {@link Region#isUsable} for the region that is here, if there is one. */
  public boolean isUsable(Cpu c, long budget) {
    return code != null && code.region().isUsable(c, this, budget);
  }

  /** Whether the region can be entered here now, right after another one. */
  private boolean follows(Cpu c) {
    return mode == c.modeWord
        && c.budget >= longestPath
        && (generation == c.mmu.generation && linear == c.segBase[CpuState.CS] + c.eip
            || isMapped(c))
        && !c.mustStop();
  }

  /** For another linear address, or after the map has changed. */
  private boolean isMapped(Cpu c) {
    int address = c.segBase[CpuState.CS] + c.eip;
    return ((address ^ store) & PhysicalMemory.PAGE_SIZE - 1) == 0 && isUsable(c, c.budget);
  }

  private boolean canBeNested(Cpu c, int level) {
    return level <= MAX_NESTING && follows(c);
  }

  /**
   * Compiled code, which has given the CPU all it holds, goes on here or calls a function here: it
   * enters itself what it is given, so that each of its ways out leads to one region, as a rule,
   * which the host predicts, and HotSpot calls without looking for the method.
   *
   * @param level for {@link RegionCode#run}, with {@link #number} added
   * @return the region to enter; null if none is entered now, or one has been, with the result in
   *     {@link Cpu#regionResult}
   */
  RegionCode next(Cpu c, int level) {
    if (!canBeNested(c, level)) {
      c.regionResult = Region.LEFT;
      return null;
    }
    if ((c.regionsEntered++ & UNSAMPLED) != 0) {
      return code;
    }
    c.regionResult = sample(c, level);
    return null;
  }

  /** Goes on at the place that EIP names, or calls a function there. */
  static int enterAtEip(Cpu c, int level) {
    RegionEntry entry = atEip(c);
    return entry != null && entry.canBeNested(c, level) ? entry.run(c, level) : Region.LEFT;
  }

  private static RegionEntry atEip(Cpu c) {
    return c.branchTargets.entry(c.segBase[CpuState.CS] + c.eip);
  }

  private int run(Cpu c, int level) {
    return (c.regionsEntered++ & UNSAMPLED) != 0 ? code.run(c, number + level) : sample(c, level);
  }

  /** The first of some entries is looked at for the heat of regions, with what they call. */
  private int sample(Cpu c, int level) {
    RegionCode sampled = code;
    int before = c.budget;
    int result = sampled.run(c, number + level);
    sampled.addRetired((UNSAMPLED + 1L) * (before - c.budget));
    return result;
  }

  /** Runs this and what follows, as long as that is compiled code, up to an EIP. */
  int runUntil(Cpu c, int eip, int level) {
    return goOnUntil(c, run(c, level), eip, level);
  }

  /**
   * Compiled code has come back with a result: goes on with what follows, up to an EIP.
   *
   * @return the last result
   */
  static int goOnUntil(Cpu c, int result, int eip, int level) {
    int last = result;
    while (last == Region.LEFT && c.eip != eip) {
      RegionEntry entry = atEip(c);
      if (entry == null || !entry.canBeNested(c, level)) {
        break;
      }
      last = entry.run(c, level);
    }
    return last;
  }
}

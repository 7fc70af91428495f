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

  /**
   * Most regions on the host's stack that call each other; it predicts returns for about as many.
   */
  private static final int MAX_NESTING = 16;

  /** An entry whose number has none of these bits set is looked at. */
  private static final int UNSAMPLED = 15;

  /** Linear address and generation of the map for which the region is known to be mapped. */
  private int linear;

  private int generation = NEVER;

  /** The mode it may be entered in after another region; none if more has to be looked at. */
  private int mode = NEVER;

  private int longestPath;
  private int number;
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

  private boolean canBeNested(Cpu c) {
    return c.nesting < MAX_NESTING && follows(c);
  }

  /**
   * Compiled code, which has given the CPU all it holds, jumps here, if that is possible at once.
   *
   * @return see {@link RegionCode#run}
   */
  public int goOn(Cpu c) {
    if (!canBeNested(c)) {
      return Region.LEFT;
    }
    c.nesting++;
    int result = run(c);
    c.nesting--;
    return result;
  }

  /**
   * Compiled code calls a function here.
   *
   * @param next EIP behind the call
   */
  public int call(Cpu c, int next) {
    return canBeNested(c) ? runUntil(c, next) : Region.LEFT;
  }

  /** The same for the place that EIP names. */
  public static int callAtEip(Cpu c, int next) {
    RegionEntry entry = atEip(c);
    return entry == null ? Region.LEFT : entry.call(c, next);
  }

  /** {@link #goOn} for the place that EIP names. */
  public static int goOnAtEip(Cpu c) {
    RegionEntry entry = atEip(c);
    return entry == null ? Region.LEFT : entry.goOn(c);
  }

  private static RegionEntry atEip(Cpu c) {
    return c.branchTargets.entry(c.segBase[CpuState.CS] + c.eip);
  }

  /** The first of some entries is looked at for the heat of regions, with what they call. */
  private int run(Cpu c) {
    if ((c.regionsEntered++ & UNSAMPLED) != 0) {
      return code.run(c, number);
    }
    RegionCode sampled = code;
    int before = c.budget;
    int result = sampled.run(c, number);
    sampled.addRetired((UNSAMPLED + 1L) * (before - c.budget));
    return result;
  }

  /** Runs this and what follows, as long as that is compiled code, up to an EIP. */
  int runUntil(Cpu c, int eip) {
    int level = c.nesting;
    RegionEntry entry = this;
    int result;
    do {
      c.nesting = level + 1;
      result = entry.run(c);
      if (result != Region.LEFT || c.eip == eip) {
        break;
      }
      entry = atEip(c);
    } while (entry != null && entry.follows(c));
    c.nesting = level;
    return result;
  }
}

package io.transvisor.bt.region;

import io.transvisor.bt.cache.CodeDependent;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A compiled region: its code, and what must hold for it to be entered. It does not depend on the
 * linear address it runs at, only on the bytes of its pages and on the distances between them.
 */
public final class Region implements CodeDependent {
  /** Result of {@link RegionCode#enter}: all is done up to EIP. */
  public static final int LEFT = 0;

  /**
   * Result of {@link RegionCode#enter}: not an exit, the instruction at EIP raised the fault in the
   * CPU.
   */
  public static final int FAULT = -1;

  /** Result of {@link RegionCode#enter}: like {@link #FAULT}, a page fault. */
  public static final int PAGE_FAULT = -2;

  /**
   * Result of {@link RegionCode#enter}, less the number of the site: the instruction at EIP could
   * not be done here.
   */
  public static final int MISS = -3;

  /**
   * In place of {@link Cpu#missedAddress}: an instruction could not be done because of the values
   * it works on.
   */
  public static final int VALUES = -1;

  /** Attempts to enter a region that is not mapped until its pages are looked for again. */
  private static final int BLOCKED_TIMES = 16;

  /** Why a region is no longer used. */
  enum Retirement {
    /** Bytes of its code were stored to. */
    CODE_CHANGED,
    /** It is compiled anew, with instructions that kept missing left to their handlers. */
    ADAPTED,
    /**
     * Its pages were mapped at other distances from each other: by another program, for instance.
     */
    SCATTERED,
    /** Code took more room than it may, and the oldest went. */
    NO_ROOM
  }

  /** Who is told what happens to a region. */
  interface Observer {
    /**
     * It is used so much that its code should be as good as can be; told now and then.
     *
     * @param first for the first time
     */
    void isHot(Region region, boolean first);

    /** It is no longer used; told once. */
    void retired(Region region);
  }

  private final RegionPlan plan;
  private final KnownRegion known;
  private final int instructions;
  private final Observer observer;
  private RegionCode code;
  private final List<RegionEntry> entries = new ArrayList<>();
  private Map<Integer, int[]> windows;
  private Retirement retirement;
  private int bytes;

  /** Generation of the map and linear base for which the region is known not to be mapped. */
  private int blockedGeneration = RegionCode.NEVER;

  private int blockedBase;

  /** How many more times that is believed: a page may have been mapped that was not there yet. */
  private int blockedTimes;

  /**
   * A region that is not compiled yet.
   *
   * @param known what is known of its code wherever it lies
   * @param observer told what happens to it
   */
  Region(RegionPlan plan, KnownRegion known, Observer observer) {
    this.plan = plan;
    this.instructions = plan.instructions();
    this.known = known;
    this.observer = observer;
  }

  /** Gives it its code. */
  void setCode(RegionCompiler.Result result) {
    code = result.code();
    bytes = result.bytes();
    windows = result.windows();
    code.setUp(this, result.sites());
  }

  /** Lets an entry lead here. */
  void enterAt(RegionEntry entry, Block block) {
    entry.set(this, block);
    entries.add(entry);
  }

  RegionCode code() {
    return code;
  }

  /** Length of its method. */
  int bytes() {
    return bytes;
  }

  RegionPlan plan() {
    return plan;
  }

  /** How many instructions it has. */
  int instructions() {
    return instructions;
  }

  KnownRegion known() {
    return known;
  }

  /**
   * Tells what it belongs to how much it was used. Returns the instructions since the last time.
   */
  long reportHeat() {
    long retired = code.takeRetired();
    known.addHeat(retired);
    return retired;
  }

  /** It has retired many instructions. */
  void isHot(boolean first) {
    observer.isHot(this, first);
  }

  public boolean isValid() {
    return retirement == null;
  }

  @Override
  public void codeChanged() {
    retire(Retirement.CODE_CHANGED);
  }

  /** Sees to it that it is not entered any more. */
  void retire(Retirement why) {
    if (retirement != null) {
      return;
    }
    retirement = why;
    observer.retired(this);
    if (code != null) {
      code.unlink();
      entries.forEach(entry -> entry.clear(this));
    }
  }

  /** Why it is no longer used, or null. */
  Retirement retirement() {
    return retirement;
  }

  /**
   * Whether the region may be entered now with EIP at one of its entries: its code is unchanged,
   * all of it is mapped where it was found and lies within the code segment, and the budget lasts
   * until the region looks at it for the first time.
   *
   * @param budget instructions that may still be retired
   */
  public boolean isUsable(Cpu c, RegionEntry entry, long budget) {
    int base = c.eip - entry.offset();
    int linear = c.segBase[CpuState.CS] + base;
    if (!code.isChecked(c, linear) && !check(c, linear)) {
      return false;
    }
    if (budget < plan.longestPath()
        || (c.modeWord & Cpu.MODE_FLAT_CODE) == 0 && !isWithinSegment(c, base)) {
      return false;
    }
    entry.confirm(linear + entry.offset(), c.mmu.generation);
    return true;
  }

  private boolean check(Cpu c, int linear) {
    int generation = c.mmu.generation;
    if (retirement != null
        || blockedGeneration == generation && blockedBase == linear && --blockedTimes > 0) {
      return false;
    }
    boolean mapped = plan.isMappedAt(c, linear);
    if (mapped) {
      code.setChecked(c, linear);
    } else {
      blockedGeneration = generation;
      blockedBase = linear;
      blockedTimes = BLOCKED_TIMES;
    }
    return mapped;
  }

  private boolean isWithinSegment(Cpu c, int base) {
    long limit = c.segLimit[CpuState.CS] & 0xFFFFFFFFL;
    long start = (base & 0xFFFFFFFFL) + plan.firstByte();
    long end = (base & 0xFFFFFFFFL) + plan.endByte();
    return start >= 0 && end - 1 <= limit;
  }

  /** Offset of the instruction at a site. */
  int siteOffset(int site) {
    return code.siteOffset(site);
  }

  /**
   * Offsets of the instructions whose accesses are looked up together at a site; null for a site of
   * its own.
   */
  public int[] window(int site) {
    return windows.get(site);
  }
}

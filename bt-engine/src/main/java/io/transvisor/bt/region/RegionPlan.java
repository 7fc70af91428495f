package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a region consists of, before it is compiled.
 *
 * @param store index in the backing store of the first instruction at the base
 * @param mode mode word the code is compiled for
 * @param blocks in the order of their addresses
 * @param byOffset the same by offset from the base
 * @param entries blocks that may be entered from outside
 * @param pages two numbers each: a linear page of the code relative to the base's page, and its
 *     page in the store
 * @param firstByte lowest offset of a code byte from the base
 * @param endByte one more than the highest
 * @param longestPath most instructions between two looks at the budget
 * @param slow offsets of instructions that are left to their handlers, because they keep accessing
 *     memory that cannot be accessed directly
 * @param inline sensitive instructions that do something trivial are written out
 * @param alone offsets of instructions whose accesses are looked up one by one
 * @param x87 how its x87 arithmetic is done
 * @param links what may be entered outside of the region, by offset from the base
 */
record RegionPlan(
    int store,
    int mode,
    List<Block> blocks,
    Map<Integer, Block> byOffset,
    List<Block> entries,
    int[] pages,
    int firstByte,
    int endByte,
    int longestPath,
    Set<Integer> slow,
    boolean inline,
    Set<Integer> alone,
    X87 x87,
    Map<Integer, RegionEntry> links) {

  /** The same code at another place. */
  RegionPlan at(int newStore, Map<Integer, Integer> newPages) {
    return new RegionPlan(
        newStore,
        mode,
        blocks,
        byOffset,
        entries,
        pages(newPages),
        firstByte,
        endByte,
        longestPath,
        slow,
        inline,
        alone,
        x87,
        links);
  }

  /** How x87 arithmetic is done. */
  enum X87 {
    /** There is none. */
    NONE,
    /** In the extended format, rounded as the control word says. */
    EXTENDED,
    /** With the host's doubles: for 53 bits of precision. */
    DOUBLES
  }

  boolean doubles() {
    return x87 == X87.DOUBLES;
  }

  /** What {@link #pages} is for a map of pages. */
  static int[] pages(Map<Integer, Integer> pageOf) {
    int[] pages = new int[2 * pageOf.size()];
    int n = 0;
    for (Map.Entry<Integer, Integer> page : pageOf.entrySet()) {
      pages[n++] = page.getKey();
      pages[n++] = page.getValue();
    }
    return pages;
  }

  /** {@link #pages} as a map. */
  Map<Integer, Integer> pageMap() {
    Map<Integer, Integer> map = new HashMap<>();
    for (int n = 0; n < pages.length; n += 2) {
      map.put(pages[n], pages[n + 1]);
    }
    return map;
  }

  /** Whether the code is mapped with its base at a linear address. */
  boolean isMappedAt(Cpu c, int linearBase) {
    for (int n = 0; n < pages.length; n += 2) {
      if (!isPageAt(c, linearBase, n)) {
        return false;
      }
    }
    return true;
  }

  /** The pages of the store that are not mapped at their places then. */
  List<Integer> missingAt(Cpu c, int linearBase) {
    List<Integer> missing = new ArrayList<>();
    for (int n = 0; n < pages.length; n += 2) {
      if (!isPageAt(c, linearBase, n)) {
        missing.add(pages[n + 1]);
      }
    }
    return missing;
  }

  private boolean isPageAt(Cpu c, int linearBase, int n) {
    boolean user = (mode & Cpu.MODE_USER) != 0;
    int linear = linearBase + (pages[n] << 12) & ~0xFFF;
    int at = c.directCode(linear);
    return (at < 0 ? c.mmu.peekCode(linear, user) : at) >>> 12 == pages[n + 1];
  }

  /** Whether an instruction is left to its handler in any case. */
  boolean isLeftToHandler(Insn i) {
    return slow.contains(i.start) || !inline && i.form.callout() != null;
  }

  /** Blocks that a block leads to; a call leads to its function. */
  List<Block> successors(Block b) {
    List<Block> to = new ArrayList<>();
    switch (b.end) {
      case FALL_THROUGH, CALLOUT -> add(to, b.next());
      case JUMP, CALL -> add(to, b.target);
      case BRANCH -> {
        add(to, b.target);
        add(to, b.next());
      }
      case INDIRECT -> to.addAll(b.indirectTargets);
      case LEAVE -> {}
    }
    return to;
  }

  private void add(List<Block> to, int offset) {
    Block b = byOffset.get(offset);
    if (b != null) {
      to.add(b);
    }
  }

  /** Whether a way leads from some block back to it, by what it does itself or calls. */
  boolean loops() {
    Set<Block> finished = new HashSet<>();
    return blocks.stream().anyMatch(b -> comesBack(b, new HashSet<>(), finished));
  }

  /**
   * @param path blocks on the way here
   * @param finished blocks from which no way leads back to one on the path there
   */
  private boolean comesBack(Block b, Set<Block> path, Set<Block> finished) {
    if (!path.add(b)) {
      return true;
    }
    if (!finished.contains(b)) {
      // A return leads to each call there is, which says nothing.
      List<Block> next = b.returns() ? new ArrayList<>() : successors(b);
      if (b.calls()) {
        add(next, b.next());
      }
      if (next.stream().anyMatch(s -> comesBack(s, path, finished))) {
        return true;
      }
      finished.add(b);
    }
    path.remove(b);
    return false;
  }

  /** How many instructions it has. */
  int instructions() {
    return blocks.stream().mapToInt(b -> b.insns.size()).sum();
  }

  /** Index in the store of the byte at an offset from the base. */
  int storeOf(int offset) {
    int inBasePage = (store & 0xFFF) + offset;
    for (int n = 0; n < pages.length; n += 2) {
      if (pages[n] == inBasePage >> 12) {
        return pages[n + 1] << 12 | inBasePage & 0xFFF;
      }
    }
    throw new IllegalArgumentException("no code of the region at " + offset);
  }
}

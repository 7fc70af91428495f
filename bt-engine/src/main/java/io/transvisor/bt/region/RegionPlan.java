package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
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
 * @param pageOf linear pages of the code relative to the base's page, with their pages in the store
 * @param firstByte lowest offset of a code byte from the base
 * @param endByte one more than the highest
 * @param longestPath most instructions between two looks at the budget
 * @param slow offsets of instructions that are left to their handlers, because they keep accessing
 *     memory that cannot be accessed directly
 */
record RegionPlan(
    int store,
    int mode,
    List<Block> blocks,
    Map<Integer, Block> byOffset,
    List<Block> entries,
    Map<Integer, Integer> pageOf,
    int firstByte,
    int endByte,
    int longestPath,
    Set<Integer> slow) {

  /** The same code at another place. */
  RegionPlan at(int newStore, Map<Integer, Integer> newPages) {
    return new RegionPlan(
        newStore,
        mode,
        blocks,
        byOffset,
        entries,
        Map.copyOf(newPages),
        firstByte,
        endByte,
        longestPath,
        slow);
  }

  /** Whether the code is mapped with its base at a linear address. */
  boolean isMappedAt(Cpu c, int linearBase) {
    boolean user = (mode & Cpu.MODE_USER) != 0;
    for (Map.Entry<Integer, Integer> page : pageOf.entrySet()) {
      int linear = linearBase + (page.getKey() << 12) & ~0xFFF;
      if (c.mmu.peekCode(linear, user) >>> 12 != page.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** How many instructions it has. */
  int instructions() {
    return blocks.stream().mapToInt(b -> b.insns.size()).sum();
  }

  /** Index in the store of the byte at an offset from the base. */
  int storeOf(int offset) {
    int inBasePage = (store & 0xFFF) + offset;
    return pageOf.get(inBasePage >> 12) << 12 | inBasePage & 0xFFF;
  }
}

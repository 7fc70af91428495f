package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;

/**
 * A place where a region may be entered.
 *
 * @param region what is entered
 * @param code its compiled code
 * @param number which of the region's entries
 * @param offset of its first instruction from the region's base
 */
public record RegionEntry(Region region, RegionCode code, int number, int offset) {
  /**
   * Whether the region can be entered here right after another one. Looks at little, since what is
   * looked at is seldom in the host's caches; {@link Region#isUsable} has the last word.
   *
   * @param linear address of the next instruction
   * @param budget instructions that may still be retired
   */
  public boolean follows(Cpu c, int linear, long budget) {
    return code.checkedBase == linear - offset
        && code.checkedGeneration == c.mmu.generation
        && code.chainedMode == c.modeWord
        && budget >= code.longestPath;
  }
}

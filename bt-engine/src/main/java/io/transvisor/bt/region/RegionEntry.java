package io.transvisor.bt.region;

/**
 * A place where a region may be entered.
 *
 * @param region the compiled code
 * @param number which of the region's entries
 * @param offset of its first instruction from the region's base
 */
public record RegionEntry(Region region, int number, int offset) {}

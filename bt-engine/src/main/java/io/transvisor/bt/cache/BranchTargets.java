package io.transvisor.bt.cache;

import io.transvisor.bt.region.RegionEntry;

/**
 * Traces by the linear address they were last reached at: where returns and indirect jumps go to
 * that have more targets than {@link Links} hold.
 */
public final class BranchTargets {
  private static final int SIZE = 1 << 12;

  private final Trace[] traces = new Trace[SIZE];
  private final int[] linears = new int[SIZE];
  private final int[] generations = new int[SIZE];
  private final RegionEntry[] entries = new RegionEntry[SIZE];

  private static int slot(int linear) {
    return (linear ^ linear >>> 12) & SIZE - 1;
  }

  /** See {@link Links#link}. */
  public Trace link(int linear, int generation, int mode) {
    int n = slot(linear);
    if (linears[n] != linear || generations[n] != generation) {
      return null;
    }
    Trace t = traces[n];
    return t != null && t.isFor(mode) ? t : null;
  }

  /** See {@link Links#relink}. */
  public Trace relink(int linear, int store, int mode) {
    int n = slot(linear);
    Trace t = linears[n] == linear ? traces[n] : null;
    return t != null && t.store == store && t.isFor(mode) ? t : null;
  }

  /** The compiled code entered last at an address, or at another one; or null. */
  public RegionEntry entry(int linear) {
    return entries[slot(linear)];
  }

  public void setEntry(int linear, RegionEntry entry) {
    entries[slot(linear)] = entry;
  }

  /** Remembers what is at an address; it must not cross a page. */
  public void setLink(int linear, int generation, Trace target) {
    int n = slot(linear);
    traces[n] = target;
    linears[n] = linear;
    generations[n] = generation;
  }
}

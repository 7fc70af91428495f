package io.transvisor.bt.cache;

import io.transvisor.bt.isa.Insn;

/**
 * A run of decoded instructions that starts at one place of the backing store and is entered only
 * at its start. It lies in one page, except that a single instruction may reach into the next one.
 */
public final class Trace {
  final int store;
  final int mode;
  private final Insn[] insns;
  private final int length;
  private final int bytes;
  private final boolean branches;

  /** Store index of the second page's start when the instruction reaches into it, else -1. */
  private final int secondStore;

  /** The instructions as executed: some of them fused. */
  private Insn[] groups;

  /** Runs until {@link #groups} is looked at again. */
  private int patience;

  boolean valid = true;
  Trace nextInGranule;

  private Trace linkA;
  private Trace linkB;
  private int linearA;
  private int linearB;
  private int generationA;
  private int generationB;

  /**
   * @param store index of the first byte in the backing store; -1 for code that is not in the store
   *     and never cached
   * @param mode mode word: what else decoding and execution depend on
   * @param branches the last instruction sets EIP itself
   * @param secondStore where the following page is, if the only instruction crosses into it, else
   *     -1
   */
  public Trace(int store, int mode, Insn[] insns, boolean branches, int secondStore) {
    this.store = store;
    this.mode = mode;
    this.insns = insns;
    this.groups = insns;
    this.length = insns.length;
    this.bytes = insns[insns.length - 1].next;
    this.branches = branches;
    this.secondStore = secondStore;
  }

  public Insn[] insns() {
    return insns;
  }

  /** How many instructions. */
  public int length() {
    return length;
  }

  /** The instructions one after the other, some of them fused: the same effect in fewer calls. */
  public Insn[] groups() {
    return groups;
  }

  public void setGroups(Insn[] fused) {
    groups = fused;
  }

  /** Sets after how many runs {@link #isDue} will say so. */
  public void setPatience(int runs) {
    patience = runs;
  }

  /** Counts a run; true once, when the patience is used up. */
  public boolean isDue() {
    return --patience == 0;
  }

  public int bytes() {
    return bytes;
  }

  public boolean branches() {
    return branches;
  }

  public boolean crossesPage() {
    return secondStore >= 0;
  }

  public int secondStore() {
    return secondStore;
  }

  public boolean isValid() {
    return valid;
  }

  public int mode() {
    return mode;
  }

  /**
   * The trace that followed this one before at the given linear address, if that can still be
   * relied on.
   *
   * @param generation changes whenever address translation may have changed
   */
  public Trace link(int linear, int generation, int mode) {
    Trace t;
    if (linearA == linear && generationA == generation) {
      t = linkA;
    } else if (linearB == linear && generationB == generation) {
      t = linkB;
    } else {
      return null;
    }
    return t != null && t.valid && t.mode == mode ? t : null;
  }

  /**
   * The same after address translation may have changed: saves looking in the whole cache, of which
   * little is in the host's caches.
   *
   * @param store what the address translates to now
   */
  public Trace relink(int linear, int store, int mode) {
    Trace t = linearA == linear ? linkA : linearB == linear ? linkB : null;
    return t != null && t.store == store && t.valid && t.mode == mode ? t : null;
  }

  /** Remembers what follows, which must not cross a page; of two the older is forgotten. */
  public void setLink(int linear, int generation, Trace target) {
    if (linkA != null && !(linearA == linear)) {
      linkB = linkA;
      linearB = linearA;
      generationB = generationA;
    }
    linkA = target;
    linearA = linear;
    generationA = generation;
  }
}

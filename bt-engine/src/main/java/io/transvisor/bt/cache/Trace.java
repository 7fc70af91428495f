package io.transvisor.bt.cache;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.RegionEntry;
import java.util.Arrays;

/**
 * A run of decoded instructions that starts at one place of the backing store and is entered only
 * at its start. It lies in one page, except that a single instruction may reach into the next one.
 */
public final class Trace extends Links {
  private static final int[] NOWHERE = {};
  private static final int MAX_OBSERVED = 40;

  final int store;
  final int mode;
  private final Insn[] insns;
  private final int length;
  private final int bytes;
  private final boolean branches;
  private final boolean endsIndirectly;

  /** Store index of the second page's start when the instruction reaches into it, else -1. */
  private final int secondStore;

  /** The instructions as executed: some of them fused. */
  private Insn[] groups;

  /** How often it has been run, and when that is looked at again. */
  private int runs;

  private int due;
  private int runsBefore = -1;
  private boolean covered;

  /** Linear addresses an indirect branch at the end went to; no more than are of use. */
  private int[] observedTargets = NOWHERE;

  boolean valid = true;
  Trace nextInGranule;

  /** Compiled code that does what this trace does and more, or null. */
  private RegionEntry compiled;

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
    Form last = insns[insns.length - 1].form;
    this.endsIndirectly =
        last != null && (last.encoding().equals("FF /2") || last.encoding().equals("FF /4"));
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

  /** Part of compiled code: its runs are counted no more. */
  public void setCovered() {
    covered = true;
  }

  public boolean isCovered() {
    return covered;
  }

  /** Sets after how many more runs {@link #isDue} will say so. */
  public void setPatience(int more) {
    due = runs + more;
  }

  /** Counts a run; true once, when the patience is used up. */
  public boolean isDue() {
    return ++runs == due;
  }

  /** Whether it has been run since this was asked last, or was not asked before. */
  boolean hasRun() {
    boolean ran = runs != runsBefore;
    runsBefore = runs;
    return ran;
  }

  /** It is no longer used, and keeps nothing else from being forgotten. */
  void forget() {
    valid = false;
    nextInGranule = null;
    clearLinks();
  }

  /** Whether it can still be run, in a mode. */
  boolean isFor(int modeWord) {
    return valid && mode == modeWord;
  }

  /** How often it has been run otherwise than as part of compiled code. */
  public int runs() {
    return runs;
  }

  /** Notes where an indirect branch at the end of the trace went. */
  public void observe(int linear) {
    int[] known = observedTargets;
    if (known.length == MAX_OBSERVED) {
      return;
    }
    for (int k : known) {
      if (k == linear) {
        return;
      }
    }
    observedTargets = Arrays.copyOf(known, known.length + 1);
    observedTargets[known.length] = linear;
  }

  public int[] observedTargets() {
    return observedTargets;
  }

  public int bytes() {
    return bytes;
  }

  public boolean branches() {
    return branches;
  }

  /** Whether it ends with a near jump or call to a place the instruction does not name. */
  public boolean endsIndirectly() {
    return endsIndirectly;
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

  public int store() {
    return store;
  }

  /** Where to enter compiled code in place of this trace, or null; it may be invalid meanwhile. */
  public RegionEntry compiled() {
    return compiled;
  }

  public void setCompiled(RegionEntry entry) {
    compiled = entry;
  }
}

package io.transvisor.bt.cache;

/** What follows a trace: the last two traces that did, by linear address. */
public class Links {
  private Trace linkA;
  private Trace linkB;
  private int linearA;
  private int linearB;
  private int generationA;
  private int generationB;

  /**
   * The trace that followed before at the given linear address, if that can still be relied on.
   *
   * @param generation changes whenever address translation may have changed
   */
  public final Trace link(int linear, int generation, int mode) {
    Trace t;
    if (linearA == linear && generationA == generation) {
      t = linkA;
    } else if (linearB == linear && generationB == generation) {
      t = linkB;
    } else {
      return null;
    }
    return t != null && t.isFor(mode) ? t : null;
  }

  /**
   * The same after address translation may have changed: saves looking in the whole cache, of which
   * little is in the host's caches.
   *
   * @param store what the address translates to now
   */
  public final Trace relink(int linear, int store, int mode) {
    Trace t = linearA == linear ? linkA : linearB == linear ? linkB : null;
    return t != null && t.store == store && t.isFor(mode) ? t : null;
  }

  final void clearLinks() {
    linkA = null;
    linkB = null;
  }

  /** Remembers what follows, which must not cross a page; of two the older is forgotten. */
  public final void setLink(int linear, int generation, Trace target) {
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

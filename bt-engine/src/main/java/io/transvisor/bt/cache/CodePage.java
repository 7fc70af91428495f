package io.transvisor.bt.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The traces of one page of the backing store, in 64 granules of 64 bytes by their start. */
final class CodePage {
  private static final int PAGE_SIZE = 4096;

  /** More than the longest trace in bytes, in granules. */
  private static final int REACH = 8;

  private final int index;
  private final Trace[] starts = new Trace[64];
  private final List<Trace> reachingIn = new ArrayList<>(0);
  private final List<Watch> watches = new ArrayList<>(0);

  /** One bit per granule with code. */
  private long mask;

  /** One bit per byte of code, by granule: data beside code is common in programs for real mode. */
  private final long[] codeBytes = new long[64];

  private int instructions;

  /** Bytes {@code first} to {@code end - 1} of the page, and who depends on them. */
  private record Watch(int first, int end, CodeDependent dependent) {}

  CodePage(int index) {
    this.index = index;
  }

  /** Decoded instructions of the traces that start here. */
  int instructions() {
    return instructions;
  }

  boolean isEmpty() {
    return mask == 0;
  }

  Trace find(int store, int mode) {
    Trace t = starts[store >>> 6 & 63];
    while (t != null && !(t.store == store && t.mode == mode && t.valid)) {
      t = t.nextInGranule;
    }
    return t;
  }

  void add(Trace t) {
    int granule = t.store >>> 6 & 63;
    t.nextInGranule = starts[granule];
    starts[granule] = t;
    instructions += t.insns().length;
    mark(t);
  }

  void addReachingIn(Trace t) {
    reachingIn.add(t);
    mark(t);
  }

  /** Watches bytes of the page for someone: told once when any of them changes. */
  void watch(int first, int end, CodeDependent dependent) {
    watches.add(new Watch(first, end, dependent));
    mark(first, end);
  }

  /** Takes back all watches of a dependent. */
  void unwatch(CodeDependent dependent) {
    if (watches.removeIf(w -> w.dependent == dependent)) {
      markAll();
    }
  }

  private int first(Trace t) {
    return t.store >>> 12 == index ? t.store & 0xFFF : 0;
  }

  /** First byte after the trace's part in this page. */
  private int end(Trace t) {
    return t.store >>> 12 == index
        ? Math.min((t.store & 0xFFF) + t.bytes(), PAGE_SIZE)
        : (t.store & 0xFFF) + t.bytes() - PAGE_SIZE;
  }

  private void mark(Trace t) {
    mark(first(t), end(t));
  }

  private void mark(int first, int end) {
    int last = end - 1;
    for (int granule = first >>> 6; granule <= last >>> 6; granule++) {
      int from = Math.max(first - (granule << 6), 0);
      int to = Math.min(last - (granule << 6), 63);
      codeBytes[granule] |= -1L >>> 63 - (to - from) << from;
      mask |= 1L << granule;
    }
  }

  /** Drops the traces whose bytes overlap a store. Returns how many. */
  int invalidate(int offset, int length) {
    int from = offset >>> 6;
    int to = offset + length - 1 >>> 6;
    if ((mask & -1L >>> 63 - (to - from) << from) == 0) {
      return 0;
    }
    if (from == to && (codeBytes[from] & -1L >>> 64 - length << (offset & 63)) == 0) {
      return 0;
    }
    int removed = 0;
    for (int granule = Math.max(0, from - REACH); granule <= to; granule++) {
      Trace kept = null;
      Trace t = starts[granule];
      while (t != null) {
        Trace next = t.nextInGranule;
        if (!t.valid || overlaps(t, offset, length)) {
          t.valid = false;
          instructions -= t.insns().length;
          removed++;
        } else {
          t.nextInGranule = kept;
          kept = t;
        }
        t = next;
      }
      starts[granule] = kept;
    }
    for (int i = reachingIn.size() - 1; i >= 0; i--) {
      Trace t = reachingIn.get(i);
      if (!t.valid || overlaps(t, offset, length)) {
        t.valid = false;
        reachingIn.remove(i);
        removed++;
      }
    }
    for (int i = watches.size() - 1; i >= 0; i--) {
      Watch w = watches.get(i);
      if (w.first < offset + length && offset < w.end) {
        watches.remove(i);
        w.dependent.codeChanged();
        removed++;
      }
    }
    if (removed > 0) {
      markAll();
    }
    return removed;
  }

  /** Drops the traces that have not run since the last time. Returns how many. */
  int forgetUnused() {
    int removed = 0;
    for (int granule = 0; granule < starts.length; granule++) {
      Trace kept = null;
      Trace t = starts[granule];
      while (t != null) {
        Trace next = t.nextInGranule;
        if (t.valid && t.hasRun()) {
          t.nextInGranule = kept;
          kept = t;
        } else {
          t.forget();
          instructions -= t.insns().length;
          removed++;
        }
        t = next;
      }
      starts[granule] = kept;
    }
    reachingIn.removeIf(t -> !t.valid);
    if (removed > 0) {
      markAll();
    }
    return removed;
  }

  private boolean overlaps(Trace t, int offset, int length) {
    return first(t) < offset + length && offset < end(t);
  }

  private void markAll() {
    mask = 0;
    Arrays.fill(codeBytes, 0);
    for (Trace head : starts) {
      for (Trace t = head; t != null; t = t.nextInGranule) {
        mark(t);
      }
    }
    for (Trace t : reachingIn) {
      mark(t);
    }
    for (Watch w : watches) {
      mark(w.first, w.end);
    }
  }
}

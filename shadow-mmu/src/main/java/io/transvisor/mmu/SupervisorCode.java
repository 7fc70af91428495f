package io.transvisor.mmu;

import java.util.Arrays;

/**
 * Where supervisor code was fetched: a kernel is mapped at the same addresses in all address
 * spaces, so that what is known of its code outlasts a switch. The pages noted here all come from
 * tables that one shadow is filled from, the {@link #holder}; a store to one of those is seen by
 * it, whether it has the page's entry or not.
 */
final class SupervisorCode {
  private static final int PAGES_A_WORD = 64;

  private final long[] pages = new long[ShadowPageTable.PAGES / PAGES_A_WORD];

  /** Parts with such pages, and the directory entries those come from. */
  private final long[] parts = new long[ShadowPageTable.MOST_PARTS / 64];

  private final long[] entries = new long[ShadowPageTable.MOST_PARTS];

  /** Paging mode that parts and entries are of. */
  private int mode;

  private int size;

  /** The shadow that was in force last of those that {@link #agreesWith} was asked about. */
  ShadowPageTable holder;

  /** Supervisor code's {@link Mmu#generation}; 0 for a new one, which {@link Mmu} gives. */
  int generation;

  /** Code was fetched from a page of the holder, which is in force. */
  void add(int page) {
    int part = page >>> holder.partShift();
    pages[page >>> 6] |= 1L << page;
    parts[part >>> 6] |= 1L << part;
    entries[part] = holder.entry(part);
    mode = holder.mode;
    size++;
  }

  /** How many pages there are. */
  int size() {
    return size;
  }

  boolean hasPage(int page) {
    return (pages[page >>> 6] & 1L << page) != 0;
  }

  boolean hasPart(int part) {
    return (parts[part >>> 6] & 1L << part) != 0;
  }

  /** Whether all pages here are in a shadow what they are in the holder. */
  boolean agreesWith(ShadowPageTable shadow) {
    for (int word = 0; word < parts.length; word++) {
      for (long bits = parts[word]; bits != 0; bits &= bits - 1) {
        int part = word << 6 | Long.numberOfTrailingZeros(bits);
        if (((shadow.mode ^ mode) & ~PageWalker.MODE_WRITE_PROTECT) != 0
            || shadow.isVolatile()
            || !shadow.isFilled(part)
            || !ShadowPageTable.isSameTable(shadow.entry(part), entries[part])) {
          return false;
        }
      }
    }
    return true;
  }

  /** Forgets all pages. */
  void clear() {
    generation = 0;
    size = 0;
    int words = ShadowPageTable.PAGES / ShadowPageTable.MOST_PARTS / PAGES_A_WORD;
    if ((mode & PageWalker.MODE_PAE) == 0) {
      words *= 2;
    }
    for (int word = 0; word < parts.length; word++) {
      for (long bits = parts[word]; bits != 0; bits &= bits - 1) {
        int first = (word << 6 | Long.numberOfTrailingZeros(bits)) * words;
        Arrays.fill(pages, first, first + words, 0);
      }
    }
    Arrays.fill(parts, 0);
  }
}

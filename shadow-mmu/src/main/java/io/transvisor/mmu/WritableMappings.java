package io.transvisor.mmu;

import java.util.Arrays;

/**
 * For each page of the store the linear pages at which some shadow may let it be written directly,
 * so that the permission can be taken back when a trace is armed. Lists may hold pages that no
 * shadow maps so any more; these are sorted out when a list has grown.
 */
final class WritableMappings {
  /** Length at which a list is sorted out for the first time; then whenever it has doubled. */
  private static final int LONG_LIST = 8;

  /** Whether a shadow still lets a linear page be written at that page of the store. */
  @FunctionalInterface
  interface Validity {
    boolean holds(int linearPage, int storePage);
  }

  private final Validity validity;

  /** First record by page of the store; 0 is the end of a list. */
  private final int[] heads;

  private int[] linearPages = new int[4096];
  private int[] next = new int[4096];
  private int used = 1;
  private int free;

  WritableMappings(int storePages, Validity validity) {
    this.heads = new int[storePages];
    this.validity = validity;
  }

  void add(int storePage, int linearPage) {
    int length = 0;
    for (int r = heads[storePage]; r != 0; r = next[r]) {
      if (linearPages[r] == linearPage) {
        return;
      }
      length++;
    }
    if (length >= LONG_LIST && (length & length - 1) == 0) {
      sortOut(storePage);
    }
    int r = allocate();
    linearPages[r] = linearPage;
    next[r] = heads[storePage];
    heads[storePage] = r;
  }

  private int allocate() {
    if (free != 0) {
      int r = free;
      free = next[r];
      return r;
    }
    if (used == next.length) {
      linearPages = Arrays.copyOf(linearPages, 2 * used);
      next = Arrays.copyOf(next, 2 * used);
    }
    return used++;
  }

  private void sortOut(int storePage) {
    int kept = 0;
    int r = heads[storePage];
    while (r != 0) {
      int following = next[r];
      if (validity.holds(linearPages[r], storePage)) {
        next[r] = kept;
        kept = r;
      } else {
        next[r] = free;
        free = r;
      }
      r = following;
    }
    heads[storePage] = kept;
  }

  /** First record of a page, 0 if there is none. */
  int first(int storePage) {
    return heads[storePage];
  }

  /** Record after another, or 0. */
  int next(int r) {
    return next[r];
  }

  int linearPage(int r) {
    return linearPages[r];
  }

  /** Forgets the list of a page. */
  void clear(int storePage) {
    int r = heads[storePage];
    while (r != 0) {
      int following = next[r];
      next[r] = free;
      free = r;
      r = following;
    }
    heads[storePage] = 0;
  }

  /** Forgets all lists. */
  void clear() {
    Arrays.fill(heads, 0);
    used = 1;
    free = 0;
  }
}

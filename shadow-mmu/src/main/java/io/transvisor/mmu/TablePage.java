package io.transvisor.mmu;

import java.util.Arrays;

/**
 * A page of the store that cached shadows were filled from: a page directory, a page table, or both
 * (systems map a directory as one of its own tables). Stores to it are traced while it has uses.
 */
final class TablePage {
  final int storePage;

  /** Stores to the page since the last walk through it. */
  int writes;

  /** Who uses it: the shadow, and which of its tables this is (see {@link ShadowPageTable}). */
  private ShadowPageTable[] users = new ShadowPageTable[2];

  private int[] places = new int[2];
  private int count;

  TablePage(int storePage) {
    this.storePage = storePage;
  }

  int uses() {
    return count;
  }

  ShadowPageTable user(int use) {
    return users[use];
  }

  int place(int use) {
    return places[use];
  }

  void addUse(ShadowPageTable user, int place) {
    if (count == users.length) {
      users = Arrays.copyOf(users, 2 * count);
      places = Arrays.copyOf(places, 2 * count);
    }
    users[count] = user;
    places[count++] = place;
  }

  /** Forgets a use; the last one takes its number. */
  void removeUse(ShadowPageTable user, int place) {
    for (int i = 0; i < count; i++) {
      if (users[i] == user && places[i] == place) {
        count--;
        users[i] = users[count];
        places[i] = places[count];
        users[count] = null;
        return;
      }
    }
    throw new IllegalStateException("page of tables without that use");
  }
}

package io.transvisor.mmu;

/** The shadows kept, most recently used first. */
final class ShadowCache {
  /** Each takes 4 MiB. More hold no more of the processes a system switches between in a while. */
  static final int CAPACITY = 16;

  private final int capacity;

  private final Mmu mmu;
  private final TableTraces traces;
  private final byte[] store;
  private final ShadowPageTable[] shadows = new ShadowPageTable[CAPACITY];
  private int count;

  /** How many of them have been in force since {@link #forgetUnused}; they are the first. */
  private int fresh;

  ShadowCache(Mmu mmu, TableTraces traces, byte[] store, int capacity) {
    this.capacity = capacity;
    this.store = store;
    this.mmu = mmu;
    this.traces = traces;
  }

  int count() {
    return count;
  }

  /** The shadow used so many switches ago. */
  ShadowPageTable get(int age) {
    return shadows[age];
  }

  /** The shadow of an address space; an empty one if there was none. */
  ShadowPageTable use(int root, int mode) {
    int at = 0;
    while (at < count && !(shadows[at].root == root && shadows[at].mode == mode)) {
      at++;
    }
    ShadowPageTable shadow;
    if (at < count) {
      shadow = shadows[at];
    } else {
      if (count < capacity) {
        shadow = new ShadowPageTable(mmu, traces, store);
        count++;
      } else {
        at = capacity - 1;
        shadow = shadows[at];
        shadow.clear();
      }
      shadow.become(root, mode);
      mmu.codeMoved(shadow);
    }
    if (at >= fresh) {
      fresh++;
    }
    System.arraycopy(shadows, 0, shadows, 1, at);
    shadows[0] = shadow;
    return shadow;
  }

  /** Gives up those that have not been in force since the last time. */
  void forgetUnused() {
    while (count > Math.max(fresh, 1)) {
      count--;
      shadows[count].clear();
      shadows[count] = null;
    }
    fresh = 1;
  }
}

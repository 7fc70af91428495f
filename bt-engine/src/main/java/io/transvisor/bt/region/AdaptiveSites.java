package io.transvisor.bt.region;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Instructions, by their place in the store, whose accesses to memory turned out not to be what
 * they are compiled for at first.
 */
final class AdaptiveSites {
  /** Times in a row a site may miss before its code is compiled anew. */
  private static final int MAX_MISSES = 64;

  /** Instructions after which a miss does not follow on the one before. */
  private static final int SELDOM = 50_000;

  /** How often in a row an instruction missed, and the instruction count at the last time. */
  private record Misses(int count, long last) {}

  private final Set<Integer> slow = new HashSet<>();
  private final Set<Integer> alone = new HashSet<>();
  private final Set<Integer> extended = new HashSet<>();
  private final Map<Integer, Misses> misses = new HashMap<>();

  /** Instructions that are left to their handlers. */
  Set<Integer> slow() {
    return slow;
  }

  /** Where regions begin whose x87 arithmetic is done in the extended format in any case. */
  Set<Integer> extended() {
    return extended;
  }

  /** Instructions whose accesses are looked up one by one. */
  Set<Integer> alone() {
    return alone;
  }

  /**
   * A site has missed.
   *
   * @param store its place
   * @param now instruction count
   * @return whether that happened so often that something has to be done
   */
  boolean missed(int store, long now) {
    Misses known = misses.get(store);
    boolean seldom = known == null || now - known.last > SELDOM;
    int count = seldom ? 1 : known.count + 1;
    if (count < MAX_MISSES) {
      misses.put(store, new Misses(count, now));
      return false;
    }
    misses.remove(store);
    return true;
  }
}

package io.transvisor.bt.region;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Code, by its place in the store, that turned out not to be what it is compiled for at first:
 * instructions by their accesses to memory, pages by where they are mapped.
 */
final class AdaptiveSites {
  /** Times in a row a site may miss before its code is compiled anew. */
  private static final int MAX_MISSES = 64;

  /** Instructions after which a miss does not follow on the one before. */
  private static final int SELDOM = 50_000;

  /** More pairs of pages are not remembered. */
  private static final int MAX_APART = 10_000;

  /** How often in a row an instruction missed, and the instruction count at the last time. */
  private record Misses(int count, long last) {}

  private final Set<Integer> slow = new HashSet<>();
  private final Set<Integer> alone = new HashSet<>();
  private final Set<Integer> extended = new HashSet<>();
  private final LinkedHashSet<Long> apart = new LinkedHashSet<>();
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

  /** Two pages of the store were mapped at various distances from each other. */
  void setApart(int page, int other) {
    apart.add(pair(page, other));
    if (apart.size() > MAX_APART) {
      apart.removeFirst();
    }
  }

  /** Whether code on two pages is better not compiled together. */
  boolean areApart(int page, int other) {
    return apart.contains(pair(page, other));
  }

  private static long pair(int page, int other) {
    return (long) Math.min(page, other) << 32 | Math.max(page, other);
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

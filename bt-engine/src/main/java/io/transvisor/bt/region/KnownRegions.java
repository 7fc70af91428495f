package io.transvisor.bt.region;

import io.transvisor.bt.cache.Trace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * The regions that were compiled once, by what their code is: docs/decisions/0008-known-regions.md.
 */
final class KnownRegions {
  /** Regions that retired fewer instructions are not worth compiling before they are hot again. */
  static final long LEAST_HEAT = 200_000;

  /** Length of the methods that are kept without a region that uses them, in bytes. */
  private static final int MAX_UNUSED_BYTES = 4 << 20;

  private final Map<Integer, List<KnownRegion>> bySeed = new HashMap<>();

  /** Those of the profile that have not been built in this run. */
  private final Set<KnownRegion> expected = new LinkedHashSet<>();

  private final Queue<KnownRegion> unused = new ArrayDeque<>();
  private int unusedBytes;

  private static int key(int mode, int inPage) {
    return mode << 12 | inPage;
  }

  /** Learns what an earlier run found. */
  void load(RegionProfile profile) {
    for (RegionProfile.Entry e : profile.entries()) {
      KnownRegion k = new KnownRegion(e);
      add(k);
      expected.add(k);
    }
  }

  /** Those that have not been found yet, the hottest first. */
  List<KnownRegion> expected(int mode) {
    return expected.stream().filter(k -> k.shape().mode() == mode).toList();
  }

  private void add(KnownRegion known) {
    RegionShape shape = known.shape();
    bySeed.computeIfAbsent(key(shape.mode(), shape.inPage()), k -> new ArrayList<>(1)).add(known);
  }

  /**
   * Those that may begin with a trace, by its first bytes.
   *
   * @param displaced also those whose code had to make room for others
   */
  List<KnownRegion> at(byte[] store, Trace t, boolean displaced) {
    List<KnownRegion> sameOffset = bySeed.get(key(t.mode(), t.store() & 0xFFF));
    if (sameOffset == null) {
      return List.of();
    }
    List<KnownRegion> found = new ArrayList<>(1);
    for (KnownRegion k : sameOffset) {
      if ((displaced || !k.isDisplaced()) && k.maybeAt(store, t.store())) {
        found.add(k);
      }
    }
    return found;
  }

  /** The one that is this code cut in this way; new if it was not known. */
  KnownRegion of(RegionShape shape, byte[] content) {
    KnownRegion made = new KnownRegion(shape, content);
    for (KnownRegion k : bySeed.getOrDefault(key(shape.mode(), shape.inPage()), List.of())) {
      if (k.isSame(made)) {
        k.setContent(content);
        expected.remove(k);
        return k;
      }
    }
    add(made);
    return made;
  }

  /** It is not to be built in this way again. */
  void forget(KnownRegion known) {
    List<KnownRegion> sameOffset = bySeed.get(key(known.shape().mode(), known.shape().inPage()));
    if (sameOffset != null) {
      sameOffset.remove(known);
    }
  }

  /** Its last region is gone; what it was compiled to is kept for a while. */
  void unused(KnownRegion known) {
    if (!known.isCompiled()) {
      return;
    }
    unused.add(known);
    unusedBytes += known.result().bytes();
    while (unusedBytes > MAX_UNUSED_BYTES) {
      KnownRegion oldest = unused.remove();
      unusedBytes -= oldest.result().bytes();
      oldest.forgetCode();
    }
  }

  /** It is used again. */
  void reused(KnownRegion known) {
    if (unused.remove(known)) {
      unusedBytes -= known.result().bytes();
    }
  }

  /** What is worth to be known in the next run. */
  RegionProfile profile() {
    return new RegionProfile(
        bySeed.values().stream()
            .flatMap(List::stream)
            .map(KnownRegion::entry)
            .filter(e -> e.heat() >= LEAST_HEAT)
            .sorted(Comparator.comparingLong(RegionProfile.Entry::heat).reversed())
            .limit(RegionProfile.MAX_ENTRIES)
            .toList());
  }

  /** Length of the methods that no region uses. */
  int unusedBytes() {
    return unusedBytes;
  }
}

package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;

/** The guest's mappings as text, beside what the shadow has of them. */
final class MappingDump {
  private static final long SPACE = 1L << 32;
  private static final int SMALL = 4096;

  private final PhysicalMemory memory;
  private final ShadowPageTable shadow;
  private final ConsistencyChecker checker;

  MappingDump(PhysicalMemory memory, ShadowPageTable shadow, ConsistencyChecker checker) {
    this.memory = memory;
    this.shadow = shadow;
    this.checker = checker;
  }

  private boolean isPaged() {
    return (shadow.mode & PageWalker.MODE_PAGING) != 0;
  }

  /** A line for each run of pages with the same rights. */
  String ranges() {
    if (!isPaged()) {
      return "PG disabled\n";
    }
    StringBuilder text = new StringBuilder();
    String rights = "";
    long start = 0;
    for (long at = 0; at <= SPACE; ) {
      TableWalk walk = at == SPACE ? null : TableWalk.of(memory, shadow, (int) at);
      String here = walk == null || !walk.present() ? "" : rights(walk);
      if (!here.equals(rights)) {
        if (!rights.isEmpty()) {
          text.append("%016x-%016x %016x %s%n".formatted(start, at, at - start, rights));
        }
        rights = here;
        start = at;
      }
      at += walk == null ? SMALL : walk.size();
    }
    return text.toString();
  }

  private static String rights(TableWalk walk) {
    return (walk.user() ? "ur" : "-r") + (walk.writable() ? "w" : "-");
  }

  /** A line for each page: linear and physical address, flags; another where the shadow differs. */
  String pages() {
    if (!isPaged()) {
      return "PG disabled\n";
    }
    StringBuilder text = new StringBuilder();
    for (long at = 0; at < SPACE; ) {
      TableWalk walk = TableWalk.of(memory, shadow, (int) at);
      if (walk.present()) {
        line((int) at, walk, text);
      } else if (shadow.map[(int) (at >>> 12)] != 0) {
        text.append("%08x: not mapped %s%n".formatted(at, shadowOf((int) (at >>> 12), walk)));
      }
      at += walk.size();
    }
    return text.toString();
  }

  private void line(int linear, TableWalk walk, StringBuilder text) {
    text.append(
        "%016x: %016x %s"
            .formatted(
                Integer.toUnsignedLong(linear),
                Integer.toUnsignedLong(walk.physical()),
                flags(walk.flags(), walk.size())));
    int first = linear >>> 12;
    for (int page = first; page < first + walk.size() / SMALL; page++) {
      if (shadow.map[page] != 0) {
        TableWalk here = TableWalk.of(memory, shadow, page << 12);
        String wrong = checker.disagreement(page, shadow.map[page], here, shadow);
        if (wrong != null) {
          text.append("%n  %08x: %s".formatted(page << 12, shadowOf(page, here)));
        }
      }
    }
    text.append(System.lineSeparator());
  }

  private String shadowOf(int page, TableWalk walk) {
    String wrong = checker.disagreement(page, shadow.map[page], walk, shadow);
    return "shadow %08x%s".formatted(shadow.map[page], wrong == null ? "" : " DIFFERS: " + wrong);
  }

  /**
   * Letters of QEMU: global, large, dirty, accessed, cache disabled, write-through, user, write.
   */
  private static String flags(int entry, int size) {
    String letters = "GPDACTUW";
    int[] bits = {8, 7, 6, 5, 4, 3, 2, 1};
    StringBuilder s = new StringBuilder("-");
    for (int i = 0; i < bits.length; i++) {
      boolean set = (entry >>> bits[i] & 1) != 0 && (bits[i] != 7 || size > SMALL);
      s.append(set ? letters.charAt(i) : '-');
    }
    return s.toString();
  }
}

package io.transvisor.mmu;

import java.util.List;

/**
 * What is known of supervisor code in several sets of address spaces, the one in force first: most
 * systems map their kernel alike in all spaces, some have a few that lack a part of it.
 */
final class SupervisorCodes {
  private static final int COUNT = 4;

  private final SupervisorCode[] codes = new SupervisorCode[COUNT];

  SupervisorCodes() {
    for (int n = 0; n < COUNT; n++) {
      codes[n] = new SupervisorCode();
    }
  }

  SupervisorCode inForce() {
    return codes[0];
  }

  /**
   * The shadow of another address space is in force.
   *
   * @return whether nothing agreed with it, so that {@link #inForce} was cleared
   */
  boolean use(ShadowPageTable shadow) {
    int at = find(shadow);
    boolean cleared = at < 0;
    if (cleared) {
      at = COUNT - 1;
      codes[at].clear();
    }
    SupervisorCode found = codes[at];
    System.arraycopy(codes, 0, codes, 1, at);
    codes[0] = found;
    found.holder = shadow;
    return cleared;
  }

  /** The one that knows most of those that agree with a shadow; so most spaces come to use one. */
  private int find(ShadowPageTable shadow) {
    int found = -1;
    for (int at = 0; at < COUNT; at++) {
      if (codes[at].agreesWith(shadow) && (found < 0 || codes[at].size() > codes[found].size())) {
        found = at;
      }
    }
    return found;
  }

  /**
   * A table's entry was stored to that is that of a page in some shadow.
   *
   * @return whether {@link #inForce} was cleared
   */
  boolean pageDropped(int page) {
    boolean cleared = false;
    for (SupervisorCode code : codes) {
      if (code.hasPage(page)) {
        code.clear();
        cleared |= code == inForce();
      }
    }
    return cleared;
  }

  /** A shadow has lost a part. The result is as above. */
  boolean partDropped(ShadowPageTable shadow, int part) {
    boolean cleared = false;
    for (SupervisorCode code : codes) {
      if (code.holder == shadow && code.hasPart(part)) {
        code.clear();
        cleared |= code == inForce();
      }
    }
    return cleared;
  }

  /** Adds a line for each shadow that does not map what is noted in its name. */
  void check(List<String> found) {
    for (SupervisorCode code : codes) {
      if (code.size() != 0 && !code.holder.isVolatile() && !code.agreesWith(code.holder)) {
        found.add(
            "shadow of CR3 %08x mode %x does not map supervisor code that was found in it"
                .formatted(code.holder.root, code.holder.mode));
      }
    }
  }

  void clear() {
    for (SupervisorCode code : codes) {
      code.clear();
    }
  }
}

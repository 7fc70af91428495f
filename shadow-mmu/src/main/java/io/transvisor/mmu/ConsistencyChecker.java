package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares every entry of every shadow kept with a plain walk of the guest's tables. Since a shadow
 * loses an entry when the tables change, there is no moment at which they may disagree, whether the
 * guest has flushed or not.
 */
final class ConsistencyChecker {
  private final PhysicalMemory memory;
  private final ShadowCache shadows;

  ConsistencyChecker(PhysicalMemory memory, ShadowCache shadows) {
    this.memory = memory;
    this.shadows = shadows;
  }

  /** Every disagreement, one a line; none if all is well. */
  List<String> check() {
    List<String> found = new ArrayList<>();
    for (int age = 0; age < shadows.count(); age++) {
      check(shadows.get(age), found);
    }
    return found;
  }

  private void check(ShadowPageTable shadow, List<String> found) {
    int shift = shadow.partShift();
    for (int page = 0; page < ShadowPageTable.PAGES; page++) {
      int entry = shadow.map[page];
      if (entry == 0) {
        if ((page & (1 << shift) - 1) == 0 && !shadow.isFilled(page >>> shift)) {
          page += (1 << shift) - 1;
        }
        continue;
      }
      String wrong =
          shadow.isFilled(page >>> shift)
              ? disagreement(page, entry, TableWalk.of(memory, shadow, page << 12), shadow)
              : "is in a part without tables";
      if (wrong != null) {
        found.add(
            "shadow of CR3 %08x mode %x: entry %08x of page %05x %s"
                .formatted(shadow.root, shadow.mode, entry, page, wrong));
      }
    }
  }

  /** What an entry allows that it must not, or null. */
  String disagreement(int page, int entry, TableWalk walk, ShadowPageTable shadow) {
    if (!walk.present()) {
      return "should not be there";
    }
    if (!walk.accessed()) {
      return "is of a page not marked accessed";
    }
    boolean supervisorWrites =
        walk.writable() || (shadow.mode & PageWalker.MODE_WRITE_PROTECT) == 0;
    return (entry & Mmu.DEVICE) != 0
        ? deviceDisagreement(page, entry, walk, supervisorWrites)
        : storeDisagreement(page, entry, walk, supervisorWrites);
  }

  private String storeDisagreement(int page, int entry, TableWalk walk, boolean supervisorWrites) {
    int place = memory.readEntry(walk.physical() >>> 12);
    if ((place & PhysicalMemory.DIRECT) == 0
        || (entry & ~0xFFF ^ page << 12) != place - PhysicalMemory.DIRECT) {
      return "should lead to physical page %05x".formatted(walk.physical() >>> 12);
    }
    if ((entry & Mmu.READ_SUPERVISOR) == 0) {
      return "has no right at all";
    }
    int userRights = Mmu.READ_USER | Mmu.WRITE_USER | Mmu.TRACED_USER;
    if ((entry & userRights) != 0 && !walk.user()) {
      return "lets user code in";
    }
    int direct = Mmu.WRITE_USER | Mmu.WRITE_SUPERVISOR;
    int traced = Mmu.TRACED_USER | Mmu.TRACED_SUPERVISOR;
    boolean writes = (entry & (direct | traced)) != 0;
    if (writes && (!supervisorWrites || memory.writeEntry(walk.physical() >>> 12) != place)
        || (entry & (Mmu.WRITE_USER | Mmu.TRACED_USER)) != 0 && !walk.writable()) {
      return "may be written";
    }
    if (writes && !walk.dirty()) {
      return "may be written without being marked dirty";
    }
    if ((entry & direct) != 0 && memory.traces().isArmed(place >>> 12)) {
      return "may be written without its trace being told";
    }
    return null;
  }

  private String deviceDisagreement(int page, int entry, TableWalk walk, boolean supervisorWrites) {
    if ((memory.readEntry(walk.physical() >>> 12) & PhysicalMemory.DIRECT) != 0
        || (entry & ~0xFFF ^ page << 12) != walk.physical()) {
      return "should lead to physical page %05x".formatted(walk.physical() >>> 12);
    }
    if ((entry & (Mmu.DEVICE_READ_USER | Mmu.DEVICE_WRITE_USER)) != 0 && !walk.user()) {
      return "lets user code in";
    }
    boolean userWrites = (entry & Mmu.DEVICE_WRITE_USER) != 0;
    boolean writes = userWrites || (entry & Mmu.DEVICE_WRITE_SUPERVISOR) != 0;
    if (writes && !supervisorWrites || userWrites && !walk.writable()) {
      return "may be written";
    }
    return writes && !walk.dirty() ? "may be written without being marked dirty" : null;
  }
}

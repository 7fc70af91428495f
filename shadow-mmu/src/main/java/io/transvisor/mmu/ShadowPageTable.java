package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;
import java.util.Arrays;

/**
 * The translations known of one guest address space: a flat map (see {@link Mmu}), and which guest
 * tables it was filled from. It has a part for each directory entry: 4 MiB with two levels, 2 MiB
 * with PAE. Every table behind a filled part is traced, so that the map never says what the tables
 * do not say (but for tables outside the store, see {@link #isVolatile}).
 *
 * <p>A place names one of its tables to {@link TableTraces}: a part's number its page table, {@code
 * -1 - d} the directory d (0; with PAE 0 to 3).
 */
final class ShadowPageTable {
  static final int PAGES = 1 << 20;
  static final int MOST_PARTS = 2048;
  private static final int DIRTY = 1 << 6;
  private static final int ACCESSED = 1 << 5;

  final int[] map = new int[PAGES];

  /** What makes the address space: page directory (or PAE pointers) and paging mode. */
  int root;

  int mode;

  /** User code's {@link Mmu#generation}. */
  int generation;

  private final Mmu mmu;
  private final TableTraces traces;
  private final byte[] store;
  private final long[] pointers = new long[4];

  /** Binary logarithm of the pages in a part. */
  private int partShift;

  private boolean pae;

  /** Parts with something filled in, and parts from which user code was fetched: bit sets. */
  private final long[] filled = new long[MOST_PARTS / 64];

  private final long[] code = new long[MOST_PARTS / 64];

  /** By part: the directory entry it was filled from, and the page table, null without one. */
  private final long[] entries = new long[MOST_PARTS];

  private final TablePage[] tables = new TablePage[MOST_PARTS];
  private final TablePage[] directories = new TablePage[4];
  private boolean isVolatile;

  ShadowPageTable(Mmu mmu, TableTraces traces, byte[] store) {
    this.store = store;
    this.mmu = mmu;
    this.traces = traces;
  }

  /** Makes an empty shadow that of an address space. */
  void become(int newRoot, int newMode) {
    root = newRoot;
    mode = newMode;
    pae = (newMode & PageWalker.MODE_PAE) != 0;
    partShift = pae ? 9 : 10;
    Arrays.fill(pointers, 0);
  }

  /** Filled from tables that are not in the store, which nobody can trace. */
  boolean isVolatile() {
    return isVolatile;
  }

  boolean isEmpty() {
    long any = 0;
    for (long word : filled) {
      any |= word;
    }
    return any == 0;
  }

  /** Binary logarithm of the pages in a part. */
  int partShift() {
    return partShift;
  }

  /** The directory entry a part was filled from. */
  long entry(int part) {
    return entries[part];
  }

  /** Whether two directory entries lead to the same translations. */
  static boolean isSameTable(long one, long other) {
    return ((one ^ other) & ~DIRTY) == 0;
  }

  boolean isFilled(int part) {
    return (filled[part >>> 6] & 1L << part) != 0;
  }

  /** Directory pointers in force when the shadow was filled (PAE). */
  long pointer(int number) {
    return pointers[number];
  }

  // ---- filling ----

  /**
   * Before an entry is made: the tables of the last walk are traced from now on.
   *
   * @param page the linear page walked for
   */
  void prepare(int page, PageWalker walk) {
    int part = page >>> partShift;
    if (isFilled(part)) {
      if (isSameTable(entries[part], walk.directoryEntry)) {
        entries[part] = walk.directoryEntry;
        TablePage table = tables[part];
        if (table != null) {
          table.writes = 0;
        }
        return;
      }
      // Only behind the back of a volatile directory.
      dropPart(part);
    }
    isVolatile |= walk.isVolatile;
    use(part, walk.directoryEntry, walk.directoryPage, walk.tablePage);
  }

  /**
   * @param directoryPage page of the store, or -1 without one, like {@code tablePage}
   */
  private void use(int part, long entry, int directoryPage, int tablePage) {
    filled[part >>> 6] |= 1L << part;
    entries[part] = entry;
    int number = pae ? part >>> 9 : 0;
    if (directoryPage >= 0) {
      if (directories[number] == null) {
        directories[number] = traces.attach(directoryPage, this, -1 - number);
      }
      directories[number].writes = 0;
    }
    if (tablePage >= 0) {
      tables[part] = traces.attach(tablePage, this, part);
    }
  }

  /** User code is fetched from a page, so the generation must change when its entry is dropped. */
  void markCode(int page) {
    map[page] |= Mmu.CODE;
    int part = page >>> partShift;
    code[part >>> 6] |= 1L << part;
  }

  /**
   * Takes over all parts of another shadow of the same mode that come from the same directory
   * entries: the kernel's half, as a rule.
   *
   * @return how many
   */
  int inherit(ShadowPageTable from, PageWalker walker) {
    int taken = 0;
    for (int word = 0; word < filled.length; word++) {
      for (long bits = from.filled[word]; bits != 0; bits &= bits - 1) {
        int part = word << 6 | Long.numberOfTrailingZeros(bits);
        int directoryPage = walker.directoryPage(part << partShift << 12);
        if (directoryPage < 0) {
          continue;
        }
        long entry = entryIn(directoryPage, part);
        if (entry != from.entries[part] || (entry & ACCESSED) == 0) {
          continue;
        }
        TablePage table = from.tables[part];
        use(part, entry, directoryPage, table == null ? -1 : table.storePage);
        System.arraycopy(from.map, part << partShift, map, part << partShift, 1 << partShift);
        code[word] |= from.code[word] & bits & -bits;
        taken++;
      }
    }
    return taken;
  }

  /** MOV to CR3 with PAE: parts under pointers that have changed go. */
  void takePointers(long[] loaded) {
    for (int number = 0; number < 4; number++) {
      if (pointers[number] != loaded[number]) {
        pointers[number] = loaded[number];
        dropParts(number << 9, 512);
        detachDirectory(number);
      }
    }
  }

  // ---- dropping ----

  /** Bytes of one of the tables were stored to. */
  void tableWritten(int place, int first, int last) {
    int shift = pae ? 3 : 2;
    for (int i = first >>> shift; i <= last >>> shift; i++) {
      if (place >= 0) {
        dropPage((place << partShift) + i);
      } else {
        int part = (-1 - place << 9) + i;
        if (isFilled(part) && entryIn(directories[-1 - place].storePage, i) != entries[part]) {
          mmu.statistics().tablesDropped++;
          dropPart(part);
        }
      }
    }
  }

  /** An entry of a directory, of whose number only the part that counts inside of a page. */
  private long entryIn(int directoryPage, int number) {
    int at = directoryPage << 12;
    return pae
        ? (long) PhysicalMemory.LONG.get(store, at | number << 3 & 0xFF8)
        : (int) PhysicalMemory.INT.get(store, at | number << 2 & 0xFFC) & 0xFFFFFFFFL;
  }

  /** One of the tables is let go, and all that came from it. */
  void dropTable(int place) {
    if (place >= 0) {
      dropPart(place);
    } else {
      int number = -1 - place;
      dropParts(number << 9, pae ? 512 : 1024);
      detachDirectory(number);
    }
  }

  private void detachDirectory(int number) {
    TablePage directory = directories[number];
    if (directory != null) {
      directories[number] = null;
      traces.detach(directory, this, -1 - number);
    }
  }

  private void dropPage(int page) {
    int entry = map[page];
    if (entry != 0) {
      map[page] = 0;
      mmu.statistics().pagesDropped++;
      if ((entry & Mmu.CODE) != 0) {
        mmu.codeMoved(this);
      }
    }
    mmu.pageDropped(page);
  }

  private void dropParts(int first, int count) {
    for (int word = first >>> 6; word < first + count >>> 6; word++) {
      for (long bits = filled[word]; bits != 0; bits &= bits - 1) {
        dropPart(word << 6 | Long.numberOfTrailingZeros(bits));
      }
    }
  }

  private void dropPart(int part) {
    long bit = 1L << part;
    filled[part >>> 6] &= ~bit;
    Arrays.fill(map, part << partShift, part + 1 << partShift, 0);
    TablePage table = tables[part];
    if (table != null) {
      tables[part] = null;
      traces.detach(table, this, part);
    }
    if ((code[part >>> 6] & bit) != 0) {
      code[part >>> 6] &= ~bit;
      mmu.codeMoved(this);
    }
    mmu.partDropped(this, part);
  }

  /** Forgets everything. */
  void clear() {
    dropParts(0, MOST_PARTS);
    for (int number = 0; number < 4; number++) {
      detachDirectory(number);
    }
    isVolatile = false;
  }
}

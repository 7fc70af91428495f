package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.Arrays;

/**
 * Address translation of one vCPU. The heart is the flat shadow map: one int per linear page that
 * holds the place of the page in the backing store together with who may read and write it there
 * directly. Everything else (misses, devices, traced pages, accesses across a page end, faults)
 * takes the slow path in this class.
 *
 * <p>Map entry: {@code (store index of the page) ^ (linear address of the page) | flags}, so that
 * {@code (entry & ~0xFFF) ^ linear} is the store index of a byte. 0 means unknown. Entries are made
 * by page walks on demand and live until the guest flushes (CR3, INVLPG, control bits) or the
 * memory map changes.
 */
public final class Mmu implements PhysicalMemory.MapListener, WriteTraces.ArmListener {
  /** Supervisor code may read the page directly. */
  public static final int READ_SUPERVISOR = 1;

  public static final int WRITE_SUPERVISOR = 1 << 1;
  public static final int READ_USER = 1 << 2;
  public static final int WRITE_USER = 1 << 3;

  /**
   * The page may be written at its place in the store, but stores must be reported to the write
   * traces.
   */
  private static final int TRACED_SUPERVISOR = 1 << 4;

  private static final int TRACED_USER = 1 << 5;
  private static final int GLOBAL = 1 << 6;

  /**
   * The rest of the entry is physical ^ linear: a device page, with the rights below. Excludes all
   * flags above but GLOBAL.
   */
  private static final int DEVICE = 1 << 7;

  private static final int DEVICE_WRITE_SUPERVISOR = 1 << 8;
  private static final int DEVICE_READ_USER = 1 << 9;
  private static final int DEVICE_WRITE_USER = 1 << 10;

  /**
   * Always set in an entry: the page is in the list of filled pages. Alone: its translation was
   * dropped by INVLPG.
   */
  private static final int LISTED = 1 << 11;

  private static final int PAGE_MASK = PageWalker.PAGE_MASK;
  private static final int PAGES = 1 << 20;

  private final PhysicalMemory memory;
  private final byte[] store;
  private final WriteTraces traces;
  private final int[] map = new int[PAGES];
  private final PageWalker walker;

  /** Linear pages with an entry, each once, in the order they were filled. */
  private int[] filled = new int[4096];

  private int filledCount;

  /** Heads (linear page + 1) and links of the lists of linear pages that map a store page. */
  private final int[] mappedBy;

  private final int[] nextMapping = new int[PAGES];

  /**
   * Changes whenever code reached through a linear address may no longer be the same: whoever keeps
   * "the code at this linear address is that" keeps this number beside it, and asks again when it
   * differs. Two times with the same number have the same translation of code. To be read only.
   */
  public int generation = 1;

  private SwitchListener switchListener = m -> {};

  /** Told when another map is in force: after MOV to a control register or a task switch. */
  @FunctionalInterface
  public interface SwitchListener {
    void switched(int[] map);
  }

  public Mmu(PhysicalMemory memory) {
    this.memory = memory;
    this.walker = new PageWalker(memory);
    this.store = memory.store();
    this.traces = memory.traces();
    this.mappedBy = new int[(store.length >>> 12) + 1];
    memory.addListener(this);
    traces.setArmListener(this);
  }

  /** The flat shadow map in force, for tests and the fast paths of engines. */
  public int[] map() {
    return map;
  }

  public PageFaultException pageFault() {
    return walker.pageFault();
  }

  /**
   * Tells a listener the map in force, now and whenever another one takes its place. That happens
   * only at MOV to CR0, CR3 or CR4, task switches, reset and loading of a saved state; at other
   * times entries of the same map change.
   */
  public void onSwitch(SwitchListener listener) {
    switchListener = listener;
    listener.switched(map);
  }

  // ---- control ----

  /**
   * Takes over CR0, CR3 and CR4 after any of them was written, and flushes what the architecture
   * says (SDM volume 3, 4.10.4).
   */
  public void setControl(int cr0, int cr3, int cr4) {
    if (walker.setControl(cr0, cr3, cr4)) {
      flushAll();
    }
  }

  /** MOV to CR3: the new page directory, and all translations but the global ones forgotten. */
  public void loadCr3(int value) {
    walker.setCr3(value);
    if (walker.globalPages()) {
      flushNonGlobal();
    } else {
      flushAll();
    }
  }

  /**
   * Reads the four page-directory pointers CR3 points to, as MOV to CR3 does in PAE mode (SDM
   * volume 3, 4.4.1).
   *
   * @return whether they are valid; invalid ones are a general-protection fault and are not taken
   *     over
   */
  public boolean loadPdptes(int cr3) {
    return walker.loadPointers(cr3);
  }

  /** INVLPG: forgets the translation of one page, global or not. */
  public void invalidatePage(int linear) {
    int page = linear >>> 12;
    int entry = map[page];
    if ((entry & (READ_SUPERVISOR | DEVICE)) != 0) {
      unlink(page, entry);
      map[page] = LISTED;
    }
    generation++;
  }

  @Override
  public void memoryMapChanged() {
    flushAll();
  }

  public void flushAll() {
    if (filledCount > PAGES / 8) {
      Arrays.fill(map, 0);
      Arrays.fill(mappedBy, 0);
    } else {
      for (int i = 0; i < filledCount; i++) {
        drop(filled[i]);
      }
    }
    filledCount = 0;
    generation++;
  }

  private void drop(int page) {
    int entry = map[page];
    if ((entry & READ_SUPERVISOR) != 0) {
      mappedBy[storePage(page, entry)] = 0;
    }
    map[page] = 0;
  }

  private void flushNonGlobal() {
    int kept = 0;
    for (int i = 0; i < filledCount; i++) {
      int page = filled[i];
      int entry = map[page];
      if ((entry & GLOBAL) == 0) {
        drop(page);
      } else {
        // The list of its store page loses members, so it is made anew below.
        if ((entry & READ_SUPERVISOR) != 0) {
          mappedBy[storePage(page, entry)] = 0;
        }
        filled[kept++] = page;
      }
    }
    for (int i = 0; i < kept; i++) {
      int page = filled[i];
      if ((map[page] & READ_SUPERVISOR) != 0) {
        link(page, storePage(page, map[page]));
      }
    }
    filledCount = kept;
    generation++;
  }

  private static int storePage(int page, int entry) {
    return (entry & PAGE_MASK ^ page << 12) >>> 12;
  }

  private void link(int page, int storePage) {
    nextMapping[page] = mappedBy[storePage];
    mappedBy[storePage] = page + 1;
  }

  private void unlink(int page, int entry) {
    if ((entry & READ_SUPERVISOR) == 0) {
      return;
    }
    int storePage = storePage(page, entry);
    int at = mappedBy[storePage];
    if (at == page + 1) {
      mappedBy[storePage] = nextMapping[page];
      return;
    }
    while (nextMapping[at - 1] != page + 1) {
      at = nextMapping[at - 1];
    }
    nextMapping[at - 1] = nextMapping[page];
  }

  /** A trace was armed on a page of the store: nobody may write it without telling. */
  @Override
  public void armed(int storePage) {
    for (int at = mappedBy[storePage]; at != 0; at = nextMapping[at - 1]) {
      int entry = map[at - 1];
      // The TRACED flags are the WRITE flags moved up: supervisor by three places, user by two.
      map[at - 1] =
          entry & ~(WRITE_SUPERVISOR | WRITE_USER)
              | (entry & WRITE_SUPERVISOR) << 3
              | (entry & WRITE_USER) << 2;
    }
  }

  /** Walks and enters the result into the map. Returns the new entry. */
  private int fill(int linear, boolean write, boolean user) {
    walker.walk(linear, write, user);
    int page = linear >>> 12;
    int physicalPage = walker.physical & PAGE_MASK;
    int read = memory.readEntry(physicalPage >>> 12);
    int writeEntry = memory.writeEntry(physicalPage >>> 12);
    boolean userWrites = walker.user && walker.userWritable;
    int entry;
    if ((read & PhysicalMemory.DIRECT) != 0) {
      int storeBase = read - PhysicalMemory.DIRECT;
      entry = storeBase ^ page << 12 | READ_SUPERVISOR | (walker.user ? READ_USER : 0);
      if (writeEntry == read && walker.writable) {
        if (traces.isArmed(storeBase >>> 12)) {
          entry |= TRACED_SUPERVISOR | (userWrites ? TRACED_USER : 0);
        } else {
          entry |= WRITE_SUPERVISOR | (userWrites ? WRITE_USER : 0);
        }
      }
    } else {
      entry = physicalPage ^ page << 12 | DEVICE;
      if (walker.user) {
        entry |= DEVICE_READ_USER;
      }
      if (walker.writable) {
        entry |= DEVICE_WRITE_SUPERVISOR | (userWrites ? DEVICE_WRITE_USER : 0);
      }
    }
    if (walker.global) {
      entry |= GLOBAL;
    }
    entry |= LISTED;
    int before = map[page];
    if (before == 0) {
      if (filledCount == filled.length) {
        filled = Arrays.copyOf(filled, filled.length * 2);
      }
      filled[filledCount++] = page;
    } else {
      unlink(page, before);
    }
    if ((entry & READ_SUPERVISOR) != 0) {
      link(page, storePage(page, entry));
    }
    map[page] = entry;
    return entry;
  }

  // ---- slow paths ----

  /**
   * Reads 1, 2 or 4 bytes at a linear address, zero-extended: the slow path behind the map.
   *
   * @throws PageFaultException for the guest; nothing has been read from a device then
   */
  public int read(int linear, int width, boolean user) {
    int inPage = linear & 0xFFF;
    if (inPage + width > 4096) {
      int first = 4096 - inPage;
      probeRead(linear, user);
      probeRead(linear + first, user);
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= read(linear + i, 1, user) << (8 * i);
      }
      return value;
    }
    int entry = map[linear >>> 12];
    if ((entry & (user ? READ_USER : READ_SUPERVISOR)) == 0
        && (entry & (user ? DEVICE_READ_USER : DEVICE)) == 0) {
      entry = fill(linear, false, user);
    }
    int at = entry & PAGE_MASK ^ linear;
    if ((entry & DEVICE) != 0) {
      return memory.read(at, width);
    }
    return switch (width) {
      case 1 -> store[at] & 0xFF;
      case 2 -> (short) PhysicalMemory.SHORT.get(store, at) & 0xFFFF;
      default -> (int) PhysicalMemory.INT.get(store, at);
    };
  }

  /**
   * Writes 1, 2 or 4 bytes at a linear address: the slow path behind the map.
   *
   * @throws PageFaultException for the guest; nothing has been written then
   */
  public void write(int linear, int width, int value, boolean user) {
    int inPage = linear & 0xFFF;
    if (inPage + width > 4096) {
      probeWrite(linear, user);
      probeWrite(linear + 4096 - inPage, user);
      for (int i = 0; i < width; i++) {
        write(linear + i, 1, value >>> (8 * i), user);
      }
      return;
    }
    int entry = map[linear >>> 12];
    int direct = user ? WRITE_USER : WRITE_SUPERVISOR;
    int traced = user ? TRACED_USER : TRACED_SUPERVISOR;
    int device = user ? DEVICE_WRITE_USER : DEVICE_WRITE_SUPERVISOR;
    if ((entry & (direct | traced | device)) == 0) {
      entry = fill(linear, true, user);
    }
    int at = entry & PAGE_MASK ^ linear;
    if ((entry & DEVICE) != 0) {
      memory.write(at, width, value);
      return;
    }
    if ((entry & (direct | traced)) == 0) {
      // Readable from the store, but stores go elsewhere: ROM, or PAM that splits reads from
      // writes.
      walker.walk(linear, true, user);
      memory.write(walker.physical, width, value);
      return;
    }
    switch (width) {
      case 1 -> store[at] = (byte) value;
      case 2 -> PhysicalMemory.SHORT.set(store, at, (short) value);
      default -> PhysicalMemory.INT.set(store, at, value);
    }
    if ((entry & traced) != 0) {
      if (traces.isArmed(at >>> 12)) {
        traces.written(at, width);
      }
      if (!traces.isArmed(at >>> 12)) {
        fill(linear, true, user);
      }
    }
  }

  /** Throws the page fault a read would raise, and does nothing else but set accessed bits. */
  public void probeRead(int linear, boolean user) {
    int entry = map[linear >>> 12];
    if ((entry & (user ? READ_USER | DEVICE_READ_USER : READ_SUPERVISOR | DEVICE)) == 0) {
      fill(linear, false, user);
    }
  }

  /**
   * Throws the page fault a write would raise, and does nothing else but set accessed and dirty
   * bits.
   */
  public void probeWrite(int linear, boolean user) {
    int entry = map[linear >>> 12];
    int rights =
        user
            ? WRITE_USER | TRACED_USER | DEVICE_WRITE_USER
            : WRITE_SUPERVISOR | TRACED_SUPERVISOR | DEVICE_WRITE_SUPERVISOR;
    if ((entry & rights) == 0) {
      fill(linear, true, user);
    }
  }

  /**
   * Where instruction bytes at a linear address are.
   *
   * @return the store index, or -1 when they come from a device
   * @throws PageFaultException if the page may not be executed
   */
  public int translateCode(int linear, boolean user) {
    int entry = map[linear >>> 12];
    if ((entry & (user ? READ_USER : READ_SUPERVISOR)) == 0) {
      entry = fill(linear, false, user);
      if ((entry & DEVICE) != 0) {
        return -1;
      }
    }
    return entry & PAGE_MASK ^ linear;
  }

  /**
   * The translation a debugger sees: no faults, no accessed bits.
   *
   * @return the physical address, or -1 if the page is not present
   */
  public long peekPhysical(int linear) {
    return walker.peek(linear);
  }
}

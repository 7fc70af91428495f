package io.transvisor.mmu;

import io.transvisor.core.cpu.Activity;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.List;

/**
 * Address translation of one vCPU. The heart is the flat shadow map: one int per linear page that
 * holds the place of the page in the backing store together with who may read and write it there
 * directly. Everything else (misses, devices, traced pages, accesses across a page end, faults)
 * takes the slow path in this class.
 *
 * <p>Map entry: {@code (store index of the page) ^ (linear address of the page) | flags}, so that
 * {@code (entry & ~0xFFF) ^ linear} is the store index of a byte. 0 means unknown. Entries are made
 * by page walks on demand ("hidden faults"). There is a map for each address space, and those of
 * the last ones are kept ({@link ShadowCache}): the guest's tables are traced, so an entry goes
 * when the guest changes what it was made from ({@link TableTraces}), and not before.
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
  static final int TRACED_SUPERVISOR = 1 << 4;

  static final int TRACED_USER = 1 << 5;

  /**
   * User code was fetched through the entry: {@link #generation} changes when it goes. See {@link
   * #isKnownCode}.
   */
  static final int CODE = 1 << 6;

  /**
   * The rest of the entry is physical ^ linear: a device page, with the rights below. Excludes all
   * flags above.
   */
  static final int DEVICE = 1 << 7;

  static final int DEVICE_WRITE_SUPERVISOR = 1 << 8;
  static final int DEVICE_READ_USER = 1 << 9;
  static final int DEVICE_WRITE_USER = 1 << 10;

  private static final int PAGE_MASK = PageWalker.PAGE_MASK;

  /** See {@link #checkContinuously}. */
  private static final int CHECK_INTERVAL = 64;

  /**
   * Changes whenever code reached through a linear address may no longer be the same: whoever keeps
   * "the code at this linear address is that" keeps this number beside it, and asks again when it
   * differs. Two times with the same number have the same translation of code. User code has a
   * number for each shadow, which comes back with its address space; supervisor code has one for
   * all of them, as long as they map it alike. To be read only.
   */
  public int generation;

  private final PhysicalMemory memory;
  private final byte[] store;
  private final WriteTraces traces;
  private final MmuStatistics statistics = new MmuStatistics();
  private final PageWalker walker;
  private final WritableMappings writable;
  private final ShadowCache shadows;
  private ShadowPageTable current;

  /** The map of {@link #current}. */
  private int[] map;

  private final ConsistencyChecker checker;
  private int newestGeneration;

  /** Code is fetched at CPL 3. */
  private boolean userLevel;

  private final SupervisorCodes supervisorCodes = new SupervisorCodes();

  /** Events until shadows are checked; 0 when they are not. */
  private int checkCountdown;

  private Activity activity = new Activity();
  private Listener listener = m -> {};

  /**
   * Told when another map is in force, after MOV to a control register or a task switch, and when
   * code is somewhere else in the map there is: what is running was perhaps found at the old place.
   */
  @FunctionalInterface
  public interface Listener {
    void changed(int[] map);
  }

  public Mmu(PhysicalMemory memory) {
    this(memory, true);
  }

  /**
   * @param manySpaces the shadows of the last address spaces are kept; else one
   */
  public Mmu(PhysicalMemory memory, boolean manySpaces) {
    this.memory = memory;
    this.walker = new PageWalker(memory, statistics);
    this.store = memory.store();
    this.traces = memory.traces();
    int storePages = (store.length >>> 12) + 1;
    this.writable = new WritableMappings(storePages, this::isWritableAt);
    this.shadows =
        new ShadowCache(
            this,
            new TableTraces(traces, storePages, statistics),
            store,
            manySpaces ? ShadowCache.CAPACITY : 1);
    this.checker = new ConsistencyChecker(memory, shadows);
    this.current = shadows.use(0, 0);
    this.map = current.map;
    supervisorCodes.use(current);
    setGeneration();
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

  /** What happened so far; counting goes on in the same object. */
  public MmuStatistics statistics() {
    return statistics;
  }

  /**
   * Tells a listener the map in force, now and whenever another one takes its place, which happens
   * only at MOV to CR0, CR3 or CR4, task switches, reset and loading of a saved state; and whenever
   * {@link #generation} changes while the map stays.
   */
  public void onChange(Listener changeListener) {
    listener = changeListener;
    listener.changed(map);
  }

  /** Where accesses to devices are noted for whoever asks what the vCPU is doing. */
  public void report(Activity of) {
    activity = of;
  }

  // ---- control ----

  /**
   * Takes over CR0, CR3 and CR4 after any of them was written. A mode has shadows of its own, so
   * nothing has to be flushed (SDM volume 3, 4.10.4).
   */
  public void setControl(int cr0, int cr3, int cr4) {
    walker.setControl(cr0, cr3, cr4);
    select();
  }

  /** MOV to CR3: the new page directory. */
  public void loadCr3(int value) {
    statistics.cr3Loads++;
    walker.setCr3(value);
    select();
    dropVolatile();
    checkNowAndThen();
  }

  /**
   * Reads the four page-directory pointers CR3 points to, as MOV to CR3 does in PAE mode (SDM
   * volume 3, 4.4.1). They count from the next {@link #loadCr3} or {@link #setControl} on.
   *
   * @return whether they are valid; invalid ones are a general-protection fault and are not taken
   *     over
   */
  public boolean loadPdptes(int cr3) {
    return walker.loadPointers(cr3);
  }

  private void select() {
    int root = walker.root();
    int mode = walker.mode();
    ShadowPageTable previous = current;
    if (current.root != root || current.mode != mode) {
      current = shadows.use(root, mode);
      map = current.map;
    }
    if ((mode & PageWalker.MODE_PAE) != 0) {
      current.takePointers(walker.pointers());
    }
    if (current != previous) {
      if (!current.isEmpty()) {
        statistics.shadowHits++;
      } else {
        statistics.shadowMisses++;
        if (mode == previous.mode && mode != 0) {
          statistics.inherited += current.inherit(previous, walker);
        }
      }
      if (supervisorCodes.use(current)) {
        statistics.supervisorCodeMoved++;
      }
      listener.changed(map);
    }
    setGeneration();
  }

  /** Code is fetched at CPL 3 from now on, or at another one. */
  public void setLevel(boolean user) {
    userLevel = user;
    setGeneration();
  }

  private void setGeneration() {
    if (userLevel) {
      generation = current.generation;
      return;
    }
    SupervisorCode code = supervisorCodes.inForce();
    if (code.generation == 0) {
      code.generation = ++newestGeneration;
    }
    generation = code.generation;
  }

  /** Tables that cannot be traced: flushes have to do, as on a processor without shadows. */
  private void dropVolatile() {
    if (current.isVolatile()) {
      current.clear();
      codeMoved(current);
    }
  }

  /**
   * INVLPG. Nothing is left to do: the entry went when the guest changed its tables.
   *
   * @param linear ignored
   */
  public void invalidatePage(int linear) {
    statistics.invlpgs++;
    dropVolatile();
    checkNowAndThen();
  }

  @Override
  public void memoryMapChanged() {
    flushAll();
  }

  /** Forgets all translations of all address spaces. */
  public void flushAll() {
    statistics.flushes++;
    for (int age = 0; age < shadows.count(); age++) {
      shadows.get(age).clear();
      codeMoved(shadows.get(age));
    }
    supervisorCodes.clear();
    supervisorCodeMoved();
    writable.clear();
  }

  /** A shadow has lost an entry that user code was fetched through. */
  void codeMoved(ShadowPageTable shadow) {
    statistics.codeMoved++;
    shadow.generation = ++newestGeneration;
    if (shadow == current) {
      setGeneration();
      listener.changed(map);
    }
  }

  /** A table's entry was stored to that is that of a page in some shadow. */
  void pageDropped(int page) {
    if (supervisorCodes.pageDropped(page)) {
      supervisorCodeMoved();
    }
  }

  /** A shadow has lost a part. */
  void partDropped(ShadowPageTable shadow, int part) {
    if (supervisorCodes.partDropped(shadow, part)) {
      supervisorCodeMoved();
    }
  }

  private void supervisorCodeMoved() {
    statistics.supervisorCodeMoved++;
    setGeneration();
    listener.changed(map);
  }

  // ---- looking at it ----

  /**
   * Compares every translation kept with the guest's tables.
   *
   * @return the disagreements, one a line; none if all is well
   */
  public List<String> disagreements() {
    List<String> found = checker.check();
    supervisorCodes.check(found);
    return found;
  }

  /**
   * From now on {@link #disagreements} are looked for every few INVLPG and MOV to CR3, and the
   * first ends the machine with an {@link IllegalStateException}. For debugging: it is slow.
   */
  public void checkContinuously() {
    checkCountdown = CHECK_INTERVAL;
  }

  private void checkNowAndThen() {
    if (checkCountdown != 0 && --checkCountdown == 0) {
      checkCountdown = CHECK_INTERVAL;
      statistics.checks++;
      List<String> found = disagreements();
      if (!found.isEmpty()) {
        throw new IllegalStateException(
            "shadow page tables differ from the guest's: " + String.join("; ", found));
      }
    }
  }

  /** Called now and then: gives up what address spaces took that are no longer switched to. */
  public void age() {
    shadows.forgetUnused();
  }

  /**
   * The mapped ranges of the address space in force, as in QEMU's {@code info mem}: first address,
   * the one after the last, size, rights.
   */
  public String describeRanges() {
    return new MappingDump(memory, current, checker).ranges();
  }

  /**
   * The pages of the address space in force, as in QEMU's {@code info tlb}, with what is wrong with
   * the shadow's entry, if something is.
   */
  public String describePages() {
    return new MappingDump(memory, current, checker).pages();
  }

  // ---- traces ----

  private static int storePage(int page, int entry) {
    return (entry & PAGE_MASK ^ page << 12) >>> 12;
  }

  private static boolean isWritableAt(int entry, int page, int storePage) {
    return (entry & WRITE_SUPERVISOR) != 0 && storePage(page, entry) == storePage;
  }

  private boolean isWritableAt(int page, int storePage) {
    for (int age = 0; age < shadows.count(); age++) {
      if (isWritableAt(shadows.get(age).map[page], page, storePage)) {
        return true;
      }
    }
    return false;
  }

  /** A trace was armed on a page of the store: nobody may write it without telling. */
  @Override
  public void armed(int storePage) {
    for (int r = writable.first(storePage); r != 0; r = writable.next(r)) {
      int page = writable.linearPage(r);
      for (int age = 0; age < shadows.count(); age++) {
        int[] shadow = shadows.get(age).map;
        int entry = shadow[page];
        if (isWritableAt(entry, page, storePage)) {
          // The TRACED flags are the WRITE flags moved up: supervisor by three places, user by two.
          shadow[page] =
              entry & ~(WRITE_SUPERVISOR | WRITE_USER)
                  | (entry & WRITE_SUPERVISOR) << 3
                  | (entry & WRITE_USER) << 2;
        }
      }
    }
    writable.clear(storePage);
  }

  /** The other way round, for the entry of a page whose last trace is gone. */
  private void untrace(int page, int entry) {
    map[page] =
        entry & ~(TRACED_SUPERVISOR | TRACED_USER)
            | (entry & TRACED_SUPERVISOR) >> 3
            | (entry & TRACED_USER) >> 2;
    writable.add(storePage(page, entry), page);
  }

  /** Walks and enters the result into the map. Returns the new entry, or 0 for a page fault. */
  private int fill(int linear, boolean write, boolean user) {
    if (!walker.walk(linear, write, user)) {
      return 0;
    }
    statistics.hiddenFaults++;
    int page = linear >>> 12;
    // May arm a trace on the very page walked to.
    current.prepare(page, walker);
    int physicalPage = walker.physical & PAGE_MASK;
    int read = memory.readEntry(physicalPage >>> 12);
    boolean userWrites = walker.user && walker.userWritable;
    int entry;
    if ((read & PhysicalMemory.DIRECT) != 0) {
      int storeBase = read - PhysicalMemory.DIRECT;
      entry = storeBase ^ page << 12 | READ_SUPERVISOR | (walker.user ? READ_USER : 0);
      if (walker.writable && memory.writeEntry(physicalPage >>> 12) == read) {
        if (traces.isArmed(storeBase >>> 12)) {
          entry |= TRACED_SUPERVISOR | (userWrites ? TRACED_USER : 0);
        } else {
          entry |= WRITE_SUPERVISOR | (userWrites ? WRITE_USER : 0);
          writable.add(storeBase >>> 12, page);
        }
      }
      if ((map[page] & CODE) != 0 && storePage(page, map[page]) == storeBase >>> 12) {
        entry |= CODE;
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
    if ((map[page] & ~entry & CODE) != 0) {
      codeMoved(current);
    }
    if (map[page] != 0 && ((map[page] ^ entry) & PAGE_MASK) != 0) {
      pageDropped(page);
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
      if (entry == 0) {
        throw walker.pageFault();
      }
    }
    int at = entry & PAGE_MASK ^ linear;
    if ((entry & DEVICE) != 0) {
      int before = activity.enter(Activity.DEVICE);
      long begun = statistics.deviceReads.begin();
      int value = memory.read(at, width);
      statistics.deviceReads.end(begun);
      activity.set(before);
      return value;
    }
    return switch (width) {
      case 1 -> store[at] & 0xFF;
      case 2 -> (short) PhysicalMemory.SHORT.get(store, at) & 0xFFFF;
      default -> (int) PhysicalMemory.INT.get(store, at);
    };
  }

  /**
   * Writes 1, 2, 4 or 8 bytes at a linear address: the slow path behind the map.
   *
   * @throws PageFaultException for the guest; nothing has been written then
   */
  public void write(int linear, int width, long value, boolean user) {
    int first = 4096 - (linear & 0xFFF);
    int entry = writableEntry(linear, user);
    if (entry == 0) {
      throw walker.pageFault();
    }
    if (first >= width) {
      write(entry, linear, width, value, user);
      return;
    }
    // Both translations are made before the first byte is written, which may be one of a table.
    int second = writableEntry(linear + first, user);
    if (second == 0) {
      throw walker.pageFault();
    }
    // The page may be the second one's table and traced only now.
    entry = map[linear >>> 12];
    for (int i = 0; i < width; i++) {
      write(i < first ? entry : second, linear + i, 1, value >>> (8 * i), user);
    }
  }

  /** The entry of a page that may be written, in whatever way; 0 for a page fault. */
  private int writableEntry(int linear, boolean user) {
    int entry = map[linear >>> 12];
    int rights =
        user
            ? WRITE_USER | TRACED_USER | DEVICE_WRITE_USER
            : WRITE_SUPERVISOR | TRACED_SUPERVISOR | DEVICE_WRITE_SUPERVISOR;
    return (entry & rights) != 0 ? entry : fill(linear, true, user);
  }

  private void write(int entry, int linear, int width, long value, boolean user) {
    int at = entry & PAGE_MASK ^ linear;
    if ((entry & DEVICE) != 0) {
      int before = activity.enter(Activity.DEVICE);
      long begun = statistics.deviceWrites.begin();
      writePhysical(at, width, value);
      statistics.deviceWrites.end(begun);
      activity.set(before);
      return;
    }
    int traced = user ? TRACED_USER : TRACED_SUPERVISOR;
    if ((entry & (traced | (user ? WRITE_USER : WRITE_SUPERVISOR))) == 0) {
      // Readable from the store, but stores go elsewhere: ROM, or PAM that splits reads from
      // writes.
      if (walker.walk(linear, true, user)) {
        writePhysical(walker.physical, width, value);
      }
      return;
    }
    switch (width) {
      case 1 -> store[at] = (byte) value;
      case 2 -> PhysicalMemory.SHORT.set(store, at, (short) value);
      case 4 -> PhysicalMemory.INT.set(store, at, (int) value);
      default -> PhysicalMemory.LONG.set(store, at, value);
    }
    if ((entry & traced) != 0) {
      if (traces.isArmed(at >>> 12)) {
        traces.stored(at, width);
      }
      // The store may have changed the table with this very entry.
      if (!traces.isArmed(at >>> 12) && map[linear >>> 12] == entry) {
        untrace(linear >>> 12, entry);
      }
    }
  }

  private void writePhysical(int address, int width, long value) {
    memory.write(address, Math.min(width, 4), (int) value);
    if (width == 8) {
      memory.write(address + 4, 4, (int) (value >>> 32));
    }
  }

  /** Throws the page fault a read would raise, and does nothing else but set accessed bits. */
  public void probeRead(int linear, boolean user) {
    int entry = map[linear >>> 12];
    if ((entry & (user ? READ_USER | DEVICE_READ_USER : READ_SUPERVISOR | DEVICE)) == 0
        && fill(linear, false, user) == 0) {
      throw walker.pageFault();
    }
  }

  /**
   * Throws the page fault a write would raise, and does nothing else but set accessed and dirty
   * bits.
   */
  public void probeWrite(int linear, boolean user) {
    if (writableEntry(linear, user) == 0) {
      throw walker.pageFault();
    }
  }

  /**
   * Where instruction bytes at a linear address are. Whoever keeps the answer for an address looks
   * at {@link #generation} before using it again.
   *
   * @return the store index, or -1 when they come from a device
   * @throws PageFaultException if the page may not be executed
   */
  public int translateCode(int linear, boolean user) {
    int entry = map[linear >>> 12];
    if ((entry & (user ? READ_USER : READ_SUPERVISOR)) == 0) {
      entry = fill(linear, false, user);
      if (entry == 0) {
        throw walker.pageFault();
      }
      if ((entry & DEVICE) != 0) {
        return -1;
      }
    }
    if (!isKnownCode(linear, entry, user)) {
      markCode(linear >>> 12, user);
    }
    return entry & PAGE_MASK ^ linear;
  }

  /**
   * Whether {@link #translateCode} has found code at a linear address, and {@link #generation} has
   * been the same since. Who keeps what code an address leads to may do so only then.
   *
   * @param entry of the map in force, for that address
   */
  public boolean isKnownCode(int linear, int entry, boolean user) {
    return user ? (entry & CODE) != 0 : supervisorCodes.inForce().hasPage(linear >>> 12);
  }

  private void markCode(int page, boolean user) {
    if (user) {
      current.markCode(page);
    } else {
      supervisorCodes.inForce().add(page);
    }
  }

  /**
   * Whether the page is known, and stores to it, or all accesses, cannot be direct: a device or a
   * traced page.
   */
  public boolean isIndirect(int linear) {
    return (map[linear >>> 12] & (DEVICE | TRACED_SUPERVISOR | TRACED_USER)) != 0;
  }

  /**
   * Like {@link #translateCode} for a page that is not executed yet: nothing the guest can see
   * happens.
   *
   * @return the store index, or -1 also where fetching would fault or set an accessed bit
   */
  public int peekCode(int linear, boolean user) {
    int entry = map[linear >>> 12];
    boolean known = (entry & (user ? READ_USER : READ_SUPERVISOR)) != 0;
    if (!known && !walker.isAccessed(linear)) {
      return -1;
    }
    try {
      return translateCode(linear, user);
    } catch (PageFaultException e) {
      return -1;
    }
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

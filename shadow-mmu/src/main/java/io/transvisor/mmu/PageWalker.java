package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * Walks the guest's page tables in all modes of the 32-bit architecture (SDM volume 3, 4.3 and
 * 4.4): no paging, two levels with or without 4 MiB pages, PAE. Sets accessed and dirty bits,
 * raises page faults. The answer of the last walk is in fields, since a walk is too frequent to
 * allocate one.
 */
final class PageWalker {
  static final int PAGE_MASK = ~0xFFF;

  private static final int PRESENT = 1;
  private static final int WRITABLE = 1 << 1;
  private static final int USER = 1 << 2;
  private static final int ACCESSED = 1 << 5;
  private static final int DIRTY = 1 << 6;
  private static final int LARGE = 1 << 7;

  /**
   * Reserved bits of a 4 MiB entry without PSE-36, of a 2 MiB entry, and of a PAE page-directory
   * pointer.
   */
  private static final int RESERVED_4M = 0x3FE000;

  private static final int RESERVED_2M = 0x1FE000;
  private static final long RESERVED_POINTER = 0xFFFF_FFF0_0000_01E6L;

  private final PhysicalMemory memory;
  private final MmuStatistics statistics;
  private final PageFaultException pageFault = new PageFaultException();

  /** Bits of {@link #mode}. */
  static final int MODE_PAGING = 1;

  static final int MODE_PAE = 1 << 1;

  /** 4 MiB pages, without PAE. */
  static final int MODE_LARGE = 1 << 2;

  static final int MODE_WRITE_PROTECT = 1 << 3;

  private final byte[] store;
  private boolean paging;
  private boolean pae;
  private boolean largePages;
  private boolean writeProtect;
  private int cr3;
  private long[] pointers = new long[4];

  /** Physical address of the last walk, A20 applied. */
  int physical;

  /**
   * Whether supervisor code may store there without another walk: the right is there and the dirty
   * bit set.
   */
  boolean writable;

  /** The same for user code, provided {@link #user}. */
  boolean userWritable;

  boolean user;

  /** The directory entry of the last walk as it is now, 0 without paging. */
  long directoryEntry;

  /** Pages of the store where directory and page table are; -1: there is none, or not there. */
  int directoryPage;

  int tablePage;

  /** A table of the last walk is not in the store, so that nobody can trace it. */
  boolean isVolatile;

  PageWalker(PhysicalMemory memory, MmuStatistics statistics) {
    this.memory = memory;
    this.statistics = statistics;
    this.store = memory.store();
  }

  PageFaultException pageFault() {
    return pageFault;
  }

  /** Takes over the control registers. */
  void setControl(int cr0, int newCr3, int cr4) {
    paging = cr0 < 0;
    writeProtect = (cr0 & 1 << 16) != 0;
    largePages = (cr4 & 1 << 4) != 0;
    pae = (cr4 & 1 << 5) != 0;
    cr3 = newCr3;
  }

  void setCr3(int value) {
    cr3 = value;
  }

  /** How an address space is translated: a set of {@code MODE_} bits, 0 without paging. */
  int mode() {
    if (!paging) {
      return 0;
    }
    return MODE_PAGING
        | (pae ? MODE_PAE : largePages ? MODE_LARGE : 0)
        | (writeProtect ? MODE_WRITE_PROTECT : 0);
  }

  /** Which address space: where CR3 points to, 0 without paging. */
  int root() {
    return !paging ? 0 : pae ? cr3 & ~31 : cr3 & PAGE_MASK;
  }

  long[] pointers() {
    return pointers;
  }

  /** See {@link Mmu#loadPdptes}. */
  boolean loadPointers(int newCr3) {
    long[] loaded = new long[4];
    int base = newCr3 & ~31 & memory.a20Mask();
    for (int i = 0; i < 4; i++) {
      loaded[i] =
          memory.read(base + 8 * i, 4) & 0xFFFFFFFFL
              | (long) memory.read(base + 8 * i + 4, 4) << 32;
      if ((loaded[i] & PRESENT) != 0 && (loaded[i] & RESERVED_POINTER) != 0) {
        return false;
      }
    }
    pointers = loaded;
    return true;
  }

  /**
   * Walks for an access; the answer is in the fields.
   *
   * @return whether the access is allowed. If not, the page fault it raises is in {@link
   *     #pageFault} and nothing is marked. It is for the caller to throw, as near to who catches as
   *     it can be: each method on the way would make the exception slower.
   */
  boolean walk(int linear, boolean write, boolean byUser) {
    isVolatile = false;
    tablePage = -1;
    if (!paging) {
      physical = linear;
      writable = true;
      userWritable = true;
      user = true;
      directoryEntry = 0;
      directoryPage = -1;
    } else if (!(pae ? walkPae(linear, write, byUser) : walkTwoLevel(linear, write, byUser))) {
      return false;
    }
    physical &= memory.a20Mask();
    return true;
  }

  /** The page of the store an address of a table is in, A20 applied; -1 when it is elsewhere. */
  private int storePage(int address) {
    int entry = memory.readEntry((address & memory.a20Mask()) >>> 12);
    if ((entry & PhysicalMemory.DIRECT) != 0) {
      return entry >>> 12;
    }
    isVolatile = true;
    return -1;
  }

  private int read(int address, int page) {
    return page >= 0
        ? (int) PhysicalMemory.INT.get(store, page << 12 | address & 0xFFF)
        : memory.read(address & memory.a20Mask(), 4);
  }

  /**
   * Sets accessed and dirty bits. Shadows stay as they are: they hold nothing of entries that are
   * not marked.
   */
  private void mark(int address, int entry, int bits) {
    if ((entry & bits) != bits) {
      memory.writeMark(address & memory.a20Mask(), entry | bits);
    }
  }

  private boolean walkTwoLevel(int linear, boolean write, boolean byUser) {
    int pdeAddress = (cr3 & PAGE_MASK) + (linear >>> 22 << 2);
    directoryPage = storePage(pdeAddress);
    int pde = read(pdeAddress, directoryPage);
    if ((pde & PRESENT) == 0) {
      return fault(linear, write, byUser, 0);
    }
    if ((pde & LARGE) != 0 && largePages) {
      if ((pde & RESERVED_4M) != 0) {
        return fault(
            linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
      }
      if (!allows(pde, write, byUser)) {
        return fault(linear, write, byUser, PageFaultException.PRESENT);
      }
      directoryEntry = marked(pde, write) & 0xFFFFFFFFL;
      return finish(pdeAddress, pde, pde, write, pde & 0xFFC00000 | linear & 0x3FFFFF);
    }
    int pteAddress = (pde & PAGE_MASK) + (linear >>> 10 & 0xFFC);
    tablePage = storePage(pteAddress);
    int pte = read(pteAddress, tablePage);
    if ((pte & PRESENT) == 0) {
      return fault(linear, write, byUser, 0);
    }
    int rights = pte & (pde | ~(WRITABLE | USER));
    if (!allows(rights, write, byUser)) {
      return fault(linear, write, byUser, PageFaultException.PRESENT);
    }
    directoryEntry = (pde | ACCESSED) & 0xFFFFFFFFL;
    mark(pdeAddress, pde, ACCESSED);
    return finish(pteAddress, pte, rights, write, pte & PAGE_MASK | linear & 0xFFF);
  }

  private boolean walkPae(int linear, boolean write, boolean byUser) {
    long pointer = pointers[linear >>> 30];
    if ((pointer & PRESENT) == 0) {
      return fault(linear, write, byUser, 0);
    }
    int pdeAddress = ((int) pointer & PAGE_MASK) + (linear >>> 18 & 0xFF8);
    directoryPage = storePage(pdeAddress);
    int pde = read(pdeAddress, directoryPage);
    int pdeHigh = read(pdeAddress + 4, directoryPage);
    if ((pde & PRESENT) == 0) {
      return fault(linear, write, byUser, 0);
    }
    boolean large = (pde & LARGE) != 0;
    if (pdeHigh >>> 4 != 0 || large && (pde & RESERVED_2M) != 0) {
      return fault(linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
    }
    long high = (long) pdeHigh << 32;
    if (large) {
      if (!allows(pde, write, byUser)) {
        return fault(linear, write, byUser, PageFaultException.PRESENT);
      }
      directoryEntry = high | marked(pde, write) & 0xFFFFFFFFL;
      return finish(
          pdeAddress, pde, pde, write, beyond(pdeHigh, pde & 0xFFE00000 | linear & 0x1FFFFF));
    }
    int pteAddress = beyond(pdeHigh, pde & PAGE_MASK) + (linear >>> 9 & 0xFF8);
    tablePage = storePage(pteAddress);
    int pte = read(pteAddress, tablePage);
    int pteHigh = read(pteAddress + 4, tablePage);
    if ((pte & PRESENT) == 0) {
      return fault(linear, write, byUser, 0);
    }
    if (pteHigh >>> 4 != 0) {
      return fault(linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
    }
    int rights = pte & (pde | ~(WRITABLE | USER));
    if (!allows(rights, write, byUser)) {
      return fault(linear, write, byUser, PageFaultException.PRESENT);
    }
    directoryEntry = high | (pde | ACCESSED) & 0xFFFFFFFFL;
    mark(pdeAddress, pde, ACCESSED);
    return finish(
        pteAddress, pte, rights, write, beyond(pteHigh, pte & PAGE_MASK | linear & 0xFFF));
  }

  private static int marked(int entry, boolean write) {
    return entry | (write ? ACCESSED | DIRTY : ACCESSED);
  }

  /** The page of the store with the directory entry of a linear address, or -1. */
  int directoryPage(int linear) {
    if (!pae) {
      return storePage(cr3 & PAGE_MASK);
    }
    long pointer = pointers[linear >>> 30];
    return (pointer & PRESENT) == 0 ? -1 : storePage((int) pointer & PAGE_MASK);
  }

  /** A physical address of more than 32 bits: nothing is there, as at FE000000h. */
  private static int beyond(int high, int low) {
    return high == 0 ? low : 0xFE000000 | low & 0xFFF;
  }

  private boolean allows(int rights, boolean write, boolean byUser) {
    return (!byUser || (rights & USER) != 0)
        && (!write || (rights & WRITABLE) != 0 || !byUser && !writeProtect);
  }

  /** The access is allowed: marks the last entry and sets the answer. */
  private boolean finish(int entryAddress, int entry, int rights, boolean write, int address) {
    mark(entryAddress, entry, write ? ACCESSED | DIRTY : ACCESSED);
    physical = address;
    // Until the dirty bit is set the first store must walk again, to set it.
    boolean dirty = write || (entry & DIRTY) != 0;
    userWritable = dirty && (rights & WRITABLE) != 0;
    writable = dirty && ((rights & WRITABLE) != 0 || !writeProtect);
    user = (rights & USER) != 0;
    return true;
  }

  private boolean fault(int linear, boolean write, boolean byUser, int code) {
    statistics.trueFaults++;
    pageFault.address = linear;
    pageFault.errorCode =
        code | (write ? PageFaultException.WRITE : 0) | (byUser ? PageFaultException.USER : 0);
    return false;
  }

  /** See {@link Mmu#peekPhysical}. */
  long peek(int linear) {
    if (!paging) {
      return Integer.toUnsignedLong(linear & memory.a20Mask());
    }
    int pde = peekDirectoryEntry(linear);
    if ((pde & PRESENT) == 0) {
      return -1;
    }
    if (isLarge(pde)) {
      int offset = pae ? 0x1FFFFF : 0x3FFFFF;
      return Integer.toUnsignedLong(pde & ~offset | linear & offset);
    }
    int pte = peekTableEntry(pde, linear);
    return (pte & PRESENT) == 0 ? -1 : Integer.toUnsignedLong(pte & PAGE_MASK | linear & 0xFFF);
  }

  /** Whether a walk for reading would find its page and set no accessed bit. */
  boolean isAccessed(int linear) {
    if (!paging) {
      return true;
    }
    int both = PRESENT | ACCESSED;
    int pde = peekDirectoryEntry(linear);
    return (pde & both) == both && (isLarge(pde) || (peekTableEntry(pde, linear) & both) == both);
  }

  private boolean isLarge(int pde) {
    return (pde & LARGE) != 0 && (pae || largePages);
  }

  /** The page-directory entry, 0 where there is none. */
  private int peekDirectoryEntry(int linear) {
    if (!pae) {
      return memory.peek((cr3 & PAGE_MASK) + (linear >>> 22 << 2), 4);
    }
    long pointer = pointers[linear >>> 30];
    return (pointer & PRESENT) == 0
        ? 0
        : memory.peek(((int) pointer & PAGE_MASK) + (linear >>> 18 & 0xFF8), 4);
  }

  private int peekTableEntry(int pde, int linear) {
    int index = pae ? linear >>> 9 & 0xFF8 : linear >>> 10 & 0xFFC;
    return memory.peek((pde & PAGE_MASK) + index, 4);
  }
}

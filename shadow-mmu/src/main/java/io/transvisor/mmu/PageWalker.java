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
  private static final int GLOBAL = 1 << 8;

  /**
   * Reserved bits of a 4 MiB entry without PSE-36, of a 2 MiB entry, and of a PAE page-directory
   * pointer.
   */
  private static final int RESERVED_4M = 0x3FE000;

  private static final int RESERVED_2M = 0x1FE000;
  private static final long RESERVED_POINTER = 0xFFFF_FFF0_0000_01E6L;

  private final PhysicalMemory memory;
  private final PageFaultException pageFault = new PageFaultException();

  private boolean paging;
  private boolean pae;
  private boolean largePages;
  private boolean globalPages;
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
  boolean global;

  PageWalker(PhysicalMemory memory) {
    this.memory = memory;
  }

  PageFaultException pageFault() {
    return pageFault;
  }

  boolean globalPages() {
    return globalPages;
  }

  /**
   * Takes over the control registers; whether any bit changed that makes all cached translations
   * wrong.
   */
  boolean setControl(int cr0, int newCr3, int cr4) {
    boolean newPaging = cr0 < 0;
    boolean newWriteProtect = (cr0 & 1 << 16) != 0;
    boolean newLarge = (cr4 & 1 << 4) != 0;
    boolean newPae = (cr4 & 1 << 5) != 0;
    boolean newGlobal = (cr4 & 1 << 7) != 0;
    boolean changed =
        newPaging != paging
            || newWriteProtect != writeProtect
            || newLarge != largePages
            || newPae != pae
            || newGlobal != globalPages;
    paging = newPaging;
    writeProtect = newWriteProtect;
    largePages = newLarge;
    pae = newPae;
    globalPages = newGlobal;
    cr3 = newCr3;
    return changed;
  }

  void setCr3(int value) {
    cr3 = value;
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
   * Walks for an access; the answer is in the fields. Throws the page fault the access raises;
   * nothing is marked then.
   */
  void walk(int linear, boolean write, boolean byUser) {
    if (!paging) {
      physical = linear;
      writable = true;
      userWritable = true;
      user = true;
      global = false;
    } else if (pae) {
      walkPae(linear, write, byUser);
    } else {
      walkTwoLevel(linear, write, byUser);
    }
    physical &= memory.a20Mask();
  }

  private int read(int address) {
    return memory.read(address & memory.a20Mask(), 4);
  }

  private void mark(int address, int entry, int bits) {
    if ((entry & bits) != bits) {
      memory.write(address & memory.a20Mask(), 4, entry | bits);
    }
  }

  private void walkTwoLevel(int linear, boolean write, boolean byUser) {
    int pdeAddress = (cr3 & PAGE_MASK) + (linear >>> 22 << 2);
    int pde = read(pdeAddress);
    if ((pde & PRESENT) == 0) {
      throw fault(linear, write, byUser, 0);
    }
    if ((pde & LARGE) != 0 && largePages) {
      if ((pde & RESERVED_4M) != 0) {
        throw fault(
            linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
      }
      checkRights(linear, pde, write, byUser);
      finish(pdeAddress, pde, pde, write, pde & 0xFFC00000 | linear & 0x3FFFFF);
      return;
    }
    int pteAddress = (pde & PAGE_MASK) + (linear >>> 10 & 0xFFC);
    int pte = read(pteAddress);
    if ((pte & PRESENT) == 0) {
      throw fault(linear, write, byUser, 0);
    }
    int rights = pte & (pde | ~(WRITABLE | USER));
    checkRights(linear, rights, write, byUser);
    mark(pdeAddress, pde, ACCESSED);
    finish(pteAddress, pte, rights, write, pte & PAGE_MASK | linear & 0xFFF);
  }

  private void walkPae(int linear, boolean write, boolean byUser) {
    long pointer = pointers[linear >>> 30];
    if ((pointer & PRESENT) == 0) {
      throw fault(linear, write, byUser, 0);
    }
    int pdeAddress = ((int) pointer & PAGE_MASK) + (linear >>> 18 & 0xFF8);
    int pde = read(pdeAddress);
    int pdeHigh = read(pdeAddress + 4);
    if ((pde & PRESENT) == 0) {
      throw fault(linear, write, byUser, 0);
    }
    boolean large = (pde & LARGE) != 0;
    if (pdeHigh >>> 4 != 0 || large && (pde & RESERVED_2M) != 0) {
      throw fault(linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
    }
    if (large) {
      checkRights(linear, pde, write, byUser);
      finish(pdeAddress, pde, pde, write, beyond(pdeHigh, pde & 0xFFE00000 | linear & 0x1FFFFF));
      return;
    }
    int pteAddress = beyond(pdeHigh, pde & PAGE_MASK) + (linear >>> 9 & 0xFF8);
    int pte = read(pteAddress);
    int pteHigh = read(pteAddress + 4);
    if ((pte & PRESENT) == 0) {
      throw fault(linear, write, byUser, 0);
    }
    if (pteHigh >>> 4 != 0) {
      throw fault(linear, write, byUser, PageFaultException.PRESENT | PageFaultException.RESERVED);
    }
    int rights = pte & (pde | ~(WRITABLE | USER));
    checkRights(linear, rights, write, byUser);
    mark(pdeAddress, pde, ACCESSED);
    finish(pteAddress, pte, rights, write, beyond(pteHigh, pte & PAGE_MASK | linear & 0xFFF));
  }

  /** A physical address of more than 32 bits: nothing is there, as at FE000000h. */
  private static int beyond(int high, int low) {
    return high == 0 ? low : 0xFE000000 | low & 0xFFF;
  }

  private void checkRights(int linear, int rights, boolean write, boolean byUser) {
    boolean denied =
        byUser && (rights & USER) == 0
            || write && (rights & WRITABLE) == 0 && (byUser || writeProtect);
    if (denied) {
      throw fault(linear, write, byUser, PageFaultException.PRESENT);
    }
  }

  /** The access is allowed: marks the last entry and sets the answer. */
  private void finish(int entryAddress, int entry, int rights, boolean write, int address) {
    mark(entryAddress, entry, write ? ACCESSED | DIRTY : ACCESSED);
    physical = address;
    // Until the dirty bit is set the first store must walk again, to set it.
    boolean dirty = write || (entry & DIRTY) != 0;
    userWritable = dirty && (rights & WRITABLE) != 0;
    writable = dirty && ((rights & WRITABLE) != 0 || !writeProtect);
    user = (rights & USER) != 0;
    global = globalPages && (entry & GLOBAL) != 0;
  }

  private PageFaultException fault(int linear, boolean write, boolean byUser, int code) {
    pageFault.address = linear;
    pageFault.errorCode =
        code | (write ? PageFaultException.WRITE : 0) | (byUser ? PageFaultException.USER : 0);
    return pageFault;
  }

  /** See {@link Mmu#peekPhysical}. */
  long peek(int linear) {
    if (!paging) {
      return Integer.toUnsignedLong(linear & memory.a20Mask());
    }
    int pdeAddress =
        pae
            ? ((int) pointers[linear >>> 30] & PAGE_MASK) + (linear >>> 18 & 0xFF8)
            : (cr3 & PAGE_MASK) + (linear >>> 22 << 2);
    int pde = memory.peek(pdeAddress, 4);
    if ((pde & PRESENT) == 0 || pae && (pointers[linear >>> 30] & PRESENT) == 0) {
      return -1;
    }
    if ((pde & LARGE) != 0 && (pae || largePages)) {
      int offset = pae ? 0x1FFFFF : 0x3FFFFF;
      return Integer.toUnsignedLong(pde & ~offset | linear & offset);
    }
    int index = pae ? linear >>> 9 & 0xFF8 : linear >>> 10 & 0xFFC;
    int pte = memory.peek((pde & PAGE_MASK) + index, 4);
    return (pte & PRESENT) == 0 ? -1 : Integer.toUnsignedLong(pte & PAGE_MASK | linear & 0xFFF);
  }
}

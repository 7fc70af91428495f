package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * A plain walk of the guest's tables that changes nothing, for dumps and for checking: written
 * apart from {@link PageWalker}, which it is compared with. (SDM volume 3, 4.3 and 4.4.)
 *
 * @param present whether the page is mapped at all, with no reserved bit set
 * @param physical physical address of the page, A20 applied
 * @param writable the tables let user code write, if they let it read
 * @param user the tables let user code read
 * @param flags the low 12 bits of the last entry as it is
 * @param accessed all entries on the way are marked accessed
 * @param dirty the last entry is marked dirty
 * @param size bytes of the page: 4096, or 2 or 4 MiB
 */
record TableWalk(
    boolean present,
    int physical,
    boolean writable,
    boolean user,
    int flags,
    boolean accessed,
    boolean dirty,
    int size) {
  private static final TableWalk NOTHING =
      new TableWalk(false, 0, false, false, 0, false, false, 4096);

  private static final int PRESENT = 1;
  private static final int WRITABLE = 1 << 1;
  private static final int USER = 1 << 2;
  private static final int ACCESSED = 1 << 5;
  private static final int DIRTY = 1 << 6;
  private static final int LARGE = 1 << 7;

  /** Where nothing answers, for addresses of more than 32 bits. */
  private static final int NOWHERE = 0xFE000000;

  /** Walks for the page of a linear address, in the address space and mode of a shadow. */
  static TableWalk of(PhysicalMemory memory, ShadowPageTable space, int linear) {
    if ((space.mode & PageWalker.MODE_PAGING) == 0) {
      int physical = linear & ~0xFFF & memory.a20Mask();
      return new TableWalk(true, physical, true, true, 0, true, true, 4096);
    }
    boolean pae = (space.mode & PageWalker.MODE_PAE) != 0;
    long directory = pae ? space.pointer(linear >>> 30) : space.root | PRESENT;
    if ((directory & PRESENT) == 0) {
      return NOTHING;
    }
    long pde = entry(memory, (int) directory, pae, linear >>> (pae ? 21 : 22));
    boolean large = (pde & LARGE) != 0 && (pae || (space.mode & PageWalker.MODE_LARGE) != 0);
    int size = !large ? 4096 : pae ? 1 << 21 : 1 << 22;
    if ((pde & PRESENT) == 0 || reserved(pde, pae, size)) {
      return NOTHING;
    }
    if (large) {
      return leaf(memory, pde, pde, linear, size);
    }
    int table = pde >>> 32 != 0 ? NOWHERE : (int) pde;
    long pte = entry(memory, table, pae, linear >>> 12);
    if ((pte & PRESENT) == 0 || reserved(pte, pae, 4096)) {
      return NOTHING;
    }
    return leaf(memory, pde, pte, linear, 4096);
  }

  private static boolean reserved(long entry, boolean pae, int size) {
    // Bits of the address below the size of a large page, but for PAT (bit 12).
    int low = size == 4096 ? 0 : size - 1 & ~0x1FFF;
    return pae && entry >>> 36 != 0 || (entry & low) != 0;
  }

  private static long entry(PhysicalMemory memory, int table, boolean pae, int index) {
    int at = (table & ~0xFFF) + (pae ? (index & 511) * 8 : (index & 1023) * 4) & memory.a20Mask();
    long low = memory.peek(at, 4) & 0xFFFFFFFFL;
    return pae ? (long) memory.peek(at + 4, 4) << 32 | low : low;
  }

  private static TableWalk leaf(PhysicalMemory memory, long pde, long last, int linear, int size) {
    int physical = last >>> 32 != 0 ? NOWHERE : (int) last & -size | linear & (size - 1) & ~0xFFF;
    return new TableWalk(
        true,
        physical & memory.a20Mask(),
        (pde & last & WRITABLE) != 0,
        (pde & last & USER) != 0,
        (int) last & 0xFFF,
        (pde & last & ACCESSED) != 0,
        (last & DIRTY) != 0,
        size);
  }
}

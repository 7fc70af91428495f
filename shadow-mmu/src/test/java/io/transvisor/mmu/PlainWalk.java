package io.transvisor.mmu;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * Translation as the manual tells it (SDM volume 3, 4.3, 4.4, 4.6, 4.7), for one access and without
 * any cache: what the MMU is compared with. All tables lie in RAM.
 *
 * @param physical where the access goes, when it is allowed
 * @param fault error code of the page fault, or -1
 * @param marks addresses of the entries the access marks accessed, the last one also dirty by a
 *     write
 */
record PlainWalk(int physical, int fault, int... marks) {
  static PlainWalk of(
      PhysicalMemory memory,
      int cr0,
      int cr3,
      int cr4,
      long[] pointers,
      int linear,
      boolean write,
      boolean user) {
    int code = (write ? 2 : 0) | (user ? 4 : 0);
    boolean writeProtect = (cr0 & 1 << 16) != 0;
    boolean pae = (cr4 & 1 << 5) != 0;
    boolean pse = (cr4 & 1 << 4) != 0;
    if (pae && (pointers[linear >>> 30] & 1) == 0) {
      return new PlainWalk(0, code);
    }
    int directory = (pae ? (int) pointers[linear >>> 30] : cr3) & -4096;
    int pdeAt = directory + (pae ? (linear >>> 21 & 511) * 8 : (linear >>> 22) * 4);
    long pde = read(memory, pdeAt, pae);
    if ((pde & 1) == 0) {
      return new PlainWalk(0, code);
    }
    boolean large = (pde & 0x80) != 0 && (pae || pse);
    int reserved = !large ? 0 : pae ? 0x1FE000 : 0x3FE000;
    if ((pde & reserved) != 0 || pae && pde >>> 36 != 0) {
      return new PlainWalk(0, code | 9);
    }
    long leaf = pde;
    int leafAt = pdeAt;
    if (!large) {
      leafAt = ((int) pde & -4096) + (pae ? (linear >>> 12 & 511) * 8 : (linear >>> 12 & 1023) * 4);
      leaf = read(memory, leafAt, pae);
      if ((leaf & 1) == 0) {
        return new PlainWalk(0, code);
      }
      if (pae && leaf >>> 36 != 0) {
        return new PlainWalk(0, code | 9);
      }
    }
    boolean userPage = (pde & leaf & 4) != 0;
    boolean writable = (pde & leaf & 2) != 0;
    if (user && !userPage || write && !writable && (user || writeProtect)) {
      return new PlainWalk(0, code | 1);
    }
    int mask = !large ? 0xFFF : pae ? 0x1FFFFF : 0x3FFFFF;
    int physical = (int) leaf & ~mask | linear & mask;
    return large ? new PlainWalk(physical, -1, pdeAt) : new PlainWalk(physical, -1, pdeAt, leafAt);
  }

  private static long read(PhysicalMemory memory, int at, boolean pae) {
    long low = memory.peek(at, 4) & 0xFFFFFFFFL;
    return pae ? (long) memory.peek(at + 4, 4) << 32 | low : low;
  }
}

package io.transvisor.bt.interp;

/**
 * Breakpoints in DR0-DR3 (SDM volume 3, chapter 17): which are armed, and which an access or an
 * instruction hits.
 */
final class DebugRegisters {
  private static final int EXECUTE = 0;
  private static final int WRITE = 1;
  private static final int IO = 2;
  private static final int READ_WRITE = 3;

  private DebugRegisters() {}

  private static boolean enabled(Cpu c, int n) {
    return (c.dr[7] >>> 2 * n & 3) != 0;
  }

  private static int kind(Cpu c, int n) {
    return c.dr[7] >>> 16 + 4 * n & 3;
  }

  /** Length in bytes from the LEN field; the undefined value 2 counts as 8. */
  private static int length(Cpu c, int n) {
    return switch (c.dr[7] >>> 18 + 4 * n & 3) {
      case 0 -> 1;
      case 1 -> 2;
      case 2 -> 8;
      default -> 4;
    };
  }

  /** Whether any data breakpoint is armed. */
  static boolean watchesData(Cpu c) {
    for (int n = 0; n < 4; n++) {
      if (enabled(c, n) && (kind(c, n) == WRITE || kind(c, n) == READ_WRITE)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any instruction breakpoint is armed. */
  static boolean watchesCode(Cpu c) {
    for (int n = 0; n < 4; n++) {
      if (enabled(c, n) && kind(c, n) == EXECUTE) {
        return true;
      }
    }
    return false;
  }

  /** The DR6 bits of instruction breakpoints at a linear address. */
  static int codeHits(Cpu c, int linear) {
    int hits = 0;
    for (int n = 0; n < 4; n++) {
      if (enabled(c, n) && kind(c, n) == EXECUTE && c.dr[n] == linear) {
        hits |= 1 << n;
      }
    }
    return hits;
  }

  /** Records data breakpoints that an access hits; they become a trap after the instruction. */
  static void noteAccess(Cpu c, int linear, int size, boolean write) {
    for (int n = 0; n < 4; n++) {
      if (!enabled(c, n)) {
        continue;
      }
      int kind = kind(c, n);
      if (kind == READ_WRITE || kind == WRITE && write) {
        noteIfOverlaps(c, n, linear, size);
      }
    }
  }

  /** Records I/O breakpoints (with CR4.DE) that a port access hits. */
  static void notePort(Cpu c, int port, int size) {
    if ((c.cr4 & Cpu.CR4_DE) == 0) {
      return;
    }
    for (int n = 0; n < 4; n++) {
      if (enabled(c, n) && kind(c, n) == IO) {
        noteIfOverlaps(c, n, port, size);
      }
    }
  }

  private static void noteIfOverlaps(Cpu c, int n, int address, int size) {
    int length = length(c, n);
    int first = c.dr[n] & -length;
    if (Integer.compareUnsigned(address, first + length - 1) <= 0
        && Integer.compareUnsigned(first, address + size - 1) <= 0) {
      c.debugTraps |= 1 << n;
      c.stopTrace();
    }
  }
}

package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.Watchpoint;

/**
 * The exact segment check behind the fast limit compare (SDM volume 3, 5.3 to 5.5), with alignment
 * checks and data breakpoints.
 */
final class SegmentChecks {
  private SegmentChecks() {}

  /**
   * Checks an access and gives its linear address.
   *
   * @throws GuestFault #GP(0), #SS(0) for the stack segment, #AC(0)
   */
  static int exact(Cpu c, int segment, int offset, int size, boolean write) {
    int access = c.segAccess[segment];
    if (!allows(access, write) || !inLimit(access, c.segLimit[segment], offset, size)) {
      throw segment == CpuState.SS ? c.ss(0) : c.gp(0);
    }
    int linear = c.segBase[segment] + offset;
    if (c.exactChecks) {
      if (c.alignmentChecked() && (linear & alignment(size) - 1) != 0) {
        throw c.fault(GuestFault.AC, 0);
      }
      DebugRegisters.noteAccess(c, linear, size, write);
      noteWatchpoints(c, linear, size, write);
    }
    return linear;
  }

  /** Records that an access hits a debugger's watchpoint; the run ends after the instruction. */
  private static void noteWatchpoints(Cpu c, int linear, int size, boolean write) {
    for (Watchpoint w : c.watchpoints) {
      if (w.matches(linear, size, write)) {
        c.watchHit = new DebugPort.Hit(w, linear);
        c.debugTraps |= DebugExceptions.WATCHPOINT;
        c.stopTrace();
        return;
      }
    }
  }

  static boolean allows(int access, boolean write) {
    if ((access & (CpuState.PRESENT | CpuState.CODE_OR_DATA))
        != (CpuState.PRESENT | CpuState.CODE_OR_DATA)) {
      return false;
    }
    boolean code = (access & CpuState.CODE) != 0;
    return write
        ? !code && (access & CpuState.WRITABLE) != 0
        : !code || (access & CpuState.READABLE) != 0;
  }

  static boolean inLimit(int access, int limit, int offset, int size) {
    long first = offset & 0xFFFFFFFFL;
    long last = first + size - 1;
    long end = limit & 0xFFFFFFFFL;
    if ((access & (CpuState.CODE | CpuState.EXPAND_DOWN)) == CpuState.EXPAND_DOWN) {
      return first > end && last <= ((access & CpuState.BIG) != 0 ? 0xFFFFFFFFL : 0xFFFFL);
    }
    // An access that wraps at 4 GiB in a flat segment goes through, as on the P6 family.
    return last <= end || end == 0xFFFFFFFFL;
  }

  /** Natural alignment of an operand; 10-byte reals need 8. */
  private static int alignment(int size) {
    return Math.min(Integer.highestOneBit(size), 8);
  }
}

package io.transvisor.bt.interp;

import io.transvisor.core.cpu.Activity;
import io.transvisor.core.cpu.CpuState;

/** Whether the current privilege may use I/O ports (SDM volume 1, 18.5). */
final class PortAccess {
  private PortAccess() {}

  /**
   * Checks IOPL and the task state's I/O permission bitmap.
   *
   * @throws GuestFault #GP(0)
   */
  static void check(Cpu c, int port, int size) {
    if (c.isProtected() && (c.cpl > c.iopl() || c.isV86())) {
      checkBitmap(c, port, size);
    }
  }

  private static void checkBitmap(Cpu c, int port, int size) {
    int limit = c.segLimit[CpuState.TR];
    boolean wide = (c.segAccess[CpuState.TR] & Descriptor.WIDE) != 0;
    if (!wide || Integer.compareUnsigned(limit, TaskSwitch.IO_MAP_BASE + 1) < 0) {
      throw c.gp(0);
    }
    int base = c.segBase[CpuState.TR];
    int at = c.systemW(base + TaskSwitch.IO_MAP_BASE) + (port >>> 3);
    // Two bytes are always read, so the map ends with a byte of ones.
    if (Integer.compareUnsigned(at + 1, limit) > 0) {
      throw c.gp(0);
    }
    int denied = c.systemW(base + at) >>> (port & 7);
    if ((denied & (1 << size) - 1) != 0) {
      throw c.gp(0);
    }
  }

  /** IN, after the check: reads a port and notes I/O breakpoints. */
  static int read(Cpu c, int port, int size) {
    DebugRegisters.notePort(c, port, size);
    int before = c.activity.enter(Activity.DEVICE);
    int value = c.ports.read(port, size);
    TimeStampCounter.forget(c);
    c.activity.set(before);
    return value;
  }

  /** OUT, after the check. */
  static void write(Cpu c, int port, int size, int value) {
    DebugRegisters.notePort(c, port, size);
    int before = c.activity.enter(Activity.DEVICE);
    c.ports.write(port, size, value);
    TimeStampCounter.forget(c);
    c.activity.set(before);
  }
}

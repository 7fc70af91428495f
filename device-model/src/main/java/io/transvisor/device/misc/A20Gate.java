package io.transvisor.device.misc;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * The gate on address line 20: open while the keyboard controller or system control port A opens
 * it. Each source keeps and restores its own state; the gate follows. At power-on the keyboard
 * controller opens it, or the CPU could not fetch its first instruction below 4 GiB.
 */
public final class A20Gate {
  /** Who can open the gate. */
  public enum Source {
    KEYBOARD_CONTROLLER,
    PORT_92
  }

  private final PhysicalMemory memory;
  private int open = 1 << Source.KEYBOARD_CONTROLLER.ordinal();

  public A20Gate(PhysicalMemory memory) {
    this.memory = memory;
  }

  public void set(Source source, boolean opens) {
    int bit = 1 << source.ordinal();
    open = opens ? open | bit : open & ~bit;
    memory.setA20(open != 0);
  }

  /** Whether this source opens the gate. */
  public boolean isOpenedBy(Source source) {
    return (open & 1 << source.ordinal()) != 0;
  }

  public boolean isOpen() {
    return open != 0;
  }
}

package io.transvisor.device.misc;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * The gate on address line 20, one latch that the keyboard controller and system control port A
 * both write and show. The chipset's datasheet (82371SB, port 92h) has either of two bits open the
 * line. But firmware leaves the one of port 92h set, and what then closes the line the classic way,
 * through the keyboard controller, would find it open: of the two, the last to speak has it.
 */
public final class A20Gate {
  private final PhysicalMemory memory;

  public A20Gate(PhysicalMemory memory) {
    this.memory = memory;
  }

  public void set(boolean open) {
    memory.setA20(open);
  }

  public boolean isOpen() {
    return memory.a20Mask() == -1;
  }
}

package io.transvisor.device.apic;

/**
 * What an I/O APIC or a local APIC sends over the bus (SDM volume 3, 10.6.1; 82093AA datasheet,
 * 3.2.4).
 *
 * @param mode one of the delivery modes below
 * @param vector 0 to 255
 * @param level level-triggered: the end of the interrupt goes back to the I/O APIC
 * @param logical the destination is a set of logical ids, else an APIC id
 * @param destination 8 bits
 */
record InterruptMessage(int mode, int vector, boolean level, boolean logical, int destination) {
  static final int FIXED = 0;
  static final int LOWEST_PRIORITY = 1;
  static final int SMI = 2;
  static final int NMI = 4;
  static final int INIT = 5;
  static final int START_UP = 6;
  static final int EXT_INT = 7;

  /** As a physical destination: all processors. */
  static final int BROADCAST = 0xFF;
}

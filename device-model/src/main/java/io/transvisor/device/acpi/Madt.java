package io.transvisor.device.acpi;

import io.transvisor.device.apic.IoApic;
import io.transvisor.device.apic.LocalApic;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The multiple APIC description table (ACPI 1.0b, 5.2.8): one local APIC, the I/O APIC, and which
 * ISA interrupts reach it otherwise than by their number and as edges.
 */
final class Madt {
  /** There is an 8259 pair too. */
  private static final int PCAT_COMPATIBLE = 1;

  private static final int LOCAL_APIC = 0;
  private static final int IO_APIC = 1;
  private static final int OVERRIDE = 2;
  private static final int LOCAL_NMI = 4;
  private static final int ALL_PROCESSORS = 0xFF;
  private static final int SIZE = 8 + 8 + 12 + 5 * 10 + 6;

  /** Polarity and trigger mode as the bus has it, and active high, level-triggered. */
  private static final int CONFORMING = 0;

  private static final int HIGH_LEVEL = 0xD;

  /** The SCI, and what the PCI interrupt links can be set to. */
  private static final int[] LEVEL_TRIGGERED = {5, 9, 10, 11};

  private Madt() {}

  /** What follows the table header. */
  static byte[] build() {
    ByteBuffer b = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(LocalApic.DEFAULT_BASE).putInt(PCAT_COMPATIBLE);
    b.put((byte) LOCAL_APIC).put((byte) 8).put((byte) 0).put((byte) 0).putInt(1);
    b.put((byte) IO_APIC).put((byte) 12).put((byte) 0).put((byte) 0);
    b.putInt(IoApic.DEFAULT_BASE).putInt(0);
    override(b, 0, IoApic.TIMER_PIN, CONFORMING);
    for (int irq : LEVEL_TRIGGERED) {
      override(b, irq, irq, HIGH_LEVEL);
    }
    b.put((byte) LOCAL_NMI).put((byte) 6).put((byte) ALL_PROCESSORS).putShort((short) CONFORMING);
    return b.put((byte) 1).array();
  }

  private static void override(ByteBuffer b, int irq, int input, int flags) {
    b.put((byte) OVERRIDE).put((byte) 10).put((byte) 0).put((byte) irq);
    b.putInt(input).putShort((short) flags);
  }
}

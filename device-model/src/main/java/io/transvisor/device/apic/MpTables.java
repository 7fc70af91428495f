package io.transvisor.device.apic;

import io.transvisor.core.cpu.CpuModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The tables of Intel's MultiProcessor Specification 1.4, chapter 4, for a board set up without
 * firmware: one processor, the I/O APIC, the PCI and ISA buses and where their interrupts go.
 */
public final class MpTables {
  private static final int FLOATING_SIZE = 16;
  private static final int HEADER_SIZE = 44;
  private static final int SPEC_1_4 = 4;

  private static final int PROCESSOR = 0;
  private static final int BUS = 1;
  private static final int IO_APIC = 2;
  private static final int IO_INTERRUPT = 3;
  private static final int LOCAL_INTERRUPT = 4;

  private static final int ENABLED = 1;
  private static final int BOOTSTRAP = 2;
  private static final int PCI_BUS = 0;
  private static final int ISA_BUS = 1;
  private static final int PCI_SLOTS = 32;
  private static final int PCI_PINS = 4;
  private static final int ISA_IRQS = 16;

  private static final int INT = 0;
  private static final int NMI = 1;
  private static final int EXT_INT = 3;
  private static final int CONFORMING = 0;
  private static final int ACTIVE_HIGH = 1;
  private static final int ALL_PROCESSORS = 0xFF;

  private final ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  private int entries;

  private MpTables() {}

  /** To which ISA interrupt a pin (0 to 3) of a slot on PCI bus 0 is routed. */
  @FunctionalInterface
  public interface PciRouting {
    int irq(int slot, int pin);
  }

  /**
   * The floating pointer structure with the configuration table behind it.
   *
   * @param address where they will be, a multiple of 16
   */
  public static byte[] build(int address, CpuModel cpu, PciRouting routing) {
    return new MpTables().write(address, cpu, routing);
  }

  private byte[] write(int address, CpuModel cpu, PciRouting routing) {
    b.position(FLOATING_SIZE + HEADER_SIZE);
    processor(cpu);
    bus(PCI_BUS, "PCI   ");
    bus(ISA_BUS, "ISA   ");
    entry(IO_APIC, 0, IoApic.VERSION, ENABLED).putInt(IoApic.DEFAULT_BASE);
    int pciInterrupts = 0;
    for (int source = 0; source < PCI_SLOTS * PCI_PINS; source++) {
      int irq = routing.irq(source / PCI_PINS, source % PCI_PINS);
      pciInterrupts |= 1 << irq;
      interrupt(IO_INTERRUPT, INT, ACTIVE_HIGH, PCI_BUS, source, 0, irq);
    }
    for (int irq = 0; irq < ISA_IRQS; irq++) {
      if (irq != IoApic.TIMER_PIN && (pciInterrupts & 1 << irq) == 0) {
        int input = irq == 0 ? IoApic.TIMER_PIN : irq;
        interrupt(IO_INTERRUPT, INT, CONFORMING, ISA_BUS, irq, 0, input);
      }
    }
    interrupt(LOCAL_INTERRUPT, EXT_INT, CONFORMING, ISA_BUS, 0, 0, 0);
    interrupt(LOCAL_INTERRUPT, NMI, CONFORMING, ISA_BUS, 0, ALL_PROCESSORS, 1);
    int end = b.position();
    header(end - FLOATING_SIZE);
    floatingPointer(address);
    byte[] tables = new byte[end];
    b.get(0, tables);
    return tables;
  }

  private ByteBuffer entry(int type, int... bytes) {
    entries++;
    b.put((byte) type);
    for (int value : bytes) {
      b.put((byte) value);
    }
    return b;
  }

  private void processor(CpuModel cpu) {
    entry(PROCESSOR, 0, LocalApic.VERSION, ENABLED | BOOTSTRAP)
        .putInt(cpu.signature())
        .putInt(cpu.features())
        .putLong(0);
  }

  private void bus(int number, String type) {
    entry(BUS, number).put(ascii(type));
  }

  private void interrupt(int entry, int type, int flags, int bus, int source, int apic, int input) {
    entry(entry, type, flags, 0, bus, source, apic, input);
  }

  private void header(int length) {
    b.position(FLOATING_SIZE);
    b.put(ascii("PCMP")).putShort((short) length).put((byte) SPEC_1_4).put((byte) 0);
    b.put(ascii("TRNSVR  ")).put(ascii("TVPC        ")).putInt(0).putShort((short) 0);
    b.putShort((short) entries).putInt(LocalApic.DEFAULT_BASE).putInt(0);
    seal(FLOATING_SIZE, length, FLOATING_SIZE + 7);
  }

  private void floatingPointer(int address) {
    b.position(0);
    b.put(ascii("_MP_")).putInt(address + FLOATING_SIZE).put((byte) 1).put((byte) SPEC_1_4);
    seal(0, FLOATING_SIZE, 10);
  }

  /** Makes the bytes of a structure add up to 0. */
  private void seal(int start, int length, int checksum) {
    byte sum = 0;
    for (int n = start; n < start + length; n++) {
      sum += b.get(n);
    }
    b.put(checksum, (byte) -sum);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

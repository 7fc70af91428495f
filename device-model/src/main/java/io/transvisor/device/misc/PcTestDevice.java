package io.transvisor.device.misc;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * What kvm-unit-tests expect of QEMU's {@code pc-testdev}: ports E0h to E3h and E8h keep what is
 * written to them, so do 64 KiB of memory-mapped registers at FF000000h, and a write to port 2000h
 * + <i>n</i> sets the wire of IRQ <i>n</i>. Ports E4h to E7h, which make QEMU forget a page, do
 * nothing: whether the host has the page at hand is not the guest's to notice.
 */
public final class PcTestDevice implements Device {
  private static final int LATCH_PORT = 0xE0;
  private static final int FLUSH_PORT = 0xE4;
  private static final int BYTE_PORT = 0xE8;
  private static final int IRQ_PORT = 0x2000;
  private static final int IRQS = 16;
  private static final int REGISTERS = 0xFF000000;
  private static final int REGISTERS_LENGTH = 0x10000;
  private static final int WIDEST = 4;

  /** Above memory. */
  private static final int PRIORITY = 1;

  private final byte[] latch = new byte[BYTE_PORT + 1 - LATCH_PORT];
  private final byte[] registers = new byte[REGISTERS_LENGTH];
  private final IrqLine[] irqs = new IrqLine[IRQS];
  private int wires;

  /**
   * @param irq gives an input of an ISA interrupt, 0 to 15
   */
  public PcTestDevice(PortSpace ports, PhysicalMemory memory, IntFunction<IrqLine> irq) {
    Arrays.setAll(irqs, irq);
    ports.register(name(), LATCH_PORT, FLUSH_PORT - LATCH_PORT, WIDEST, new Bytes(latch, 0));
    ports.register(name(), FLUSH_PORT, BYTE_PORT - FLUSH_PORT, WIDEST, new Nothing());
    ports.register(name(), BYTE_PORT, 1, 1, new Bytes(latch, BYTE_PORT - LATCH_PORT));
    ports.register(name(), IRQ_PORT, IRQS, WIDEST, new Wires());
    memory.mapMmio(name(), REGISTERS, REGISTERS_LENGTH, new Bytes(registers, 0), PRIORITY);
  }

  /** Keeps what is written. */
  private record Bytes(byte[] content, int start) implements PortHandler, MmioHandler {
    @Override
    public int read(int offset, int width) {
      int value = 0;
      for (int i = width - 1; i >= 0; i--) {
        value = value << 8 | content[start + offset + i] & 0xFF;
      }
      return value;
    }

    @Override
    public int peek(int offset, int width) {
      return read(offset, width);
    }

    @Override
    public void write(int offset, int width, int value) {
      for (int i = 0; i < width; i++) {
        content[start + offset + i] = (byte) (value >>> 8 * i);
      }
    }
  }

  private static final class Nothing implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return 0;
    }

    @Override
    public void write(int offset, int width, int value) {
      // Nothing.
    }
  }

  private final class Wires implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return wires >>> offset & 1;
    }

    @Override
    public void write(int offset, int width, int value) {
      setWires(wires & ~(1 << offset) | (value != 0 ? 1 << offset : 0));
    }
  }

  private void setWires(int value) {
    wires = value;
    for (int i = 0; i < IRQS; i++) {
      irqs[i].set((wires >>> i & 1) != 0);
    }
  }

  @Override
  public String name() {
    return "pc-testdev";
  }

  @Override
  public void reset(ResetKind kind) {
    Arrays.fill(latch, (byte) 0);
    Arrays.fill(registers, (byte) 0);
    setWires(0);
  }

  @Override
  public void save(StateWriter out) {
    out.putBytes("latch", latch);
    out.putBytes("registers", registers);
    out.putInt("wires", wires);
  }

  @Override
  public void load(StateReader in) {
    System.arraycopy(in.getBytes("latch"), 0, latch, 0, latch.length);
    System.arraycopy(in.getBytes("registers"), 0, registers, 0, registers.length);
    wires = in.getInt("wires");
  }
}

package io.transvisor.device.chipset;

import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pci.PciConfig;
import io.transvisor.device.pci.PciFunction;
import io.transvisor.device.pci.PciInterruptRouter;
import java.util.function.IntFunction;

/**
 * The PCI-to-ISA bridge of the 82371SB (PIIX3) at 00:01.0 (Intel datasheet 290550): routes the four
 * PCI interrupts to ISA interrupts by its PIRQRC registers, and has the reset control register at
 * port CF9h.
 */
public final class Piix3 extends PciFunction implements PciInterruptRouter {
  /** First of the four routing registers PIRQRCA to PIRQRCD. */
  public static final int PIRQRC = 0x60;

  private static final int PIRQS = 4;
  private static final int ISA_IRQS = 16;
  private static final int RESET_PORT = 0xCF9;

  /** Reset control: pulls the reset wire. */
  private static final int RESET_CPU = 1 << 2;

  /** Reset control: hard rather than soft reset. */
  private static final int SYSTEM_RESET = 1 << 1;

  private final MachineControl machine;
  private final IrqLine[] outputs = new IrqLine[ISA_IRQS];
  private final int[] asserted = new int[PIRQS];
  private int resetControl;

  /**
   * @param irqLines gives this bridge its own driver on an ISA interrupt wire, 0 to 15
   */
  public Piix3(PortSpace ports, MachineControl machine, IntFunction<IrqLine> irqLines) {
    super("piix3", 0x8086, 0x7000, 0x00, 0x060100);
    this.machine = machine;
    for (int i = 0; i < ISA_IRQS; i++) {
      outputs[i] = irqLines.apply(i);
    }
    putWord(config, PciConfig.STATUS, PciConfig.STATUS_DEVSEL_MEDIUM);
    config[PciConfig.HEADER_TYPE] = (byte) PciConfig.HEADER_MULTIFUNCTION;
    presetRegisters();
    for (int i = PciConfig.DEVICE_SPECIFIC; i < config.length; i++) {
      writableMask[i] = (byte) 0xFF;
    }
    ports.register("reset-control", RESET_PORT, 1, 1, new ResetControl());
  }

  private void presetRegisters() {
    config[0x4C] = 0x4D; // ISA I/O recovery timer
    putWord(config, 0x4E, 0x0003); // X-bus chip select
    for (int i = 0; i < PIRQS; i++) {
      config[PIRQRC + i] = (byte) 0x80;
    }
    config[0x69] = 0x02; // top of memory
    config[0x70] = (byte) 0x80; // motherboard device routing: off
    config[0x76] = 0x0C; // motherboard DMA control
    config[0x77] = 0x0C;
    config[0x78] = 0x02; // programmable chip select
    config[0xA0] = 0x08; // SMI control
    config[0xA8] = 0x0F; // fast-off timer
  }

  /**
   * Which of PIRQA to PIRQD (0 to 3) a pin of a slot is wired to: the usual rotation by slot, where
   * slot 1 has its INTA# on PIRQA.
   *
   * @param pin 1 for INTA# to 4 for INTD#
   */
  public static int pirq(int device, int pin) {
    return (device - 1 + pin - 1) & 3;
  }

  @Override
  public void interrupt(int device, int pin, boolean high) {
    int pirq = pirq(device, pin);
    asserted[pirq] += high ? 1 : -1;
    update();
  }

  private void update() {
    int levels = 0;
    for (int i = 0; i < PIRQS; i++) {
      int route = config[PIRQRC + i] & 0xFF;
      if (route < ISA_IRQS && asserted[i] > 0) {
        levels |= 1 << route;
      }
    }
    for (int i = 0; i < ISA_IRQS; i++) {
      outputs[i].set((levels & 1 << i) != 0);
    }
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    if (offset < PIRQRC + PIRQS && offset + width > PIRQRC) {
      update();
    }
  }

  @Override
  public void reset(ResetKind kind) {
    super.reset(kind);
    resetControl = 0;
    update();
  }

  @Override
  public void save(StateWriter out) {
    super.save(out);
    out.putInt("resetControl", resetControl);
  }

  @Override
  public void load(StateReader in) {
    super.load(in);
    resetControl = in.getInt("resetControl");
    update();
  }

  private final class ResetControl implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return resetControl;
    }

    @Override
    public void write(int offset, int width, int value) {
      if ((value & RESET_CPU) != 0) {
        machine.reset("reset control register CF9h");
      }
      resetControl = value & SYSTEM_RESET;
    }

    @Override
    public int peek(int offset, int width) {
      return resetControl;
    }
  }
}

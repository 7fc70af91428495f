package io.transvisor.device.chipset;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortRange;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pci.PciConfig;
import io.transvisor.device.pci.PciFunction;
import java.util.Arrays;

/**
 * The power management function of the 82371AB (PIIX4) at 00:01.3 (Intel datasheet 290562, chapter
 * 7): places the ACPI registers and the SMBus host controller in port space, and has the APM ports
 * B2h and B3h and the general purpose events at AFE0h, where QEMU's machine has them.
 *
 * <p>There is no system management mode. The device itself switches ACPI mode on and off, as QEMU's
 * does, and the APMC enable bit is set from the start: that tells SeaBIOS that its SMI handler is
 * in place already, so that it does not wait for one to answer.
 */
public final class Piix4Pm extends PciFunction {
  /** Port of the SMI command register, APMC. */
  public static final int SMI_COMMAND_PORT = 0xB2;

  /** Written to {@link #SMI_COMMAND_PORT}: ACPI mode on. */
  public static final int ACPI_ENABLE = 0xF1;

  /** Written to {@link #SMI_COMMAND_PORT}: ACPI mode off. */
  public static final int ACPI_DISABLE = 0xF0;

  /** First port of the general purpose event block: two status bytes, two enable bytes. */
  public static final int GPE_PORT = 0xAFE0;

  public static final int GPE_PORTS = 4;

  /** Configuration register with the base of the ACPI registers. */
  public static final int PMBA = 0x40;

  private static final int DEVACTB_HIGH = 0x5B;
  private static final int APMC_ENABLE = 1 << 1;

  /** Configuration register whose bit 0 enables the ACPI registers. */
  public static final int PMREGMISC = 0x80;

  private static final int SMBBA = 0x90;
  private static final int SMBHSTCFG = 0xD2;
  private static final int IO_BASE_MASK = 0xFFC0;

  private final IrqLine sci;
  private final AcpiPm pm;
  private final SmBus smbus = new SmBus(this::updateInterrupts);
  private final PortRange pmRange;
  private final PortRange smbusRange;
  private final byte[] gpe = new byte[GPE_PORTS];
  private int apmControl;
  private int apmStatus;

  /**
   * @param sci driver on ISA interrupt 9
   */
  public Piix4Pm(PortSpace ports, EventQueue events, MachineControl machine, IrqLine sci) {
    super("piix4-pm", 0x8086, 0x7113, 0x03, 0x068000);
    this.sci = sci;
    pm = new AcpiPm(events, machine, this::updateInterrupts);
    presetRegisters();
    pmRange = ports.register("acpi-pm", 0, AcpiPm.PORTS, 4, pm);
    pmRange.setEnabled(false);
    smbusRange = ports.register("smbus", 0, SmBus.PORTS, 1, smbus);
    smbusRange.setEnabled(false);
    ports.register("apm", SMI_COMMAND_PORT, 2, 1, new ApmPorts());
    ports.register("acpi-gpe", GPE_PORT, GPE_PORTS, 1, new GpePorts());
  }

  private void presetRegisters() {
    putWord(config, PciConfig.STATUS, PciConfig.STATUS_DEVSEL_MEDIUM | PciConfig.STATUS_FAST_BACK);
    interruptPin(1);
    for (int i = PciConfig.DEVICE_SPECIFIC; i < config.length; i++) {
      writableMask[i] = (byte) 0xFF;
    }
    config[PMBA] = 1;
    writableMask[PMBA] = (byte) 0xC0;
    writableMask[PMBA + 2] = 0;
    writableMask[PMBA + 3] = 0;
    config[DEVACTB_HIGH] = APMC_ENABLE;
    // Which legacy devices firmware finds behind the ISA bridge: floppy, parallel port, both serial
    // ports.
    config[0x5F] = (byte) 0x90;
    config[0x63] = 0x60;
    config[0x67] = (byte) 0x98;
    putWord(config, SMBBA, 0xB101);
    writableMask[SMBBA] = (byte) 0xF0;
    writableMask[SMBBA + 2] = 0;
    writableMask[SMBBA + 3] = 0;
    config[SMBHSTCFG] = 0x09; // host controller on, interrupt on IRQ 9
  }

  /** Presses the power button. Guests without ACPI, or with the event disabled, do not see it. */
  public void pressPowerButton() {
    pm.powerButton();
  }

  private void updateInterrupts() {
    boolean general = pm.sciEnabled() && ((gpe[0] & gpe[2]) | (gpe[1] & gpe[3])) != 0;
    sci.set(pm.interrupt() || general || smbus.interrupt());
  }

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    if (offset >= PciConfig.DEVICE_SPECIFIC) {
      updateRanges();
    }
  }

  private void updateRanges() {
    place(pmRange, configWord(PMBA) & IO_BASE_MASK, (config[PMREGMISC] & 1) != 0);
    place(smbusRange, configWord(SMBBA) & IO_BASE_MASK, (config[SMBHSTCFG] & 1) != 0);
  }

  private static void place(PortRange range, int base, boolean on) {
    if (on) {
      range.moveTo(base);
    } else {
      range.setEnabled(false);
    }
  }

  @Override
  public void reset(ResetKind kind) {
    super.reset(kind);
    pm.reset();
    smbus.reset();
    Arrays.fill(gpe, (byte) 0);
    apmControl = 0;
    apmStatus = 0;
    updateRanges();
    updateInterrupts();
  }

  @Override
  public void save(StateWriter out) {
    super.save(out);
    pm.save(out);
    smbus.save(out);
    out.putBytes("gpe", gpe);
    out.putInt("apmControl", apmControl);
    out.putInt("apmStatus", apmStatus);
  }

  @Override
  public void load(StateReader in) {
    super.load(in);
    pm.load(in);
    smbus.load(in);
    System.arraycopy(in.getBytes("gpe"), 0, gpe, 0, GPE_PORTS);
    apmControl = in.getInt("apmControl");
    apmStatus = in.getInt("apmStatus");
    updateRanges();
    updateInterrupts();
  }

  /** APMC at B2h, which would raise an SMI on hardware, and APMS at B3h, a scratch register. */
  private final class ApmPorts implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return offset == 0 ? apmControl : apmStatus;
    }

    @Override
    public void write(int offset, int width, int value) {
      if (offset != 0) {
        apmStatus = value;
        return;
      }
      apmControl = value;
      if (value == ACPI_ENABLE || value == ACPI_DISABLE) {
        pm.setSciEnabled(value == ACPI_ENABLE);
      }
    }
  }

  /** General purpose events: writing 1 clears status bits. Nothing on this board raises one. */
  private final class GpePorts implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return gpe[offset] & 0xFF;
    }

    @Override
    public void write(int offset, int width, int value) {
      if (offset < GPE_PORTS / 2) {
        gpe[offset] &= (byte) ~value;
      } else {
        gpe[offset] = (byte) value;
      }
      updateInterrupts();
    }
  }
}

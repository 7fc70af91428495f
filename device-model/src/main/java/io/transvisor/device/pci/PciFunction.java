package io.transvisor.device.pci;

import static io.transvisor.device.pci.PciConfig.BAR0;
import static io.transvisor.device.pci.PciConfig.CACHE_LINE_SIZE;
import static io.transvisor.device.pci.PciConfig.CLASS_CODE;
import static io.transvisor.device.pci.PciConfig.COMMAND;
import static io.transvisor.device.pci.PciConfig.COMMAND_INTX_DISABLE;
import static io.transvisor.device.pci.PciConfig.COMMAND_IO;
import static io.transvisor.device.pci.PciConfig.COMMAND_MASTER;
import static io.transvisor.device.pci.PciConfig.COMMAND_MEMORY;
import static io.transvisor.device.pci.PciConfig.COMMAND_SERR;
import static io.transvisor.device.pci.PciConfig.DEVICE_ID;
import static io.transvisor.device.pci.PciConfig.HEADER_MULTIFUNCTION;
import static io.transvisor.device.pci.PciConfig.HEADER_TYPE;
import static io.transvisor.device.pci.PciConfig.INTERRUPT_LINE;
import static io.transvisor.device.pci.PciConfig.INTERRUPT_PIN;
import static io.transvisor.device.pci.PciConfig.REVISION_ID;
import static io.transvisor.device.pci.PciConfig.ROM_BAR;
import static io.transvisor.device.pci.PciConfig.STATUS;
import static io.transvisor.device.pci.PciConfig.STATUS_ERRORS;
import static io.transvisor.device.pci.PciConfig.STATUS_INTERRUPT;
import static io.transvisor.device.pci.PciConfig.SUBSYSTEM_ID;
import static io.transvisor.device.pci.PciConfig.SUBSYSTEM_VENDOR_ID;
import static io.transvisor.device.pci.PciConfig.VENDOR_ID;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.Mapping;
import io.transvisor.core.port.PortRange;
import java.util.ArrayList;
import java.util.List;

/**
 * One function of a PCI device: 256 bytes of configuration space with a type 0 header (PCI Local
 * Bus Specification 2.3, 6.1), up to six base address registers, an expansion ROM, and an INTx#
 * wire.
 *
 * <p>A subclass presets {@link #config} and {@link #writableMask} in its constructor; what it
 * leaves there is what a reset brings back. A subclass that overrides {@link #reset}, {@link #save}
 * or {@link #load} calls the method it overrides.
 */
public abstract class PciFunction implements Device {
  /**
   * Subsystem vendor and device of every function of QEMU's PC, which guests may have recorded at
   * installation.
   */
  private static final int SUBSYSTEM_VENDOR = 0x1AF4;

  private static final int SUBSYSTEM_DEVICE = 0x1100;

  private static final int SIZE = 256;

  /** What a base address register controls: moving and enabling a decoded range. */
  private interface Window {
    void place(int base);

    void disable();
  }

  private record Bar(int offset, int size, boolean io, int flags, Window window) {}

  private final String name;
  private final List<Bar> bars = new ArrayList<>();
  private IrqLine wire = high -> {};
  private boolean intxAsserted;
  private byte[] resetConfig;

  /** The configuration space as a read sees it. */
  protected final byte[] config = new byte[SIZE];

  /** Bits of {@link #config} that a configuration write changes. */
  protected final byte[] writableMask = new byte[SIZE];

  /** Bits of {@link #config} that a configuration write of 1 clears. */
  protected final byte[] clearableMask = new byte[SIZE];

  /**
   * @param classCode 24 bits: base class, subclass, programming interface
   */
  protected PciFunction(String name, int vendorId, int deviceId, int revision, int classCode) {
    this.name = name;
    putWord(config, VENDOR_ID, vendorId);
    putWord(config, DEVICE_ID, deviceId);
    config[REVISION_ID] = (byte) revision;
    config[CLASS_CODE] = (byte) classCode;
    putWord(config, CLASS_CODE + 1, classCode >>> 8);
    putWord(config, SUBSYSTEM_VENDOR_ID, SUBSYSTEM_VENDOR);
    putWord(config, SUBSYSTEM_ID, SUBSYSTEM_DEVICE);
    putWord(
        writableMask,
        COMMAND,
        COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_SERR | COMMAND_INTX_DISABLE);
    putWord(clearableMask, STATUS, STATUS_ERRORS);
    writableMask[CACHE_LINE_SIZE] = (byte) 0xFF;
    writableMask[INTERRUPT_LINE] = (byte) 0xFF;
  }

  // ---- set-up, by subclasses ----

  /**
   * Gives a base address register to a port range, which the caller has registered disabled.
   *
   * @param bar 0 to 5
   * @param size bytes, a power of two of at least 4
   */
  protected final void ioBar(int bar, int size, PortRange range) {
    Window window =
        new Window() {
          @Override
          public void place(int base) {
            if ((base & 0xFFFF0000) != 0) {
              range.setEnabled(false);
            } else {
              range.moveTo(base);
            }
          }

          @Override
          public void disable() {
            range.setEnabled(false);
          }
        };
    addBar(new Bar(BAR0 + 4 * bar, size, true, 1, window));
  }

  /**
   * Gives a base address register to a memory mapping, which the caller has made at address 0 and
   * disabled.
   *
   * @param bar 0 to 5
   * @param size bytes, a power of two of at least 4096
   */
  protected final void memoryBar(int bar, int size, boolean prefetchable, Mapping mapping) {
    addBar(new Bar(BAR0 + 4 * bar, size, false, prefetchable ? 8 : 0, window(mapping)));
  }

  /** Gives the expansion ROM base address register to a mapping made at address 0 and disabled. */
  protected final void romBar(int size, Mapping mapping) {
    addBar(new Bar(ROM_BAR, size, false, 0, window(mapping)));
    writableMask[ROM_BAR] |= 1;
  }

  /** Says which interrupt pin the function drives: 1 is INTA#. */
  protected final void interruptPin(int pin) {
    config[INTERRUPT_PIN] = (byte) pin;
  }

  private static Window window(Mapping mapping) {
    return new Window() {
      @Override
      public void place(int base) {
        mapping.moveTo(base);
      }

      @Override
      public void disable() {
        mapping.setEnabled(false);
      }
    };
  }

  private void addBar(Bar bar) {
    int granularity = bar.io ? 4 : 4096;
    if (Integer.bitCount(bar.size) != 1 || bar.size < granularity) {
      throw new IllegalArgumentException(
          name + ": a base address register cannot decode " + bar.size + " bytes");
    }
    bars.add(bar);
    putDword(config, bar.offset, bar.flags);
    putDword(writableMask, bar.offset, -bar.size);
  }

  // ---- configuration space ----

  /**
   * A configuration read.
   *
   * @param offset 0 to 255
   * @param width 1, 2 or 4 bytes, not crossing a multiple of 4
   * @return the value, zero-extended
   */
  public int readConfig(int offset, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  /** A configuration write; see {@link #readConfig}. Read-only bits keep their value. */
  public void writeConfig(int offset, int width, int value) {
    captureResetValues();
    for (int i = 0; i < width; i++) {
      int at = offset + i;
      int b = value >>> (8 * i);
      config[at] = (byte) ((config[at] & ~writableMask[at]) | (b & writableMask[at]));
      config[at] &= (byte) ~(b & clearableMask[at]);
    }
    if (offset < PciConfig.DEVICE_SPECIFIC) {
      updateDecoding();
      updateInterrupt();
    }
  }

  /** A 16-bit little-endian value of the configuration space. */
  protected final int configWord(int offset) {
    return (config[offset] & 0xFF) | (config[offset + 1] & 0xFF) << 8;
  }

  /** A 32-bit little-endian value of the configuration space. */
  protected final int configDword(int offset) {
    return configWord(offset) | configWord(offset + 2) << 16;
  }

  protected static void putWord(byte[] bytes, int offset, int value) {
    bytes[offset] = (byte) value;
    bytes[offset + 1] = (byte) (value >>> 8);
  }

  protected static void putDword(byte[] bytes, int offset, int value) {
    putWord(bytes, offset, value);
    putWord(bytes, offset + 2, value >>> 16);
  }

  /** Whether software has allowed the function to be a bus master; without it no DMA happens. */
  protected final boolean busMasterEnabled() {
    return (configWord(COMMAND) & COMMAND_MASTER) != 0;
  }

  private void updateDecoding() {
    int command = configWord(COMMAND);
    for (Bar bar : bars) {
      int register = configDword(bar.offset);
      boolean on = (command & (bar.io ? COMMAND_IO : COMMAND_MEMORY)) != 0;
      if (bar.offset == ROM_BAR) {
        on &= (register & 1) != 0;
      }
      int base = register & -bar.size;
      // Address 0 means not yet assigned, and all ones is the sizing write: neither must hide RAM
      // or ports.
      if (on && base != 0 && base != -bar.size) {
        bar.window.place(base);
      } else {
        bar.window.disable();
      }
    }
  }

  // ---- interrupts ----

  /** The function's own end of its INTx# wire; {@code true} asserts it (electrically low). */
  public final IrqLine intx() {
    return this::setIntx;
  }

  private void setIntx(boolean asserted) {
    if (asserted != intxAsserted) {
      intxAsserted = asserted;
      updateInterrupt();
    }
  }

  private void updateInterrupt() {
    if (intxAsserted) {
      config[STATUS] |= STATUS_INTERRUPT;
    } else {
      config[STATUS] &= ~STATUS_INTERRUPT;
    }
    wire.set(intxAsserted && (configWord(COMMAND) & COMMAND_INTX_DISABLE) == 0);
  }

  /** The pin the function drives, 1 to 4, or 0 for none. */
  public final int interruptPin() {
    return config[INTERRUPT_PIN];
  }

  // ---- life ----

  void connect(IrqLine wire) {
    this.wire = wire;
    captureResetValues();
  }

  void markMultifunction() {
    config[HEADER_TYPE] |= (byte) HEADER_MULTIFUNCTION;
    if (resetConfig != null) {
      resetConfig[HEADER_TYPE] |= (byte) HEADER_MULTIFUNCTION;
    }
  }

  private void captureResetValues() {
    if (resetConfig == null) {
      resetConfig = config.clone();
    }
  }

  @Override
  public final String name() {
    return name;
  }

  /**
   * Brings back the configuration space as the constructors left it; everything stops decoding, the
   * interrupt wire is released.
   */
  @Override
  public void reset(ResetKind kind) {
    captureResetValues();
    System.arraycopy(resetConfig, 0, config, 0, SIZE);
    intxAsserted = false;
    updateDecoding();
    updateInterrupt();
  }

  @Override
  public void save(StateWriter out) {
    out.putBytes("pci.config", config);
    out.putBoolean("pci.intx", intxAsserted);
  }

  @Override
  public void load(StateReader in) {
    captureResetValues();
    System.arraycopy(in.getBytes("pci.config"), 0, config, 0, SIZE);
    intxAsserted = in.getBoolean("pci.intx");
    updateDecoding();
    updateInterrupt();
  }
}

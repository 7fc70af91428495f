package io.transvisor.device.pci;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.List;

/**
 * PCI bus 0 and configuration mechanism 1 (PCI Local Bus Specification 2.3, 3.2.2.3.2): the address
 * register at CF8h takes doubleword writes only, the data window at CFCh any width. Functions that
 * are not there, and other buses, read as all ones.
 */
public final class PciBus implements Device {
  private static final int ADDRESS_PORT = 0xCF8;
  private static final int DATA_PORT = 0xCFC;
  private static final int ENABLE = 1 << 31;
  private static final int WRITABLE_ADDRESS = 0x80FFFFFC;

  private final PciFunction[] functions = new PciFunction[256];
  private PciInterruptRouter router = (device, pin, asserted) -> {};
  private int address;

  public PciBus(PortSpace ports) {
    ports.register("pci-address", ADDRESS_PORT, 4, 4, new AddressPort());
    ports.register("pci-data", DATA_PORT, 4, 4, new DataPort());
  }

  /** Connects the interrupt pins; called while the machine is put together. */
  public void setInterruptRouter(PciInterruptRouter newRouter) {
    router = newRouter;
  }

  /**
   * Puts a function on the bus and connects its interrupt pin. Function 0 becomes multi-function
   * when another joins it.
   *
   * @return the function
   */
  public <F extends PciFunction> F plug(int device, int function, F f) {
    int index = device << 3 | function;
    if (functions[index] != null) {
      throw new IllegalStateException(
          "PCI 00:%02x.%d is taken by %s".formatted(device, function, functions[index].name()));
    }
    functions[index] = f;
    f.connect(new Wire(device, f));
    PciFunction first = functions[device << 3];
    if (first != null && functionCount(device) > 1) {
      first.markMultifunction();
    }
    return f;
  }

  private int functionCount(int device) {
    int count = 0;
    for (int i = 0; i < 8; i++) {
      count += functions[device << 3 | i] != null ? 1 : 0;
    }
    return count;
  }

  /** The function in a slot, or null. */
  public PciFunction function(int device, int function) {
    return functions[device << 3 | function];
  }

  /** The functions present, one line each, as {@code lspci -n} shows them. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < functions.length; i++) {
      PciFunction f = functions[i];
      if (f != null) {
        int id = f.readConfig(PciConfig.VENDOR_ID, 4);
        lines.add(
            "00:%02x.%d %04x:%04x %s".formatted(i >> 3, i & 7, id & 0xFFFF, id >>> 16, f.name()));
      }
    }
    return lines;
  }

  @Override
  public String name() {
    return "pci";
  }

  @Override
  public void reset(ResetKind kind) {
    address = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.putInt("address", address);
  }

  @Override
  public void load(StateReader in) {
    address = in.getInt("address");
  }

  /** The level of one function's pin; tells the router about changes only. */
  private final class Wire implements IrqLine {
    private final int device;
    private final PciFunction function;
    private boolean level;

    Wire(int device, PciFunction function) {
      this.device = device;
      this.function = function;
    }

    @Override
    public void set(boolean high) {
      if (high != level && function.interruptPin() != 0) {
        level = high;
        router.interrupt(device, function.interruptPin(), high);
      }
    }
  }

  private final class AddressPort implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return width == 4 ? address : (address >>> (8 * offset)) & (-1 >>> (32 - 8 * width));
    }

    @Override
    public void write(int offset, int width, int value) {
      if (offset == 0 && width == 4) {
        address = value & WRITABLE_ADDRESS;
      }
    }
  }

  private final class DataPort implements PlainPort {
    private PciFunction selected() {
      boolean busZero = (address & 0x00FF0000) == 0;
      return (address & ENABLE) != 0 && busZero ? functions[address >>> 8 & 0xFF] : null;
    }

    @Override
    public int read(int offset, int width) {
      PciFunction f = selected();
      return f == null ? -1 >>> (32 - 8 * width) : f.readConfig(address & 0xFC | offset, width);
    }

    @Override
    public void write(int offset, int width, int value) {
      PciFunction f = selected();
      if (f != null) {
        f.writeConfig(address & 0xFC | offset, width, value);
      }
    }
  }
}

package io.transvisor.device.misc;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortSpace;

/**
 * System control port A of the PS/2 at port 92h: fast A20 (bit 1) and fast reset (bit 0, on its
 * rising edge); 82371 datasheet, 2.5.6.2. The other bits keep what is written; bit 1 is read as the
 * gate is, whoever set it.
 */
public final class SystemControlPortA implements Device {
  private static final int PORT = 0x92;
  private static final int FAST_RESET = 0x01;
  private static final int A20 = 0x02;

  private final A20Gate gate;
  private final MachineControl machine;
  private int value;

  public SystemControlPortA(PortSpace ports, A20Gate gate, MachineControl machine) {
    this.gate = gate;
    this.machine = machine;
    ports.register(
        name(),
        PORT,
        1,
        1,
        new PlainPort() {
          @Override
          public int read(int offset, int width) {
            return SystemControlPortA.this.read();
          }

          @Override
          public void write(int offset, int width, int newValue) {
            SystemControlPortA.this.write(newValue);
          }
        });
  }

  private int read() {
    return value & ~A20 | (gate.isOpen() ? A20 : 0);
  }

  private void write(int newValue) {
    boolean reset = (~value & newValue & FAST_RESET) != 0;
    value = newValue;
    gate.set((value & A20) != 0);
    if (reset) {
      machine.reset("port 92h");
    }
  }

  @Override
  public String name() {
    return "port92";
  }

  @Override
  public void reset(ResetKind kind) {
    value = 0; // the gate is reset by the keyboard controller
  }

  @Override
  public void save(StateWriter out) {
    out.putInt("value", read());
  }

  @Override
  public void load(StateReader in) {
    value = in.getInt("value");
    gate.set((value & A20) != 0);
  }
}

package io.transvisor.device.misc;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortSpace;

/**
 * A port that ends the machine: writing <i>v</i> makes the exit code 2<i>v</i> + 1, as QEMU's
 * {@code isa-debug-exit} does.
 */
public final class IsaDebugExit implements Device {
  /** Defaults of QEMU's device. */
  public static final int DEFAULT_PORT = 0x501;

  public static final int DEFAULT_SIZE = 2;

  private static final int WIDEST = 4;

  /**
   * @param size ports covered: 1 to 4
   */
  public IsaDebugExit(PortSpace ports, int port, int size, MachineControl machine) {
    if (port < 0 || port > 0xFFFF || size < 1 || size > WIDEST) {
      throw new VmmException(
          "isa-debug-exit: iobase=0x%x,iosize=0x%x is not possible: up to 4 ports below 0x10000"
              .formatted(port, size));
    }
    ports.register(
        name(),
        port,
        size,
        WIDEST,
        new PlainPort() {
          @Override
          public int read(int offset, int width) {
            return 0;
          }

          @Override
          public void write(int offset, int width, int value) {
            machine.exit(value << 1 | 1);
          }
        });
  }

  @Override
  public String name() {
    return "isa-debug-exit";
  }

  @Override
  public void reset(ResetKind kind) {
    // No registers.
  }

  @Override
  public void save(StateWriter out) {
    // No state.
  }

  @Override
  public void load(StateReader in) {
    // No state.
  }
}

package io.transvisor.device.misc;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.serial.CharBackend;
import java.util.ArrayDeque;

/**
 * Two ports that send every byte written to a back end: 402h, where SeaBIOS logs when a read gives
 * E9h, and E9h itself, where kernels write that know Bochs or QEMU.
 */
public final class DebugConsole implements Device {
  private static final int SEABIOS_PORT = 0x402;
  private static final int BOCHS_PORT = 0xE9;

  private static final int PRESENT = 0xE9;

  /**
   * The port has no way to say "wait"; what the back end does not take at once is kept up to here.
   */
  private static final int MOST_WAITING = 1 << 20;

  private final CharBackend backend;
  private final ArrayDeque<Byte> waiting = new ArrayDeque<>();

  public DebugConsole(PortSpace ports, CharBackend backend) {
    this.backend = backend;
    backend.setListener(
        new CharBackend.Listener() {
          @Override
          public void inputArrived() {
            drainInput();
          }

          @Override
          public void outputPossible() {
            sendWaiting();
          }
        });
    PortHandler handler =
        new PortHandler() {
          @Override
          public int read(int offset, int width) {
            return PRESENT;
          }

          @Override
          public int peek(int offset, int width) {
            return PRESENT;
          }

          @Override
          public void write(int offset, int width, int value) {
            send(value);
          }
        };
    ports.register(name(), SEABIOS_PORT, 1, 1, handler);
    ports.register(name(), BOCHS_PORT, 1, 1, handler);
  }

  private void send(int value) {
    if (!waiting.isEmpty() || !backend.write(value)) {
      if (waiting.size() < MOST_WAITING) {
        waiting.add((byte) value);
      }
    }
  }

  private void sendWaiting() {
    while (!waiting.isEmpty() && backend.write(waiting.peek() & 0xFF)) {
      waiting.remove();
    }
  }

  /** The guest cannot read from the other end; its reader must not wait for that. */
  private void drainInput() {
    int value = backend.read();
    while (value >= 0) {
      value = backend.read();
    }
  }

  @Override
  public String name() {
    return "debugcon";
  }

  @Override
  public void reset(ResetKind kind) {
    // No registers.
  }

  @Override
  public void save(StateWriter out) {
    // No state: what waits belongs to the host side.
  }

  @Override
  public void load(StateReader in) {
    // No state.
  }

  @Override
  public void close() {
    sendWaiting();
    backend.close();
  }
}

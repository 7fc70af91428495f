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
 * A port that sends every byte written to a back end, as Bochs and QEMU have it; SeaBIOS logs there
 * when a read gives E9h.
 */
public final class DebugConsole implements Device {
  /** Where SeaBIOS looks for it. */
  public static final int SEABIOS_PORT = 0x402;

  /** Where Bochs has it. */
  public static final int BOCHS_PORT = 0xE9;

  private static final int PRESENT = 0xE9;

  /**
   * The port has no way to say "wait"; what the back end does not take at once is kept up to here.
   */
  private static final int MOST_WAITING = 1 << 20;

  private final CharBackend backend;
  private final ArrayDeque<Byte> waiting = new ArrayDeque<>();
  private final String name;

  public DebugConsole(PortSpace ports, int port, CharBackend backend) {
    this.backend = backend;
    name = "debugcon-%x".formatted(port);
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
    ports.register(
        name,
        port,
        1,
        1,
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
        });
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
    return name;
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

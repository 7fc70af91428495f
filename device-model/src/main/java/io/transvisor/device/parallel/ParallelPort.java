package io.transvisor.device.parallel;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.serial.CharBackend;

/**
 * A standard parallel port with a printer that is always on line (IEEE 1284 compatibility mode; IBM
 * AT Technical Reference, "Parallel Printer Adapter"). A strobe sends the data byte to the back
 * end, the printer is busy for a moment, acknowledges and, if the guest asked for it, interrupts.
 * With the direction bit set the data register reads the back end's input.
 */
public final class ParallelPort implements Device {
  private static final int DATA = 0;
  private static final int STATUS = 1;
  private static final int CONTROL = 2;

  private static final int STATUS_NOT_BUSY = 0x80;
  private static final int STATUS_NOT_ACK = 0x40;
  private static final int STATUS_SELECTED = 0x10;
  private static final int STATUS_NO_ERROR = 0x08;
  private static final int STATUS_READY =
      STATUS_NOT_BUSY | STATUS_NOT_ACK | STATUS_SELECTED | STATUS_NO_ERROR;

  private static final int CONTROL_STROBE = 0x01;
  private static final int CONTROL_NOT_INIT = 0x04;
  private static final int CONTROL_SELECT = 0x08;
  private static final int CONTROL_INTERRUPT = 0x10;
  private static final int CONTROL_INPUT = 0x20;

  /** Bits 6 and 7 have no latch and read as ones. */
  private static final int CONTROL_UNUSED = 0xC0;

  /** Nanoseconds from the end of the strobe to the end of the acknowledge pulse. */
  private static final long ACKNOWLEDGE_TIME = 5_000;

  private final String name;
  private final IrqLine irq;
  private final CharBackend backend;
  private final Timer acknowledge;
  private int data;
  private int status;
  private int control;
  private boolean refused; // the back end has not taken the byte in "sending" yet
  private int sending;

  /**
   * @param name {@code parallel0} and so on
   * @param port 378h for LPT1
   */
  public ParallelPort(
      String name, EventQueue events, PortSpace ports, int port, IrqLine irq, CharBackend backend) {
    this.name = name;
    this.irq = irq;
    this.backend = backend;
    acknowledge = events.timer(name + "-ack", this::acknowledged);
    ports.register(name, port, 3, 1, new Registers());
    backend.setListener(
        new CharBackend.Listener() {
          @Override
          public void inputArrived() {
            // Taken when the guest reads the data register.
          }

          @Override
          public void outputPossible() {
            if (refused) {
              send(sending);
            }
          }
        });
  }

  private void writeControl(int value) {
    int before = control;
    control = value & ~CONTROL_UNUSED;
    if ((control & CONTROL_NOT_INIT) == 0) {
      status = STATUS_READY;
      refused = false;
      acknowledge.cancel();
      return;
    }
    boolean strobeBegins = (~before & control & CONTROL_STROBE) != 0;
    if (strobeBegins && (control & CONTROL_SELECT) != 0 && (status & STATUS_NOT_BUSY) != 0) {
      status &= ~STATUS_NOT_BUSY;
      send(data);
    }
  }

  private void send(int value) {
    sending = value;
    refused = !backend.write(value);
    if (!refused) {
      acknowledge.scheduleIn(ACKNOWLEDGE_TIME);
    }
  }

  private void acknowledged() {
    status |= STATUS_NOT_BUSY;
    if ((control & CONTROL_INTERRUPT) != 0) {
      irq.pulse();
    }
  }

  private int read(int register) {
    if (register == DATA && (control & CONTROL_INPUT) != 0) {
      int value = backend.read();
      return value < 0 ? 0xFF : value;
    }
    return peek(register);
  }

  private int peek(int register) {
    return switch (register) {
      case DATA -> data;
      case STATUS -> status;
      default -> control | CONTROL_UNUSED;
    };
  }

  private void write(int register, int value) {
    switch (register) {
      case DATA -> data = value;
      case CONTROL -> writeControl(value);
      default -> {} // status is read-only
    }
  }

  // ---- Device ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public void reset(ResetKind kind) {
    acknowledge.cancel();
    data = 0xFF;
    status = STATUS_READY;
    control = CONTROL_NOT_INIT | CONTROL_SELECT;
    refused = false;
    sending = 0;
    irq.set(false);
  }

  @Override
  public void save(StateWriter out) {
    out.putInt("data", data);
    out.putInt("status", status);
    out.putInt("control", control);
    out.putBoolean("refused", refused);
    out.putInt("sending", sending);
    out.putLong("acknowledgeAt", acknowledge.isScheduled() ? acknowledge.deadline() : -1);
  }

  @Override
  public void load(StateReader in) {
    data = in.getInt("data");
    status = in.getInt("status");
    control = in.getInt("control");
    refused = in.getBoolean("refused");
    sending = in.getInt("sending");
    long at = in.getLong("acknowledgeAt");
    if (at >= 0) {
      acknowledge.scheduleAt(at);
    } else {
      acknowledge.cancel();
    }
    if (refused) {
      send(sending);
    }
  }

  @Override
  public void close() {
    backend.close();
  }

  private final class Registers implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return ParallelPort.this.read(offset);
    }

    @Override
    public int peek(int offset, int width) {
      return ParallelPort.this.peek(offset);
    }

    @Override
    public void write(int offset, int width, int value) {
      ParallelPort.this.write(offset, value);
    }
  }
}

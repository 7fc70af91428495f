package io.transvisor.device.serial;

import static io.transvisor.device.serial.UartRegisters.DATA;
import static io.transvisor.device.serial.UartRegisters.FCR_CLEAR_RECEIVE;
import static io.transvisor.device.serial.UartRegisters.FCR_CLEAR_TRANSMIT;
import static io.transvisor.device.serial.UartRegisters.FCR_ENABLE;
import static io.transvisor.device.serial.UartRegisters.FCR_KEPT;
import static io.transvisor.device.serial.UartRegisters.IER_LINE_STATUS;
import static io.transvisor.device.serial.UartRegisters.IER_MODEM_STATUS;
import static io.transvisor.device.serial.UartRegisters.IER_RECEIVED;
import static io.transvisor.device.serial.UartRegisters.IER_TRANSMIT_EMPTY;
import static io.transvisor.device.serial.UartRegisters.IER_WRITABLE;
import static io.transvisor.device.serial.UartRegisters.IIR_FIFOS_ENABLED;
import static io.transvisor.device.serial.UartRegisters.IIR_LINE_STATUS;
import static io.transvisor.device.serial.UartRegisters.IIR_MODEM_STATUS;
import static io.transvisor.device.serial.UartRegisters.IIR_NONE;
import static io.transvisor.device.serial.UartRegisters.IIR_RECEIVED;
import static io.transvisor.device.serial.UartRegisters.IIR_TIMEOUT;
import static io.transvisor.device.serial.UartRegisters.IIR_TRANSMIT_EMPTY;
import static io.transvisor.device.serial.UartRegisters.INTERRUPT_ENABLE;
import static io.transvisor.device.serial.UartRegisters.INTERRUPT_ID;
import static io.transvisor.device.serial.UartRegisters.LCR_BREAK;
import static io.transvisor.device.serial.UartRegisters.LCR_DIVISOR_LATCH;
import static io.transvisor.device.serial.UartRegisters.LCR_PARITY;
import static io.transvisor.device.serial.UartRegisters.LCR_STOP_BITS;
import static io.transvisor.device.serial.UartRegisters.LINE_CONTROL;
import static io.transvisor.device.serial.UartRegisters.LINE_STATUS;
import static io.transvisor.device.serial.UartRegisters.LSR_ALL_SENT;
import static io.transvisor.device.serial.UartRegisters.LSR_BREAK;
import static io.transvisor.device.serial.UartRegisters.LSR_DATA_READY;
import static io.transvisor.device.serial.UartRegisters.LSR_FIFO_ERROR;
import static io.transvisor.device.serial.UartRegisters.LSR_OVERRUN;
import static io.transvisor.device.serial.UartRegisters.LSR_TRANSMIT_EMPTY;
import static io.transvisor.device.serial.UartRegisters.MCR_DTR;
import static io.transvisor.device.serial.UartRegisters.MCR_LOOPBACK;
import static io.transvisor.device.serial.UartRegisters.MCR_OUT1;
import static io.transvisor.device.serial.UartRegisters.MCR_OUT2;
import static io.transvisor.device.serial.UartRegisters.MCR_RTS;
import static io.transvisor.device.serial.UartRegisters.MCR_WRITABLE;
import static io.transvisor.device.serial.UartRegisters.MODEM_CONTROL;
import static io.transvisor.device.serial.UartRegisters.MODEM_STATUS;
import static io.transvisor.device.serial.UartRegisters.MSR_CARRIER;
import static io.transvisor.device.serial.UartRegisters.MSR_CTS;
import static io.transvisor.device.serial.UartRegisters.MSR_DELTAS;
import static io.transvisor.device.serial.UartRegisters.MSR_DSR;
import static io.transvisor.device.serial.UartRegisters.MSR_RING;
import static io.transvisor.device.serial.UartRegisters.MSR_RING_ENDED;
import static io.transvisor.device.serial.UartRegisters.SCRATCH;
import static io.transvisor.device.serial.UartRegisters.triggerLevel;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;

/**
 * A 16550A serial port (National Semiconductor PC16550D datasheet).
 *
 * <p>Characters take time, but never more than {@link #LONGEST_CHARACTER}: a guest at 300 baud
 * should not be slow, yet must not find its FIFO empty again before it has left its interrupt
 * handler. Nothing is lost on the way to or from the back end: the transmitter stays busy while the
 * back end takes no more, and input waits in the back end until the receiver has room. The
 * interrupt wire is not gated by OUT2, as some guests never set it.
 */
public final class Uart16550A implements Device {
  /** Nanoseconds: ten bits at ten times the highest rate of the chip. */
  static final long LONGEST_CHARACTER = 8_680;

  private static final int HIGHEST_BAUD = 115_200;
  private static final int RESET_DIVISOR = 12; // 9600 baud
  private static final int LSR_ERRORS = 0x1E;
  private static final int CONNECTED = MSR_CARRIER | MSR_DSR | MSR_CTS;

  private final String name;
  private final EventQueue events;
  private final IrqLine irq;
  private final CharBackend backend;
  private final Timer transmitTimer;
  private final Timer receiveTimer;
  private final Timer timeoutTimer;
  private final ReceiveFifo received = new ReceiveFifo();
  private final TransmitQueue waiting =
      new TransmitQueue(); // refused by the back end so far, or looping back

  private int interruptEnable;
  private int fifoControl;
  private int lineControl;
  private int modemControl;
  private int modemStatus;
  private int scratch;
  private int divisor;
  private int lineErrors; // LSR bits 1 to 4
  private boolean transmitEmpty; // THRE
  private boolean transmitEmptyInterrupt;
  private boolean receiveTimeout;
  private int burst; // characters written since THRE was last set
  private long busyUntil; // when the last character has left the shift register
  private long nextInputAt;

  /**
   * @param name {@code serial0} and so on
   * @param port 3F8h for COM1, 2F8h for COM2
   */
  public Uart16550A(
      String name, EventQueue events, PortSpace ports, int port, IrqLine irq, CharBackend backend) {
    this.name = name;
    this.events = events;
    this.irq = irq;
    this.backend = backend;
    transmitTimer = events.timer(name + "-transmit", this::transmitDue);
    receiveTimer = events.timer(name + "-receive", this::takeInput);
    timeoutTimer = events.timer(name + "-timeout", this::receiveTimedOut);
    ports.register(name, port, 8, 1, new Registers());
    backend.setListener(
        new CharBackend.Listener() {
          @Override
          public void inputArrived() {
            takeInput();
          }

          @Override
          public void outputPossible() {
            sendWaiting();
          }
        });
  }

  private long now() {
    return events.clock().nanos();
  }

  private boolean fifosEnabled() {
    return (fifoControl & FCR_ENABLE) != 0;
  }

  private boolean loopback() {
    return (modemControl & MCR_LOOPBACK) != 0;
  }

  /** Nanoseconds one character takes on the wire at the rate and format the guest has set. */
  private long wireTime() {
    int bits =
        1
            + 5
            + (lineControl & 3)
            + ((lineControl & LCR_PARITY) != 0 ? 1 : 0)
            + ((lineControl & LCR_STOP_BITS) != 0 ? 2 : 1);
    int effective = divisor == 0 ? 0x10000 : divisor;
    return bits * effective * 1_000_000_000L / HIGHEST_BAUD;
  }

  private long characterTime() {
    return Math.min(wireTime(), LONGEST_CHARACTER);
  }

  // ---- interrupts ----

  /** The highest-priority interrupt, as its IIR code. */
  private int pendingInterrupt() {
    if ((interruptEnable & IER_LINE_STATUS) != 0 && lineErrors != 0) {
      return IIR_LINE_STATUS;
    }
    if ((interruptEnable & IER_RECEIVED) != 0) {
      if (receiveTimeout) {
        return IIR_TIMEOUT;
      }
      int level = fifosEnabled() ? triggerLevel(fifoControl) : 1;
      if (received.count() >= level) {
        return IIR_RECEIVED;
      }
    }
    if ((interruptEnable & IER_TRANSMIT_EMPTY) != 0 && transmitEmptyInterrupt) {
      return IIR_TRANSMIT_EMPTY;
    }
    if ((interruptEnable & IER_MODEM_STATUS) != 0 && (modemStatus & MSR_DELTAS) != 0) {
      return IIR_MODEM_STATUS;
    }
    return IIR_NONE;
  }

  private void updateInterrupt() {
    irq.set(pendingInterrupt() != IIR_NONE);
  }

  // ---- transmitter ----

  private void transmit(int value) {
    settleTransmitter();
    transmitEmpty = false;
    transmitEmptyInterrupt = false;
    burst++;
    long now = now();
    long character = characterTime();
    // A guest that does not look at THRE is not punished: what it writes is sent all the same.
    busyUntil = Math.min(Math.max(now, busyUntil), now + ReceiveFifo.SIZE * character) + character;
    if (loopback() || !waiting.isEmpty() || !backend.write(value)) {
      waiting.add(value, fifosEnabled() ? TransmitQueue.SIZE : 1);
    }
    scheduleTransmitter();
    updateInterrupt();
  }

  /** When THRE comes on, provided nothing is waiting for the back end. */
  private long transmitEmptyAt() {
    long character = characterTime();
    if (!fifosEnabled()) {
      return busyUntil - character + character / 10;
    }
    // Datasheet 8.5: a lone character keeps the FIFO from looking empty for a character time.
    return burst <= 1 ? busyUntil : busyUntil - character;
  }

  private boolean transmitterDrained() {
    return transmitEmpty || waiting.isEmpty() && now() >= transmitEmptyAt();
  }

  /** Brings THRE up to date. */
  private void settleTransmitter() {
    if (!transmitEmpty && transmitterDrained()) {
      transmitEmpty = true;
      transmitEmptyInterrupt = true;
      burst = 0;
    }
  }

  private void scheduleTransmitter() {
    if (loopback() && !waiting.isEmpty()) {
      transmitTimer.scheduleAt(loopbackDueAt());
    } else if (!transmitEmpty && waiting.isEmpty() && (interruptEnable & IER_TRANSMIT_EMPTY) != 0) {
      transmitTimer.scheduleAt(transmitEmptyAt());
    } else {
      transmitTimer.cancel();
    }
  }

  /** When the oldest character in the transmitter has come round to the receiver. */
  private long loopbackDueAt() {
    return busyUntil - (waiting.count() - 1) * characterTime();
  }

  private void transmitDue() {
    while (loopback() && !waiting.isEmpty() && now() >= loopbackDueAt()) {
      receive(waiting.remove(), 0);
    }
    settleTransmitter();
    scheduleTransmitter();
    updateInterrupt();
  }

  /** The back end takes bytes again. */
  private void sendWaiting() {
    if (loopback()) {
      return;
    }
    while (!waiting.isEmpty() && backend.write(waiting.peek())) {
      waiting.remove();
    }
    settleTransmitter();
    scheduleTransmitter();
    updateInterrupt();
  }

  // ---- receiver ----

  private boolean hasRoom() {
    return fifosEnabled() ? !received.isFull() : received.count() == 0;
  }

  /** Takes characters from the back end as they would come in on the wire. */
  private void takeInput() {
    while (!loopback() && hasRoom() && backend.hasInput()) {
      long now = now();
      if (now < nextInputAt) {
        receiveTimer.scheduleAt(nextInputAt);
        return;
      }
      nextInputAt = now + characterTime();
      receive(backend.read(), 0);
    }
  }

  private void receive(int value, int errors) {
    if (!hasRoom()) {
      lineErrors |= LSR_OVERRUN;
      if (!fifosEnabled()) {
        received.clear(); // the new character takes the place of the old one
        received.add(value, errors);
      }
    } else {
      received.add(value, errors);
    }
    if (received.count() == 1) {
      lineErrors |= received.topErrors();
    }
    restartTimeout();
    updateInterrupt();
  }

  private void restartTimeout() {
    if (fifosEnabled() && received.count() > 0) {
      timeoutTimer.scheduleIn(4 * wireTime());
    } else {
      timeoutTimer.cancel();
    }
  }

  private void receiveTimedOut() {
    receiveTimeout = true;
    updateInterrupt();
  }

  private int readData() {
    if (received.count() == 0) {
      return 0;
    }
    int value = received.remove();
    lineErrors |= received.topErrors();
    receiveTimeout = false;
    restartTimeout();
    updateInterrupt();
    if (!loopback() && backend.hasInput()) {
      receiveTimer.scheduleAt(Math.max(now(), nextInputAt));
    }
    return value;
  }

  private void clearReceiver() {
    received.clear();
    lineErrors = 0;
    receiveTimeout = false;
    timeoutTimer.cancel();
    if (backend.hasInput()) {
      receiveTimer.scheduleAt(Math.max(now(), nextInputAt));
    }
  }

  private void clearTransmitter() {
    waiting.clear();
    busyUntil = Math.min(busyUntil, now());
    settleTransmitter();
  }

  // ---- modem ----

  private int modemInputs() {
    if (!loopback()) {
      return CONNECTED;
    }
    return ((modemControl & MCR_DTR) != 0 ? MSR_DSR : 0)
        | ((modemControl & MCR_RTS) != 0 ? MSR_CTS : 0)
        | ((modemControl & MCR_OUT1) != 0 ? MSR_RING : 0)
        | ((modemControl & MCR_OUT2) != 0 ? MSR_CARRIER : 0);
  }

  private void updateModemStatus() {
    int inputs = modemInputs();
    int changed = (modemStatus ^ inputs) & ~MSR_DELTAS;
    int deltas = changed >>> 4 & ~MSR_RING_ENDED;
    if ((changed & MSR_RING) != 0 && (inputs & MSR_RING) == 0) {
      deltas |= MSR_RING_ENDED;
    }
    modemStatus = inputs | modemStatus & MSR_DELTAS | deltas;
  }

  // ---- registers ----

  private int lineStatus() {
    boolean drained = transmitterDrained();
    return (received.count() > 0 ? LSR_DATA_READY : 0)
        | lineErrors
        | (drained ? LSR_TRANSMIT_EMPTY : 0)
        | (drained && now() >= busyUntil ? LSR_ALL_SENT : 0)
        | (fifosEnabled() && received.hasErrors() ? LSR_FIFO_ERROR : 0);
  }

  private int interruptId() {
    return pendingInterrupt() | (fifosEnabled() ? IIR_FIFOS_ENABLED : 0);
  }

  private int peekRegister(int register) {
    boolean latch = (lineControl & LCR_DIVISOR_LATCH) != 0;
    return switch (register) {
      case DATA -> latch ? divisor & 0xFF : received.count() > 0 ? received.peek() : 0;
      case INTERRUPT_ENABLE -> latch ? divisor >>> 8 : interruptEnable;
      case INTERRUPT_ID -> interruptId();
      case LINE_CONTROL -> lineControl;
      case MODEM_CONTROL -> modemControl;
      case LINE_STATUS -> lineStatus();
      case MODEM_STATUS -> modemStatus;
      default -> scratch;
    };
  }

  private int readRegister(int register) {
    settleTransmitter();
    int value = peekRegister(register);
    switch (register) {
      case DATA -> {
        if ((lineControl & LCR_DIVISOR_LATCH) == 0) {
          readData();
        }
      }
      case INTERRUPT_ID -> {
        if ((value & 0x0F) == IIR_TRANSMIT_EMPTY) {
          transmitEmptyInterrupt = false;
        }
        updateInterrupt();
      }
      case LINE_STATUS -> {
        lineErrors &= ~LSR_ERRORS;
        received.clearTopErrors();
        updateInterrupt();
      }
      case MODEM_STATUS -> {
        modemStatus &= ~MSR_DELTAS;
        updateInterrupt();
      }
      default -> {}
    }
    return value;
  }

  private void writeRegister(int register, int value) {
    boolean latch = (lineControl & LCR_DIVISOR_LATCH) != 0;
    switch (register) {
      case DATA -> {
        if (latch) {
          divisor = divisor & 0xFF00 | value;
        } else {
          transmit(value);
        }
      }
      case INTERRUPT_ENABLE -> {
        if (latch) {
          divisor = divisor & 0xFF | value << 8;
        } else {
          writeInterruptEnable(value & IER_WRITABLE);
        }
      }
      case INTERRUPT_ID -> writeFifoControl(value);
      case LINE_CONTROL -> writeLineControl(value);
      case MODEM_CONTROL -> writeModemControl(value & MCR_WRITABLE);
      case SCRATCH -> scratch = value;
      default -> {} // line and modem status are read-only
    }
  }

  private void writeInterruptEnable(int value) {
    settleTransmitter();
    if ((~interruptEnable & value & IER_TRANSMIT_EMPTY) != 0) {
      // Enabling the interrupt while THRE is set requests it at once.
      transmitEmptyInterrupt = transmitEmpty;
    }
    interruptEnable = value;
    scheduleTransmitter();
    updateInterrupt();
  }

  private void writeFifoControl(int value) {
    boolean toggled = ((value ^ fifoControl) & FCR_ENABLE) != 0;
    settleTransmitter();
    // The other bits are only taken together with the enable bit.
    fifoControl = (value & FCR_ENABLE) != 0 ? value & FCR_KEPT : 0;
    if (toggled || (value & FCR_CLEAR_RECEIVE) != 0) {
      clearReceiver();
    }
    if (toggled || (value & FCR_CLEAR_TRANSMIT) != 0) {
      clearTransmitter();
    }
    scheduleTransmitter();
    updateInterrupt();
  }

  private void writeLineControl(int value) {
    boolean breakBegins = (~lineControl & value & LCR_BREAK) != 0;
    lineControl = value;
    if (breakBegins && loopback()) {
      receive(0, LSR_BREAK);
    }
  }

  private void writeModemControl(int value) {
    boolean wasLoopback = loopback();
    modemControl = value;
    updateModemStatus();
    if (wasLoopback != loopback()) {
      waiting.clear();
      settleTransmitter();
      takeInput();
    }
    scheduleTransmitter();
    updateInterrupt();
  }

  // ---- Device ----

  @Override
  public String name() {
    return name;
  }

  @Override
  public void reset(ResetKind kind) {
    transmitTimer.cancel();
    receiveTimer.cancel();
    timeoutTimer.cancel();
    interruptEnable = 0;
    fifoControl = 0;
    lineControl = 0;
    modemControl = MCR_OUT2;
    modemStatus = CONNECTED;
    scratch = 0;
    divisor = RESET_DIVISOR;
    lineErrors = 0;
    transmitEmpty = true;
    transmitEmptyInterrupt = false;
    receiveTimeout = false;
    burst = 0;
    busyUntil = 0;
    nextInputAt = 0;
    received.clear();
    waiting.clear();
    irq.set(false);
    if (backend.hasInput()) {
      receiveTimer.scheduleIn(0);
    }
  }

  @Override
  public void save(StateWriter out) {
    out.putInts(
        "registers",
        new int[] {
          interruptEnable,
          fifoControl,
          lineControl,
          modemControl,
          modemStatus,
          scratch,
          divisor,
          lineErrors
        });
    out.putBoolean("transmitEmpty", transmitEmpty);
    out.putBoolean("transmitEmptyInterrupt", transmitEmptyInterrupt);
    out.putBoolean("receiveTimeout", receiveTimeout);
    out.putInt("burst", burst);
    out.putLong("busyUntil", busyUntil);
    out.putLong("nextInputAt", nextInputAt);
    out.putLong("timeoutAt", timeoutTimer.isScheduled() ? timeoutTimer.deadline() : -1);
    received.save(out);
    out.putBytes("waiting", waiting.toBytes());
  }

  @Override
  public void load(StateReader in) {
    int[] r = in.getInts("registers");
    interruptEnable = r[0];
    fifoControl = r[1];
    lineControl = r[2];
    modemControl = r[3];
    modemStatus = r[4];
    scratch = r[5];
    divisor = r[6];
    lineErrors = r[7];
    transmitEmpty = in.getBoolean("transmitEmpty");
    transmitEmptyInterrupt = in.getBoolean("transmitEmptyInterrupt");
    receiveTimeout = in.getBoolean("receiveTimeout");
    burst = in.getInt("burst");
    busyUntil = in.getLong("busyUntil");
    nextInputAt = in.getLong("nextInputAt");
    received.load(in);
    waiting.fromBytes(in.getBytes("waiting"));
    long timeoutAt = in.getLong("timeoutAt");
    if (timeoutAt >= 0) {
      timeoutTimer.scheduleAt(timeoutAt);
    } else {
      timeoutTimer.cancel();
    }
    scheduleTransmitter();
    if (backend.hasInput()) {
      receiveTimer.scheduleAt(nextInputAt);
    }
  }

  @Override
  public void close() {
    backend.close();
  }

  private final class Registers implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return readRegister(offset);
    }

    @Override
    public int peek(int offset, int width) {
      return peekRegister(offset);
    }

    @Override
    public void write(int offset, int width, int value) {
      writeRegister(offset, value);
    }
  }
}

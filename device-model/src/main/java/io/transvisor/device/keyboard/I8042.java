package io.transvisor.device.keyboard;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.misc.A20Gate;
import java.util.Arrays;

/**
 * The PS/2 keyboard controller at ports 60h and 64h (IBM PS/2 Hardware Interface Technical
 * Reference, keyboard and auxiliary device controller): command set, output port with the A20 gate
 * and the CPU's reset, scan code translation, interrupts 1 and 12.
 *
 * <p>A byte from the keyboard or mouse follows the one before it only after a while, as bits on the
 * wire take time: programs that read port 60h twice for one interrupt see the same byte twice.
 */
public final class I8042 implements Device {
  private static final int DATA_PORT = 0x60;
  private static final int STATUS_PORT = 0x64;

  private static final int STATUS_OUTPUT_FULL = 1 << 0;
  private static final int STATUS_SYSTEM = 1 << 2;
  private static final int STATUS_COMMAND = 1 << 3;
  private static final int STATUS_UNLOCKED = 1 << 4;
  private static final int STATUS_AUX_OUTPUT_FULL = 1 << 5;

  private static final int MODE_KEYBOARD_INTERRUPT = 1 << 0;
  private static final int MODE_AUX_INTERRUPT = 1 << 1;
  private static final int MODE_SYSTEM = 1 << 2;
  private static final int MODE_DISABLE_KEYBOARD = 1 << 4;
  private static final int MODE_DISABLE_AUX = 1 << 5;
  private static final int MODE_TRANSLATE = 1 << 6;

  private static final int OUTPUT_NOT_RESET = 1 << 0;
  private static final int OUTPUT_A20 = 1 << 1;
  private static final int OUTPUT_KEYBOARD_FULL = 1 << 4;
  private static final int OUTPUT_AUX_FULL = 1 << 5;

  /** Output port after reset without the A20 bit, which is the gate's: keyboard lines idle. */
  private static final int OUTPUT_DEFAULT = 0xCD;

  /** Input port: keyboard not locked. */
  private static final int INPUT_PORT = 0x80;

  private static final int READ_RAM = 0x20;
  private static final int WRITE_RAM = 0x60;
  private static final int TEST_PASSWORD = 0xA4;
  private static final int DISABLE_AUX = 0xA7;
  private static final int ENABLE_AUX = 0xA8;
  private static final int TEST_AUX = 0xA9;
  private static final int SELF_TEST = 0xAA;
  private static final int TEST_KEYBOARD = 0xAB;
  private static final int DISABLE_KEYBOARD = 0xAD;
  private static final int ENABLE_KEYBOARD = 0xAE;
  private static final int READ_INPUT_PORT = 0xC0;
  private static final int READ_OUTPUT_PORT = 0xD0;
  private static final int WRITE_OUTPUT_PORT = 0xD1;
  private static final int WRITE_KEYBOARD_BUFFER = 0xD2;
  private static final int WRITE_AUX_BUFFER = 0xD3;
  private static final int WRITE_AUX = 0xD4;
  private static final int DISABLE_A20 = 0xDD;
  private static final int ENABLE_A20 = 0xDF;
  private static final int READ_TEST_INPUTS = 0xE0;
  private static final int PULSE = 0xF0;

  private static final int SELF_TEST_PASSED = 0x55;
  private static final int NO_PASSWORD = 0xF1;
  private static final int RAM_SIZE = 32;
  private static final int BREAK_BIT = 0x80;
  private static final int FROM_AUX = 0x100;
  private static final int NOTHING = -1;

  /**
   * Time between a byte being read and the next one from a device: of the order of 11 bits at 10 to
   * 16.7 kHz.
   */
  private static final long BYTE_NANOS = 500_000;

  private final EventQueue events;
  private final Timer nextByteTimer;
  private final Ps2Keyboard keyboard;
  private final Ps2Mouse mouse;
  private final IrqLine keyboardIrq;
  private final IrqLine mouseIrq;
  private final A20Gate a20;
  private final Runnable resetLine;

  /** Internal memory; byte 0 is the controller command byte. */
  private final byte[] ram = new byte[RAM_SIZE];

  private int status;
  private int output;
  private int outputPort;
  private int displaced;
  private int pendingCommand;
  private int translationPrefix;
  private long nextByteAt;
  private boolean taking;

  /**
   * @param keyboardIrq driver on ISA interrupt 1
   * @param mouseIrq driver on ISA interrupt 12
   * @param a20 which the output port drives
   * @param resetLine pulls the CPU's reset
   */
  public I8042(
      PortSpace ports,
      EventQueue events,
      Ps2Keyboard keyboard,
      Ps2Mouse mouse,
      IrqLine keyboardIrq,
      IrqLine mouseIrq,
      A20Gate a20,
      Runnable resetLine) {
    this.events = events;
    this.keyboard = keyboard;
    this.mouse = mouse;
    this.keyboardIrq = keyboardIrq;
    this.mouseIrq = mouseIrq;
    this.a20 = a20;
    this.resetLine = resetLine;
    nextByteTimer = events.timer("i8042-next-byte", this::fill);
    keyboard.onData(this::fill);
    mouse.onData(this::fill);
    ports.register("i8042-data", DATA_PORT, 1, 1, new DataPort());
    ports.register("i8042-command", STATUS_PORT, 1, 1, new CommandPort());
    setPowerUpState();
  }

  private int mode() {
    return ram[0];
  }

  private void setModeBits(int bits, boolean on) {
    setMode(on ? mode() | bits : mode() & ~bits);
  }

  private void setMode(int value) {
    ram[0] = (byte) value;
    status = status & ~STATUS_SYSTEM | value & MODE_SYSTEM;
    if ((value & MODE_TRANSLATE) == 0) {
      translationPrefix = 0;
    }
    updateInterrupts();
    fill();
  }

  // ---- output buffer ----

  private void put(int value, boolean aux) {
    output = value & 0xFF;
    status |= STATUS_OUTPUT_FULL | (aux ? STATUS_AUX_OUTPUT_FULL : 0);
    updateInterrupts();
  }

  /**
   * The answer to a command goes first; a device's byte that was waiting to be read comes again
   * after it.
   */
  private void putReply(int value) {
    if ((status & STATUS_OUTPUT_FULL) != 0 && displaced == NOTHING) {
      displaced = output | ((status & STATUS_AUX_OUTPUT_FULL) != 0 ? FROM_AUX : 0);
    }
    discardOutput();
    put(value, false);
  }

  private void discardOutput() {
    status &= ~(STATUS_OUTPUT_FULL | STATUS_AUX_OUTPUT_FULL);
    updateInterrupts();
  }

  /**
   * Takes a byte from a device if the buffer is empty, the device is allowed to send, and its time
   * has come.
   */
  private void fill() {
    if ((status & STATUS_OUTPUT_FULL) != 0 || taking) {
      return;
    }
    if (displaced != NOTHING) {
      int byteAndSource = displaced;
      displaced = NOTHING;
      put(byteAndSource, (byteAndSource & FROM_AUX) != 0);
      return;
    }
    boolean fromKeyboard = (mode() & MODE_DISABLE_KEYBOARD) == 0 && keyboard.hasData();
    boolean fromMouse = (mode() & MODE_DISABLE_AUX) == 0 && mouse.hasData();
    if (!fromKeyboard && !fromMouse) {
      return;
    }
    if (events.clock().nanos() < nextByteAt) {
      nextByteTimer.scheduleAt(nextByteAt);
      return;
    }
    // A device whose last byte is taken may have more to say at once, and calls back here.
    taking = true;
    if (fromKeyboard) {
      fillFromKeyboard();
    } else {
      put(mouse.take(), true);
    }
    taking = false;
  }

  /**
   * With translation on, a break prefix is kept back and becomes the top bit of the byte that
   * follows.
   */
  private void fillFromKeyboard() {
    while (keyboard.hasData()) {
      int value = keyboard.take();
      if ((mode() & MODE_TRANSLATE) == 0) {
        put(value, false);
        return;
      }
      if (value == ScanCodes.BREAK_PREFIX) {
        translationPrefix = BREAK_BIT;
      } else {
        put(ScanCodes.translate(value) | translationPrefix, false);
        translationPrefix = 0;
        return;
      }
    }
  }

  private void updateInterrupts() {
    boolean full = (status & STATUS_OUTPUT_FULL) != 0;
    boolean aux = (status & STATUS_AUX_OUTPUT_FULL) != 0;
    boolean keyboardAllowed =
        (mode() & (MODE_KEYBOARD_INTERRUPT | MODE_DISABLE_KEYBOARD)) == MODE_KEYBOARD_INTERRUPT;
    keyboardIrq.set(full && !aux && keyboardAllowed);
    mouseIrq.set(full && aux && (mode() & MODE_AUX_INTERRUPT) != 0);
  }

  private int readData() {
    int value = output;
    if ((status & STATUS_OUTPUT_FULL) != 0) {
      nextByteAt = events.clock().nanos() + BYTE_NANOS;
      discardOutput();
      fill();
    }
    return value;
  }

  // ---- commands ----

  private void command(int value) {
    status |= STATUS_COMMAND;
    pendingCommand = 0;
    switch (value) {
      case TEST_PASSWORD -> putReply(NO_PASSWORD);
      case DISABLE_AUX, ENABLE_AUX -> setModeBits(MODE_DISABLE_AUX, value == DISABLE_AUX);
      case TEST_AUX, TEST_KEYBOARD -> putReply(0);
      case SELF_TEST -> {
        status |= STATUS_SYSTEM;
        ram[0] |= MODE_SYSTEM;
        discardOutput();
        displaced = NOTHING;
        putReply(SELF_TEST_PASSED);
      }
      case DISABLE_KEYBOARD, ENABLE_KEYBOARD ->
          setModeBits(MODE_DISABLE_KEYBOARD, value == DISABLE_KEYBOARD);
      case READ_INPUT_PORT -> putReply(INPUT_PORT);
      case READ_OUTPUT_PORT -> putReply(outputPort());
      case WRITE_OUTPUT_PORT, WRITE_KEYBOARD_BUFFER, WRITE_AUX_BUFFER, WRITE_AUX ->
          pendingCommand = value;
      case DISABLE_A20, ENABLE_A20 -> a20.set(value == ENABLE_A20);
      case READ_TEST_INPUTS -> putReply(0);
      default -> rangeCommand(value);
    }
  }

  private void rangeCommand(int value) {
    if (value >= PULSE) {
      // A zero in the low nibble pulses that bit of the output port low; bit 0 is the CPU's reset.
      if ((value & OUTPUT_NOT_RESET) == 0) {
        resetLine.run();
      }
    } else if (value >= READ_RAM && value < READ_RAM + RAM_SIZE) {
      putReply(ram[value - READ_RAM]);
    } else if (value >= WRITE_RAM && value < WRITE_RAM + RAM_SIZE) {
      pendingCommand = value;
    }
  }

  private void writeData(int value) {
    status &= ~STATUS_COMMAND;
    int command = pendingCommand;
    pendingCommand = 0;
    switch (command) {
      case 0 -> {
        // Sending to the keyboard lets its clock run again.
        setModeBits(MODE_DISABLE_KEYBOARD, false);
        keyboard.receive(value);
      }
      case WRITE_RAM -> setMode(value);
      case WRITE_OUTPUT_PORT -> writeOutputPort(value);
      case WRITE_KEYBOARD_BUFFER -> putReply(value);
      case WRITE_AUX_BUFFER -> {
        discardOutput();
        put(value, true);
      }
      case WRITE_AUX -> {
        setModeBits(MODE_DISABLE_AUX, false);
        mouse.receive(value);
      }
      default -> ram[command - WRITE_RAM] = (byte) value;
    }
  }

  private int outputPort() {
    int buffer = 0;
    if ((status & STATUS_OUTPUT_FULL) != 0) {
      buffer = (status & STATUS_AUX_OUTPUT_FULL) != 0 ? OUTPUT_AUX_FULL : OUTPUT_KEYBOARD_FULL;
    }
    return outputPort | (a20.isOpen() ? OUTPUT_A20 : 0) | buffer;
  }

  private void writeOutputPort(int value) {
    outputPort = value & ~(OUTPUT_A20 | OUTPUT_KEYBOARD_FULL | OUTPUT_AUX_FULL) | OUTPUT_NOT_RESET;
    a20.set((value & OUTPUT_A20) != 0);
    if ((value & OUTPUT_NOT_RESET) == 0) {
      resetLine.run();
    }
  }

  /**
   * Leaves the controller as firmware does for a guest that is started without any: self-test
   * passed, both interrupts on, scan codes translated.
   */
  public void setFirmwareDefaults() {
    setMode(MODE_KEYBOARD_INTERRUPT | MODE_AUX_INTERRUPT | MODE_SYSTEM | MODE_TRANSLATE);
  }

  // ---- life ----

  private void setPowerUpState() {
    Arrays.fill(ram, (byte) 0);
    ram[0] = MODE_KEYBOARD_INTERRUPT | MODE_AUX_INTERRUPT;
    status = STATUS_COMMAND | STATUS_UNLOCKED;
    output = 0;
    outputPort = OUTPUT_DEFAULT;
    displaced = NOTHING;
    pendingCommand = 0;
    translationPrefix = 0;
    nextByteAt = 0;
    nextByteTimer.cancel();
  }

  @Override
  public String name() {
    return "i8042";
  }

  /** The keyboard and the mouse are reset on their own, before the controller. */
  @Override
  public void reset(ResetKind kind) {
    setPowerUpState();
    a20.set(true);
    updateInterrupts();
  }

  @Override
  public void save(StateWriter out) {
    out.putBytes("ram", ram);
    out.putInt("status", status);
    out.putInt("output", output);
    out.putInt("outputPort", outputPort);
    out.putInt("displaced", displaced);
    out.putInt("pendingCommand", pendingCommand);
    out.putInt("translationPrefix", translationPrefix);
    out.putLong("nextByteAt", nextByteAt);
  }

  @Override
  public void load(StateReader in) {
    System.arraycopy(in.getBytes("ram"), 0, ram, 0, RAM_SIZE);
    status = in.getInt("status");
    output = in.getInt("output");
    outputPort = in.getInt("outputPort");
    displaced = in.getInt("displaced");
    pendingCommand = in.getInt("pendingCommand");
    translationPrefix = in.getInt("translationPrefix");
    nextByteAt = in.getLong("nextByteAt");
    updateInterrupts();
    // The devices may be loaded later: look then whether they have something to send.
    nextByteTimer.scheduleAt(nextByteAt);
  }

  private final class DataPort implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return readData();
    }

    @Override
    public void write(int offset, int width, int value) {
      writeData(value);
    }

    @Override
    public int peek(int offset, int width) {
      return output;
    }
  }

  private final class CommandPort implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return status;
    }

    @Override
    public void write(int offset, int width, int value) {
      command(value);
    }

    @Override
    public int peek(int offset, int width) {
      return status;
    }
  }
}

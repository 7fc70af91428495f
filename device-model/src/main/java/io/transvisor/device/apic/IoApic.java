package io.transvisor.device.apic;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.device.pic.ClockInput;
import java.util.Arrays;

/**
 * The 82093AA I/O APIC (Intel datasheet 290566): 24 inputs, each with an entry of the redirection
 * table that says which message it sends.
 *
 * <p>The interrupt wires of this board carry "asserted" rather than a voltage, so the polarity bit
 * is kept but means nothing.
 */
public final class IoApic implements Device, MmioHandler {
  public static final int DEFAULT_BASE = 0xFEC00000;
  public static final int PINS = 24;

  /**
   * Input of the interval timer, whose own number the 8259 pair has on a board without override.
   */
  public static final int TIMER_PIN = 2;

  static final int VERSION = 0x11;

  private static final int PAGE = 0x1000;
  private static final int PRIORITY = 9;
  private static final int IOREGSEL = 0x00;
  private static final int IOWIN = 0x10;

  // Registers behind the window.
  private static final int ID = 0x00;
  private static final int VERSION_REGISTER = 0x01;
  private static final int ARBITRATION = 0x02;
  private static final int TABLE = 0x10;
  private static final int ID_BITS = 0x0F000000;

  // Low half of an entry; the destination is in bits 24-31 of the high half.
  private static final int LOGICAL = 1 << 11;
  private static final int REMOTE_IRR = 1 << 14;
  private static final int LEVEL = 1 << 15;
  private static final int MASKED = 1 << 16;
  private static final int LOW_WRITABLE = 0x1AFFF;
  private static final int HIGH_WRITABLE = 0xFF000000;

  private final ApicBus bus;
  private final int[] low = new int[PINS];
  private final int[] high = new int[PINS];
  private final Runnable[] acknowledged = new Runnable[PINS];
  private int select;
  private int id;
  private int levels;

  public IoApic(PhysicalMemory memory, ApicBus bus) {
    this.bus = bus;
    memory.mapMmio(name(), DEFAULT_BASE, PAGE, this, PRIORITY);
    bus.attach(this);
  }

  /** The input an ISA interrupt is wired to: its number, but 2 for IRQ 0, and 9 for IRQ 2. */
  private static int pinOf(int irq) {
    return irq == 0 ? TIMER_PIN : irq == 2 ? 9 : irq;
  }

  /** The wire of an ISA interrupt, 0 to 15. */
  public IrqLine line(int irq) {
    int pin = pinOf(irq);
    return level -> setPin(pin, level);
  }

  /** The input of an ISA interrupt, for the clock that drives it. */
  public ClockInput clockInput(int irq) {
    int pin = pinOf(irq);
    return new ClockInput() {
      @Override
      public void set(boolean level) {
        setPin(pin, level);
      }

      @Override
      public boolean isMasked() {
        return (low[pin] & MASKED) != 0;
      }

      @Override
      public boolean isPending() {
        return bus.isPending(low[pin] & 0xFF);
      }

      @Override
      public void watch(Runnable onAcknowledge, Runnable onInitialise) {
        acknowledged[pin] = onAcknowledge;
      }
    };
  }

  private void setPin(int pin, boolean level) {
    int bit = 1 << pin;
    boolean rises = level && (levels & bit) == 0;
    levels = level ? levels | bit : levels & ~bit;
    if ((low[pin] & LEVEL) != 0) {
      serviceLevel(pin);
    } else if (rises && (low[pin] & MASKED) == 0) {
      // An edge on a masked input is lost (datasheet, 3.2.4).
      send(pin);
    }
  }

  private void serviceLevel(int pin) {
    boolean waiting = (levels & 1 << pin) != 0 && (low[pin] & (MASKED | REMOTE_IRR)) == 0;
    if (waiting && send(pin) && deliveryMode(pin) <= InterruptMessage.LOWEST_PRIORITY) {
      low[pin] |= REMOTE_IRR;
    }
  }

  private int deliveryMode(int pin) {
    return low[pin] >>> 8 & 7;
  }

  private boolean send(int pin) {
    return bus.send(
        new InterruptMessage(
            deliveryMode(pin),
            low[pin] & 0xFF,
            (low[pin] & LEVEL) != 0,
            (low[pin] & LOGICAL) != 0,
            high[pin] >>> 24));
  }

  /** The end of a level-triggered interrupt: inputs still asserted send again. */
  void endOfInterrupt(int vector) {
    for (int pin = 0; pin < PINS; pin++) {
      if ((low[pin] & REMOTE_IRR) != 0 && (low[pin] & 0xFF) == vector) {
        low[pin] &= ~REMOTE_IRR;
        serviceLevel(pin);
      }
    }
  }

  void acknowledged(int vector) {
    for (int pin = 0; pin < PINS; pin++) {
      if (acknowledged[pin] != null && (low[pin] & MASKED) == 0 && (low[pin] & 0xFF) == vector) {
        acknowledged[pin].run();
      }
    }
  }

  // ---- registers ----

  @Override
  public int read(int offset, int width) {
    return peek(offset, width);
  }

  @Override
  public int peek(int offset, int width) {
    int value =
        switch (offset & ~3) {
          case IOREGSEL -> select;
          case IOWIN -> register();
          default -> 0;
        };
    int shifted = value >>> (8 * (offset & 3));
    return width == 4 ? shifted : shifted & (1 << (8 * width)) - 1;
  }

  private int register() {
    int entry = select - TABLE;
    if (entry >= 0 && entry < 2 * PINS) {
      return (entry & 1) == 0 ? low[entry >> 1] : high[entry >> 1];
    }
    return switch (select) {
      case ID, ARBITRATION -> id;
      case VERSION_REGISTER -> VERSION | PINS - 1 << 16;
      default -> 0;
    };
  }

  /** The window takes 32 bits at a time (datasheet, 3.0). */
  @Override
  public void write(int offset, int width, int value) {
    if (offset == IOREGSEL) {
      select = value & 0xFF;
    } else if (offset == IOWIN && width == 4) {
      writeRegister(value);
    }
  }

  private void writeRegister(int value) {
    int entry = select - TABLE;
    if (entry >= 0 && entry < 2 * PINS) {
      writeEntry(entry >> 1, (entry & 1) != 0, value);
    } else if (select == ID) {
      id = value & ID_BITS;
    }
  }

  private void writeEntry(int pin, boolean upper, int value) {
    if (upper) {
      high[pin] = value & HIGH_WRITABLE;
      return;
    }
    low[pin] = value & LOW_WRITABLE | low[pin] & REMOTE_IRR;
    if ((value & LEVEL) == 0) {
      low[pin] &= ~REMOTE_IRR;
    } else {
      serviceLevel(pin);
    }
  }

  // ---- Device ----

  @Override
  public String name() {
    return "ioapic";
  }

  @Override
  public void reset(ResetKind kind) {
    select = 0;
    id = 0;
    levels = 0;
    Arrays.fill(low, MASKED);
    Arrays.fill(high, 0);
  }

  @Override
  public void save(StateWriter out) {
    out.putInts("low", low);
    out.putInts("high", high);
    out.putInts("state", new int[] {select, id, levels});
  }

  @Override
  public void load(StateReader in) {
    System.arraycopy(in.getInts("low"), 0, low, 0, PINS);
    System.arraycopy(in.getInts("high"), 0, high, 0, PINS);
    int[] s = in.getInts("state");
    select = s[0];
    id = s[1];
    levels = s[2];
  }
}

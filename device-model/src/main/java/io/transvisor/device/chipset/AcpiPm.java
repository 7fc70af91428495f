package io.transvisor.device.chipset;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.port.PortHandler;
import java.util.Arrays;

/**
 * The fixed ACPI hardware of the PIIX4 (Intel datasheet 290562, 7.1; ACPI 1.0b, 4.7): power
 * management event and control registers, the 24-bit timer of 3.579545 MHz, and the chip's own
 * status and event registers behind them.
 */
final class AcpiPm implements PortHandler {
  static final int PORTS = 64;

  static final int PM1_STATUS = 0x00;
  static final int PM1_ENABLE = 0x02;
  static final int PM1_CONTROL = 0x04;
  static final int TIMER = 0x08;
  private static final int GLOBAL_STATUS = 0x18;
  private static final int DEVICE_STATUS = 0x1C;
  private static final int GENERAL_OUTPUTS = 0x34;

  static final int TIMER_OVERFLOW = 1 << 0;
  static final int GLOBAL = 1 << 5;
  static final int POWER_BUTTON = 1 << 8;
  private static final int RTC_ALARM = 1 << 10;
  private static final int STATUS_BITS =
      TIMER_OVERFLOW | 1 << 4 | GLOBAL | POWER_BUTTON | RTC_ALARM | 1 << 15;
  private static final int ENABLE_BITS = TIMER_OVERFLOW | GLOBAL | POWER_BUTTON | RTC_ALARM;

  static final int SCI_ENABLE = 1 << 0;
  private static final int CONTROL_BITS = 0x1C03;
  static final int SLEEP_ENABLE = 1 << 13;
  private static final int SLEEP_TYPE_SHIFT = 10;

  /**
   * Sleep types that switch off; 0 is what our DSDT names for S5, 2 is what QEMU's names for S4.
   */
  private static final int SLEEP_TYPE_SOFT_OFF = 0;

  private static final int SLEEP_TYPE_SUSPEND_TO_DISK = 2;

  private static final long TIMER_HZ = 3_579_545;
  private static final int TIMER_MASK = 0xFFFFFF;

  /** The overflow status is set each time bit 23 changes. */
  private static final long OVERFLOW_TICKS = 0x800000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final EventQueue events;
  private final MachineControl machine;
  private final Runnable interruptChanged;
  private final Timer overflowTimer;
  private final byte[] others = new byte[PORTS];
  private int status;
  private int enable;
  private int control;
  private long nextOverflow;

  AcpiPm(EventQueue events, MachineControl machine, Runnable interruptChanged) {
    this.events = events;
    this.machine = machine;
    this.interruptChanged = interruptChanged;
    this.overflowTimer = events.timer("acpi-timer-overflow", this::overflowDue);
  }

  /** Whether a fixed event asks for the system control interrupt. */
  boolean interrupt() {
    return (control & SCI_ENABLE) != 0 && (status & enable & ENABLE_BITS) != 0;
  }

  boolean sciEnabled() {
    return (control & SCI_ENABLE) != 0;
  }

  /** The switch to ACPI mode or back, as firmware does it on a write to the SMI command port. */
  void setSciEnabled(boolean on) {
    control = on ? control | SCI_ENABLE : control & ~SCI_ENABLE;
    interruptChanged.run();
  }

  /** The power button was pressed; a guest that has not enabled the event does not see it. */
  void powerButton() {
    if ((enable & POWER_BUTTON) != 0) {
      status |= POWER_BUTTON;
      interruptChanged.run();
    }
  }

  // ---- the timer ----

  private long ticks() {
    long nanos = events.clock().nanos();
    long seconds = nanos / NANOS_PER_SECOND;
    return seconds * TIMER_HZ + nanos % NANOS_PER_SECOND * TIMER_HZ / NANOS_PER_SECOND;
  }

  /** First nanosecond at which {@link #ticks} has the given value. */
  private static long nanosAt(long ticks) {
    long seconds = ticks / TIMER_HZ;
    long rest = ticks % TIMER_HZ * NANOS_PER_SECOND;
    return seconds * NANOS_PER_SECOND + (rest + TIMER_HZ - 1) / TIMER_HZ;
  }

  private void scheduleOverflow() {
    nextOverflow = (ticks() / OVERFLOW_TICKS + 1) * OVERFLOW_TICKS;
    updateOverflowTimer();
  }

  /**
   * A timer is needed only where an interrupt will follow; otherwise reading the status looks at
   * the clock.
   */
  private void updateOverflowTimer() {
    if ((enable & TIMER_OVERFLOW) != 0 && (status & TIMER_OVERFLOW) == 0) {
      overflowTimer.scheduleAt(nanosAt(nextOverflow));
    } else {
      overflowTimer.cancel();
    }
  }

  private void overflowDue() {
    updateStatus();
    updateOverflowTimer();
    interruptChanged.run();
  }

  private void updateStatus() {
    if (ticks() >= nextOverflow) {
      status |= TIMER_OVERFLOW;
    }
  }

  // ---- registers ----

  @Override
  public int read(int offset, int width) {
    if (offset != TIMER) {
      updateStatus();
    }
    return peek(offset, width);
  }

  @Override
  public int peek(int offset, int width) {
    long now = ticks();
    if (offset == TIMER && width == 4) {
      return (int) now & TIMER_MASK;
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= byteAt(offset + i, now) << (8 * i);
    }
    return value;
  }

  private int byteAt(int offset, long now) {
    int value =
        switch (offset & ~1) {
          case PM1_STATUS -> now >= nextOverflow ? status | TIMER_OVERFLOW : status;
          case PM1_ENABLE -> enable;
          case PM1_CONTROL -> control;
          case TIMER -> (int) now & 0xFFFF;
          case TIMER + 2 -> ((int) now & TIMER_MASK) >>> 16;
          default -> (others[offset & ~1] & 0xFF) | (others[offset | 1] & 0xFF) << 8;
        };
    return (offset & 1) == 0 ? value & 0xFF : value >>> 8 & 0xFF;
  }

  @Override
  public void write(int offset, int width, int value) {
    for (int i = 0; i < width; i++) {
      writeByte(offset + i, value >>> (8 * i) & 0xFF);
    }
    int sleepByte = PM1_CONTROL + 1 - offset;
    if (sleepByte >= 0
        && sleepByte < width
        && (value >>> (8 * sleepByte) & SLEEP_ENABLE >>> 8) != 0) {
      sleep();
    }
    interruptChanged.run();
  }

  private void writeByte(int offset, int value) {
    int shift = 8 * (offset & 1);
    int mask = 0xFF << shift;
    int word = value << shift;
    switch (offset & ~1) {
      case PM1_STATUS -> clearStatus(word);
      case PM1_ENABLE -> {
        enable = (enable & ~mask | word) & ENABLE_BITS;
        updateStatus();
        updateOverflowTimer();
      }
      case PM1_CONTROL -> control = (control & ~mask | word) & CONTROL_BITS;
      case TIMER, TIMER + 2 -> {
        // The timer cannot be written.
      }
      case GLOBAL_STATUS, DEVICE_STATUS, DEVICE_STATUS + 2 -> others[offset] &= (byte) ~value;
      default -> others[offset] = (byte) value;
    }
  }

  private void clearStatus(int bits) {
    updateStatus();
    if ((bits & status & TIMER_OVERFLOW) != 0) {
      status &= ~TIMER_OVERFLOW;
      scheduleOverflow();
    }
    status &= ~(bits & STATUS_BITS);
  }

  private void sleep() {
    int type = control >>> SLEEP_TYPE_SHIFT & 7;
    if (type == SLEEP_TYPE_SOFT_OFF || type == SLEEP_TYPE_SUSPEND_TO_DISK) {
      machine.powerOff();
    }
  }

  // ---- life ----

  void reset() {
    status = 0;
    enable = 0;
    control = 0;
    Arrays.fill(others, (byte) 0);
    others[GENERAL_OUTPUTS] = (byte) 0xFF;
    others[GENERAL_OUTPUTS + 1] = (byte) 0xBF;
    others[GENERAL_OUTPUTS + 2] = (byte) 0xFF;
    others[GENERAL_OUTPUTS + 3] = 0x7F;
    scheduleOverflow();
  }

  void save(StateWriter out) {
    out.putInt("pm.status", status);
    out.putInt("pm.enable", enable);
    out.putInt("pm.control", control);
    out.putLong("pm.nextOverflow", nextOverflow);
    out.putBytes("pm.others", others);
  }

  void load(StateReader in) {
    status = in.getInt("pm.status");
    enable = in.getInt("pm.enable");
    control = in.getInt("pm.control");
    nextOverflow = in.getLong("pm.nextOverflow");
    System.arraycopy(in.getBytes("pm.others"), 0, others, 0, PORTS);
    updateOverflowTimer();
  }
}

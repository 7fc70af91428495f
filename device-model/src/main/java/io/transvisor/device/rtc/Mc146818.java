package io.transvisor.device.rtc;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pic.TickLine;
import java.util.Arrays;

/**
 * The MC146818A real-time clock and 128 bytes of CMOS memory at ports 70h-71h, interrupting through
 * IRQ 8 (Motorola MC146818A datasheet; 82371 datasheet, 2.5.7). Daylight saving (DSE) is not done;
 * the square wave has no pin on a PC.
 *
 * <p>Time registers follow guest time and are worked out when read; timers run only while an
 * interrupt is enabled. Periodic interrupts the guest was too late for are given again when it
 * reads register C.
 */
public final class Mc146818 implements Device {
  static final int SIZE = 128;
  static final int REGISTER_A = 0x0A;
  static final int REGISTER_B = 0x0B;
  static final int REGISTER_C = 0x0C;
  static final int REGISTER_D = 0x0D;

  private static final int PORT = 0x70;
  private static final int NMI_MASK = 0x80;

  /** Where the PS/2 kept the century; another name of {@link RtcTime#CENTURY}. */
  private static final int PS2_CENTURY = 0x37;

  private static final int A_UPDATE_IN_PROGRESS = 0x80;
  private static final int A_DIVIDER = 0x70;
  private static final int A_DIVIDER_32KHZ = 0x20;
  private static final int A_RATE = 0x0F;
  private static final int B_SET = 0x80;
  private static final int B_SQUARE_WAVE = 0x08;
  private static final int B_BINARY = 0x04;
  private static final int B_24_HOURS = 0x02;
  private static final int C_INTERRUPT = 0x80;

  /** The same bit enables a cause in register B and reports it in register C. */
  private static final int PERIODIC = 0x40;

  private static final int ALARM = 0x20;
  private static final int UPDATE_ENDED = 0x10;
  private static final int CAUSES = PERIODIC | ALARM | UPDATE_ENDED;
  private static final int D_VALID = 0x80;

  private static final long SECOND = 1_000_000_000L;
  private static final long CRYSTAL = 32_768;

  /** The update-in-progress bit is high this long before an update: 8 crystal periods. */
  private static final long UPDATE_WARNING = 8 * SECOND / CRYSTAL;

  /** From the end of a divider reset to the first update. */
  private static final long FIRST_UPDATE = SECOND / 2;

  /** How much lost periodic time is made good. */
  private static final int CATCH_UP_SECONDS = 4;

  /** The part of it that is kept while the guest has masked the interrupt. */
  private static final int MASKED_SHARE = 32;

  /**
   * Most ticks given again in a row, so that a handler that reads register C until it is clear
   * comes to an end.
   */
  private static final int MOST_IN_A_ROW = 20;

  private final EventQueue events;
  private final TickLine irq8;
  private final RtcBase base;
  private final Timer periodicTimer;
  private final Timer updateTimer;
  private final byte[] cmos = new byte[SIZE];
  private final byte[] factory = new byte[SIZE];

  private int index;
  private boolean nmiMasked;

  // The clock: second number s begins at guest time s * 1e9 - phase, and shows s + shift
  private long phase;
  private long shift;
  private long seen; // the last second number whose update has been looked at
  private long lastPeriod; // the last crystal tick up to which periods have been counted
  private int missed;
  private int row;

  /**
   * @param irq8 usually {@code pic.tickLine(8, events)}
   * @param base what the clock shows at guest time 0
   */
  public Mc146818(EventQueue events, PortSpace ports, TickLine irq8, RtcBase base) {
    this.events = events;
    this.irq8 = irq8;
    this.base = base;
    periodicTimer = events.timer("rtc-periodic", this::periodDue);
    updateTimer = events.timer("rtc-update", this::updateDue);
    ports.register(name(), PORT, 2, 1, new Registers());
  }

  // ---- the board's side ----

  /** Sets a byte of CMOS memory as the battery has kept it: it comes back with every power-on. */
  public void setCmos(int address, int value) {
    factory[address] = (byte) value;
    cmos[address] = (byte) value;
  }

  /** A byte of CMOS memory as it is now; the time registers as last worked out. */
  public int cmos(int address) {
    return cmos[address] & 0xFF;
  }

  /** Whether port 70h bit 7 keeps NMIs from the CPU. */
  public boolean isNmiMasked() {
    return nmiMasked;
  }

  // ---- time ----

  private long now() {
    return events.clock().nanos() + phase;
  }

  private boolean running() {
    return (cmos[REGISTER_B] & B_SET) == 0 && dividerRunning();
  }

  private boolean dividerRunning() {
    return (cmos[REGISTER_A] & A_DIVIDER) <= A_DIVIDER_32KHZ;
  }

  private boolean binary() {
    return (cmos[REGISTER_B] & B_BINARY) != 0;
  }

  private boolean hours24() {
    return (cmos[REGISTER_B] & B_24_HOURS) != 0;
  }

  private void timeToRegisters() {
    RtcTime.toRegisters(now() / SECOND + shift, cmos, binary(), hours24());
  }

  private void registersToTime() {
    shift = RtcTime.fromRegisters(cmos, binary(), hours24()) - now() / SECOND;
  }

  // ---- updates and the alarm ----

  private void updateDue() {
    lookAtUpdates();
    schedule();
  }

  /** Raises the flags of all updates up to now. */
  private void lookAtUpdates() {
    long second = now() / SECOND;
    if (!running() || second <= seen) {
      seen = second;
      return;
    }
    int flags = UPDATE_ENDED;
    if (nextAlarm(seen + shift) <= second + shift) {
      flags |= ALARM;
    }
    seen = second;
    raise(flags);
  }

  private long nextAlarm(long after) {
    return RtcTime.nextAlarm(after, cmos, binary(), hours24());
  }

  private void raise(int flags) {
    cmos[REGISTER_C] |= (byte) flags;
    updateInterrupt();
  }

  private void updateInterrupt() {
    if ((cmos[REGISTER_C] & cmos[REGISTER_B] & CAUSES) != 0) {
      cmos[REGISTER_C] |= (byte) C_INTERRUPT;
      irq8.set(true);
    } else {
      cmos[REGISTER_C] &= (byte) ~C_INTERRUPT;
      irq8.set(false);
    }
  }

  // ---- the periodic interrupt ----

  private long crystalTicks() {
    long now = now();
    return now / SECOND * CRYSTAL + now % SECOND * CRYSTAL / SECOND;
  }

  private long crystalNanos(long ticks) {
    return ticks / CRYSTAL * SECOND + (ticks % CRYSTAL * SECOND + CRYSTAL - 1) / CRYSTAL - phase;
  }

  /** The period in crystal ticks, a power of two; 0 while the divider is off. */
  private int period() {
    int rate = cmos[REGISTER_A] & A_RATE;
    if (rate == 0 || !dividerRunning()) {
      return 0;
    }
    // Rates 1 and 2 are the same as 8 and 9 with a 32 kHz crystal.
    return 1 << (rate <= 2 ? rate + 6 : rate - 1);
  }

  private void periodDue() {
    lookAtPeriods();
    row = 0;
    schedule();
  }

  private void lookAtPeriods() {
    long ticks = crystalTicks();
    int period = period();
    if (period == 0) {
      lastPeriod = ticks;
      return;
    }
    long periods = ticks / period - lastPeriod / period;
    lastPeriod = ticks;
    if (periods <= 0) {
      return;
    }
    if ((cmos[REGISTER_B] & PERIODIC) != 0) {
      long late = (cmos[REGISTER_C] & PERIODIC) != 0 ? periods : periods - 1;
      long most = CATCH_UP_SECONDS * CRYSTAL / period;
      long limit = irq8.isListening() ? most : most / MASKED_SHARE;
      missed = (int) Math.max(missed, Math.min(limit, missed + late));
    }
    raise(PERIODIC);
  }

  private void schedule() {
    int enabled = cmos[REGISTER_B];
    int period = period();
    if ((enabled & PERIODIC) != 0 && period != 0) {
      periodicTimer.scheduleAt(crystalNanos((lastPeriod / period + 1) * period));
    } else {
      periodicTimer.cancel();
    }
    long update = Long.MAX_VALUE;
    if (running() && (enabled & UPDATE_ENDED) != 0) {
      update = seen + 1;
    } else if (running() && (enabled & ALARM) != 0) {
      long alarm = nextAlarm(seen + shift);
      update = alarm == Long.MAX_VALUE ? alarm : alarm - shift;
    }
    if (update == Long.MAX_VALUE) {
      updateTimer.cancel();
    } else {
      updateTimer.scheduleAt(update * SECOND - phase);
    }
  }

  // ---- registers ----

  private static boolean isTime(int address) {
    return address <= RtcTime.YEAR
            && address != RtcTime.SECONDS_ALARM
            && address != RtcTime.MINUTES_ALARM
            && address != RtcTime.HOURS_ALARM
        || address == RtcTime.CENTURY;
  }

  private int peekRegister(int address) {
    if (isTime(address) && running()) {
      byte[] copy = cmos.clone();
      RtcTime.toRegisters(now() / SECOND + shift, copy, binary(), hours24());
      return copy[address] & 0xFF;
    }
    int value = cmos[address] & 0xFF;
    if (address == REGISTER_A && running() && now() % SECOND >= SECOND - UPDATE_WARNING) {
      value |= A_UPDATE_IN_PROGRESS;
    }
    return value;
  }

  private int readRegister(int address) {
    if (isTime(address) && running()) {
      timeToRegisters();
    } else if (address == REGISTER_C) {
      return readFlags();
    }
    return peekRegister(address);
  }

  private int readFlags() {
    lookAtUpdates();
    lookAtPeriods();
    int flags = cmos[REGISTER_C] & 0xFF;
    cmos[REGISTER_C] = 0;
    irq8.set(false);
    if (missed > 0 && (cmos[REGISTER_B] & PERIODIC) != 0 && row < MOST_IN_A_ROW) {
      row++;
      missed--;
      raise(PERIODIC);
    }
    schedule();
    return flags;
  }

  private void writeRegister(int address, int value) {
    lookAtUpdates();
    lookAtPeriods();
    switch (address) {
      case REGISTER_A -> writeA(value);
      case REGISTER_B -> writeB(value);
      case REGISTER_C, REGISTER_D -> {}
      default -> {
        if (isTime(address)) {
          boolean running = running();
          if (running) {
            timeToRegisters();
          }
          cmos[address] = (byte) value;
          if (running) {
            registersToTime();
          }
        } else {
          cmos[address] = (byte) value;
        }
      }
    }
    schedule();
  }

  private void writeA(int value) {
    boolean wasRunning = running();
    boolean dividerRan = dividerRunning();
    if (wasRunning) {
      timeToRegisters();
    }
    if ((cmos[REGISTER_A] & A_RATE) != (value & A_RATE)) {
      forgetMissed();
    }
    cmos[REGISTER_A] = (byte) (value & ~A_UPDATE_IN_PROGRESS);
    if (!dividerRan && dividerRunning()) {
      setPhase(SECOND - FIRST_UPDATE);
    }
    clockMayHaveStarted(wasRunning);
  }

  private void writeB(int value) {
    boolean wasRunning = running();
    if (wasRunning) {
      timeToRegisters();
    }
    if ((value & B_SET) != 0) {
      value &= ~UPDATE_ENDED;
    }
    if (((cmos[REGISTER_B] ^ value) & PERIODIC) != 0) {
      forgetMissed();
    }
    boolean formatChanged = ((cmos[REGISTER_B] ^ value) & (B_BINARY | B_24_HOURS)) != 0;
    cmos[REGISTER_B] = (byte) value;
    clockMayHaveStarted(wasRunning);
    if (wasRunning && formatChanged && running()) {
      timeToRegisters();
    }
    updateInterrupt();
  }

  private void clockMayHaveStarted(boolean wasRunning) {
    if (!wasRunning && running()) {
      registersToTime();
      seen = now() / SECOND;
    }
  }

  /** Makes the current second this old, without changing which second it is. */
  private void setPhase(long intoSecond) {
    phase = intoSecond - Math.floorMod(events.clock().nanos(), SECOND);
    if (phase < 0) {
      phase += SECOND;
    }
    seen = now() / SECOND;
    lastPeriod = crystalTicks();
  }

  private void forgetMissed() {
    missed = 0;
    row = 0;
    irq8.forget();
  }

  // ---- Device ----

  @Override
  public String name() {
    return "rtc";
  }

  @Override
  public void reset(ResetKind kind) {
    index = 0;
    nmiMasked = false;
    if (kind == ResetKind.POWER_ON) {
      System.arraycopy(factory, 0, cmos, 0, SIZE);
      cmos[REGISTER_A] = A_DIVIDER_32KHZ | 6;
      cmos[REGISTER_B] = B_24_HOURS;
      cmos[REGISTER_D] = (byte) D_VALID;
      phase = base.nanoOfSecond();
      shift = base.shownSeconds();
      Arrays.fill(cmos, 0, RtcTime.YEAR + 1, (byte) 0);
      cmos[RtcTime.CENTURY] = 0;
    }
    cmos[REGISTER_B] &= (byte) ~(CAUSES | B_SQUARE_WAVE);
    cmos[REGISTER_C] = 0;
    seen = now() / SECOND;
    lastPeriod = crystalTicks();
    forgetMissed();
    irq8.set(false);
    schedule();
  }

  @Override
  public void save(StateWriter out) {
    out.putBytes("cmos", cmos);
    out.putInt("index", index);
    out.putBoolean("nmiMasked", nmiMasked);
    out.putLong("phase", phase);
    out.putLong("shift", shift);
    out.putLong("seen", seen);
    out.putLong("lastPeriod", lastPeriod);
    out.putInt("missed", missed);
    out.putInt("row", row);
  }

  @Override
  public void load(StateReader in) {
    System.arraycopy(in.getBytes("cmos"), 0, cmos, 0, SIZE);
    index = in.getInt("index");
    nmiMasked = in.getBoolean("nmiMasked");
    phase = in.getLong("phase");
    shift = in.getLong("shift");
    seen = in.getLong("seen");
    lastPeriod = in.getLong("lastPeriod");
    missed = in.getInt("missed");
    row = in.getInt("row");
    schedule();
  }

  private final class Registers implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return offset == 0 ? 0xFF : readRegister(index);
    }

    @Override
    public int peek(int offset, int width) {
      return offset == 0 ? 0xFF : peekRegister(index);
    }

    @Override
    public void write(int offset, int width, int value) {
      if (offset == 0) {
        index = value & 0x7F;
        if (index == PS2_CENTURY) {
          index = RtcTime.CENTURY;
        }
        nmiMasked = (value & NMI_MASK) != 0;
      } else {
        writeRegister(index, value);
      }
    }
  }
}

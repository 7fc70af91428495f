package io.transvisor.device.pit;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pic.TickLine;

/**
 * The 8254 interval timer at ports 40h-43h and system control port B at 61h (Intel 8254 datasheet;
 * 82371 datasheet, 2.5.5).
 *
 * <p>Counter 0 clocks the guest through IRQ 0. When the machine was held up for several periods, or
 * the guest had not taken the last tick yet, the missed ticks follow as the guest acknowledges, up
 * to {@link #CATCH_UP_SECONDS}. Counter 2 is gated by port 61h, which also shows its output;
 * counter 1 is free.
 */
public final class Pit8254 implements Device {
  /** How much lost time is made good; a longer gap is a jump in time the guest has to live with. */
  static final int CATCH_UP_SECONDS = 4;

  /** How many times faster than normal late ticks come. */
  private static final int LATE_TICK_RATE = 4;

  private static final int PORT = 0x40;
  private static final int CONTROL_PORT_B = 0x61;
  private static final int CONTROL_WORD = 3;
  private static final int READ_BACK = 3;
  private static final int READ_BACK_NO_COUNT = 0x20;
  private static final int READ_BACK_NO_STATUS = 0x10;
  private static final int SPEAKER = 2;

  /**
   * Bits of port 61h that keep what is written: counter 2 gate, speaker, and the two error enables.
   */
  private static final int PORT_B_WRITABLE = 0x0F;

  private static final int PORT_B_GATE = 0x01;
  private static final int PORT_B_REFRESH = 0x10;
  private static final int PORT_B_OUTPUT = 0x20;

  /** Ticks between two changes of the refresh bit: 15.1 microseconds. */
  private static final int REFRESH_TICKS = 18;

  private final EventQueue events;
  private final TickLine irq0;
  private final Timer tickTimer;
  private final PitChannel[] channels = {
    new PitChannel("counter0"), new PitChannel("counter1"), new PitChannel("counter2")
  };
  private int portB;
  private long lastTick; // up to where output edges of counter 0 have been given to the line

  /**
   * @param irq0 the wire of counter 0, usually {@code pic.tickLine(0, events)}
   */
  public Pit8254(EventQueue events, PortSpace ports, TickLine irq0) {
    this.events = events;
    this.irq0 = irq0;
    tickTimer = events.timer("pit", this::counter0Due);
    ports.register(name(), PORT, 4, 1, new Counters());
    ports.register(name() + "-61", CONTROL_PORT_B, 1, 1, new PortB());
  }

  private long now() {
    return PitClock.ticks(events.clock().nanos());
  }

  // ---- counter 0 and its interrupt ----

  private void counter0Due() {
    giveTicks(now());
    schedule();
  }

  /**
   * Late ticks follow each other at a quarter of the period: fast enough to catch up, slow enough
   * for a program that polls the count of ticks to see every one. One-shots are set up anew for
   * each tick.
   */
  private void pace() {
    boolean periodic = channels[0].mode() == 2 || channels[0].mode() == 3;
    irq0.pace(periodic ? PitClock.nanos(channels[0].reload()) / LATE_TICK_RATE : 0);
  }

  /** Hands the output edges up to now to the interrupt wire. */
  private void giveTicks(long tick) {
    long edges = channels[0].rises(lastTick, tick);
    lastTick = tick;
    if (edges > 0) {
      pace();
      irq0.tick(edges, Math.max(1, CATCH_UP_SECONDS * PitClock.FREQUENCY / channels[0].reload()));
    }
  }

  private void schedule() {
    long next = channels[0].nextRise(lastTick);
    if (next == PitChannel.NEVER) {
      tickTimer.cancel();
    } else {
      tickTimer.scheduleAt(PitClock.nanos(next));
    }
  }

  /**
   * The wire after a change of counter 0's programming. It never rises here: edges come from
   * counting only, so that setting a mode whose output rests high does not look like a tick.
   */
  private void counter0Programmed(long tick) {
    lastTick = tick;
    if (!channels[0].output(tick)) {
      irq0.set(false);
    }
    pace();
    schedule();
  }

  /** Whether the speaker is being driven, and the frequency in hertz; 0 while it is silent. */
  public double speakerFrequency() {
    boolean on = (portB & (SPEAKER | PORT_B_GATE)) == (SPEAKER | PORT_B_GATE);
    boolean tone = channels[2].mode() == 3 && channels[2].reload() > 0;
    return on && tone ? (double) PitClock.FREQUENCY / channels[2].reload() : 0;
  }

  // ---- Device ----

  @Override
  public String name() {
    return "pit";
  }

  @Override
  public void reset(ResetKind kind) {
    long tick = now();
    portB = 0;
    channels[0].reset(true, tick);
    channels[1].reset(true, tick);
    channels[2].reset(false, tick);
    irq0.forget();
    irq0.set(false);
    lastTick = tick;
    pace();
    schedule();
  }

  @Override
  public void save(StateWriter out) {
    for (PitChannel channel : channels) {
      channel.save(out);
    }
    out.putInt("portB", portB);
    out.putLong("lastTick", lastTick);
  }

  @Override
  public void load(StateReader in) {
    for (PitChannel channel : channels) {
      channel.load(in);
    }
    portB = in.getInt("portB");
    lastTick = in.getLong("lastTick");
    pace();
    schedule();
  }

  private final class Counters implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return offset == CONTROL_WORD ? 0xFF : channels[offset].read(now());
    }

    @Override
    public int peek(int offset, int width) {
      return offset == CONTROL_WORD ? 0xFF : channels[offset].peek(now());
    }

    @Override
    public void write(int offset, int width, int value) {
      long tick = now();
      giveTicks(tick);
      if (offset != CONTROL_WORD) {
        if (channels[offset].writeCount(value, tick) && offset == 0) {
          irq0.forget();
        }
      } else if (value >>> 6 == READ_BACK) {
        readBack(value, tick);
        return;
      } else {
        channels[value >>> 6].writeControl(value, tick);
      }
      counter0Programmed(tick);
    }

    private void readBack(int value, long tick) {
      for (int i = 0; i < channels.length; i++) {
        if ((value & 2 << i) != 0) {
          if ((value & READ_BACK_NO_COUNT) == 0) {
            channels[i].latchCount(tick);
          }
          if ((value & READ_BACK_NO_STATUS) == 0) {
            channels[i].latchStatus(tick);
          }
        }
      }
    }
  }

  private final class PortB implements PlainPort {
    @Override
    public int read(int offset, int width) {
      long tick = now();
      return portB
          | ((tick / REFRESH_TICKS & 1) != 0 ? PORT_B_REFRESH : 0)
          | (channels[2].output(tick) ? PORT_B_OUTPUT : 0);
    }

    @Override
    public void write(int offset, int width, int value) {
      portB = value & PORT_B_WRITABLE;
      channels[2].setGate((value & PORT_B_GATE) != 0, now());
    }
  }
}

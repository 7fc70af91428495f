package io.transvisor.device.pit;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/**
 * One counter of an 8254 (Intel 8254 datasheet, order 231164): counting, output and the read and
 * write protocol of its port.
 *
 * <p>Nothing runs: the state is that of the last load, and the count and the output at a given
 * clock tick follow from it. A count written at tick <i>t</i> is in the counting element at tick
 * <i>t</i> + 1, as the datasheet's wave forms show.
 */
final class PitChannel {
  static final long NEVER = Long.MAX_VALUE;

  private static final int ACCESS_LATCH = 0;
  private static final int ACCESS_LOW = 1;
  private static final int ACCESS_HIGH = 2;
  private static final int BINARY_MODULUS = 0x10000;
  private static final int BCD_MODULUS = 10_000;

  private final String prefix;

  // Programming
  private int control; // the low 6 bits of the control word: access, mode, BCD
  private int reload; // initial count, 1 to 65536; 0 before the first
  private boolean gate;

  // Counting: the count register was loaded at tick "start", or stands at "elapsed" ticks after it
  private boolean loaded;
  private boolean counting;
  private long start;
  private long elapsed;
  private int
      nextReload; // written but not yet loaded (modes 1 and 5: at a trigger; 2 and 3: at the end of
  // the period); 0: none
  private long takeover = NEVER; // when nextReload takes over by itself
  private int residue; // what the counting element holds until the load
  private boolean residualOutput;

  // Port protocol
  private boolean writeHighNext;
  private int lowByte;
  private boolean readHighNext;
  private int latchedCount;
  private int latchedBytes;
  private int latchedStatus = -1;

  PitChannel(String prefix) {
    this.prefix = prefix;
  }

  /** As after the firmware's power-on: mode 3, 65536, counting. */
  void reset(boolean gateHigh, long tick) {
    control = 3 << 4 | 3 << 1;
    gate = gateHigh;
    loaded = false;
    counting = false;
    start = 0;
    elapsed = 0;
    nextReload = 0;
    takeover = NEVER;
    reload = 0;
    residue = 0;
    residualOutput = true;
    clearPortProtocol();
    setCount(0, tick - 1);
  }

  private void clearPortProtocol() {
    writeHighNext = false;
    lowByte = 0;
    readHighNext = false;
    latchedCount = 0;
    latchedBytes = 0;
    latchedStatus = -1;
  }

  int mode() {
    int mode = control >>> 1 & 7;
    return mode > 5 ? mode - 4 : mode;
  }

  private int access() {
    return control >>> 4 & 3;
  }

  private boolean bcd() {
    return (control & 1) != 0;
  }

  private int modulus() {
    return bcd() ? BCD_MODULUS : BINARY_MODULUS;
  }

  private boolean periodic() {
    return mode() == 2 || mode() == 3;
  }

  private boolean triggered() {
    return mode() == 1 || mode() == 5;
  }

  /** The period in ticks of modes 2 and 3; otherwise the initial count. */
  int reload() {
    return reload;
  }

  // ---- programming ----

  /** A control word for this counter (not a read-back command). */
  void writeControl(int value, long tick) {
    if ((value >>> 4 & 3) == ACCESS_LATCH) {
      latchCount(tick);
      return;
    }
    residue = currentCount(tick);
    control = value & 0x3F;
    loaded = false;
    counting = false;
    nextReload = 0;
    takeover = NEVER;
    clearPortProtocol();
  }

  /** A byte to the counter's port; true when it completed a count. */
  boolean writeCount(int value, long tick) {
    switch (access()) {
      case ACCESS_LOW -> setCount(value, tick);
      case ACCESS_HIGH -> setCount(value << 8, tick);
      default -> {
        if (!writeHighNext) {
          writeHighNext = true;
          lowByte = value;
          if (mode() == 0) {
            residue = currentCount(tick);
            loaded = false; // the first byte stops mode 0
            counting = false;
          }
          return false;
        }
        writeHighNext = false;
        setCount(value << 8 | lowByte, tick);
      }
    }
    return true;
  }

  private void setCount(int written, long tick) {
    int count = bcd() ? fromBcd(written) : written;
    if (count == 0) {
      count = modulus();
    }
    advance(tick);
    if (triggered()) {
      nextReload = count;
    } else if (periodic() && loaded) {
      // A counter stopped by its gate takes the new count with the trigger that starts it.
      nextReload = count;
      takeover = counting ? endOfPeriod(tick) : NEVER;
    } else {
      load(count, tick);
    }
  }

  private void load(int count, long tick) {
    residue = currentCount(tick);
    residualOutput = output(tick);
    reload = count;
    nextReload = 0;
    takeover = NEVER;
    loaded = true;
    start = tick + 1;
    elapsed = 0;
    counting = gate;
  }

  /** The GATE input. */
  void setGate(boolean high, long tick) {
    if (high == gate) {
      return;
    }
    advance(tick);
    gate = high;
    switch (mode()) {
      case 1, 5 -> {
        if (high && (nextReload != 0 || reload != 0)) {
          load(nextReload != 0 ? nextReload : reload, tick);
        }
      }
      case 2, 3 -> {
        if (high && loaded) {
          load(nextReload != 0 ? nextReload : reload, tick);
        } else if (loaded) {
          pause(tick);
        }
      }
      default -> {
        if (high && loaded) {
          start = tick - elapsed;
          counting = true;
        } else if (loaded) {
          pause(tick);
        }
      }
    }
  }

  private void pause(long tick) {
    if (counting) {
      elapsed = tick - start;
      counting = false;
    }
  }

  boolean gate() {
    return gate;
  }

  // ---- counting ----

  /** Ticks since the count was loaded; -1 in the tick before the load. */
  private long elapsed(long tick) {
    return counting ? tick - start : elapsed;
  }

  /** Lets a new count of modes 2 and 3 take over when its time has come. */
  private void advance(long tick) {
    if (tick < takeover) {
      return;
    }
    boolean lowHalfFollows = lowHalfFollowsTakeover();
    reload = nextReload;
    nextReload = 0;
    start = lowHalfFollows ? takeover - highHalf() : takeover;
    takeover = NEVER;
  }

  /** The end of the period (mode 3: of the half period) a tick is in. */
  private long endOfPeriod(long tick) {
    long inPeriod = Math.max(0, tick - start) % reload;
    long begin = Math.max(start, tick) - inPeriod;
    return mode() == 3 && inPeriod < highHalf() ? begin + highHalf() : begin + reload;
  }

  private boolean lowHalfFollowsTakeover() {
    return mode() == 3 && (takeover - start) % reload != 0;
  }

  private int highHalf() {
    return (reload + 1) / 2;
  }

  private int currentCount(long tick) {
    advance(tick);
    if (!loaded) {
      return residue;
    }
    long e = elapsed(tick);
    if (e < 0) {
      return residue;
    }
    return switch (mode()) {
      case 2 -> (int) (reload - e % reload);
      case 3 -> {
        long inPeriod = e % reload;
        long inHalf = inPeriod < highHalf() ? inPeriod : inPeriod - highHalf();
        yield (int) ((reload & ~1) - 2 * inHalf);
      }
      default -> (int) Math.floorMod(reload - e, (long) modulus());
    };
  }

  private int encoded(int count) {
    return bcd() ? toBcd(count % BCD_MODULUS) : count & 0xFFFF;
  }

  /** The OUT pin. */
  boolean output(long tick) {
    advance(tick);
    long e = elapsed(tick);
    if (!loaded) {
      return mode() != 0;
    }
    if (e < 0) {
      return mode() == 1 ? residualOutput : mode() != 0;
    }
    return switch (mode()) {
      case 0, 1 -> e >= reload;
      case 2 -> !counting || reload == 1 || e % reload != reload - 1;
      case 3 -> !counting || e % reload < highHalf();
      default -> e != reload;
    };
  }

  /** The first tick after the given one at which OUT goes from low to high, or {@link #NEVER}. */
  long nextRise(long tick) {
    advance(tick);
    if (!loaded || !counting) {
      return NEVER;
    }
    long rise =
        switch (mode()) {
          case 0, 1 -> start + reload;
          case 2, 3 -> nextPeriodicRise(tick);
          default -> start + reload + 1;
        };
    return rise > tick ? rise : NEVER;
  }

  private long nextPeriodicRise(long tick) {
    if (takeover != NEVER) {
      return lowHalfFollowsTakeover() ? takeover + nextReload / 2 : takeover;
    }
    if (reload == 1) {
      return NEVER;
    }
    return tick < start ? start + reload : start + ((tick - start) / reload + 1) * reload;
  }

  /**
   * How often OUT goes from low to high after tick {@code from}, up to and including tick {@code
   * to}.
   */
  long rises(long from, long to) {
    long count = 0;
    long at = from;
    while (true) {
      at = nextRise(at);
      if (at > to) {
        return count;
      }
      count++;
      advance(at);
      if (periodic() && takeover == NEVER && reload > 1) {
        return count + (to - at) / reload;
      }
    }
  }

  // ---- reading ----

  /** A counter latch command. */
  void latchCount(long tick) {
    if (latchedBytes == 0) {
      latchedCount = encoded(currentCount(tick));
      latchedBytes = access() == 3 ? 2 : 1;
    }
  }

  /** A status latch by the read-back command. */
  void latchStatus(long tick) {
    if (latchedStatus < 0) {
      latchedStatus = status(tick);
    }
  }

  private int status(long tick) {
    advance(tick);
    boolean nullCount = !loaded || nextReload != 0 || elapsed(tick) < 0;
    return (output(tick) ? 0x80 : 0) | (nullCount ? 0x40 : 0) | control;
  }

  /** A read of the counter's port. */
  int read(long tick) {
    int value = peek(tick);
    if (latchedStatus >= 0) {
      latchedStatus = -1;
    } else if (latchedBytes > 0) {
      latchedBytes--;
      readHighNext = access() == 3 && latchedBytes == 1;
    } else if (access() == 3) {
      readHighNext = !readHighNext;
    }
    return value;
  }

  int peek(long tick) {
    if (latchedStatus >= 0) {
      return latchedStatus;
    }
    int count = latchedBytes > 0 ? latchedCount : encoded(currentCount(tick));
    boolean high = access() == ACCESS_HIGH || access() == 3 && readHighNext;
    return high ? count >>> 8 : count & 0xFF;
  }

  private static int fromBcd(int value) {
    return (value >>> 12 & 15) * 1000
        + (value >>> 8 & 15) * 100
        + (value >>> 4 & 15) * 10
        + (value & 15);
  }

  private static int toBcd(int value) {
    return value / 1000 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
  }

  // ---- state ----

  void save(StateWriter out) {
    out.putInts(
        prefix,
        new int[] {
          control,
          reload,
          bit(gate),
          bit(loaded),
          bit(counting),
          nextReload,
          residue,
          bit(residualOutput),
          bit(writeHighNext),
          lowByte,
          bit(readHighNext),
          latchedCount,
          latchedBytes,
          latchedStatus
        });
    out.putLong(prefix + "Start", start);
    out.putLong(prefix + "Elapsed", elapsed);
    out.putLong(prefix + "Takeover", takeover);
  }

  void load(StateReader in) {
    int[] s = in.getInts(prefix);
    control = s[0];
    reload = s[1];
    gate = s[2] != 0;
    loaded = s[3] != 0;
    counting = s[4] != 0;
    nextReload = s[5];
    residue = s[6];
    residualOutput = s[7] != 0;
    writeHighNext = s[8] != 0;
    lowByte = s[9];
    readHighNext = s[10] != 0;
    latchedCount = s[11];
    latchedBytes = s[12];
    latchedStatus = s[13];
    start = in.getLong(prefix + "Start");
    elapsed = in.getLong(prefix + "Elapsed");
    takeover = in.getLong(prefix + "Takeover");
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }
}

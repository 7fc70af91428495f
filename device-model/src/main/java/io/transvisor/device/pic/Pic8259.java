package io.transvisor.device.pic;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;

/**
 * One 8259A programmable interrupt controller in 8086 mode (Intel 8259A datasheet, order 231468).
 *
 * <p>Edge or level sensing is chosen per input by the edge/level control register of the PIIX
 * (82371 datasheet, 2.5.6) and not by ICW1 bit 3, which the PIIX ignores. An edge stays latched
 * when the input falls before the acknowledge.
 */
final class Pic8259 {
  private static final int ICW1 = 0x10;
  private static final int ICW1_NEEDS_ICW4 = 0x01;
  private static final int ICW1_SINGLE = 0x02;
  private static final int ICW4_AUTO_EOI = 0x02;
  private static final int ICW4_SPECIAL_FULLY_NESTED = 0x10;
  private static final int OCW3 = 0x08;
  private static final int OCW3_POLL = 0x04;
  private static final int OCW3_READ_REGISTER = 0x02;
  private static final int OCW3_READ_ISR = 0x01;
  private static final int OCW3_SET_SPECIAL_MASK = 0x40;
  private static final int OCW3_SPECIAL_MASK = 0x20;

  /** Input a spurious interrupt reports. */
  static final int SPURIOUS = 7;

  private static final int NONE = 8;

  /** Which initialisation command word the next write to the data port is. */
  private enum Expect {
    OCW1,
    ICW2,
    ICW3,
    ICW4
  }

  /** Told what happens to an input, for clocks that keep lost ticks. */
  interface Watcher {
    /** The CPU has taken the request of this input. */
    void acknowledged(int input);

    /** ICW1 has made the chip forget all edges. */
    void initialised();
  }

  private final String prefix;
  private final int cascadeInput;
  private final int levelCapable;
  private final IrqLine output;
  private final Watcher watcher;

  private int requests; // IRR
  private int inService; // ISR
  private int mask; // IMR
  private int inputs;
  private int edgeMemory;
  private int levelTriggered; // ELCR
  private int highestPriority;
  private int vectorBase;
  private boolean readInService;
  private boolean poll;
  private boolean specialMask;
  private boolean autoEoi;
  private boolean rotateOnAutoEoi;
  private boolean specialFullyNested;
  private boolean single;
  private boolean needsIcw4;
  private Expect expect = Expect.OCW1;

  /**
   * @param prefix for names in saved state
   * @param cascadeInput input a slave is wired to, or -1
   * @param levelCapable inputs whose ELCR bit can be set
   * @param output the INT pin
   */
  Pic8259(String prefix, int cascadeInput, int levelCapable, IrqLine output, Watcher watcher) {
    this.prefix = prefix;
    this.cascadeInput = cascadeInput;
    this.levelCapable = levelCapable;
    this.output = output;
    this.watcher = watcher;
  }

  void reset() {
    levelTriggered = 0;
    inputs = 0;
    requests = 0;
    initialise();
    // The datasheet leaves open what the chip does before ICW1. Firmware that sets IF before it has
    // initialised the chip must not be interrupted by the timer, which runs.
    mask = 0xFF;
    single = false;
    needsIcw4 = false;
    expect = Expect.OCW1;
    update();
  }

  /**
   * What ICW1 does: edges are forgotten, everything else but the level inputs goes to its default.
   */
  private void initialise() {
    edgeMemory = 0;
    requests &= levelTriggered;
    inService = 0;
    mask = 0;
    highestPriority = 0;
    vectorBase = 0;
    readInService = false;
    poll = false;
    specialMask = false;
    autoEoi = false;
    rotateOnAutoEoi = false;
    specialFullyNested = false;
  }

  // ---- inputs ----

  void setInput(int input, boolean high) {
    int bit = 1 << input;
    inputs = high ? inputs | bit : inputs & ~bit;
    if ((levelTriggered & bit) != 0) {
      requests = high ? requests | bit : requests & ~bit;
    } else if (high && (edgeMemory & bit) == 0) {
      requests |= bit;
    }
    edgeMemory = high ? edgeMemory | bit : edgeMemory & ~bit;
    update();
  }

  boolean isRequested(int input) {
    return (requests & 1 << input) != 0;
  }

  boolean isMasked(int input) {
    return (mask & 1 << input) != 0;
  }

  // ---- towards the CPU ----

  private void update() {
    output.set(highestRequest() >= 0);
  }

  boolean isRequesting() {
    return highestRequest() >= 0;
  }

  /**
   * Distance of the highest-priority set bit from the top of the priority ring, or {@link #NONE}.
   */
  private int priority(int bits) {
    int rotated = (bits >>> highestPriority | bits << (8 - highestPriority)) & 0xFF;
    return rotated == 0 ? NONE : Integer.numberOfTrailingZeros(rotated);
  }

  /** The input whose request may interrupt now, or -1. */
  private int highestRequest() {
    int wanted = priority(requests & ~mask);
    if (wanted == NONE) {
      return -1;
    }
    int blocking = inService;
    if (specialMask) {
      blocking &= ~mask;
    }
    if (specialFullyNested && cascadeInput >= 0) {
      blocking &= ~(1 << cascadeInput);
    }
    return wanted < priority(blocking) ? wanted + highestPriority & 7 : -1;
  }

  /**
   * The INTA cycle: puts the highest request in service.
   *
   * @return the input, or -1 when there is no request and the answer is spurious
   */
  int acknowledge() {
    int input = highestRequest();
    if (input < 0) {
      return -1;
    }
    int bit = 1 << input;
    if (!autoEoi) {
      inService |= bit;
    } else if (rotateOnAutoEoi) {
      highestPriority = input + 1 & 7;
    }
    if ((levelTriggered & bit) == 0) {
      requests &= ~bit;
    }
    // INT falls during the INTA cycle even if another request is waiting: a master senses edges.
    output.set(false);
    update();
    watcher.acknowledged(input);
    return input;
  }

  int vector(int input) {
    return vectorBase + input;
  }

  // ---- ports ----

  /** Command port (A0 = 0) or data port (A0 = 1). */
  int read(int a0) {
    if (poll) {
      poll = false;
      int input = acknowledge();
      return input < 0 ? 0 : 0x80 | input;
    }
    return a0 == 1 ? mask : readInService ? inService : requests;
  }

  int peek(int a0) {
    if (poll) {
      int input = highestRequest();
      return input < 0 ? 0 : 0x80 | input;
    }
    return a0 == 1 ? mask : readInService ? inService : requests;
  }

  void write(int a0, int value) {
    if (a0 == 1) {
      writeData(value);
    } else if ((value & ICW1) != 0) {
      initialise();
      expect = Expect.ICW2;
      needsIcw4 = (value & ICW1_NEEDS_ICW4) != 0;
      single = (value & ICW1_SINGLE) != 0;
      update();
      watcher.initialised();
    } else if ((value & OCW3) != 0) {
      writeOcw3(value);
    } else {
      writeOcw2(value >>> 5, value & 7);
    }
  }

  private void writeData(int value) {
    switch (expect) {
      case OCW1 -> {
        mask = value;
        update();
      }
      case ICW2 -> {
        vectorBase = value & 0xF8;
        expect = single ? (needsIcw4 ? Expect.ICW4 : Expect.OCW1) : Expect.ICW3;
      }
      // The cascade is wired; what ICW3 says about it cannot change that.
      case ICW3 -> expect = needsIcw4 ? Expect.ICW4 : Expect.OCW1;
      case ICW4 -> {
        specialFullyNested = (value & ICW4_SPECIAL_FULLY_NESTED) != 0;
        autoEoi = (value & ICW4_AUTO_EOI) != 0;
        expect = Expect.OCW1;
        update();
      }
    }
  }

  private void writeOcw3(int value) {
    if ((value & OCW3_POLL) != 0) {
      poll = true;
    }
    if ((value & OCW3_READ_REGISTER) != 0) {
      readInService = (value & OCW3_READ_ISR) != 0;
    }
    if ((value & OCW3_SET_SPECIAL_MASK) != 0) {
      specialMask = (value & OCW3_SPECIAL_MASK) != 0;
      update();
    }
  }

  private void writeOcw2(int command, int level) {
    switch (command) {
      case 0 -> rotateOnAutoEoi = false;
      case 4 -> rotateOnAutoEoi = true;
      case 1, 5 -> {
        // A masked in-service bit is left alone in special mask mode (datasheet, "Special Mask
        // Mode").
        int ended = priority(specialMask ? inService & ~mask : inService);
        if (ended != NONE) {
          endOfInterrupt(ended + highestPriority & 7, command == 5);
        }
      }
      case 3 -> endOfInterrupt(level, false);
      case 6 -> {
        highestPriority = level + 1 & 7;
        update();
      }
      case 7 -> endOfInterrupt(level, true);
      default -> {} // 2: no operation
    }
  }

  private void endOfInterrupt(int input, boolean rotate) {
    inService &= ~(1 << input);
    if (rotate) {
      highestPriority = input + 1 & 7;
    }
    update();
  }

  int readLevelControl() {
    return levelTriggered;
  }

  void writeLevelControl(int value) {
    levelTriggered = value & levelCapable;
    requests = requests & ~levelTriggered | inputs & levelTriggered;
    update();
  }

  // ---- state ----

  void save(StateWriter out) {
    out.putInts(
        prefix,
        new int[] {
          requests,
          inService,
          mask,
          inputs,
          edgeMemory,
          levelTriggered,
          highestPriority,
          vectorBase,
          bit(readInService),
          bit(poll),
          bit(specialMask),
          bit(autoEoi),
          bit(rotateOnAutoEoi),
          bit(specialFullyNested),
          bit(single),
          bit(needsIcw4),
          expect.ordinal()
        });
  }

  void load(StateReader in) {
    int[] s = in.getInts(prefix);
    requests = s[0];
    inService = s[1];
    mask = s[2];
    inputs = s[3];
    edgeMemory = s[4];
    levelTriggered = s[5];
    highestPriority = s[6];
    vectorBase = s[7];
    readInService = s[8] != 0;
    poll = s[9] != 0;
    specialMask = s[10] != 0;
    autoEoi = s[11] != 0;
    rotateOnAutoEoi = s[12] != 0;
    specialFullyNested = s[13] != 0;
    single = s[14] != 0;
    needsIcw4 = s[15] != 0;
    expect = Expect.values()[s[16]];
  }

  /** Drives the INT pin again after a load. */
  void refreshOutput() {
    update();
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  /** One line for dumps. */
  String describe() {
    return "%s: irr=%02x imr=%02x isr=%02x elcr=%02x base=%02x"
        .formatted(prefix, requests, mask, inService, levelTriggered, vectorBase);
  }
}

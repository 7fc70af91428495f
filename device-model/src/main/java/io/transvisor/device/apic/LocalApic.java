package io.transvisor.device.apic;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.CpuPins;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.device.pic.CatchUpLine;
import io.transvisor.device.pic.ClockInput;
import java.util.List;

/**
 * The local APIC of one CPU (SDM volume 3, chapter 10), of the generation with 8-bit ids: version
 * 14h, six local vectors. Stands between the 8259 pair and the CPU: switched off, or with LINT0 as
 * ExtINT, it lets the pair's interrupts through (virtual wire).
 *
 * <p>Unlike a real one it comes out of reset with LINT0 of the bootstrap processor as ExtINT, so
 * that code that knows no APIC works before firmware has set it up.
 */
public final class LocalApic implements Device, InterruptController, MmioHandler {
  public static final int DEFAULT_BASE = 0xFEE00000;
  public static final int VERSION = 0x14;

  private static final int PAGE = 0x1000;
  private static final int PRIORITY = 9;

  // Registers, by offset.
  private static final int ID = 0x20;
  private static final int VERSION_REGISTER = 0x30;
  private static final int TPR = 0x80;
  private static final int APR = 0x90;
  private static final int PPR = 0xA0;
  private static final int EOI = 0xB0;
  private static final int LDR = 0xD0;
  private static final int DFR = 0xE0;
  private static final int SVR = 0xF0;
  private static final int ISR = 0x100;
  private static final int TMR = 0x180;
  private static final int IRR = 0x200;
  private static final int ESR = 0x280;
  private static final int ICR_LOW = 0x300;
  private static final int ICR_HIGH = 0x310;
  private static final int LVT = 0x320;
  private static final int INITIAL_COUNT = 0x380;
  private static final int CURRENT_COUNT = 0x390;
  private static final int DIVIDE = 0x3E0;

  // Local vector table, by position.
  private static final int TIMER = 0;
  private static final int LINT0 = 3;
  private static final int ERROR = 5;
  private static final int LVTS = 6;

  /**
   * Bits of each local vector that can be written: timer, thermal, counters, LINT0, LINT1, error.
   */
  private static final int[] LVT_WRITABLE = {0x300FF, 0x107FF, 0x107FF, 0x1A7FF, 0x1A7FF, 0x100FF};

  private static final int LVT_REMOTE_IRR = 1 << 14;
  private static final int LVT_LEVEL = 1 << 15;
  private static final int LVT_MASKED = 1 << 16;
  private static final int LVT_PERIODIC = 1 << 17;

  private static final int SVR_ENABLE = 1 << 8;
  private static final int SVR_BITS = 0x3FF;
  private static final int DFR_FIXED = 0x0FFFFFFF;
  private static final int ICR_BITS = 0x000CCFFF;
  private static final int ICR_LOGICAL = 1 << 11;
  private static final int ICR_ASSERT = 1 << 14;
  private static final int ICR_LEVEL = 1 << 15;

  private static final int ERROR_SEND_ILLEGAL_VECTOR = 1 << 5;
  private static final int ERROR_RECEIVED_ILLEGAL_VECTOR = 1 << 6;
  private static final int ERROR_ILLEGAL_REGISTER = 1 << 7;

  /** Vectors below belong to exceptions. */
  private static final int FIRST_VECTOR = 16;

  /** How much lost time of a periodic timer is made good. */
  private static final long CATCH_UP_NANOS = 4_000_000_000L;

  /** How many times faster than normal late ticks come. */
  private static final int LATE_TICK_RATE = 4;

  private final EventQueue events;
  private final ApicBus bus;
  private final InterruptController pic;
  private final int number;
  private final Mapping registers;
  private final TimerInput timerInput = new TimerInput();
  private final CatchUpLine timerLine;
  private final Timer timerEvent;
  private final ApicTimer timer = new ApicTimer();
  private final VectorSet requests = new VectorSet(); // IRR
  private final VectorSet inService = new VectorSet(); // ISR
  private final VectorSet levelTriggered = new VectorSet(); // TMR
  private final int[] lvt = new int[LVTS];

  private CpuPins cpu;
  private long base;
  private int id;
  private int taskPriority;
  private int logicalDestination;
  private int destinationFormat;
  private int spurious;
  private int errorStatus;
  private int errors; // not yet shown in the ESR
  private int commandLow;
  private int commandHigh;
  private boolean picRequest;
  private boolean extIntMessage;
  private boolean intr;

  /**
   * @param number of the CPU, and its APIC id after reset; CPU 0 starts the system
   * @param pic the 8259 pair, asked for the vector of an ExtINT
   */
  public LocalApic(
      EventQueue events, PhysicalMemory memory, ApicBus bus, InterruptController pic, int number) {
    this.events = events;
    this.bus = bus;
    this.pic = pic;
    this.number = number;
    timerLine = new CatchUpLine(name() + "-timer", events, List.of(timerInput));
    timerEvent = events.timer(name() + "-timer", this::timerDue);
    registers = memory.mapMmio(name(), DEFAULT_BASE, PAGE, this, PRIORITY);
    bus.attach(this);
  }

  public void connectCpu(CpuPins pins) {
    cpu = pins;
    cpu.intr().set(intr);
  }

  // ---- towards the CPU ----

  private void update() {
    boolean request = isRequesting();
    if (request != intr) {
      intr = request;
      if (cpu != null) {
        cpu.intr().set(request);
      }
    }
  }

  @Override
  public boolean isRequesting() {
    return highestRequest() >= 0 || isExtIntRequested();
  }

  /** The vector that may interrupt now, or -1. */
  private int highestRequest() {
    int vector = requests.highest();
    return vector >= 0 && (vector & 0xF0) > (processorPriority() & 0xF0) ? vector : -1;
  }

  private boolean isExtIntRequested() {
    if (!isHardwareEnabled()) {
      return picRequest;
    }
    return extIntMessage
        || picRequest
            && (lvt[LINT0] & LVT_MASKED) == 0
            && deliveryMode(lvt[LINT0]) == InterruptMessage.EXT_INT;
  }

  @Override
  public int acknowledge() {
    int vector = highestRequest();
    if (vector >= 0) {
      requests.set(vector, false);
      inService.set(vector, true);
      update();
      if (timerInput.isFor(vector)) {
        timerInput.acknowledged.run();
      }
      bus.acknowledged(vector);
      return vector;
    }
    if (isExtIntRequested()) {
      extIntMessage = false;
      int external = pic.acknowledge();
      update();
      return external;
    }
    return spurious & 0xFF;
  }

  /** Processor priority register. */
  int processorPriority() {
    int service = inService.highest();
    return service < 0 || (taskPriority & 0xF0) >= (service & 0xF0) ? taskPriority : service & 0xF0;
  }

  private boolean isHardwareEnabled() {
    return (base & APIC_BASE_ENABLE) != 0;
  }

  boolean isSoftwareEnabled() {
    return isHardwareEnabled() && (spurious & SVR_ENABLE) != 0;
  }

  boolean isPending(int vector) {
    return requests.has(vector);
  }

  // ---- from the bus and the local sources ----

  /** Whether a message is for this processor. */
  boolean isDestination(InterruptMessage m) {
    int destination = m.destination();
    if (!m.logical()) {
      return destination == InterruptMessage.BROADCAST || destination == id;
    }
    if (destinationFormat >>> 28 == 0xF) { // flat model
      return (destination & logicalDestination) != 0;
    }
    if (destinationFormat >>> 28 != 0) {
      return false;
    }
    boolean cluster = (destination & 0xF0) == 0xF0 || (destination ^ logicalDestination) < 0x10;
    return cluster && (destination & logicalDestination & 0xF) != 0;
  }

  /** Takes a message; returns false for one a switched-off APIC does not take. */
  boolean accept(InterruptMessage m) {
    if (!isHardwareEnabled()) {
      return false;
    }
    switch (m.mode()) {
      case InterruptMessage.FIXED, InterruptMessage.LOWEST_PRIORITY -> {
        if (!isSoftwareEnabled()) {
          return false;
        }
        request(m.vector(), m.level());
      }
      case InterruptMessage.NMI -> cpu.nmi();
      case InterruptMessage.INIT -> {
        resetRegisters();
        update();
        cpu.init();
      }
      case InterruptMessage.EXT_INT -> {
        extIntMessage = true;
        update();
      }
      default -> {
        // SMI: there is no system management mode. Start-up: this processor is not waiting for it.
      }
    }
    return true;
  }

  private void request(int vector, boolean level) {
    if (vector < FIRST_VECTOR) {
      error(ERROR_RECEIVED_ILLEGAL_VECTOR);
      return;
    }
    requests.set(vector, true);
    levelTriggered.set(vector, level);
    update();
  }

  private static int deliveryMode(int register) {
    return register >>> 8 & 7;
  }

  /** The wire from the 8259 pair, on LINT0. */
  public void setLint0(boolean high) {
    boolean rises = high && !picRequest;
    picRequest = high;
    sampleLint0(rises);
    update();
  }

  /** What LINT0 does when it is not an ExtINT, which {@link #update} looks at. */
  private void sampleLint0(boolean rises) {
    int entry = lvt[LINT0];
    if (!isHardwareEnabled() || (entry & LVT_MASKED) != 0) {
      return;
    }
    switch (deliveryMode(entry)) {
      case InterruptMessage.FIXED -> {
        if ((entry & LVT_LEVEL) == 0) {
          if (rises) {
            request(entry & 0xFF, false);
          }
        } else if (picRequest && (entry & LVT_REMOTE_IRR) == 0) {
          lvt[LINT0] |= LVT_REMOTE_IRR;
          request(entry & 0xFF, true);
        }
      }
      case InterruptMessage.NMI -> {
        if (rises) {
          cpu.nmi();
        }
      }
      default -> {
        // The other modes make no sense for a wire of the 8259 pair.
      }
    }
  }

  private void error(int bit) {
    boolean isNew = (errors & bit) == 0;
    errors |= bit;
    int entry = lvt[ERROR];
    if (isNew && (entry & LVT_MASKED) == 0 && (entry & 0xFF) >= FIRST_VECTOR) {
      request(entry & 0xFF, false);
    }
  }

  private void endOfInterrupt() {
    int vector = inService.highest();
    if (vector < 0) {
      return;
    }
    inService.set(vector, false);
    if (levelTriggered.has(vector)) {
      if ((lvt[LINT0] & LVT_REMOTE_IRR) != 0 && (lvt[LINT0] & 0xFF) == vector) {
        lvt[LINT0] &= ~LVT_REMOTE_IRR;
        sampleLint0(false);
      }
      bus.endOfInterrupt(vector);
    }
    update();
  }

  /** A write to the low half of the interrupt command register sends what it says. */
  private void sendCommand() {
    int mode = deliveryMode(commandLow);
    int vector = commandLow & 0xFF;
    boolean deassert = (commandLow & (ICR_LEVEL | ICR_ASSERT)) == ICR_LEVEL;
    if (mode == InterruptMessage.INIT && deassert) {
      return; // sets arbitration ids, which nothing shows
    }
    boolean usesVector = mode == InterruptMessage.FIXED || mode == InterruptMessage.LOWEST_PRIORITY;
    if (usesVector && vector < FIRST_VECTOR) {
      error(ERROR_SEND_ILLEGAL_VECTOR);
      return;
    }
    boolean logical = (commandLow & ICR_LOGICAL) != 0;
    InterruptMessage m = new InterruptMessage(mode, vector, false, logical, commandHigh >>> 24);
    switch (commandLow >>> 18 & 3) {
      case 0 -> bus.send(m);
      case 1 -> accept(m);
      case 2 -> {
        accept(m);
        bus.sendToOthers(this, m);
      }
      default -> bus.sendToOthers(this, m);
    }
  }

  // ---- timer ----

  private long now() {
    return events.clock().nanos();
  }

  private void timerDue() {
    giveExpiries();
    scheduleTimer();
  }

  private void giveExpiries() {
    long expired = timer.takeExpiries(now());
    if (expired == 0 || timerInput.isMasked()) {
      return;
    }
    if (timer.isPeriodic()) {
      timerLine.tick(expired, Math.max(1, CATCH_UP_NANOS / timer.period()));
    } else {
      timerInput.set(true);
    }
  }

  /** An event is needed only where an interrupt will follow. */
  private void scheduleTimer() {
    long next = timerInput.isMasked() ? ApicTimer.NEVER : timer.nextExpiry();
    if (next == ApicTimer.NEVER) {
      timerEvent.cancel();
    } else {
      timerEvent.scheduleAt(next);
    }
  }

  /** After the timer was programmed: late ticks belong to the former setting. */
  private void timerProgrammed() {
    timerLine.forget();
    paceTimer();
    scheduleTimer();
  }

  private void paceTimer() {
    timerLine.pace(timer.isPeriodic() ? timer.period() / LATE_TICK_RATE : 0);
  }

  /** The timer's local vector, as an input its expiries go to. */
  private final class TimerInput implements ClockInput {
    private Runnable acknowledged;

    @Override
    public void set(boolean high) {
      if (high && !isMasked()) {
        request(lvt[TIMER] & 0xFF, false);
      }
    }

    @Override
    public boolean isMasked() {
      return (lvt[TIMER] & LVT_MASKED) != 0;
    }

    @Override
    public boolean isPending() {
      return requests.has(lvt[TIMER] & 0xFF);
    }

    boolean isFor(int vector) {
      return !isMasked() && (lvt[TIMER] & 0xFF) == vector;
    }

    @Override
    public void watch(Runnable onAcknowledge, Runnable onInitialise) {
      acknowledged = onAcknowledge;
    }
  }

  // ---- IA32_APIC_BASE ----

  @Override
  public long apicBase() {
    return base;
  }

  @Override
  public void setApicBase(long value) {
    boolean wasEnabled = isHardwareEnabled();
    base = value & ~APIC_BASE_BSP | (number == 0 ? APIC_BASE_BSP : 0);
    if (wasEnabled && !isHardwareEnabled()) {
      resetRegisters();
    }
    placeRegisters();
    update();
  }

  /** Guest memory ends at 4 GiB; registers that are moved above are out of reach. */
  private void placeRegisters() {
    if (isHardwareEnabled() && base >>> 32 == 0) {
      registers.moveTo((int) base & -PAGE);
    } else {
      registers.setEnabled(false);
    }
  }

  // ---- registers ----

  @Override
  public int read(int offset, int width) {
    if (!isRegister(offset & ~0xF)) {
      error(ERROR_ILLEGAL_REGISTER);
    }
    return peek(offset, width);
  }

  @Override
  public int peek(int offset, int width) {
    int value = (offset & 0xC) == 0 ? register(offset & ~0xF) : 0;
    int shifted = value >>> (8 * (offset & 3));
    return width == 4 ? shifted : shifted & (1 << (8 * width)) - 1;
  }

  private static boolean isRegister(int offset) {
    return switch (offset) {
      case ID, VERSION_REGISTER, TPR, APR, PPR, EOI, LDR, DFR, SVR -> true;
      case ESR, ICR_LOW, ICR_HIGH, INITIAL_COUNT, CURRENT_COUNT, DIVIDE -> true;
      default -> offset >= ISR && offset < ESR || offset >= LVT && offset < LVT + 16 * LVTS;
    };
  }

  private int register(int offset) {
    return switch (offset) {
      case ID -> id << 24;
      case VERSION_REGISTER -> VERSION | LVTS - 1 << 16;
      case TPR -> taskPriority;
      case APR, PPR -> processorPriority();
      case LDR -> logicalDestination << 24;
      case DFR -> destinationFormat;
      case SVR -> spurious;
      case ESR -> errorStatus;
      case ICR_LOW -> commandLow;
      case ICR_HIGH -> commandHigh;
      case INITIAL_COUNT -> timer.initial();
      case CURRENT_COUNT -> timer.count(now());
      case DIVIDE -> timer.divide();
      default -> {
        if (offset >= LVT && offset < LVT + 16 * LVTS) {
          yield lvt[offset - LVT >> 4];
        }
        int word = offset >> 4 & 7;
        yield switch (offset & ~0x7F) {
          case ISR -> inService.word(word);
          case TMR -> levelTriggered.word(word);
          case IRR -> requests.word(word);
          default -> 0;
        };
      }
    };
  }

  /** Registers take aligned writes of 32 bits only (SDM volume 3, 10.4.1). */
  @Override
  public void write(int offset, int width, int value) {
    if (width != 4 || (offset & 0xF) != 0) {
      return;
    }
    switch (offset) {
      case ID -> id = value >>> 24;
      case TPR -> taskPriority = value & 0xFF;
      case EOI -> endOfInterrupt();
      case LDR -> logicalDestination = value >>> 24;
      case DFR -> destinationFormat = value | DFR_FIXED;
      case SVR -> writeSpurious(value & SVR_BITS);
      case ESR -> {
        errorStatus = errors;
        errors = 0;
      }
      case ICR_LOW -> {
        commandLow = value & ICR_BITS;
        sendCommand();
      }
      case ICR_HIGH -> commandHigh = value & 0xFF000000;
      case INITIAL_COUNT -> {
        timer.start(value, now());
        timerProgrammed();
      }
      case DIVIDE -> {
        giveExpiries();
        timer.setDivide(value, now());
        timerProgrammed();
      }
      default -> {
        if (offset >= LVT && offset < LVT + 16 * LVTS) {
          writeLocalVector(offset - LVT >> 4, value);
        } else if (!isRegister(offset)) {
          error(ERROR_ILLEGAL_REGISTER);
        }
      }
    }
    update();
  }

  private void writeSpurious(int value) {
    spurious = value;
    if ((value & SVR_ENABLE) == 0) {
      for (int n = 0; n < LVTS; n++) {
        lvt[n] |= LVT_MASKED;
      }
      scheduleTimer();
    }
  }

  private void writeLocalVector(int n, int value) {
    if (n == TIMER) {
      giveExpiries();
    }
    int masked = (spurious & SVR_ENABLE) == 0 ? LVT_MASKED : 0;
    lvt[n] = value & LVT_WRITABLE[n] | lvt[n] & LVT_REMOTE_IRR | masked;
    if (n == TIMER) {
      timer.setPeriodic((value & LVT_PERIODIC) != 0, now());
      paceTimer();
      scheduleTimer();
    } else if (n == LINT0) {
      sampleLint0(false);
    }
  }

  // ---- Device ----

  @Override
  public String name() {
    return "apic" + number;
  }

  @Override
  public void reset(ResetKind kind) {
    base = DEFAULT_BASE & 0xFFFFFFFFL | APIC_BASE_ENABLE | (number == 0 ? APIC_BASE_BSP : 0);
    id = number;
    picRequest = false;
    resetRegisters();
    placeRegisters();
    update();
  }

  /** What reset, INIT and switching off do; the id stays. */
  private void resetRegisters() {
    taskPriority = 0;
    logicalDestination = 0;
    destinationFormat = -1;
    spurious = 0xFF;
    errorStatus = 0;
    errors = 0;
    commandLow = 0;
    commandHigh = 0;
    requests.clear();
    inService.clear();
    levelTriggered.clear();
    extIntMessage = false;
    for (int n = 0; n < LVTS; n++) {
      lvt[n] = LVT_MASKED;
    }
    if (number == 0) {
      lvt[LINT0] = InterruptMessage.EXT_INT << 8;
    }
    timer.reset(now());
    timerProgrammed();
  }

  @Override
  public void save(StateWriter out) {
    out.putLong("base", base);
    out.putInts(
        "registers",
        new int[] {
          id,
          taskPriority,
          logicalDestination,
          destinationFormat,
          spurious,
          errorStatus,
          errors,
          commandLow,
          commandHigh,
          picRequest ? 1 : 0,
          extIntMessage ? 1 : 0
        });
    out.putInts("lvt", lvt);
    out.putInts("irr", requests.words());
    out.putInts("isr", inService.words());
    out.putInts("tmr", levelTriggered.words());
    timer.save(out);
    timerLine.save(out, "keptTicks");
  }

  @Override
  public void load(StateReader in) {
    base = in.getLong("base");
    int[] s = in.getInts("registers");
    id = s[0];
    taskPriority = s[1];
    logicalDestination = s[2];
    destinationFormat = s[3];
    spurious = s[4];
    errorStatus = s[5];
    errors = s[6];
    commandLow = s[7];
    commandHigh = s[8];
    picRequest = s[9] != 0;
    extIntMessage = s[10] != 0;
    System.arraycopy(in.getInts("lvt"), 0, lvt, 0, LVTS);
    requests.load(in.getInts("irr"));
    inService.load(in.getInts("isr"));
    levelTriggered.load(in.getInts("tmr"));
    timer.load(in);
    timerLine.load(in, "keptTicks");
    paceTimer();
    scheduleTimer();
    placeRegisters();
    update();
  }
}

package io.transvisor.bt.interp;

import io.transvisor.bt.cache.BranchTargets;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.RegionCode;
import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.Watchpoint;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.mmu.Mmu;

/**
 * The CPU as handlers see it: architectural state, memory through segments and the flat shadow map,
 * the stack, faults.
 *
 * <p>Naming of accesses: {@code readX/writeX(segment, offset)} check the segment and translate at
 * the current privilege; {@code loadX/storeX(linear)} only translate; {@code systemX(linear)}
 * translate as supervisor, for descriptor tables and task states. B, W, D, Q are 1, 2, 4, 8 bytes;
 * values of 1 and 2 bytes are zero-extended.
 */
public final class Cpu extends CpuState {
  private static final int SIGN = Integer.MIN_VALUE;

  /** {@link #readEnd} and {@link #writeEnd} of a segment of 4 GiB. */
  private static final int FLAT_END = -1 - 6 ^ SIGN;

  public final Mmu mmu;
  public final PhysicalMemory memory;
  public final PortSpace ports;
  public final InterruptController interrupts;
  public final VirtualClock clock;
  public final CpuModel model;

  /** Where everything is written down, or null. */
  public EngineLog log;

  public final Callouts callouts = new Callouts();
  public final GuestFault guestFault = new GuestFault();

  /** What RDMSR and WRMSR reach, apart from the time-stamp counter and SYSENTER's registers. */
  final ModelSpecificRegisters msrs = new ModelSpecificRegisters(this);

  /**
   * The flat shadow map in force (see {@link Mmu}). Another one takes its place when a control
   * register is loaded or the task switched, so code that keeps it in a local variable loads it
   * again after any instruction that may do so. To be read only.
   */
  public int[] map;

  /** What map entries point into: {@link PhysicalMemory#store}. */
  public final byte[] store;

  /** Map flag that allows a direct read at the current privilege; see {@link #deriveMode}. */
  private int readFlag = Mmu.READ_SUPERVISOR;

  private int writeFlag = Mmu.WRITE_SUPERVISOR;

  /**
   * Number of instructions of the current trace to execute; a handler sets it to 0 through {@link
   * #stopTrace} to end the trace after itself.
   */
  public int traceLimit;

  /**
   * While fused instructions run: position in the trace of the part being executed, if it is not
   * the first one of its group; inverted, the part that was not executed any more because an
   * earlier one stopped the trace.
   */
  int within;

  /** Data breakpoints hit by the current instruction, as DR6 bits: a trap after it. */
  public int debugTraps;

  /** What a debugger watches; {@link #deriveMode} is to be called after a change. */
  Watchpoint[] watchpoints = {};

  /** The watchpoint hit last, or null. */
  DebugPort.Hit watchHit;

  /**
   * An instruction breakpoint is armed in DR7: every instruction is stepped. Derived by {@link
   * #deriveMode}.
   */
  boolean codeBreakpoints;

  /** Bit of {@link #modeWord}: 32-bit code. */
  public static final int MODE_CODE32 = 1;

  /** Bit of {@link #modeWord}: CPL 3. */
  public static final int MODE_USER = 1 << 1;

  /** Bit of {@link #modeWord}: ES, SS and DS have base 0, no limit, and may be written. */
  public static final int MODE_FLAT_DATA = 1 << 2;

  /** Bit of {@link #modeWord}: CS has no limit. */
  public static final int MODE_FLAT_CODE = 1 << 3;

  /** Bit of {@link #modeWord}: the stack segment is a 32-bit one (ESP, not SP). */
  public static final int MODE_STACK32 = 1 << 4;

  /** Instructions a compiled region may still retire when it is entered. */
  public int budget;

  /** {@link #instructions} when {@link #budget} will be used up. */
  public long budgetEnd;

  /** See {@link TimeStampCounter}: the last reading of the clock, and when that was. */
  long clockRead;

  /** {@link #instructions} at that time. */
  long clockReadAt = TimeStampCounter.NEVER;

  /** Linear address of the last memory access a compiled region could not do. */
  public int missedAddress;

  /** The code of the region that was left before an instruction. */
  public RegionCode missedIn;

  /** What the last region returned that was not entered by compiled code itself. */
  public int regionResult;

  /** How often regions have been entered. */
  public long regionsEntered;

  /** Where indirect branches, returns and exits of regions have led to. */
  public final BranchTargets branchTargets = new BranchTargets();

  /**
   * Between two regions: which {@link io.transvisor.bt.region.LazyFlags} the arithmetic flags are,
   * with its operands; 0 if the fields of {@link CpuState} hold them, as everyone else expects.
   */
  public int lazyFlags;

  public int lazyFirst;
  public int lazySecond;
  public int lazyResult;
  public int lazyCarries;

  /** Traces are keyed by this: what decoding and handlers depend on. */
  public int modeWord;

  public Cpu(
      Mmu mmu,
      PhysicalMemory memory,
      PortSpace ports,
      InterruptController interrupts,
      VirtualClock clock,
      CpuModel model) {
    this.mmu = mmu;
    this.memory = memory;
    this.ports = ports;
    this.interrupts = interrupts;
    this.clock = clock;
    this.model = model;
    this.store = memory.store();
    mmu.report(activity);
    mmu.onChange(m -> {
      map = m;
      stopTrace();
    });
  }

  /**
   * Between two traces or regions: whether something waits that has to be looked at first. If not,
   * a run that {@link #stopTrace} ended goes on: what follows is found anew in any case.
   */
  public boolean mustStop() {
    return mayBeInterrupted() || (eflags & TF) != 0 || traceLimit == 0 && !mayResume();
  }

  /** Whether what is pending may have to be seen to now. An interrupt can wait long for IF. */
  public boolean mayBeInterrupted() {
    return pending != 0 && (pending != PENDING_INTR || (eflags & IF) != 0);
  }

  private boolean mayResume() {
    if (halted || interruptShadow || debugTraps != 0 || codeBreakpoints) {
      return false;
    }
    traceLimit = 1;
    return true;
  }

  // ---- mode ----

  /**
   * Re-derives what depends on CPL, CS.D, CR0.AM, EFLAGS.AC, DR7 and watchpoints; to be called
   * after any of them changed.
   */
  public void deriveMode() {
    deriveLevel();
    modeWord =
        codeMode() | (hasFlatData() ? MODE_FLAT_DATA : 0) | (stackMask == -1 ? MODE_STACK32 : 0);
    codeBreakpoints = DebugRegisters.watchesCode(this);
    if (codeBreakpoints) {
      stopTrace();
    }
    boolean exact =
        alignmentChecked() || DebugRegisters.watchesData(this) || watchpoints.length != 0;
    if (exact != exactChecks) {
      exactChecks = exact;
      for (int s = ES; s <= GS; s++) {
        updateSegmentCache(s);
      }
    }
  }

  /** With a new code segment: sets CPL. {@link #deriveMode} without what depends on neither. */
  void setLevel(int level) {
    cpl = level;
    if ((cr0 & CR0_AM) != 0) {
      deriveMode();
      return;
    }
    deriveLevel();
    modeWord = modeWord & (MODE_FLAT_DATA | MODE_STACK32) | codeMode();
  }

  private void deriveLevel() {
    boolean user = cpl == 3;
    readFlag = user ? Mmu.READ_USER : Mmu.READ_SUPERVISOR;
    writeFlag = user ? Mmu.WRITE_USER : Mmu.WRITE_SUPERVISOR;
    mmu.setLevel(user);
  }

  private int codeMode() {
    return (isCode32() ? MODE_CODE32 : 0)
        | (cpl == 3 ? MODE_USER : 0)
        | (segLimit[CS] == -1 ? MODE_FLAT_CODE : 0);
  }

  /**
   * Besides what the base class does, sees whether data segments are flat still and how wide the
   * stack is; if that has changed, the trace ends, since its handlers may rely on it.
   */
  @Override
  public void updateSegmentCache(int segment) {
    super.updateSegmentCache(segment);
    int derived =
        modeWord & ~(MODE_FLAT_DATA | MODE_STACK32)
            | (hasFlatData() ? MODE_FLAT_DATA : 0)
            | (stackMask == -1 ? MODE_STACK32 : 0);
    if (derived != modeWord) {
      modeWord = derived;
      stopTrace();
    }
  }

  private boolean hasFlatData() {
    return isFlat(ES) && isFlat(SS) && isFlat(DS);
  }

  private boolean isFlat(int segment) {
    return segBase[segment] == 0
        && segLimit[segment] == -1
        && readEnd[segment] == FLAT_END
        && writeEnd[segment] == FLAT_END;
  }

  /** Whether misaligned user accesses raise #AC (SDM volume 3, 6.15). */
  public boolean alignmentChecked() {
    return cpl == 3 && (cr0 & CR0_AM) != 0 && (eflags & AC) != 0;
  }

  /**
   * Ends the trace after the current instruction: something has changed that the next one must see.
   */
  public void stopTrace() {
    traceLimit = 0;
  }

  /** EIP of the current instruction, for handlers. */
  public int currentEip(Insn i) {
    return eip + i.start;
  }

  /** EIP of the next instruction, for handlers. */
  public int nextEip(Insn i) {
    return eip + i.next;
  }

  // ---- registers ----

  /** A byte register by its encoding: AL, CL, DL, BL, AH, CH, DH, BH. */
  public int reg8(int r) {
    return gpr[r & 3] >>> ((r & 4) << 1) & 0xFF;
  }

  public void setReg8(int r, int value) {
    int shift = (r & 4) << 1;
    gpr[r & 3] = gpr[r & 3] & ~(0xFF << shift) | (value & 0xFF) << shift;
  }

  public int reg16(int r) {
    return gpr[r] & 0xFFFF;
  }

  public void setReg16(int r, int value) {
    gpr[r] = gpr[r] & 0xFFFF0000 | value & 0xFFFF;
  }

  // ---- memory through segments ----

  /** Offset of the memory operand. */
  public int offset(Insn i) {
    return gpr[i.base] + (gpr[i.index] << i.scale) + i.disp & i.addressMask;
  }

  public int readB(int segment, int offset) {
    return loadB(forRead(segment, offset, 1));
  }

  public int readW(int segment, int offset) {
    return loadW(forRead(segment, offset, 2));
  }

  public int readD(int segment, int offset) {
    return loadD(forRead(segment, offset, 4));
  }

  public long readQ(int segment, int offset) {
    return loadQ(forRead(segment, offset, 8));
  }

  public void writeB(int segment, int offset, int value) {
    storeB(forWrite(segment, offset, 1), value);
  }

  public void writeW(int segment, int offset, int value) {
    storeW(forWrite(segment, offset, 2), value);
  }

  public void writeD(int segment, int offset, int value) {
    storeD(forWrite(segment, offset, 4), value);
  }

  public void writeQ(int segment, int offset, long value) {
    storeQ(forWrite(segment, offset, 8), value);
  }

  /** Reads the instruction's memory operand. */
  public int readB(Insn i) {
    return readB(i.seg, offset(i));
  }

  public int readW(Insn i) {
    return readW(i.seg, offset(i));
  }

  public int readD(Insn i) {
    return readD(i.seg, offset(i));
  }

  public void writeB(Insn i, int value) {
    writeB(i.seg, offset(i), value);
  }

  public void writeW(Insn i, int value) {
    writeW(i.seg, offset(i), value);
  }

  public void writeD(Insn i, int value) {
    writeD(i.seg, offset(i), value);
  }

  /** Checks a read of {@code size} bytes against the segment and gives the linear address. */
  public int forRead(int segment, int offset, int size) {
    if ((offset ^ SIGN) < readEnd[segment]) {
      return segBase[segment] + offset;
    }
    return SegmentChecks.exact(this, segment, offset, size, false);
  }

  /** Checks a write of {@code size} bytes against the segment and gives the linear address. */
  public int forWrite(int segment, int offset, int size) {
    if ((offset ^ SIGN) < writeEnd[segment]) {
      return segBase[segment] + offset;
    }
    return SegmentChecks.exact(this, segment, offset, size, true);
  }

  /**
   * For read-modify-write: checks that {@code size} bytes may be written, segment and page, and
   * gives the linear address. After it a load and a store of that address cannot fault.
   */
  public int forUpdate(int segment, int offset, int size) {
    int linear = forWrite(segment, offset, size);
    probeWrite(linear, size);
    return linear;
  }

  /** {@link #forUpdate(int, int, int)} of the instruction's memory operand. */
  public int forUpdate(Insn i, int size) {
    return forUpdate(i.seg, offset(i), size);
  }

  // ---- memory by linear address ----

  public int loadB(int linear) {
    int e = map[linear >>> 12];
    if ((e & readFlag) != 0) {
      return store[e & ~0xFFF ^ linear] & 0xFF;
    }
    return mmu.read(linear, 1, cpl == 3);
  }

  public int loadW(int linear) {
    int e = map[linear >>> 12];
    if ((e & readFlag) != 0 && (linear & 0xFFF) <= 0xFFE) {
      return (short) PhysicalMemory.SHORT.get(store, e & ~0xFFF ^ linear) & 0xFFFF;
    }
    return mmu.read(linear, 2, cpl == 3);
  }

  public int loadD(int linear) {
    int e = map[linear >>> 12];
    if ((e & readFlag) != 0 && (linear & 0xFFF) <= 0xFFC) {
      return (int) PhysicalMemory.INT.get(store, e & ~0xFFF ^ linear);
    }
    return mmu.read(linear, 4, cpl == 3);
  }

  public long loadQ(int linear) {
    int e = map[linear >>> 12];
    if ((e & readFlag) != 0 && (linear & 0xFFF) <= 0xFF8) {
      return (long) PhysicalMemory.LONG.get(store, e & ~0xFFF ^ linear);
    }
    boolean user = cpl == 3;
    mmu.probeRead(linear, user);
    mmu.probeRead(linear + 7 & ~0xFFF, user);
    return mmu.read(linear, 4, user) & 0xFFFFFFFFL | (long) mmu.read(linear + 4, 4, user) << 32;
  }

  public void storeB(int linear, int value) {
    int e = map[linear >>> 12];
    if ((e & writeFlag) != 0) {
      store[e & ~0xFFF ^ linear] = (byte) value;
    } else {
      mmu.write(linear, 1, value, cpl == 3);
    }
  }

  public void storeW(int linear, int value) {
    int e = map[linear >>> 12];
    if ((e & writeFlag) != 0 && (linear & 0xFFF) <= 0xFFE) {
      PhysicalMemory.SHORT.set(store, e & ~0xFFF ^ linear, (short) value);
    } else {
      mmu.write(linear, 2, value, cpl == 3);
    }
  }

  public void storeD(int linear, int value) {
    int e = map[linear >>> 12];
    if ((e & writeFlag) != 0 && (linear & 0xFFF) <= 0xFFC) {
      PhysicalMemory.INT.set(store, e & ~0xFFF ^ linear, value);
    } else {
      mmu.write(linear, 4, value, cpl == 3);
    }
  }

  public void storeQ(int linear, long value) {
    int e = map[linear >>> 12];
    if ((e & writeFlag) != 0 && (linear & 0xFFF) <= 0xFF8) {
      PhysicalMemory.LONG.set(store, e & ~0xFFF ^ linear, value);
    } else {
      mmu.write(linear, 8, value, cpl == 3);
    }
  }

  /** Throws the page fault that a read of {@code size} bytes would raise. */
  public void probeRead(int linear, int size) {
    boolean user = cpl == 3;
    mmu.probeRead(linear, user);
    if ((linear & 0xFFF) + size > 4096) {
      mmu.probeRead(linear + size - 1 & ~0xFFF, user);
    }
  }

  /** Throws the page fault that a write of {@code size} bytes would raise. */
  public void probeWrite(int linear, int size) {
    if ((map[linear >>> 12] & writeFlag) != 0 && (linear & 0xFFF) + size <= 4096) {
      return;
    }
    boolean user = cpl == 3;
    mmu.probeWrite(linear, user);
    if ((linear & 0xFFF) + size > 4096) {
      mmu.probeWrite(linear + size - 1 & ~0xFFF, user);
    }
  }

  /**
   * For bulk copies: the store index of a linear address that may be read directly up to the end of
   * its page at the current privilege, or -1 where the slow path is needed (device, traced, not
   * present).
   */
  public int directRead(int linear) {
    int e = map[linear >>> 12];
    return (e & readFlag) != 0 ? e & ~0xFFF ^ linear : -1;
  }

  /**
   * Like {@link #directRead} for instruction bytes whose place may be kept for one {@link
   * Mmu#generation}; -1 also where nothing has been fetched through the map's entry ({@link
   * Mmu#translateCode} is for that).
   */
  public int directCode(int linear) {
    int e = map[linear >>> 12];
    return (e & readFlag) != 0 && mmu.isKnownCode(linear, e, cpl == 3) ? e & ~0xFFF ^ linear : -1;
  }

  /** Like {@link #directRead} for writing. */
  public int directWrite(int linear) {
    int e = map[linear >>> 12];
    return (e & writeFlag) != 0 ? e & ~0xFFF ^ linear : -1;
  }

  /**
   * Like {@link #directWrite} for {@code size} bytes that are read and written; they must lie in
   * one page.
   */
  int directUpdate(int linear, int size) {
    int e = map[linear >>> 12];
    return (e & writeFlag) != 0 && (linear & 0xFFF) + size <= 4096 ? e & ~0xFFF ^ linear : -1;
  }

  // ---- memory as the processor itself (supervisor) ----

  public int systemB(int linear) {
    return mmu.read(linear, 1, false);
  }

  public int systemW(int linear) {
    int e = map[linear >>> 12];
    if ((e & Mmu.READ_SUPERVISOR) != 0 && (linear & 0xFFF) <= 0xFFE) {
      return (short) PhysicalMemory.SHORT.get(store, e & ~0xFFF ^ linear) & 0xFFFF;
    }
    return mmu.read(linear, 2, false);
  }

  public int systemD(int linear) {
    int e = map[linear >>> 12];
    if ((e & Mmu.READ_SUPERVISOR) != 0 && (linear & 0xFFF) <= 0xFFC) {
      return (int) PhysicalMemory.INT.get(store, e & ~0xFFF ^ linear);
    }
    return mmu.read(linear, 4, false);
  }

  public void setSystemB(int linear, int value) {
    mmu.write(linear, 1, value, false);
  }

  public void setSystemW(int linear, int value) {
    mmu.write(linear, 2, value, false);
  }

  public void setSystemD(int linear, int value) {
    mmu.write(linear, 4, value, false);
  }

  // ---- stack, at the current privilege ----

  public void push16(int value) {
    int sp = gpr[ESP] - 2 & stackMask;
    writeW(SS, sp, value);
    setStackPointer(sp);
  }

  public void push32(int value) {
    int sp = gpr[ESP] - 4 & stackMask;
    writeD(SS, sp, value);
    setStackPointer(sp);
  }

  public int pop16() {
    int value = readW(SS, gpr[ESP] & stackMask);
    setStackPointer(gpr[ESP] + 2);
    return value;
  }

  public int pop32() {
    int value = readD(SS, gpr[ESP] & stackMask);
    setStackPointer(gpr[ESP] + 4);
    return value;
  }

  /** Reads the stack without popping, {@code offset} bytes above the top. */
  public int peek16(int offset) {
    return readW(SS, gpr[ESP] + offset & stackMask);
  }

  public int peek32(int offset) {
    return readD(SS, gpr[ESP] + offset & stackMask);
  }

  /** Sets ESP, or only SP when the stack segment is 16 bits. */
  public void setStackPointer(int value) {
    gpr[ESP] = gpr[ESP] & ~stackMask | value & stackMask;
  }

  // ---- faults: "throw c.gp(0)" ----

  public GuestFault fault(int vector, int errorCode) {
    guestFault.vector = vector;
    guestFault.errorCode = errorCode;
    return guestFault;
  }

  public GuestFault gp(int errorCode) {
    return fault(GuestFault.GP, errorCode);
  }

  public GuestFault ss(int errorCode) {
    return fault(GuestFault.SS, errorCode);
  }

  public GuestFault np(int errorCode) {
    return fault(GuestFault.NP, errorCode);
  }

  public GuestFault ts(int errorCode) {
    return fault(GuestFault.TS, errorCode);
  }

  public GuestFault ud() {
    return fault(GuestFault.UD, 0);
  }

  public GuestFault nm() {
    return fault(GuestFault.NM, 0);
  }

  public GuestFault de() {
    return fault(GuestFault.DE, 0);
  }

  /** Throws #GP(0) unless at CPL 0. */
  public void requireCpl0() {
    if (cpl != 0) {
      throw gp(0);
    }
  }
}

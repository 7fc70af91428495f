package io.transvisor.core.cpu;

/**
 * The architectural state of one 32-bit x86 CPU (Intel SDM volume 3, chapter 2), as engines keep it
 * between instructions. Fields are public because every engine works on them directly; the
 * arithmetic flags are kept as the values they derive from.
 *
 * <p>Used on the vCPU thread only, except {@link #pending}.
 */
public class CpuState {
  // ---- general registers ----
  public static final int EAX = 0;
  public static final int ECX = 1;
  public static final int EDX = 2;
  public static final int EBX = 3;
  public static final int ESP = 4;
  public static final int EBP = 5;
  public static final int ESI = 6;
  public static final int EDI = 7;

  /**
   * Index of a register that always reads 0: the absent base or index of an address. Never written.
   */
  public static final int ZERO = 8;

  /** Eight general registers and {@link #ZERO}. */
  public final int[] gpr = new int[9];

  /**
   * Instruction pointer. While an engine is inside a run of instructions this is the EIP of the
   * first of them; handlers add the instruction's offset.
   */
  public int eip;

  // ---- flags ----
  public static final int CF = 1;
  public static final int PF = 1 << 2;
  public static final int AF = 1 << 4;
  public static final int ZF = 1 << 6;
  public static final int SF = 1 << 7;
  public static final int TF = 1 << 8;
  public static final int IF = 1 << 9;
  public static final int DF = 1 << 10;
  public static final int OF = 1 << 11;
  public static final int IOPL = 3 << 12;
  public static final int NT = 1 << 14;
  public static final int RF = 1 << 16;
  public static final int VM = 1 << 17;
  public static final int AC = 1 << 18;
  public static final int VIF = 1 << 19;
  public static final int VIP = 1 << 20;
  public static final int ID = 1 << 21;

  /**
   * CF, PF, AF, ZF, SF and OF: the flags kept in {@link #flagResult}, {@link #flagSignParity} and
   * {@link #flagCarries}.
   */
  public static final int ARITHMETIC_FLAGS = CF | PF | AF | ZF | SF | OF;

  /**
   * EFLAGS without the arithmetic flags; bit 1 is always set. Use {@link #getEflags} for all of it.
   */
  public int eflags = 2;

  /** ZF is set when this is 0. */
  public int flagResult = 1;

  /** SF is bit 31, PF is the even parity of the low byte. */
  public int flagSignParity = 1;

  /**
   * Carries out of each bit of the last addition (borrows of a subtraction), aligned so that bit 31
   * is CF; OF is bit 31 xor bit 30; bit 3 is AF.
   */
  public int flagCarries;

  /** What the thread that runs this CPU is doing. */
  public final Activity activity = new Activity();

  // ---- segments ----
  public static final int ES = 0;
  public static final int CS = 1;
  public static final int SS = 2;
  public static final int DS = 3;
  public static final int FS = 4;
  public static final int GS = 5;
  public static final int LDTR = 6;
  public static final int TR = 7;

  /**
   * Bits of {@link #segAccess}: a descriptor's bytes 5 and 6 (SDM volume 3, 3.4.5), type in bits
   * 0-3.
   */
  public static final int ACCESSED = 1;

  /** The descriptor's privilege level. */
  public static final int DPL = 3 << 5;

  public static final int WRITABLE = 1 << 1;
  public static final int READABLE = 1 << 1;
  public static final int EXPAND_DOWN = 1 << 2;
  public static final int CONFORMING = 1 << 2;
  public static final int CODE = 1 << 3;
  public static final int CODE_OR_DATA = 1 << 4;
  public static final int PRESENT = 1 << 7;
  public static final int BIG = 1 << 14;
  public static final int GRANULARITY = 1 << 15;

  /** Selectors of the six segment registers, LDTR and TR. */
  public final int[] selector = new int[8];

  /** Cached base addresses. */
  public final int[] segBase = new int[8];

  /** Cached limits in bytes, granularity applied. */
  public final int[] segLimit = new int[8];

  /**
   * Cached access rights: bits 8-23 of the descriptor's second dword, shifted down by 8 (type, S,
   * DPL, P, limit bits, AVL, D/B, G). 0 = unusable (null selector).
   */
  public final int[] segAccess = new int[8];

  /**
   * Fast limit check: an access of up to 8 bytes at offset {@code ea} may be read if {@code (ea ^
   * 0x80000000) < readEnd[seg]} (signed). Otherwise the exact check decides. Derived by {@link
   * #updateSegmentCache}.
   */
  public final int[] readEnd = new int[6];

  /** Like {@link #readEnd} for writes. */
  public final int[] writeEnd = new int[6];

  /**
   * Alignment checks or data breakpoints are on: every access takes the exact check. Call {@link
   * #updateSegmentCache} for all segments after a change.
   */
  public boolean exactChecks;

  /** ESP mask of the stack segment's B bit: 0xFFFF or 0xFFFFFFFF. */
  public int stackMask = 0xFFFF;

  /**
   * Current privilege level: 0 in real mode, 3 in virtual-8086 mode. Change it through the engine,
   * which re-derives what depends on it.
   */
  public int cpl;

  public int gdtBase;
  public int gdtLimit = 0xFFFF;
  public int idtBase;
  public int idtLimit = 0xFFFF;

  // ---- control registers ----
  public static final int CR0_PE = 1;
  public static final int CR0_MP = 1 << 1;
  public static final int CR0_EM = 1 << 2;
  public static final int CR0_TS = 1 << 3;
  public static final int CR0_ET = 1 << 4;
  public static final int CR0_NE = 1 << 5;
  public static final int CR0_WP = 1 << 16;
  public static final int CR0_AM = 1 << 18;
  public static final int CR0_NW = 1 << 29;
  public static final int CR0_CD = 1 << 30;
  public static final int CR0_PG = 1 << 31;
  public static final int CR4_VME = 1;
  public static final int CR4_PVI = 1 << 1;
  public static final int CR4_TSD = 1 << 2;
  public static final int CR4_DE = 1 << 3;
  public static final int CR4_PSE = 1 << 4;
  public static final int CR4_PAE = 1 << 5;
  public static final int CR4_MCE = 1 << 6;
  public static final int CR4_PGE = 1 << 7;
  public static final int CR4_PCE = 1 << 8;
  public static final int CR4_OSFXSR = 1 << 9;
  public static final int CR4_OSXMMEXCPT = 1 << 10;

  public int cr0 = 0x60000010;
  public int cr2;
  public int cr3;
  public int cr4;

  /** DR0-DR3, DR6 and DR7; 4 and 5 are unused aliases. */
  public final int[] dr = {0, 0, 0, 0, 0, 0, 0xFFFF0FF0, 0x400};

  // ---- model-specific registers ----
  public int sysenterCs;
  public int sysenterEsp;
  public int sysenterEip;

  /**
   * Added to the clock-derived count to give the time-stamp counter; WRMSR to
   * IA32_TIME_STAMP_COUNTER changes it.
   */
  public long tscOffset;

  /** x87 and MMX registers. */
  public final FpuState fpu = new FpuState();

  // ---- SSE ----

  /** XMM0-XMM7: bits 0-63 of XMMn at index 2n, bits 64-127 at 2n + 1. */
  public final long[] xmm = new long[16];

  /** Control and status of SSE; see {@link Mxcsr}. */
  public int mxcsr = Mxcsr.INITIAL;

  /**
   * Exceptions raised by the SSE instruction in progress, as flags of {@link Mxcsr}; 0 between
   * instructions.
   */
  public int sseRaised;

  // ---- between instructions ----

  /** In HLT, waiting for an interrupt. */
  public boolean halted;

  /**
   * MOV SS, POP SS or STI has just been executed: no interrupt (and after a stack load no debug
   * trap) before the next instruction has finished.
   */
  public boolean interruptShadow;

  /** An NMI is being handled; further ones wait for IRET. */
  public boolean nmiBlocked;

  /** Instructions retired since power-on. */
  public long instructions;

  /** The interrupt controller asserts INTR. */
  public static final int PENDING_INTR = 1;

  /** An NMI has arrived. */
  public static final int PENDING_NMI = 1 << 1;

  /** {@link ExecutionEngine#run} shall return soon. */
  public static final int PENDING_EXIT = 1 << 2;

  /** An INIT has arrived. */
  public static final int PENDING_INIT = 1 << 3;

  /**
   * Things to look at between two instructions: a set of {@code PENDING_} bits; written by any
   * thread through the engine.
   */
  public volatile int pending;

  // ---- derived ----

  public final boolean isProtected() {
    return (cr0 & CR0_PE) != 0;
  }

  public final boolean isV86() {
    return (eflags & VM) != 0;
  }

  /** Real-address mode or virtual-8086 mode: segment registers hold paragraph numbers. */
  public final boolean usesParagraphs() {
    return (cr0 & CR0_PE) == 0 || (eflags & VM) != 0;
  }

  public final int iopl() {
    return eflags >>> 12 & 3;
  }

  public final boolean carry() {
    return flagCarries < 0;
  }

  public final boolean overflow() {
    return (flagCarries ^ flagCarries << 1) < 0;
  }

  public final boolean zero() {
    return flagResult == 0;
  }

  public final boolean sign() {
    return flagSignParity < 0;
  }

  public final boolean parity() {
    return (Integer.bitCount(flagSignParity & 0xFF) & 1) == 0;
  }

  public final boolean adjust() {
    return (flagCarries & 8) != 0;
  }

  /** The six arithmetic flags at their places in EFLAGS. */
  public final int arithmeticFlags() {
    return (flagCarries >>> 31)
        | (parity() ? PF : 0)
        | (flagCarries & 8) << 1
        | (flagResult == 0 ? ZF : 0)
        | (flagSignParity >>> 24 & SF)
        | ((flagCarries ^ flagCarries << 1) >>> 20 & OF);
  }

  /** Sets the six arithmetic flags from their places in EFLAGS. */
  public final void setArithmeticFlags(int flags) {
    flagResult = ~flags & ZF;
    flagSignParity = (flags & SF) << 24 | (flags & PF ^ PF) >>> 2;
    int carry = flags & CF;
    int overflow = flags >>> 11 & 1;
    flagCarries = carry << 31 | (carry ^ overflow) << 30 | (flags & AF) >>> 1;
  }

  public final int getEflags() {
    return eflags | arithmeticFlags();
  }

  /**
   * Sets all of EFLAGS; reserved bits take their fixed values. The caller re-derives what depends
   * on VM and IOPL.
   */
  public final void setEflags(int value) {
    setArithmeticFlags(value);
    eflags = value & 0x3F7700 | 2;
  }

  /**
   * Re-derives {@link #readEnd}, {@link #writeEnd} and {@link #stackMask} after base, limit or
   * access of a segment register changed.
   */
  public void updateSegmentCache(int segment) {
    int access = segAccess[segment];
    boolean usable = (access & PRESENT) != 0 && (access & CODE_OR_DATA) != 0;
    boolean code = (access & CODE) != 0;
    boolean readable = usable && (!code || (access & READABLE) != 0);
    boolean writable = usable && !code && (access & WRITABLE) != 0;
    boolean fast = !exactChecks && Integer.compareUnsigned(segLimit[segment], 7) >= 0;
    boolean expandUp = code || (access & EXPAND_DOWN) == 0;
    int end = expandUp && fast ? segLimit[segment] - 6 ^ Integer.MIN_VALUE : Integer.MIN_VALUE;
    readEnd[segment] = readable ? end : Integer.MIN_VALUE;
    writeEnd[segment] = writable ? end : Integer.MIN_VALUE;
    if (segment == SS) {
      stackMask = (access & BIG) != 0 ? -1 : 0xFFFF;
    }
  }

  /** Whether the code segment's D bit makes 32 bits the default operand and address size. */
  public final boolean isCode32() {
    return (segAccess[CS] & BIG) != 0;
  }

  private static final String[] SEGMENT_NAMES = {"ES", "CS", "SS", "DS", "FS", "GS", "LDT", "TR"};

  /** The registers in the layout people know from QEMU's {@code info registers}. */
  public String describe() {
    StringBuilder s = new StringBuilder();
    s.append(
        "EAX=%08x EBX=%08x ECX=%08x EDX=%08x%n".formatted(gpr[EAX], gpr[EBX], gpr[ECX], gpr[EDX]));
    s.append(
        "ESI=%08x EDI=%08x EBP=%08x ESP=%08x%n".formatted(gpr[ESI], gpr[EDI], gpr[EBP], gpr[ESP]));
    s.append("EIP=%08x EFL=%08x CPL=%d HLT=%d%n".formatted(eip, getEflags(), cpl, halted ? 1 : 0));
    for (int i = 0; i < 8; i++) {
      s.append(
          "%-3s=%04x %08x %08x %04x%n"
              .formatted(SEGMENT_NAMES[i], selector[i], segBase[i], segLimit[i], segAccess[i]));
    }
    s.append("GDT=     %08x %08x%n".formatted(gdtBase, gdtLimit));
    s.append("IDT=     %08x %08x%n".formatted(idtBase, idtLimit));
    s.append("CR0=%08x CR2=%08x CR3=%08x CR4=%08x".formatted(cr0, cr2, cr3, cr4));
    return s.toString();
  }
}

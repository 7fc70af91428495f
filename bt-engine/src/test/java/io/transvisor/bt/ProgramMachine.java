package io.transvisor.bt;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;

/**
 * Runs short programs on one of the engines as recorded on a real processor: unprivileged, with
 * paging, code and data where the recorders had them. An exception, or the HLT every program ends
 * with, leads to a handler at CPL 0 with a stack of its own, so that the program's state is left as
 * it was.
 *
 * <p>Each program has a page of its own in memory, mapped at the same address as all others: it is
 * code that has not been seen before and is compiled at its second run.
 */
public final class ProgramMachine {
  public static final int DATA = 0x100000;
  public static final int CODE = 0x200000;

  /** Offset of programs in the code segment's page. */
  public static final int ENTRY = 0x100;

  private static final InterruptController NO_INTERRUPTS =
      new InterruptController() {
        @Override
        public boolean isRequesting() {
          return false;
        }

        @Override
        public int acknowledge() {
          throw new IllegalStateException("no interrupt was requested");
        }
      };

  private static final int MAPPED = 4 << 20;
  private static final int IDT = 0x1000;
  private static final int GDT = 0x2000;
  private static final int TSS = 0x3000;
  private static final int HANDLERS = 0x4000;
  private static final int STACK = 0x7000;
  private static final int PAGE_DIRECTORY = 0x8000;
  private static final int PAGE_TABLE = 0x9000;
  private static final int KERNEL_CODE = 0x08;
  private static final int KERNEL_DATA = 0x10;
  private static final int TASK = 0x28;
  private static final int GENERAL_PROTECTION = 13;
  private static final int MOST_INSTRUCTIONS = 10_000;

  /**
   * Length of what an exception pushes at last: EIP, CS, EFLAGS, ESP, SS. An error code is below.
   */
  private static final int FRAME = 20;

  /** Value of {@link Cpu#budgetEnd} that no region leaves. */
  private static final long NOT_ENTERED = -1;

  public final PhysicalMemory memory;
  public final Cpu cpu;
  private final InterpreterEngine engine;
  private final int level;
  private int codePage = MAPPED;
  private boolean sixteen;
  private int length;

  /** Where the program was left. */
  private int eip;

  private int esp;
  private int eflags;

  /**
   * @param programs how many may be loaded, one after the other
   */
  public ProgramMachine(EngineKind kind, String model, int programs) {
    memory = new PhysicalMemory(MAPPED + (programs << 12), 0);
    memory.mapRam("ram", 0, MAPPED + (programs << 12), memory.ram(), 0, 0);
    EngineOptions options = EngineOptions.eager(kind);
    engine =
        new InterpreterEngine(
            memory, new PortSpace(), NO_INTERRUPTS, () -> 0, CpuModel.parse(model), options);
    cpu = engine.cpu();
    // What compiles no user code shall compile this.
    level = kind == EngineKind.HYBRID ? 1 : 3;
    makeTables();
    cpu.cr0 =
        CpuState.CR0_PE | CpuState.CR0_ET | CpuState.CR0_NE | CpuState.CR0_PG | CpuState.CR0_WP;
    cpu.cr3 = PAGE_DIRECTORY;
    cpu.cr4 = CpuState.CR4_OSFXSR | CpuState.CR4_OSXMMEXCPT;
    cpu.mmu.setControl(cpu.cr0, cpu.cr3, cpu.cr4);
    cpu.gdtBase = GDT;
    cpu.gdtLimit = 0xFF;
    cpu.idtBase = IDT;
    cpu.idtLimit = 0x7FF;
    cpu.selector[CpuState.TR] = TASK;
    cpu.segBase[CpuState.TR] = TSS;
    cpu.segLimit[CpuState.TR] = 0x67;
    cpu.segAccess[CpuState.TR] = 0x8B;
  }

  private void makeTables() {
    for (int v = 0; v < 256; v++) {
      int handler = HANDLERS + v;
      memory.write(IDT + 8 * v, 4, KERNEL_CODE << 16 | handler);
      memory.write(IDT + 8 * v + 4, 4, 0x8E00);
      memory.write(handler, 1, 0xF4);
    }
    memory.write(GDT + KERNEL_CODE, 4, 0xFFFF);
    memory.write(GDT + KERNEL_CODE + 4, 4, 0x00CF9B00);
    memory.write(GDT + KERNEL_DATA, 4, 0xFFFF);
    memory.write(GDT + KERNEL_DATA + 4, 4, 0x00CF9300);
    memory.write(TSS + 4, 4, STACK);
    memory.write(TSS + 8, 4, KERNEL_DATA);
    memory.write(PAGE_DIRECTORY, 4, PAGE_TABLE | 7);
    for (int page = 0; page < MAPPED >>> 12; page++) {
      memory.write(PAGE_TABLE + 4 * page, 4, page << 12 | 7);
    }
  }

  /** Puts a program where programs are, for 16- or 32-bit code, data and stack. */
  public void load(boolean sixteenBit, int... code) {
    sixteen = sixteenBit;
    length = code.length;
    memory.write(PAGE_TABLE + 4 * (CODE >>> 12), 4, codePage | 7);
    cpu.mmu.invalidatePage(CODE);
    for (int k = 0; k < code.length; k++) {
      memory.write(codePage + ENTRY + k, 1, code[k]);
    }
    memory.write(codePage + ENTRY + code.length, 1, 0xF4);
    codePage += 4096;
  }

  /** EIP of the program. */
  public int entry() {
    return sixteen ? ENTRY : CODE + ENTRY;
  }

  private void prepare() {
    cpu.halted = false;
    cpu.cpl = level;
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      cpu.selector[s] = 8 * (s + 1) | level;
      int type = (s == CpuState.CS ? 0x9B : 0x93) | level << 5;
      cpu.segBase[s] = !sixteen ? 0 : s == CpuState.CS ? CODE : DATA;
      cpu.segLimit[s] = sixteen ? 0xFFFF : -1;
      cpu.segAccess[s] = sixteen ? type : type | CpuState.BIG | CpuState.GRANULARITY;
      cpu.updateSegmentCache(s);
    }
    cpu.eip = entry();
    cpu.deriveMode();
    cpu.budgetEnd = NOT_ENTERED;
  }

  /**
   * Executes only the program's first instruction, which goes elsewhere.
   *
   * @return the vector of an exception, or -1
   */
  public int step() {
    prepare();
    engine.run(1);
    if (cpu.cpl != level) {
      return readFrame(cpu.eip - HANDLERS);
    }
    eip = cpu.eip;
    esp = cpu.gpr[CpuState.ESP];
    eflags = cpu.getEflags();
    return -1;
  }

  /**
   * Runs the program with the registers and flags that are in the CPU.
   *
   * @return the vector of an exception, -1 if the end was reached
   */
  public int run() {
    prepare();
    Outcome outcome = engine.run(MOST_INSTRUCTIONS);
    if (outcome != Outcome.HALTED) {
      throw new IllegalStateException("%s: %s".formatted(outcome, cpu.describe()));
    }
    int vector = readFrame(cpu.eip - 1 - HANDLERS);
    return vector == GENERAL_PROTECTION && eip == entry() + length ? -1 : vector;
  }

  /** Takes what a handler's stack says of the program. */
  private int readFrame(int vector) {
    int frame = STACK - FRAME;
    if (cpu.gpr[CpuState.ESP] > frame || vector < 0 || vector > 255) {
      throw new IllegalStateException(cpu.describe());
    }
    eip = memory.read(frame, 4);
    eflags = memory.read(frame + 8, 4);
    esp = memory.read(frame + 12, 4);
    return vector;
  }

  /** Whether the last run got into a compiled region. */
  public boolean wasCompiled() {
    return cpu.budgetEnd != NOT_ENTERED;
  }

  public int eip() {
    return eip;
  }

  public int eflags() {
    return eflags;
  }

  /** A general register after the program. */
  public int register(int r) {
    return r == CpuState.ESP ? esp : cpu.gpr[r];
  }
}

package io.transvisor.bt.interp;

import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.mmu.PageFaultException;

/**
 * A processor with 4 MiB of memory and nothing else, in protected mode at CPL 0 without paging, for
 * tests of instructions. In 32-bit mode all segments are flat; in 16-bit mode code and data have 64
 * KiB segments of their own, as the recorded vectors assume.
 */
public final class FlatMachine {
  public static final int DATA = 0x100000;
  public static final int CODE = 0x200000;

  /** Offset of instructions in the 16-bit code segment. */
  static final int ENTRY = 0x100;

  private static final int SIZE = 4 << 20;
  private static final int PAGE_DIRECTORY = 0x3F0000;
  private static final int PAGE_TABLE = 0x3F1000;

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

  public final PhysicalMemory memory;
  final PortSpace ports = new PortSpace();
  public final InterpreterEngine engine;
  public final Cpu cpu;
  private final Decoder decoder;
  private boolean mode16;

  FlatMachine() {
    this(EngineOptions.of(EngineKind.INTERPRET));
  }

  /**
   * @param options how code is run
   */
  public FlatMachine(EngineOptions options) {
    memory = new PhysicalMemory(SIZE, 0);
    memory.mapRam("ram", 0, SIZE, memory.ram(), 0, 0);
    engine =
        new InterpreterEngine(
            memory, ports, NO_INTERRUPTS, () -> 0, CpuModel.parse("pentium3"), options);
    cpu = engine.cpu();
    decoder = new Decoder(InstructionSet.TABLE, cpu.model);
    cpu.cr0 = CpuState.CR0_PE | CpuState.CR0_ET;
    cpu.mmu.setControl(cpu.cr0, 0, 0);
    // Any exception is a triple fault.
    cpu.idtLimit = 0;
    setMode(false);
  }

  /** 16- or 32-bit code and stack. */
  public void setMode(boolean sixteen) {
    mode16 = sixteen;
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      cpu.selector[s] = 8 * (s + 1);
      int type = s == CpuState.CS ? 0x9B : 0x93;
      cpu.segBase[s] = !sixteen ? 0 : s == CpuState.CS ? CODE : DATA;
      cpu.segLimit[s] = sixteen ? 0xFFFF : -1;
      cpu.segAccess[s] = sixteen ? type : type | CpuState.BIG | CpuState.GRANULARITY;
      cpu.updateSegmentCache(s);
    }
    cpu.deriveMode();
  }

  /**
   * Turns paging on, each page mapped at its own address, supervisor and writable. CR0.WP is set.
   */
  public void enablePaging() {
    memory.write(PAGE_DIRECTORY, 4, PAGE_TABLE | 3);
    for (int page = 0; page < SIZE >>> 12; page++) {
      memory.write(PAGE_TABLE + 4 * page, 4, page << 12 | 3);
    }
    cpu.cr0 |= CpuState.CR0_PG | CpuState.CR0_WP;
    cpu.cr3 = PAGE_DIRECTORY;
    cpu.mmu.setControl(cpu.cr0, cpu.cr3, cpu.cr4);
  }

  /**
   * Maps the page of a linear address to another one, with the low bits of its page-table entry.
   */
  public void map(int linear, int physical, int flags) {
    memory.write(PAGE_TABLE + 4 * (linear >>> 12), 4, physical & ~0xFFF | flags);
    cpu.mmu.invalidatePage(linear);
  }

  /** EIP of the code given to {@link #load}. */
  int entry() {
    return mode16 ? ENTRY : CODE + ENTRY;
  }

  /** Puts code in its place. */
  void load(int... code) {
    byte[] bytes = new byte[code.length];
    for (int k = 0; k < code.length; k++) {
      bytes[k] = (byte) code[k];
    }
    memory.writeBytes(CODE + ENTRY, bytes, 0, bytes.length);
  }

  /** Executes one instruction at {@link #entry} the way a guest does. */
  Outcome step() {
    cpu.eip = entry();
    return engine.run(1);
  }

  /**
   * Executes the handler of the instruction at {@link #entry}.
   *
   * @return the vector of the exception it raised, or -1
   */
  int fault() {
    cpu.eip = entry();
    Insn i = decoder.decode(memory.store(), CODE + ENTRY, SIZE, !mode16, 0);
    try {
      i.handler.execute(cpu, i);
      return -1;
    } catch (GuestFault e) {
      return e.vector;
    } catch (PageFaultException e) {
      return GuestFault.PF;
    }
  }
}

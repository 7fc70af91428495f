package io.transvisor.bt.differential;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.bt.isa.CalloutClass;
import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.Arrays;

/**
 * A small PC around one CPU: tables, handlers and a device that interrupts, writes memory and
 * switches address line 20. Exceptions lead to a HLT of their own; interrupts, NMI and #DB return.
 */
final class WorldMachine implements InterruptController, PortHandler {
  static final int PORT = 0x80;

  /** Vector of the device's interrupts. */
  static final int DEVICE_VECTOR = 0x40;

  final World world;
  final PhysicalMemory memory = new PhysicalMemory(World.MEMORY, 0);
  final Cpu cpu;
  private final InterpreterEngine engine;

  WorldMachine(World world, EngineOptions options) {
    this.world = world;
    memory.mapRam("ram", 0, World.MEMORY, memory.ram(), 0, 0);
    PortSpace ports = new PortSpace();
    ports.register("device", PORT, 8, 4, this);
    InstructionClock counted = new InstructionClock();
    VirtualClock clock = world.counted() ? counted : () -> 0;
    engine =
        new InterpreterEngine(
            memory, ports, this, clock, CpuModel.parse("pentium3,+sse2"), options);
    cpu = engine.cpu();
    counted.attach(() -> cpu.instructions);
    engine.reset(ResetKind.POWER_ON);
    makeTables();
    restart(0);
  }

  long regionsCompiled() {
    return engine.regionsCompiled();
  }

  Outcome run(int instructions) {
    return engine.run(instructions);
  }

  DebugPort debugPort() {
    return engine.debugPort();
  }

  // ---- the device ----

  @Override
  public int read(int offset, int width) {
    return world.counted() ? (int) cpu.instructions : 0x5A;
  }

  @Override
  public void write(int offset, int width, int value) {
    switch (offset) {
      case 0 -> engine.intr().set(true);
      case 1 -> memory.write(World.CODE + World.START + (value & 0xFF), 1, value);
      case 2 -> memory.setA20((value & 1) != 0);
      case 3 -> engine.nmi();
      default -> memory.write(World.DATA + (value & 0xFFF), 1, value);
    }
  }

  @Override
  public boolean isRequesting() {
    return false;
  }

  @Override
  public int acknowledge() {
    engine.intr().set(false);
    return DEVICE_VECTOR;
  }

  void interrupt() {
    engine.intr().set(true);
  }

  void nonMaskable() {
    engine.nmi();
  }

  /** What loading a saved state does: no decoded or compiled code is left. */
  void saveAndLoad() {
    Snapshot snapshot = snapshot();
    engine.load(snapshot.reader());
  }

  Snapshot snapshot() {
    Snapshot snapshot = new Snapshot();
    engine.save(snapshot);
    return snapshot;
  }

  // ---- the surroundings ----

  private void makeTables() {
    int handlerCode = world.kind() == World.Kind.REAL ? World.HANDLERS >>> 4 : World.KERNEL_CODE;
    for (int v = 0; v < 256; v++) {
      boolean returns = v == 1 || v == 2 || v == DEVICE_VECTOR;
      memory.write(World.HANDLERS + v, 1, returns ? 0xCF : 0xF4);
      if (world.kind() == World.Kind.REAL) {
        memory.write(4 * v, 4, handlerCode << 16 | v);
      } else {
        memory.write(World.IDT + 8 * v, 4, handlerCode << 16 | World.HANDLERS + v);
        memory.write(World.IDT + 8 * v + 4, 4, 0x8E00);
      }
    }
    descriptor(World.KERNEL_CODE, 0x00CF9B00_0000FFFFL);
    descriptor(World.KERNEL_DATA, 0x00CF9300_0000FFFFL);
    descriptor(World.TASK, 0x00008B00_00000000L | World.TSS << 16 | 0xFFF);
    descriptor(World.CODE_SELECTOR, world.descriptor(CpuState.CS));
    descriptor(World.DATA_SELECTOR, world.descriptor(CpuState.DS));
    descriptor(World.STACK_SELECTOR, world.descriptor(CpuState.SS));
    descriptor(World.FLAT_SELECTOR, 0x00CF9300_0000FFFFL | (long) world.kind().level << 45);
    memory.write(World.TSS + 4, 4, World.KERNEL_STACK);
    memory.write(World.TSS + 8, 4, World.KERNEL_DATA);
    memory.write(World.TSS + 102, 2, 104);
    // All ports are open but the last of the device's.
    memory.write(World.TSS + 104 + PORT / 8, 1, 0x80);
    memory.write(World.TSS + 104 + 0x400, 1, 0xFF);
  }

  private void descriptor(int selector, long value) {
    memory.write(World.GDT + selector, 4, (int) value);
    memory.write(World.GDT + selector + 4, 4, (int) (value >>> 32));
  }

  private void fillPageTables() {
    for (int table : new int[] {World.PAGE_TABLE, World.OTHER_TABLE}) {
      boolean other = table == World.OTHER_TABLE;
      memory.write((other ? World.OTHER_DIRECTORY : World.PAGE_DIRECTORY), 4, table | 7);
      for (int page = 0; page < World.MEMORY >>> 12; page++) {
        memory.write(table + 4 * page, 4, page << 12 | 7);
      }
      for (int page = 0; page < 4; page++) {
        int code = (other && page == 1 ? World.OTHER_CODE : World.CODE) + (page << 12);
        memory.write(table + 4 * ((World.CODE >>> 12) + page), 4, code | 7);
        memory.write(table + 4 * ((World.CODE_ALIAS >>> 12) + page), 4, code | 7);
        int data = World.DATA + (page << 12);
        memory.write(table + 4 * ((World.DATA_ALIAS >>> 12) + page), 4, data | 7);
      }
      // A page that is only read, and one that is not there.
      memory.write(table + 4 * ((World.DATA >>> 12) + 3), 4, World.DATA + 0x3000 | 5);
      memory.write(table + 4 * ((World.DATA >>> 12) + 4), 4, 0);
    }
  }

  /** Puts everything but general registers and memory back, and goes to a place in the program. */
  void restart(int offset) {
    memory.setA20(true);
    fillPageTables();
    boolean isProtected = world.kind() != World.Kind.REAL;
    cpu.halted = false;
    cpu.interruptShadow = false;
    cpu.nmiBlocked = false;
    cpu.debugTraps = 0;
    cpu.cr0 =
        CpuState.CR0_ET
            | CpuState.CR0_NE
            | (isProtected ? CpuState.CR0_PE : 0)
            | (world.paging() ? CpuState.CR0_PG : 0);
    cpu.cr3 = World.PAGE_DIRECTORY;
    cpu.cr4 = CpuState.CR4_OSFXSR | CpuState.CR4_OSXMMEXCPT;
    Arrays.fill(cpu.dr, 0, 4, 0);
    cpu.dr[6] = 0xFFFF0FF0;
    cpu.dr[7] = 0x400;
    cpu.setEflags(2 | CpuState.IF | (world.kind() == World.Kind.VIRTUAL_86 ? CpuState.VM : 0));
    cpu.cpl = world.kind().level;
    cpu.gdtBase = World.GDT;
    cpu.gdtLimit = 0xFF;
    cpu.idtBase = isProtected ? World.IDT : 0;
    cpu.idtLimit = isProtected ? 0x7FF : 0x3FF;
    cpu.selector[CpuState.TR] = World.TASK;
    cpu.segBase[CpuState.TR] = World.TSS;
    cpu.segLimit[CpuState.TR] = 0xFFF;
    cpu.segAccess[CpuState.TR] = 0x8B;
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      restartSegment(s);
    }
    cpu.eip = world.eip(offset);
    engine.stateChanged();
  }

  private void restartSegment(int s) {
    cpu.selector[s] = world.selector(s);
    cpu.segBase[s] = world.segmentBase(s);
    if (world.kind().hasParagraphs()) {
      cpu.segLimit[s] = 0xFFFF;
      cpu.segAccess[s] = 0x93 | world.kind().level << 5;
      return;
    }
    int high = (int) (world.descriptor(s) >>> 32);
    int limit = (int) world.descriptor(s) & 0xFFFF | high & 0xF0000;
    cpu.segAccess[s] = high >>> 8 & 0xF0FF;
    boolean pages = (cpu.segAccess[s] & CpuState.GRANULARITY) != 0;
    cpu.segLimit[s] = pages ? limit << 12 | 0xFFF : limit;
  }

  /** A difference between two machines that should be the same, or null. */
  static String difference(WorldMachine a, WorldMachine b) {
    String registers = a.snapshot().difference(b.snapshot());
    if (registers != null) {
      return registers;
    }
    for (CalloutClass callout : CalloutClass.values()) {
      int n = callout.ordinal();
      if (a.cpu.callouts.total(n) != b.cpu.callouts.total(n)) {
        return "callouts counted: " + callout;
      }
    }
    if (a.memory.a20Mask() != b.memory.a20Mask()) {
      return "A20";
    }
    int at = Arrays.mismatch(a.memory.store(), b.memory.store());
    return at < 0
        ? null
        : "memory at %x: %02x and %02x".formatted(at, a.memory.store()[at], b.memory.store()[at]);
  }
}

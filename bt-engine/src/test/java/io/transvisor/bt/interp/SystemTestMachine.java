package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.FakeClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.util.HexFormat;

/**
 * A CPU with 1 MiB of RAM in protected mode without paging: a GDT with one segment of each kind, an
 * IDT whose 32-bit interrupt gates all lead to a HLT of their own, a task state. A test puts
 * instruction bytes at CS:EIP, runs to a HLT and looks which handler it is and what was pushed.
 */
final class SystemTestMachine implements InterruptController {
  static final int GDT = 0x1000;
  static final int IDT = 0x2000;
  static final int TSS_AT = 0x3000;
  static final int TSS_B_AT = 0x4000;
  static final int TSS_16_AT = 0x5000;
  static final int LDT_AT = 0x6000;
  static final int STACK_0 = 0x9000;
  static final int STACK_1 = 0xA000;
  static final int STACK_3 = 0xB000;
  static final int CODE_AT = 0x10000;
  static final int HANDLERS_AT = 0x20000;
  static final int DATA_AT = 0x30000;

  static final int CODE_0 = 0x08;
  static final int DATA_0 = 0x10;
  static final int CODE_3 = 0x1B;
  static final int DATA_3 = 0x23;
  static final int TSS = 0x28;
  static final int CONFORMING = 0x30;
  static final int CODE_16 = 0x38;
  static final int DATA_16 = 0x40;
  static final int CODE_1 = 0x49;
  static final int DATA_1 = 0x51;
  static final int LDT = 0x58;
  static final int TSS_B = 0x60;
  static final int TSS_16 = 0x68;

  /** First of the selectors left to tests. */
  static final int FREE = 0x80;

  static final int SIZE_32 = 0xC;

  final PhysicalMemory memory = new PhysicalMemory(1 << 20, 0);
  final PortSpace ports = new PortSpace();
  final FakeClock clock = new FakeClock();
  final InterpreterEngine engine;
  final Cpu c;

  /** Answer to an interrupt acknowledge. */
  int externalVector = 0x30;

  /** IA32_APIC_BASE of an APIC that is not there. */
  long apicBase = 0xFEE00900L;

  Outcome outcome;

  SystemTestMachine() {
    this("pentium3");
  }

  SystemTestMachine(String model) {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    engine =
        new InterpreterEngine(
            memory,
            ports,
            this,
            clock,
            CpuModel.parse(model),
            EngineOptions.of(EngineKind.INTERPRET));
    c = engine.cpu();
    engine.reset(ResetKind.POWER_ON);
    descriptor(CODE_0, 0, 0xFFFFF, 0x9B, SIZE_32);
    descriptor(DATA_0, 0, 0xFFFFF, 0x93, SIZE_32);
    descriptor(CODE_3, 0, 0xFFFFF, 0xFB, SIZE_32);
    descriptor(DATA_3, 0, 0xFFFFF, 0xF3, SIZE_32);
    descriptor(TSS, TSS_AT, 0xFFF, 0x8B, 0);
    descriptor(CONFORMING, 0, 0xFFFFF, 0x9F, SIZE_32);
    descriptor(CODE_16, 0, 0xFFFF, 0x9B, 0);
    descriptor(DATA_16, 0, 0xFFFF, 0x93, 0);
    descriptor(CODE_1, 0, 0xFFFFF, 0xBB, SIZE_32);
    descriptor(DATA_1, 0, 0xFFFFF, 0xB3, SIZE_32);
    descriptor(LDT, LDT_AT, 0xFF, 0x82, 0);
    descriptor(TSS_B, TSS_B_AT, 0xFFF, 0x89, 0);
    descriptor(TSS_16, TSS_16_AT, 0x2B, 0x81, 0);
    for (int v = 0; v < 256; v++) {
      gate(IDT + 8 * v, 0xEE, CODE_0, HANDLERS_AT + 16 * v, 0);
      poke(HANDLERS_AT + 16 * v, "F4");
    }
    dword(TSS_AT + 4, STACK_0);
    dword(TSS_AT + 8, DATA_0);
    dword(TSS_AT + 12, STACK_1);
    dword(TSS_AT + 16, DATA_1);
    word(TSS_AT + 102, 104);
    c.gdtBase = GDT;
    c.gdtLimit = 0x3FF;
    c.idtBase = IDT;
    c.idtLimit = 0x7FF;
    ControlRegisters.writeCr0(c, CpuState.CR0_PE | CpuState.CR0_ET);
    setLevel(0);
    c.selector[CpuState.TR] = TSS;
    c.segBase[CpuState.TR] = TSS_AT;
    c.segLimit[CpuState.TR] = 0xFFF;
    c.segAccess[CpuState.TR] = 0x8B;
    c.segAccess[CpuState.LDTR] = 0;
    c.eip = CODE_AT;
  }

  // ---- state ----

  /** Flat segments of a privilege level 0, 1 or 3, and its stack. */
  SystemTestMachine setLevel(int level) {
    int code = level == 0 ? CODE_0 : level == 1 ? CODE_1 : CODE_3;
    int data = level == 0 ? DATA_0 : level == 1 ? DATA_1 : DATA_3;
    SegmentLoader.loadCode(c, code, Descriptor.find(c, code), level);
    for (int s : new int[] {CpuState.ES, CpuState.SS, CpuState.DS, CpuState.FS, CpuState.GS}) {
      SegmentLoader.set(c, s, data, Descriptor.find(c, data));
    }
    c.gpr[CpuState.ESP] = level == 0 ? STACK_0 - 0x100 : level == 1 ? STACK_1 - 0x100 : STACK_3;
    return this;
  }

  void loadLdt() {
    c.selector[CpuState.LDTR] = LDT;
    c.segBase[CpuState.LDTR] = LDT_AT;
    c.segLimit[CpuState.LDTR] = 0xFF;
    c.segAccess[CpuState.LDTR] = 0x82;
  }

  /** Virtual-8086 mode: code at 1000:0000, stack at 0B00:0100. */
  SystemTestMachine setV86(int iopl) {
    c.eflags |= CpuState.VM | iopl << 12;
    c.cpl = 3;
    int[] selectors = {0x3000, 0x1000, 0x0A00, 0x3000, 0x3000, 0x3000};
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      SegmentLoader.loadParagraph(c, s, selectors[s]);
    }
    c.gpr[CpuState.ESP] = 0x1000;
    c.eip = 0;
    c.deriveMode();
    return this;
  }

  SystemTestMachine setRealMode() {
    ControlRegisters.writeCr0(c, CpuState.CR0_ET);
    c.idtBase = 0;
    c.idtLimit = 0x3FF;
    int[] selectors = {0x3000, 0x1000, 0x0A00, 0x3000, 0x3000, 0x3000};
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      SegmentLoader.loadParagraph(c, s, selectors[s]);
      c.segLimit[s] = 0xFFFF;
      c.segAccess[s] = SegmentLoader.REAL_ACCESS;
      c.updateSegmentCache(s);
    }
    for (int v = 0; v < 256; v++) {
      word(4 * v, 16 * v);
      word(4 * v + 2, HANDLERS_AT >>> 4);
    }
    c.gpr[CpuState.ESP] = 0x1000;
    c.eip = 0;
    c.deriveMode();
    return this;
  }

  @Override
  public boolean isRequesting() {
    return false;
  }

  @Override
  public int acknowledge() {
    engine.intr().set(false);
    return externalVector;
  }

  @Override
  public long apicBase() {
    return apicBase;
  }

  @Override
  public void setApicBase(long value) {
    apicBase = value;
  }

  // ---- memory ----

  void poke(int address, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    for (int n = 0; n < bytes.length; n++) {
      memory.write(address + n, 1, bytes[n]);
    }
  }

  void dword(int address, int value) {
    memory.write(address, 4, value);
  }

  void word(int address, int value) {
    memory.write(address, 2, value);
  }

  int dword(int address) {
    return memory.read(address, 4);
  }

  int word(int address) {
    return memory.read(address, 2);
  }

  /** Writes a segment descriptor to the GDT. @param flags G, D/B, 0, AVL */
  void descriptor(int selector, int base, int limit, int access, int flags) {
    int at = GDT + (selector & 0xFFF8);
    dword(at, base << 16 | limit & 0xFFFF);
    dword(
        at + 4,
        base & 0xFF000000 | flags << 20 | limit & 0xF0000 | access << 8 | base >>> 16 & 0xFF);
  }

  /** Writes a gate anywhere. */
  void gate(int at, int access, int selector, int offset, int count) {
    dword(at, selector << 16 | offset & 0xFFFF);
    dword(at + 4, offset & 0xFFFF0000 | access << 8 | count);
  }

  /** Writes a gate to the GDT. */
  void gdtGate(int selector, int access, int target, int offset, int count) {
    gate(GDT + (selector & 0xFFF8), access, target, offset, count);
  }

  /** Writes a gate to the IDT. */
  void idtGate(int vector, int access, int target, int offset) {
    gate(IDT + 8 * vector, access, target, offset, 0);
  }

  // ---- running ----

  /** Puts bytes at CS:EIP. */
  SystemTestMachine code(String hex) {
    poke(c.segBase[CpuState.CS] + c.eip, hex);
    return this;
  }

  /** Executes a number of instructions. */
  SystemTestMachine step(int instructions) {
    outcome = engine.run(instructions);
    return this;
  }

  /** Puts bytes at CS:EIP and runs to a HLT. */
  SystemTestMachine run(String hex) {
    code(hex);
    step(1000);
    assertThat(outcome).isNotEqualTo(Outcome.CONTINUE);
    return this;
  }

  /** The vector whose handler has halted, or -1. */
  int vector() {
    int at = c.segBase[CpuState.CS] + c.eip - 1 - HANDLERS_AT;
    return c.halted && at >= 0 && at < 0x1000 && at % 16 == 0 ? at / 16 : -1;
  }

  /** A 32-bit slot of the current stack. */
  int slot(int number) {
    return dword(c.segBase[CpuState.SS] + (c.gpr[CpuState.ESP] & c.stackMask) + 4 * number);
  }

  /** A 16-bit slot of the current stack. */
  int slot16(int number) {
    return word(c.segBase[CpuState.SS] + (c.gpr[CpuState.ESP] & c.stackMask) + 2 * number);
  }

  /** Asserts that a fault with an error code has arrived in its handler. */
  void assertFault(int vector, int errorCode) {
    assertThat(vector()).as("vector").isEqualTo(vector);
    assertThat(slot(0)).as("error code").isEqualTo(errorCode);
  }
}

package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentInstructionsTest {
  private static final int SELECTOR = SystemTestMachine.FREE;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @ParameterizedTest(name = "level {0}, selector {1}, access {2}: {3}({4})")
  @CsvSource({
    // level, selector, access, vector (-1: loads), error code
    "0, 0x80, 0x93, -1, 0", // writable data
    "0, 0x80, 0x91, -1, 0", // read-only data
    "0, 0x80, 0x9B, -1, 0", // readable code
    "0, 0x80, 0x99, 13, 0x80", // execute-only code
    "0, 0x80, 0x9F, -1, 0", // conforming code
    "3, 0x83, 0x9F, -1, 0", // conforming code of an inner level
    "3, 0x83, 0x93, 13, 0x80", // DPL 0 from level 3
    "0, 0x83, 0x93, 13, 0x80", // RPL above DPL
    "0, 0x80, 0x13, 11, 0x80", // not present
    "0, 0x80, 0x89, 13, 0x80", // task state
    "0, 0x80, 0x82, 13, 0x80", // LDT
    "0, 0x400, 0x93, 13, 0x400", // outside the GDT
    "0, 0x84, 0x93, 13, 0x84", // no LDT
    "0, 0x00, 0x93, -1, 0", // null
    "0, 0x03, 0x93, -1, 0",
  })
  void dataSegments(String level, String selector, String access, int vector, String code) {
    int s = Integer.decode(selector);
    m.setLevel(Integer.decode(level));
    m.descriptor(SELECTOR, 0x1234000, 0xFFFF, Integer.decode(access), 0);
    c.gpr[CpuState.EAX] = s;
    m.code("8E E8").step(1); // mov gs, ax
    if (vector < 0) {
      assertThat(c.selector[CpuState.GS]).isEqualTo(s);
      assertThat(c.segBase[CpuState.GS]).isEqualTo(s < 4 ? 0 : 0x1234000);
      assertThat(c.eip).isEqualTo(SystemTestMachine.CODE_AT + 2);
    } else {
      m.step(1);
      m.assertFault(vector, Integer.decode(code));
      assertThat(m.slot(1)).as("EIP of the fault").isEqualTo(SystemTestMachine.CODE_AT);
      assertThat(m.slot(3) & CpuState.RF).isNotZero();
    }
  }

  @ParameterizedTest(name = "level {0}, selector {1}, access {2}: {3}({4})")
  @CsvSource({
    "0, 0x80, 0x93, -1, 0",
    "3, 0x83, 0xF3, -1, 0",
    "0, 0x00, 0x93, 13, 0",
    "0, 0x83, 0x93, 13, 0x80", // RPL is not CPL
    "0, 0x80, 0xF3, 13, 0x80", // DPL is not CPL
    "0, 0x80, 0x91, 13, 0x80", // read-only
    "0, 0x80, 0x9B, 13, 0x80", // code
    "0, 0x80, 0x13, 12, 0x80", // not present: #SS
    "0, 0x400, 0x93, 13, 0x400",
  })
  void stackSegment(String level, String selector, String access, int vector, String code) {
    m.setLevel(Integer.decode(level));
    m.descriptor(SELECTOR, 0, 0xFFFFF, Integer.decode(access), SystemTestMachine.SIZE_32);
    c.gpr[CpuState.EAX] = Integer.decode(selector);
    m.code("8E D0").step(1); // mov ss, ax
    if (vector < 0) {
      assertThat(c.selector[CpuState.SS]).isEqualTo(Integer.decode(selector));
      assertThat(c.interruptShadow).isTrue();
    } else {
      m.step(1);
      m.assertFault(vector, Integer.decode(code));
    }
  }

  @Test
  void loadingSetsTheAccessedBit() {
    m.descriptor(SELECTOR, 0, 0xFFFF, 0x92, 0);
    c.gpr[CpuState.EAX] = SELECTOR;
    m.code("8E C0").step(1); // mov es, ax
    assertThat(m.memory.read(SystemTestMachine.GDT + SELECTOR + 5, 1)).isEqualTo(0x93);
    assertThat(c.segAccess[CpuState.ES] & CpuState.ACCESSED).isNotZero();
  }

  @Test
  void localDescriptors() {
    m.loadLdt();
    m.dword(SystemTestMachine.LDT_AT + 8, 0x5000FFFF);
    m.dword(SystemTestMachine.LDT_AT + 12, 0x0000F302);
    c.gpr[CpuState.EAX] = 0xF;
    m.code("8E E0").step(1); // mov fs, ax
    assertThat(c.segBase[CpuState.FS]).isEqualTo(0x25000);
    assertThat(c.segLimit[CpuState.FS]).isEqualTo(0xFFFF);
  }

  @Test
  void movToCsIsUndefined() {
    assertThat(m.run("8E C8").vector()).isEqualTo(GuestFault.UD);
  }

  @Test
  void segmentRegistersSixAndSevenAreUndefined() {
    assertThat(m.run("8C F0").vector()).isEqualTo(GuestFault.UD);
  }

  @Test
  void storesZeroExtendToARegisterAndAreWordsInMemory() {
    c.gpr[CpuState.ECX] = -1;
    m.dword(SystemTestMachine.DATA_AT, -1);
    m.code("8C D9 8C 1D 00 00 03 00").step(2); // mov ecx, ds; mov [0x30000], ds
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(SystemTestMachine.DATA_0);
    assertThat(m.dword(SystemTestMachine.DATA_AT)).isEqualTo(0xFFFF0010);
  }

  @Test
  void pushWritesAWordIntoADwordSlot() {
    int esp = c.gpr[CpuState.ESP];
    m.dword(esp - 4, 0xAAAA5555);
    m.code("1E 07").step(1); // push ds; pop es
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(esp - 4);
    assertThat(m.dword(esp - 4)).isEqualTo(0xAAAA0010);
    m.step(1);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(esp);
  }

  @Test
  void aFaultingPopLeavesTheStackPointer() {
    int esp = c.gpr[CpuState.ESP];
    m.dword(esp, 0x400);
    m.run("1F"); // pop ds
    m.assertFault(GuestFault.GP, 0x400);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(esp - 16);
  }

  @Test
  void farPointerLoadsSegmentAndRegister() {
    m.dword(SystemTestMachine.DATA_AT, 0x12345678);
    m.word(SystemTestMachine.DATA_AT + 4, SystemTestMachine.DATA_3);
    m.code("0F B5 1D 00 00 03 00").step(1); // lgs ebx, [0x30000]
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0x12345678);
    assertThat(c.selector[CpuState.GS]).isEqualTo(SystemTestMachine.DATA_3);
  }

  @Test
  void farPointerWithABadSelectorChangesNothing() {
    m.dword(SystemTestMachine.DATA_AT, 0x12345678);
    m.word(SystemTestMachine.DATA_AT + 4, 0x400);
    m.run("0F B5 1D 00 00 03 00");
    m.assertFault(GuestFault.GP, 0x400);
    assertThat(c.gpr[CpuState.EBX]).isZero();
  }

  @Test
  void bigRealModeKeepsTheLimit() {
    m.descriptor(SELECTOR, 0, 0xFFFFF, 0x93, 0x8);
    c.gpr[CpuState.EAX] = SELECTOR;
    m.code("8E E0").step(1);
    ControlRegisters.writeCr0(c, CpuState.CR0_ET);
    c.gpr[CpuState.EAX] = 0x1234;
    m.code("8E E0").step(1); // mov fs, ax in real-address mode
    assertThat(c.segBase[CpuState.FS]).isEqualTo(0x12340);
    assertThat(c.segLimit[CpuState.FS]).isEqualTo(0xFFFFFFFF);
  }

  @Test
  void interruptsWaitForTheInstructionAfterAStackLoad() {
    c.eflags |= CpuState.IF;
    m.engine.intr().set(true);
    c.interruptShadow = true;
    c.gpr[CpuState.EAX] = SystemTestMachine.DATA_0;
    // mov ss, ax; mov esp, 0x8000; inc ecx
    m.run("8E D0 BC 00 80 00 00 41");
    assertThat(m.vector()).isEqualTo(0x30);
    assertThat(c.gpr[CpuState.ECX]).isZero();
    assertThat(m.slot(0)).isEqualTo(SystemTestMachine.CODE_AT + 7);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x8000 - 12);
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static io.transvisor.bt.interp.SystemTestMachine.DATA_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DebugExceptionsTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  private void assertTrap(int eip, int dr6) {
    assertThat(m.vector()).isEqualTo(GuestFault.DB);
    assertThat(m.slot(0)).as("EIP").isEqualTo(eip);
    assertThat(c.dr[6] & 0xE00F).as("DR6").isEqualTo(dr6);
  }

  /** Arms breakpoint 0. @param kind R/W field @param length LEN field */
  private void arm(int address, int kind, int length) {
    c.dr[0] = address;
    c.dr[7] |= 2 | kind << 16 | length << 18;
    c.deriveMode();
  }

  @Test
  void singleStep() {
    c.eflags |= CpuState.TF;
    m.run("90 90");
    assertTrap(CODE_AT + 1, DebugExceptions.DR6_SINGLE_STEP);
    assertThat(m.slot(2) & CpuState.TF).isNotZero();
    assertThat(m.slot(2) & CpuState.RF).isZero();
    assertThat(c.eflags & CpuState.TF).isZero();
  }

  @Test
  void popfThatSetsTfTrapsAfterTheNextInstruction() {
    m.dword(c.gpr[CpuState.ESP], CpuState.TF);
    m.run("9D 90 90");
    assertTrap(CODE_AT + 2, DebugExceptions.DR6_SINGLE_STEP);
  }

  @Test
  void popfThatClearsTfStillTraps() {
    c.eflags |= CpuState.TF;
    m.dword(c.gpr[CpuState.ESP], 0);
    m.run("9D 90");
    assertTrap(CODE_AT + 1, DebugExceptions.DR6_SINGLE_STEP);
  }

  @Test
  void softwareInterruptsAreSteppedOver() {
    c.eflags |= CpuState.TF;
    m.run("CD 40");
    assertThat(m.vector()).isEqualTo(0x40);
    assertThat(c.dr[6] & DebugExceptions.DR6_SINGLE_STEP).isZero();
  }

  @Test
  void aFaultComesWithoutATrap() {
    c.eflags |= CpuState.TF;
    m.run("0F 0B");
    assertThat(m.vector()).isEqualTo(GuestFault.UD);
    assertThat(m.slot(2) & CpuState.TF).isNotZero();
  }

  @Test
  void aStackLoadIsNotStepped() {
    c.eflags |= CpuState.TF;
    c.gpr[CpuState.EAX] = SystemTestMachine.DATA_0;
    m.run("8E D0 90 90"); // mov ss, ax; nop
    assertTrap(CODE_AT + 3, DebugExceptions.DR6_SINGLE_STEP);
  }

  @Test
  void hltIsSteppedOver() {
    c.eflags |= CpuState.TF;
    m.run("F4");
    assertTrap(CODE_AT + 1, DebugExceptions.DR6_SINGLE_STEP);
  }

  @ParameterizedTest(name = "kind {0}, length {1}, code {2}: trap {3}")
  @CsvSource({
    "1, 0, 891D00000300, true", // write, mov [0x30000], ebx
    "1, 0, 8B1D00000300, false", // read
    "3, 0, 8B1D00000300, true",
    "3, 3, 8B1D03000300, true", // overlaps the last byte
    "3, 3, 8B1D04000300, false",
    "3, 0, FF3500000300, true", // push [0x30000]
  })
  void dataBreakpoints(int kind, int length, String code, boolean hit) {
    arm(DATA_AT, kind, length);
    m.run(code + "F4");
    if (hit) {
      assertTrap(CODE_AT + 6, 1);
    } else {
      assertThat(c.eip).isEqualTo(CODE_AT + 7);
    }
  }

  @Test
  void aDataBreakpointOfAStackLoadWaits() {
    arm(DATA_AT, 3, 1);
    m.word(DATA_AT, SystemTestMachine.DATA_0);
    m.run("8E 15 00 00 03 00 90 90"); // mov ss, [0x30000]; nop
    assertTrap(CODE_AT + 7, 1);
  }

  @Test
  void codeBreakpointFaultsBeforeTheInstruction() {
    arm(CODE_AT + 1, 0, 0);
    m.run("90 41");
    assertTrap(CODE_AT + 1, 1);
    assertThat(c.gpr[CpuState.ECX]).isZero();
    assertThat(m.slot(2) & CpuState.RF).isZero();

    // RF in the image lets the instruction run.
    m.dword(c.gpr[CpuState.ESP] + 8, CpuState.RF | 2);
    m.run("CF");
    m.poke(CODE_AT + 2, "F4");
    c.halted = false;
    m.step(10);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(1);
    assertThat(c.eip).isEqualTo(CODE_AT + 3);
    assertThat(c.eflags & CpuState.RF).isZero();
  }

  @Test
  void codeBreakpointAfterAStackLoadIsIgnored() {
    arm(CODE_AT + 2, 0, 0);
    c.gpr[CpuState.EAX] = SystemTestMachine.DATA_0;
    m.run("8E D0 41 F4");
    assertThat(c.eip).isEqualTo(CODE_AT + 4);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(1);
  }

  @Test
  void portBreakpointNeedsDebugExtensions() {
    arm(0x80, 2, 0);
    m.run("E6 80 F4");
    assertThat(c.eip).isEqualTo(CODE_AT + 3);
    c.cr4 |= CpuState.CR4_DE;
    c.eip = CODE_AT;
    c.halted = false;
    m.step(10);
    assertTrap(CODE_AT + 2, 1);
  }

  @Test
  void generalDetect() {
    c.dr[7] |= DebugExceptions.DR7_GENERAL_DETECT;
    m.run("0F 21 C0"); // mov eax, dr0
    assertTrap(CODE_AT, DebugExceptions.DR6_GENERAL_DETECT);
    assertThat(c.dr[7] & DebugExceptions.DR7_GENERAL_DETECT).isZero();
  }

  @Test
  void registersFourAndFiveAreAliases() {
    c.gpr[CpuState.EAX] = 0xFFFFFFFF;
    m.code("0F 23 E0 0F 21 F3").step(2); // mov dr4, eax; mov ebx, dr6
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0xFFFFEFFF);
    c.cr4 |= CpuState.CR4_DE;
    assertThat(m.run("0F 21 E0").vector()).isEqualTo(GuestFault.UD);
  }
}

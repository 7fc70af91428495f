package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static io.transvisor.bt.interp.SystemTestMachine.FREE;
import static io.transvisor.bt.interp.SystemTestMachine.GDT;
import static io.transvisor.bt.interp.SystemTestMachine.TSS_16_AT;
import static io.transvisor.bt.interp.SystemTestMachine.TSS_AT;
import static io.transvisor.bt.interp.SystemTestMachine.TSS_B;
import static io.transvisor.bt.interp.SystemTestMachine.TSS_B_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskSwitchTest {
  private static final int TASK_EIP = 0x14000;
  private static final int TASK_ESP = 0x7000;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  TaskSwitchTest() {
    prepareTask(m, TSS_B_AT);
  }

  /** A 32-bit task at level 0 that halts at once. */
  static void prepareTask(SystemTestMachine m, int tss) {
    m.dword(tss + 4, SystemTestMachine.STACK_0);
    m.dword(tss + 8, SystemTestMachine.DATA_0);
    m.dword(tss + 32, TASK_EIP);
    m.dword(tss + 36, 2);
    for (int r = 0; r < 8; r++) {
      m.dword(tss + 40 + 4 * r, 0x1000 * r + 0xA0000000);
    }
    m.dword(tss + 56, TASK_ESP);
    m.dword(tss + 72, SystemTestMachine.DATA_0);
    m.dword(tss + 76, SystemTestMachine.CODE_0);
    m.dword(tss + 80, SystemTestMachine.DATA_0);
    m.dword(tss + 84, SystemTestMachine.DATA_0);
    m.dword(tss + 88, SystemTestMachine.DATA_3);
    m.dword(tss + 92, 0);
    m.dword(tss + 96, SystemTestMachine.LDT);
    m.poke(TASK_EIP, "F4");
  }

  private boolean isBusy(int selector) {
    return (m.memory.read(GDT + selector + 5, 1) & 2) != 0;
  }

  @Test
  void jumpSwitchesWithoutLinking() {
    c.gpr[CpuState.EAX] = 0x12345678;
    m.code("EA 00 00 00 00 60 00").step(1); // jmp TSS_B:0
    assertThat(c.eip).isEqualTo(TASK_EIP);
    assertThat(c.selector[CpuState.TR]).isEqualTo(TSS_B);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0xA0003000);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(TASK_ESP);
    assertThat(c.selector[CpuState.FS]).isEqualTo(SystemTestMachine.DATA_3);
    assertThat(c.segAccess[CpuState.GS]).isZero();
    assertThat(c.segBase[CpuState.LDTR]).isEqualTo(SystemTestMachine.LDT_AT);
    assertThat(c.eflags & CpuState.NT).isZero();
    assertThat(c.cr0 & CpuState.CR0_TS).isNotZero();
    assertThat(isBusy(SystemTestMachine.TSS)).isFalse();
    assertThat(isBusy(TSS_B)).isTrue();
    assertThat(m.dword(TSS_AT + 32)).as("saved EIP").isEqualTo(CODE_AT + 7);
    assertThat(m.dword(TSS_AT + 40)).as("saved EAX").isEqualTo(0x12345678);
    assertThat(m.word(TSS_AT + 76)).as("saved CS").isEqualTo(SystemTestMachine.CODE_0);
  }

  @Test
  void callLinksAndIretReturns() {
    m.code("9A 00 00 00 00 60 00").step(1); // call TSS_B:0
    assertThat(c.eflags & CpuState.NT).isNotZero();
    assertThat(m.word(TSS_B_AT)).isEqualTo(SystemTestMachine.TSS);
    assertThat(isBusy(SystemTestMachine.TSS)).isTrue();

    c.gpr[CpuState.ECX] = 77;
    m.code("CF").step(1); // iret
    assertThat(c.selector[CpuState.TR]).isEqualTo(SystemTestMachine.TSS);
    assertThat(c.eip).isEqualTo(CODE_AT + 7);
    assertThat(c.eflags & CpuState.NT).isZero();
    assertThat(isBusy(TSS_B)).isFalse();
    assertThat(isBusy(SystemTestMachine.TSS)).isTrue();
    assertThat(m.dword(TSS_B_AT + 44)).as("saved ECX").isEqualTo(77);
    assertThat(m.dword(TSS_B_AT + 36) & CpuState.NT).as("saved NT").isZero();
  }

  @Test
  void taskGate() {
    m.setLevel(3);
    m.gdtGate(FREE, 0xE5, TSS_B, 0, 0);
    m.code("EA 00 00 00 00 83 00").step(1);
    assertThat(c.selector[CpuState.TR]).isEqualTo(TSS_B);
    assertThat(c.cpl).isZero();
  }

  @Test
  void softwareInterruptThroughATaskGate() {
    m.idtGate(0x40, 0xE5, TSS_B, 0);
    m.code("CD 40").step(1);
    assertThat(c.eip).isEqualTo(TASK_EIP);
    assertThat(m.dword(TSS_AT + 32)).isEqualTo(CODE_AT + 2);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(TASK_ESP);
    assertThat(c.eflags & CpuState.NT).isNotZero();
  }

  @Test
  void exceptionThroughATaskGatePushesItsErrorCode() {
    m.idtGate(13, 0x85, TSS_B, 0);
    c.gpr[CpuState.EAX] = 0x400;
    m.run("8E D8"); // mov ds, ax
    assertThat(c.eip).isEqualTo(TASK_EIP + 1);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(TASK_ESP - 4);
    assertThat(m.slot(0)).isEqualTo(0x400);
    assertThat(m.dword(TSS_AT + 32)).isEqualTo(CODE_AT);
    assertThat(m.dword(TSS_AT + 36) & CpuState.RF).isNotZero();
  }

  @Test
  void sixteenBitTask() {
    m.word(TSS_16_AT + 14, 0x4000);
    m.word(TSS_16_AT + 16, 2);
    m.word(TSS_16_AT + 18, 0x1111);
    m.word(TSS_16_AT + 26, 0x7000);
    m.word(TSS_16_AT + 34, SystemTestMachine.DATA_16);
    m.word(TSS_16_AT + 36, SystemTestMachine.CODE_16);
    m.word(TSS_16_AT + 38, SystemTestMachine.DATA_16);
    m.word(TSS_16_AT + 40, SystemTestMachine.DATA_16);
    m.code("9A 00 00 00 00 68 00").step(1);
    assertThat(c.eip).isEqualTo(0x4000);
    assertThat(c.gpr[CpuState.EAX] & 0xFFFF).isEqualTo(0x1111);
    assertThat(c.selector[CpuState.FS]).isZero();
    assertThat(c.isCode32()).isFalse();
    assertThat(c.stackMask).isEqualTo(0xFFFF);

    m.poke(0x4000, "CF");
    m.step(1);
    assertThat(c.selector[CpuState.TR]).isEqualTo(SystemTestMachine.TSS);
    assertThat(m.word(TSS_16_AT + 14)).isEqualTo(0x4001);
    assertThat(c.eip).isEqualTo(CODE_AT + 7);
  }

  @ParameterizedTest(name = "descriptor access {0}, limit {1}: {2}({3})")
  @CsvSource({
    "0x8B, 0x67, 13, 0x60", // busy
    "0x09, 0x67, 11, 0x60", // not present
    "0x89, 0x66, 10, 0x60", // too short
  })
  void faultsInTheOldTask(String access, String limit, int vector, String code) {
    m.descriptor(TSS_B, TSS_B_AT, Integer.decode(limit), Integer.decode(access), 0);
    m.run("EA 00 00 00 00 60 00");
    m.assertFault(vector, Integer.decode(code));
    assertThat(c.selector[CpuState.TR]).isEqualTo(SystemTestMachine.TSS);
    assertThat(m.slot(1)).isEqualTo(CODE_AT);
  }

  @ParameterizedTest(name = "new task {0} = {1}: {2}({3})")
  @CsvSource({
    "76, 0x00, 10, 0", // CS null
    "76, 0x10, 10, 0x10", // CS is data
    "76, 0x80, 11, 0x80", // CS not present
    "80, 0x00, 10, 0", // SS null
    "80, 0x23, 10, 0x20", // SS of another level
    "80, 0x88, 12, 0x88", // SS not present
    "84, 0x400, 10, 0x400", // DS outside the GDT
    "84, 0x88, 11, 0x88", // DS not present
    "96, 0x10, 10, 0x10", // LDTR is no LDT
    "96, 0x90, 10, 0x90", // LDT not present
    "32, 0x100000, -1, 0", // fine: flat code
  })
  void faultsInTheNewTask(int offset, String value, int vector, String code) {
    m.descriptor(FREE, 0, 0xFFFFF, 0x1B, 0xC);
    m.descriptor(0x88, 0, 0xFFFFF, 0x13, 0xC);
    m.descriptor(0x90, 0, 0xFF, 0x02, 0);
    m.dword(TSS_B_AT + offset, Integer.decode(value));
    // Handlers that do not need SS and CS of the broken task: a task of their own.
    prepareTask(m, 0x7000);
    m.dword(0x7000 + 56, 0x6800);
    m.descriptor(0xA0, 0x7000, 0x67, 0x89, 0);
    for (int v = 10; v <= 13; v++) {
      m.idtGate(v, 0x85, 0xA0, 0);
    }
    m.code("EA 00 00 00 00 60 00").step(1);
    if (vector < 0) {
      assertThat(c.selector[CpuState.TR]).isEqualTo(TSS_B);
    } else {
      assertThat(c.selector[CpuState.TR]).as("handler task").isEqualTo(0xA0);
      assertThat(m.word(0x7000)).as("the fault came from the new task").isEqualTo(TSS_B);
      assertThat(m.slot(0)).isEqualTo(Integer.decode(code));
      assertThat(m.dword(TSS_B_AT + 32)).isEqualTo(TASK_EIP);
    }
  }

  @Test
  void eipBeyondTheNewCodeSegment() {
    m.descriptor(FREE, 0, 0x0F, 0x9B, 0xC);
    m.dword(TSS_B_AT + 76, FREE);
    m.run("EA 00 00 00 00 60 00");
    m.assertFault(GuestFault.GP, 0);
    assertThat(m.slot(1)).isEqualTo(TASK_EIP);
    assertThat(c.selector[CpuState.TR]).isEqualTo(TSS_B);
  }

  @Test
  void returnToATaskThatIsNotBusy() {
    c.eflags |= CpuState.NT;
    m.word(TSS_AT, TSS_B);
    m.run("CF");
    m.assertFault(GuestFault.TS, TSS_B);
  }

  @Test
  void newTaskInVirtual8086Mode() {
    m.dword(TSS_B_AT + 36, CpuState.VM | 2);
    for (int s = 0; s < 6; s++) {
      m.dword(TSS_B_AT + 72 + 4 * s, 0x1400);
    }
    m.dword(TSS_B_AT + 32, 0x10);
    m.code("EA 00 00 00 00 60 00").step(1);
    assertThat(c.isV86()).isTrue();
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.segBase[CpuState.CS]).isEqualTo(0x14000);
    assertThat(c.segLimit[CpuState.DS]).isEqualTo(0xFFFF);
  }

  @Test
  void debugTrapOfTheNewTask() {
    m.word(TSS_B_AT + 100, 1);
    c.dr[7] |= 0x303;
    m.run("EA 00 00 00 00 60 00");
    assertThat(m.vector()).isEqualTo(GuestFault.DB);
    assertThat(m.slot(0)).isEqualTo(TASK_EIP);
    assertThat(c.dr[6] & DebugExceptions.DR6_TASK_SWITCH).isNotZero();
    assertThat(c.dr[7] & 0x3FF).as("local enables are cleared").isEqualTo(0x202);
  }
}

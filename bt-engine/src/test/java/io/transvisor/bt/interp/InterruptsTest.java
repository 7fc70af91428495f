package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static io.transvisor.bt.interp.SystemTestMachine.FREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptsTest {
  private static final int TARGET = 0x12000;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @ParameterizedTest(name = "{0} (access {1}) keeps IF: {2}")
  @CsvSource({"32-bit interrupt gate, 0x8E, false", "32-bit trap gate, 0x8F, true"})
  void gateOfTheSameLevel(String name, String access, boolean keepsIf) {
    c.eflags |= CpuState.IF | CpuState.NT;
    int flags = c.getEflags();
    int esp = c.gpr[CpuState.ESP];
    m.idtGate(0x40, Integer.decode(access), SystemTestMachine.CODE_0, TARGET);
    m.code("CD 40").step(1);
    assertThat(c.eip).isEqualTo(TARGET);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(esp - 12);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 2);
    assertThat(m.slot(1)).isEqualTo(SystemTestMachine.CODE_0);
    assertThat(m.slot(2)).isEqualTo(flags);
    assertThat(c.eflags & CpuState.NT).isZero();
    assertThat((c.eflags & CpuState.IF) != 0).isEqualTo(keepsIf);
  }

  @Test
  void sixteenBitGatePushesWords() {
    m.idtGate(0x40, 0x87, SystemTestMachine.CODE_16, 0x2345);
    int esp = c.gpr[CpuState.ESP];
    m.code("CD 40").step(1);
    assertThat(c.eip).isEqualTo(0x2345);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(esp - 6);
    assertThat(m.slot16(0)).isEqualTo(CODE_AT + 2 & 0xFFFF);
    assertThat(m.slot16(1)).isEqualTo(SystemTestMachine.CODE_0);
  }

  @Test
  void innerLevelSwitchesStacksAndReturns() {
    m.setLevel(3);
    m.code("CD 40").step(1);
    assertThat(c.cpl).isZero();
    assertThat(c.selector[CpuState.SS]).isEqualTo(SystemTestMachine.DATA_0);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_0 - 20);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 2);
    assertThat(m.slot(1)).isEqualTo(SystemTestMachine.CODE_3);
    assertThat(m.slot(3)).isEqualTo(SystemTestMachine.STACK_3);
    assertThat(m.slot(4)).isEqualTo(SystemTestMachine.DATA_3);
    assertThat(c.selector[CpuState.DS])
        .as("data segments stay")
        .isEqualTo(SystemTestMachine.DATA_3);

    m.code("CF").step(1); // iret
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.eip).isEqualTo(CODE_AT + 2);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_3);
  }

  @Test
  void conformingHandlerRunsAtTheInterruptedLevel() {
    m.setLevel(3);
    m.idtGate(0x40, 0xEF, SystemTestMachine.CONFORMING, TARGET);
    m.code("CD 40").step(1);
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.selector[CpuState.CS]).isEqualTo(SystemTestMachine.CONFORMING | 3);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_3 - 12);
  }

  @ParameterizedTest(name = "level {0}, gate access {1} to {2}: {3}({4})")
  @CsvSource({
    "3, 0x8E, 0x08, 13, 0x202", // DPL below CPL
    "0, 0x0E, 0x08, 11, 0x202", // not present
    "0, 0x8C, 0x08, 13, 0x202", // call gate
    "0, 0x93, 0x08, 13, 0x202", // no gate at all
    "0, 0x8E, 0x00, 13, 0", // null code selector
    "0, 0x8E, 0x400, 13, 0x400",
    "0, 0x8E, 0x10, 13, 0x10", // data
    "0, 0x8E, 0x18, 13, 0x18", // outer code
    "0, 0x8E, 0x80, 11, 0x80", // code not present
  })
  void softwareInterruptFaults(int level, String access, String target, int vector, String code) {
    m.setLevel(level);
    m.descriptor(FREE, 0, 0xFFFFF, 0x1B, 0xC);
    m.idtGate(0x40, Integer.decode(access), Integer.decode(target), TARGET);
    m.run("CD 40");
    m.assertFault(vector, Integer.decode(code));
    assertThat(m.slot(1)).isEqualTo(CODE_AT);
  }

  @Test
  void errorCodesOfExternalEventsHaveExt() {
    c.eflags |= CpuState.IF;
    m.idtGate(0x30, 0x0E, SystemTestMachine.CODE_0, TARGET);
    m.engine.intr().set(true);
    m.run("90 90");
    m.assertFault(GuestFault.NP, 0x30 * 8 + 3);
  }

  @Test
  void int3IgnoresIoplAndChecksTheGate() {
    m.setLevel(3);
    m.idtGate(3, 0x8E, SystemTestMachine.CODE_0, TARGET);
    m.run("CC");
    m.assertFault(GuestFault.GP, 3 * 8 + 2);
  }

  @Test
  void icebpDoesNotCheckTheGate() {
    m.setLevel(3);
    m.idtGate(1, 0x8E, SystemTestMachine.CODE_0, TARGET);
    m.code("F1").step(1);
    assertThat(c.eip).isEqualTo(TARGET);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 1);
  }

  @Test
  void intoInterruptsOnOverflowOnly() {
    m.code("CE").step(1);
    assertThat(c.eip).isEqualTo(CODE_AT + 1);
    c.setArithmeticFlags(CpuState.OF);
    assertThat(m.run("CE").vector()).isEqualTo(GuestFault.OF);
  }

  @Test
  void vectorOutsideTheIdt() {
    c.idtLimit = 0x1FF;
    m.run("CD 40");
    m.assertFault(GuestFault.GP, 0x202);
  }

  @Test
  void nmiIsBlockedUntilIret() {
    m.poke(SystemTestMachine.HANDLERS_AT + 32, "90 CF"); // nop; iret
    m.code("90 90 90");
    m.engine.nmi();
    m.step(1);
    m.engine.nmi();
    assertThat(c.eip).isEqualTo(SystemTestMachine.HANDLERS_AT + 33);
    m.step(1); // iret, and the second NMI right after it
    assertThat(c.eip).isEqualTo(SystemTestMachine.HANDLERS_AT + 32);
    assertThat(m.slot(0)).isEqualTo(CODE_AT);
  }

  @Test
  void initGoesToTheResetVectorAndKeepsCachesAndCoprocessor() {
    c.gpr[CpuState.ECX] = ModelSpecificRegisters.SYSENTER_EIP;
    c.gpr[CpuState.EAX] = 0x1234;
    c.fpu.control = 0x27F;
    m.run("0F 30 F4"); // wrmsr; hlt
    m.memory.mapRam("top", -0x1000, 0x1000, m.memory.ram(), 0xF000, 0);
    m.poke(0xFFF0, "90");
    m.engine.init();
    m.step(1);
    assertThat(c.halted).isFalse();
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0xFFFFFFF1);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(c.model.signature());
    assertThat(c.cr0).isEqualTo(CpuState.CR0_ET);
    assertThat(c.sysenterEip).isEqualTo(0x1234);
    assertThat(c.fpu.control).isEqualTo(0x27F);
  }

  // ---- escalation ----

  @Test
  void contributoryFaultsMakeADoubleFault() {
    m.idtGate(13, 0x0E, SystemTestMachine.CODE_0, TARGET);
    c.gpr[CpuState.EAX] = 0x400;
    m.run("8E D8"); // #GP, then #NP on its gate
    m.assertFault(GuestFault.DF, 0);
    assertThat(m.slot(1)).isEqualTo(CODE_AT);
  }

  @Test
  void benignFaultsDoNot() {
    m.idtGate(6, 0x0E, SystemTestMachine.CODE_0, TARGET);
    m.run("0F 0B"); // #UD, then #NP on its gate
    m.assertFault(GuestFault.NP, 6 * 8 + 3);
  }

  @Test
  void faultDuringADoubleFaultShutsDown() {
    c.idtLimit = 0;
    m.code("CC").step(10);
    assertThat(m.outcome).isEqualTo(Outcome.TRIPLE_FAULT);
  }

  @Test
  void badStackInTheHandlerOfAnInnerLevel() {
    m.setLevel(3);
    m.descriptor(FREE, 0, 0xFFFFF, 0x13, 0xC);
    m.dword(SystemTestMachine.TSS_AT + 8, FREE);
    // #SS for the stack of level 0, whose handler needs that stack too: #DF, then shutdown.
    m.code("CD 40").step(10);
    assertThat(m.outcome).isEqualTo(Outcome.TRIPLE_FAULT);
  }

  @Test
  void pageFaultGivesAddressAndCode() {
    for (int page = 0; page < 256; page++) {
      m.dword(0x41000 + 4 * page, page << 12 | 7);
    }
    m.dword(0x40000, 0x41007);
    c.gpr[CpuState.EBX] = 0x00400123;
    ControlRegisters.writeCr0(c, CpuState.CR0_PE | CpuState.CR0_ET);
    c.cr3 = 0x40000;
    ControlRegisters.writeCr0(c, CpuState.CR0_PG | CpuState.CR0_PE | CpuState.CR0_ET);
    m.run("89 03"); // mov [ebx], eax
    m.assertFault(GuestFault.PF, 2);
    assertThat(c.cr2).isEqualTo(0x00400123);
    assertThat(m.slot(3) & CpuState.RF).isNotZero();
  }

  @Test
  void pageFaultWhilePushingIsADoubleFaultAfterAPageFault() {
    for (int page = 0; page < 256; page++) {
      m.dword(0x41000 + 4 * page, page << 12 | 7);
    }
    m.dword(0x41000 + 4 * 0x50, 0);
    m.dword(0x40000, 0x41007);
    c.cr3 = 0x40000;
    ControlRegisters.writeCr0(c, CpuState.CR0_PG | CpuState.CR0_PE | CpuState.CR0_ET);
    m.idtGate(8, 0x85, SystemTestMachine.TSS_B, 0);
    TaskSwitchTest.prepareTask(m, SystemTestMachine.TSS_B_AT);
    m.dword(SystemTestMachine.TSS_B_AT + 28, 0x40000);
    c.gpr[CpuState.ESP] = 0x50800;
    m.run("FF 35 00 00 40 00"); // push dword [0x400000]
    assertThat(c.selector[CpuState.TR]).isEqualTo(SystemTestMachine.TSS_B);
    assertThat(m.slot(0)).as("error code of #DF").isZero();
    assertThat(c.cr2).isEqualTo(0x507FC);
  }

  // ---- real-address mode ----

  @Test
  void realModeVectorTable() {
    m.setRealMode();
    c.eflags |= CpuState.IF | CpuState.TF | CpuState.AC;
    m.code("CD 40").step(1);
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(SystemTestMachine.HANDLERS_AT + 0x400);
    assertThat(m.slot16(0)).isEqualTo(2);
    assertThat(m.slot16(1)).isEqualTo(0x1000);
    assertThat(m.slot16(2) & (CpuState.IF | CpuState.TF)).isEqualTo(CpuState.IF | CpuState.TF);
    assertThat(c.eflags & (CpuState.IF | CpuState.TF | CpuState.AC)).isZero();
    m.poke(SystemTestMachine.HANDLERS_AT + 0x400, "CF");
    m.step(1);
    assertThat(c.eip).isEqualTo(2);
    assertThat(c.eflags & CpuState.IF).isNotZero();
  }

  @Test
  void realModeFaultsPushNoErrorCode() {
    m.setRealMode();
    m.poke(0x10000, "0F 22 F8"); // mov cr7, eax
    m.step(2);
    assertThat(m.vector()).isEqualTo(GuestFault.UD);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x1000 - 6);
  }

  @Test
  void realModeVectorOutsideTheTable() {
    m.setRealMode();
    c.idtLimit = 0xFF;
    assertThat(m.run("CD 40").vector()).isEqualTo(GuestFault.GP);
  }
}

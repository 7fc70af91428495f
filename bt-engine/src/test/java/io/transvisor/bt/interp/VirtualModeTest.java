package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VirtualModeTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @Test
  void iretEntersAndInterruptsLeave() {
    int esp = c.gpr[CpuState.ESP] - 64;
    c.gpr[CpuState.ESP] = esp;
    int[] frame = {
      0x20, 0x1000, CpuState.VM | CpuState.IF | 2, 0xFFF0, 0x0A00, 0x1111, 0x2222, 0x3333, 0x4444
    };
    for (int n = 0; n < frame.length; n++) {
      m.dword(esp + 4 * n, frame[n]);
    }
    m.poke(0x10020, "0F 0B"); // ud2
    m.code("CF").step(1);
    assertThat(c.isV86()).isTrue();
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0x10020);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0xFFF0);
    assertThat(c.selector[CpuState.ES]).isEqualTo(0x1111);
    assertThat(c.selector[CpuState.DS]).isEqualTo(0x2222);
    assertThat(c.selector[CpuState.FS]).isEqualTo(0x3333);
    assertThat(c.selector[CpuState.GS]).isEqualTo(0x4444);

    m.step(10);
    assertThat(m.vector()).isEqualTo(GuestFault.UD);
    assertThat(c.isV86()).isFalse();
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(SystemTestMachine.STACK_0 - 36);
    int[] pushed = {
      0x20,
      0x1000,
      CpuState.VM | CpuState.IF | CpuState.RF | 2,
      0xFFF0,
      0x0A00,
      0x1111,
      0x2222,
      0x3333,
      0x4444
    };
    for (int n = 0; n < pushed.length; n++) {
      assertThat(m.slot(n)).as("slot " + n).isEqualTo(pushed[n]);
    }
    for (int s : new int[] {CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS}) {
      assertThat(c.selector[s]).isZero();
      assertThat(c.segAccess[s]).isZero();
    }
  }

  @Test
  void handlersOfAnOuterLevelAreRefused() {
    m.setV86(3);
    m.idtGate(0x40, 0xEE, SystemTestMachine.CODE_1, 0x12000);
    m.run("CD 40");
    m.assertFault(GuestFault.GP, SystemTestMachine.CODE_1 & 0xFFFC);
  }

  @ParameterizedTest(name = "{0} with IOPL {1}: {2}")
  @CsvSource({
    "CD40, 0, 13",
    "CD40, 3, 64",
    "CC, 0, 3",
    "9C, 0, 13", // pushf
    "9D, 0, 13", // popf
    "669C, 0, 13",
    "FA, 0, 13", // cli
    "FB, 0, 13", // sti
    "CF, 0, 13", // iret
    "F4, 3, 13", // hlt
    "0F20C0, 3, 13", // mov eax, cr0
    "0F06, 3, 13", // clts
    "0F0116, 3, 13", // lgdt
    "0F00D8, 3, 6", // ltr ax
    "0F00C0, 3, 6", // sldt ax
    "0F02C0, 3, 6", // lar
    "63C0, 3, 6", // arpl
    "0F0130, 3, 13", // lmsw
    "0F22F8, 3, 6", // mov cr7, eax
  })
  void sensitiveInstructions(String code, int iopl, int vector) {
    m.setV86(iopl);
    m.run(code);
    assertThat(m.vector()).isEqualTo(vector);
    if (vector == GuestFault.GP) {
      assertThat(m.slot(0)).isZero();
      assertThat(m.slot(1)).as("EIP").isZero();
    }
  }

  @Test
  void smswAndSgdtAreAllowed() {
    m.setV86(0);
    m.code("0F 01 E0 0F 01 06 00 01").step(2); // smsw ax; sgdt [0x100]
    assertThat(c.gpr[CpuState.EAX] & 1).isEqualTo(1);
    assertThat(m.dword(0x30102)).isEqualTo(SystemTestMachine.GDT);
  }

  @Test
  void popfAtIopl3LeavesIoplAlone() {
    m.setV86(3);
    m.word(0xB000, CpuState.IF | CpuState.CF);
    m.code("9D").step(1);
    assertThat(c.iopl()).isEqualTo(3);
    assertThat(c.eflags & CpuState.IF).isNotZero();
    assertThat(c.carry()).isTrue();
    assertThat(c.isV86()).isTrue();
  }

  @Test
  void segmentsAreParagraphs() {
    m.setV86(0);
    c.gpr[CpuState.EAX] = 0x5678;
    m.code("8E E0").step(1); // mov fs, ax
    assertThat(c.segBase[CpuState.FS]).isEqualTo(0x56780);
    assertThat(c.segAccess[CpuState.FS]).isEqualTo(SegmentLoader.V86_ACCESS);
  }

  @Test
  void farTransfersStayInTheMode() {
    m.setV86(0);
    m.code("9A 34 02 00 11").step(1); // call 1100:0234
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0x11234);
    m.code("CB").step(1);
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0x10005);
  }

  // ---- CR4.VME ----

  private void enableVme() {
    c.cr4 |= CpuState.CR4_VME;
  }

  @Test
  void vmeKeepsInterruptsInTheMode() {
    m.setV86(0);
    enableVme();
    c.eflags |= CpuState.VIF | CpuState.IF;
    m.word(SystemTestMachine.TSS_AT + 102, 136);
    m.dword(4 * 0x40, 0x12340010);
    m.code("CD 40").step(1);
    assertThat(c.isV86()).isTrue();
    assertThat(c.selector[CpuState.CS]).isEqualTo(0x1234);
    assertThat(c.eip).isEqualTo(0x10);
    assertThat(m.slot16(0)).isEqualTo(2);
    assertThat(m.slot16(1)).isEqualTo(0x1000);
    assertThat(m.slot16(2)).isEqualTo(0x3000 | CpuState.IF | 2);
    assertThat(c.eflags & CpuState.VIF).isZero();
    assertThat(c.eflags & CpuState.IF).isNotZero();
  }

  @Test
  void vmeAtIopl3ClearsTheRealInterruptFlag() {
    m.setV86(3);
    enableVme();
    c.eflags |= CpuState.IF;
    m.word(SystemTestMachine.TSS_AT + 102, 136);
    m.dword(4 * 0x40, 0x12340010);
    m.code("CD 40").step(1);
    assertThat(c.selector[CpuState.CS]).isEqualTo(0x1234);
    assertThat(c.eflags & CpuState.IF).isZero();
  }

  @ParameterizedTest(name = "intercepted by the bitmap with IOPL {0}: {1}")
  @CsvSource({"0, 13", "3, 64"})
  void vmeRedirectionBitmap(int iopl, int vector) {
    m.setV86(iopl);
    enableVme();
    m.word(SystemTestMachine.TSS_AT + 102, 136);
    m.memory.write(SystemTestMachine.TSS_AT + 136 - 32 + 8, 1, 1);
    assertThat(m.run("CD 40").vector()).isEqualTo(vector);
  }

  @Test
  void vmeFlagInstructionsWorkOnVif() {
    m.setV86(0);
    enableVme();
    m.code("FB 9C FA").step(1);
    assertThat(c.eflags & CpuState.VIF).isNotZero();
    assertThat(c.eflags & CpuState.IF).isZero();
    m.step(1);
    assertThat(m.slot16(0)).isEqualTo(0x3000 | CpuState.IF | 2);
    m.step(1);
    assertThat(c.eflags & CpuState.VIF).isZero();
    m.code("9D").step(1); // popf
    assertThat(c.eflags & CpuState.VIF).isNotZero();
    assertThat(c.eflags & CpuState.IF).isZero();
    assertThat(c.iopl()).isZero();
  }

  @ParameterizedTest(name = "{0} with a pending virtual interrupt")
  @CsvSource({"FB", "9D", "CF"})
  void vmePendingInterruptFaults(String code) {
    m.setV86(0);
    enableVme();
    c.eflags |= CpuState.VIP;
    m.word(0xB000, CpuState.IF);
    m.word(0xB004, CpuState.IF);
    assertThat(m.run(code).vector()).isEqualTo(GuestFault.GP);
  }

  @Test
  void vmeIret() {
    m.setV86(0);
    enableVme();
    m.word(0xB000, 0x30);
    m.word(0xB002, 0x1100);
    m.word(0xB004, CpuState.IF | CpuState.CF);
    m.code("CF").step(1);
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0x11030);
    assertThat(c.eflags & (CpuState.VIF | CpuState.IF)).isEqualTo(CpuState.VIF);
    assertThat(c.carry()).isTrue();
  }

  @Test
  void vmeRefusesTrapFlag() {
    m.setV86(0);
    enableVme();
    m.word(0xB000, CpuState.TF);
    assertThat(m.run("9D").vector()).isEqualTo(GuestFault.GP);
  }
}

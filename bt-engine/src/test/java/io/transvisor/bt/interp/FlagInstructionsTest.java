package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagInstructionsTest {
  private static final int ALL = 0x3F7FD5;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @ParameterizedTest(name = "popf{0} at level {1}, IOPL {2} changes {3}")
  @CsvSource({
    // width, CPL, IOPL, flags that become 1 when everything is popped as 1
    "32, 0, 0, 0x247FD5",
    "32, 3, 0, 0x244DD5", // neither IF nor IOPL
    "32, 3, 3, 0x247FD5", // IF; IOPL was 3
    "32, 1, 1, 0x245FD5", // IF; IOPL stays 1
    "16, 0, 0, 0x7FD5",
    "16, 3, 0, 0x4DD5",
  })
  void popfLoads(int width, int level, int iopl, String expected) {
    m.setLevel(level);
    c.eflags |= iopl << 12;
    m.dword(c.gpr[CpuState.ESP], ALL);
    m.code(width == 32 ? "9D" : "66 9D").step(1);
    assertThat(c.getEflags() & ~2).isEqualTo(Integer.decode(expected));
  }

  @Test
  void popfLeavesVirtualInterruptFlags() {
    c.eflags |= CpuState.VIF | CpuState.VIP | CpuState.RF;
    m.dword(c.gpr[CpuState.ESP], 0);
    m.code("9D").step(1);
    assertThat(c.getEflags()).isEqualTo(CpuState.VIF | CpuState.VIP | 2);
  }

  @Test
  void pushfHidesVmAndRf() {
    c.eflags |= CpuState.RF | CpuState.VIF | CpuState.AC;
    c.setArithmeticFlags(CpuState.CF | CpuState.ZF);
    m.code("9C").step(1);
    assertThat(m.slot(0)).isEqualTo(CpuState.VIF | CpuState.AC | CpuState.CF | CpuState.ZF | 2);
  }

  @ParameterizedTest(name = "{0} at level {1} with IOPL {2}: vector {3}")
  @CsvSource({
    "FA, 0, 0, -1",
    "FA, 3, 3, -1",
    "FA, 3, 2, 13",
    "FA, 1, 0, 13",
    "FB, 3, 2, 13",
    "FB, 1, 1, -1"
  })
  void cliAndStiNeedIopl(String code, int level, int iopl, int vector) {
    m.setLevel(level);
    c.eflags |= iopl << 12 | (code.equals("FA") ? CpuState.IF : 0);
    m.code(code).step(1);
    if (vector < 0) {
      assertThat((c.eflags & CpuState.IF) != 0).isEqualTo(code.equals("FB"));
    } else {
      m.step(1);
      m.assertFault(vector, 0);
    }
  }

  @Test
  void protectedModeVirtualInterrupts() {
    m.setLevel(3);
    c.cr4 |= CpuState.CR4_PVI;
    m.code("FB FA FB").step(1);
    assertThat(c.eflags & (CpuState.VIF | CpuState.IF)).isEqualTo(CpuState.VIF);
    m.step(1);
    assertThat(c.eflags & CpuState.VIF).isZero();
    c.eflags |= CpuState.VIP;
    m.step(2);
    m.assertFault(GuestFault.GP, 0);
  }

  @Test
  void stiHoldsInterruptsOffForOneInstruction() {
    m.engine.intr().set(true);
    m.run("FB 41 42"); // sti; inc ecx; inc edx
    assertThat(m.vector()).isEqualTo(0x30);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(1);
    assertThat(c.gpr[CpuState.EDX] & 1).isEqualTo(c.model.signature() & 1);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 2);
  }

  @Test
  void stiWithInterruptsOnDoesNot() {
    c.eflags |= CpuState.IF;
    m.code("FB 41").step(1);
    assertThat(c.interruptShadow).isFalse();
  }

  @Test
  void stiAndHltWakeOnAnInterrupt() {
    m.code("FB F4 41").step(2);
    assertThat(c.halted).isTrue();
    m.engine.intr().set(true);
    m.step(1);
    assertThat(m.vector()).isEqualTo(0x30);
    assertThat(m.slot(0)).isEqualTo(CODE_AT + 2);
  }
}

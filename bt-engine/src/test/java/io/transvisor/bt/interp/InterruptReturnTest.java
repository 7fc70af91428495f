package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static io.transvisor.bt.interp.SystemTestMachine.FREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptReturnTest {
  private static final int TARGET = 0x12000;
  private static final int ALL = 0x3F7FD5 & ~CpuState.VM & ~CpuState.NT & ~CpuState.TF;
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  private void frame(int... values) {
    c.gpr[CpuState.ESP] -= 4 * values.length;
    for (int n = 0; n < values.length; n++) {
      m.dword(c.gpr[CpuState.ESP] + 4 * n, values[n]);
    }
  }

  @ParameterizedTest(name = "from level {0} with IOPL {1}: {2}")
  @CsvSource({
    "0, 0, 0x3C3ED5", // all but RF, which has nothing to hold off
    "1, 0, 0x240CD5", // no IF, IOPL, VIF, VIP
    "1, 1, 0x241ED5", // IF too; IOPL was 1
  })
  void flags(int level, int iopl, String expected) {
    m.setLevel(level);
    c.eflags |= iopl << 12;
    frame(TARGET, c.selector[CpuState.CS], ALL);
    m.code("CF").step(1);
    assertThat(c.eip).isEqualTo(TARGET);
    assertThat(c.getEflags() & ~2).isEqualTo(Integer.decode(expected));
  }

  @Test
  void outerLevel() {
    frame(TARGET, SystemTestMachine.CODE_3, CpuState.IF | 0x3000, 0x7000, SystemTestMachine.DATA_3);
    m.code("CF").step(1);
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.iopl()).isEqualTo(3);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x7000);
    assertThat(c.selector[CpuState.DS]).as("DPL 0 data is dropped").isZero();
  }

  @Test
  void sixteenBitReturnKeepsHighFlags() {
    c.eflags |= CpuState.ID | CpuState.AC;
    m.word(c.gpr[CpuState.ESP], 0x2000);
    m.word(c.gpr[CpuState.ESP] + 2, SystemTestMachine.CODE_16);
    m.word(c.gpr[CpuState.ESP] + 4, CpuState.CF);
    m.code("66 CF").step(1);
    assertThat(c.eip).isEqualTo(0x2000);
    assertThat(c.getEflags()).isEqualTo(CpuState.ID | CpuState.AC | CpuState.CF | 2);
  }

  @ParameterizedTest(name = "to {0}:{1}: {2}({3})")
  @CsvSource({
    "0x00, 0x12000, 13, 0",
    "0x400, 0x12000, 13, 0x400",
    "0x10, 0x12000, 13, 0x10",
    "0x80, 0x12000, 11, 0x80",
    "0x38, 0x12000, 13, 0", // beyond the limit of the 16-bit segment
  })
  void checks(String cs, String eip, int vector, String code) {
    m.descriptor(FREE, 0, 0xFFFFF, 0x1B, 0xC);
    frame(Integer.decode(eip), Integer.decode(cs), 2);
    m.run("CF");
    m.assertFault(vector, Integer.decode(code));
    assertThat(m.slot(1)).isEqualTo(CODE_AT);
  }

  @Test
  void vmIsIgnoredOutsideLevel0() {
    m.setLevel(3);
    frame(TARGET, SystemTestMachine.CODE_3, CpuState.VM | 2);
    m.code("CF").step(1);
    assertThat(c.isV86()).isFalse();
    assertThat(c.eip).isEqualTo(TARGET);
  }

  @Test
  void virtual8086TargetEndsAt64K() {
    frame(0x10000, 0x1000, CpuState.VM | 2, 0, 0, 0, 0, 0, 0);
    m.run("CF");
    m.assertFault(GuestFault.GP, 0);
  }
}

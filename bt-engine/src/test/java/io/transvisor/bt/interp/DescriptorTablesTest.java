package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.DATA_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorTablesTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @Test
  void loadAndStore() {
    m.word(DATA_AT, 0x1234);
    m.dword(DATA_AT + 2, 0xFF400000);
    m.code("0F 01 1D 00 00 03 00 0F 01 0D 00 01 03 00").step(2); // lidt; sidt
    assertThat(c.idtBase).isEqualTo(0xFF400000);
    assertThat(c.idtLimit).isEqualTo(0x1234);
    assertThat(m.word(DATA_AT + 0x100)).isEqualTo(0x1234);
    assertThat(m.dword(DATA_AT + 0x102)).isEqualTo(0xFF400000);
  }

  @Test
  void sixteenBitOperandSizeLoads24Bits() {
    m.word(DATA_AT, 0x1234);
    m.dword(DATA_AT + 2, 0xFF400000);
    m.code("66 0F 01 1D 00 00 03 00").step(1);
    assertThat(c.idtBase).isEqualTo(0x400000);
  }

  @ParameterizedTest(name = "{0} with selector {1}: {2}({3})")
  @CsvSource({
    "0F00D0, 0x58, -1, 0", // lldt ax
    "0F00D0, 0x00, -1, 0",
    "0F00D0, 0x10, 13, 0x10",
    "0F00D0, 0x5C, 13, 0x5C",
    "0F00D0, 0x400, 13, 0x400",
    "0F00D0, 0x80, 11, 0x80",
    "0F00D8, 0x60, -1, 0", // ltr ax
    "0F00D8, 0x68, -1, 0",
    "0F00D8, 0x00, 13, 0",
    "0F00D8, 0x28, 13, 0x28", // busy
    "0F00D8, 0x64, 13, 0x64",
    "0F00D8, 0x88, 11, 0x88",
  })
  void selectors(String code, String selector, int vector, String error) {
    int s = Integer.decode(selector);
    m.descriptor(0x80, 0, 0xFF, 0x02, 0);
    m.descriptor(0x88, 0, 0xFF, 0x09, 0);
    c.gpr[CpuState.EAX] = s;
    m.code(code).step(1);
    if (vector < 0) {
      int register = code.endsWith("D0") ? CpuState.LDTR : CpuState.TR;
      assertThat(c.selector[register]).isEqualTo(s);
      if (register == CpuState.TR) {
        assertThat(m.memory.read(SystemTestMachine.GDT + s + 5, 1) & 2).isNotZero();
        assertThat(c.segAccess[register] & 2).isNotZero();
      }
    } else {
      m.step(1);
      m.assertFault(vector, Integer.decode(error));
    }
  }

  @Test
  void storesOfSelectors() {
    m.loadLdt();
    c.gpr[CpuState.EAX] = -1;
    c.gpr[CpuState.EBX] = -1;
    m.code("0F 00 C0 66 0F 00 CB").step(2); // sldt eax; str bx
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(SystemTestMachine.LDT);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0xFFFF0000 | SystemTestMachine.TSS);
  }

  @ParameterizedTest(name = "{0} at level 3")
  @CsvSource({"0F0115 00000300", "0F011D 00000300", "0F00D0", "0F00D8"})
  void privilege(String code) {
    m.setLevel(3);
    m.run(code);
    m.assertFault(GuestFault.GP, 0);
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.DATA_AT;
import static io.transvisor.bt.interp.SystemTestMachine.FREE;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorQueriesTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @ParameterizedTest(
      name = "level {0}, selector {1}, access {2}: lar {3} lsl {4} verr {5} verw {6}")
  @CsvSource({
    "0, 0x80, 0x93, true, true, true, true",
    "0, 0x80, 0x91, true, true, true, false",
    "0, 0x80, 0x9B, true, true, true, false",
    "0, 0x80, 0x99, true, true, false, false",
    "0, 0x80, 0x13, true, true, true, true", // presence does not matter
    "3, 0x83, 0x93, false, false, false, false",
    "3, 0x80, 0xF3, true, true, true, true",
    "0, 0x83, 0x93, false, false, false, false",
    "3, 0x83, 0x9F, true, true, true, false", // conforming
    "0, 0x00, 0x93, false, false, false, false",
    "0, 0x400, 0x93, false, false, false, false",
    "0, 0x80, 0x82, true, true, false, false", // LDT
    "0, 0x80, 0x89, true, true, false, false", // task state
    "0, 0x80, 0x8B, true, true, false, false",
    "0, 0x80, 0x81, true, true, false, false",
    "0, 0x80, 0x8C, true, false, false, false", // call gate
    "0, 0x80, 0x84, true, false, false, false",
    "0, 0x80, 0x85, true, false, false, false", // task gate
    "0, 0x80, 0x8E, false, false, false, false", // interrupt gate
    "0, 0x80, 0x87, false, false, false, false",
    "0, 0x80, 0x80, false, false, false, false", // reserved
  })
  void answers(
      int level,
      String selector,
      String access,
      boolean lar,
      boolean lsl,
      boolean verr,
      boolean verw) {
    m.setLevel(level);
    m.descriptor(FREE, 0x123000, 0x34567, Integer.decode(access), 0x5);
    c.gpr[CpuState.EAX] = Integer.decode(selector);
    c.gpr[CpuState.ECX] = -1;
    c.gpr[CpuState.EDX] = -1;
    c.setArithmeticFlags(CpuState.CF | CpuState.OF | CpuState.PF);
    m.code("0F 02 C8 0F 03 D0 0F 00 E0 0F 00 E8"); // lar ecx,ax; lsl edx,ax; verr ax; verw ax
    m.step(1);
    assertThat(c.zero()).as("lar").isEqualTo(lar);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(lar ? Integer.decode(access) << 8 | 0x500000 : -1);
    m.step(1);
    assertThat(c.zero()).as("lsl").isEqualTo(lsl);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(lsl ? 0x34567 : -1);
    m.step(1);
    assertThat(c.zero()).as("verr").isEqualTo(verr);
    m.step(1);
    assertThat(c.zero()).as("verw").isEqualTo(verw);
    assertThat(c.arithmeticFlags() & ~CpuState.ZF)
        .isEqualTo(CpuState.CF | CpuState.OF | CpuState.PF);
  }

  @Test
  void limitInPages() {
    m.descriptor(FREE, 0, 0x12345, 0x93, 0xC);
    c.gpr[CpuState.EAX] = FREE;
    c.gpr[CpuState.EBX] = -1;
    m.code("0F 03 C8 66 0F 03 D8").step(2); // lsl ecx, ax; lsl bx, ax
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(0x12345FFF);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0xFFFF5FFF);
  }

  @ParameterizedTest(name = "arpl {0}, {1} = {2}")
  @CsvSource({"0x10, 0x1B, 0x13, true", "0x13, 0x18, 0x13, false", "0x12, 0x12, 0x12, false"})
  void arpl(String target, String source, String result, boolean changed) {
    c.gpr[CpuState.EAX] = Integer.decode(target);
    c.gpr[CpuState.EBX] = Integer.decode(source);
    m.word(DATA_AT, Integer.decode(target));
    m.code("63 D8 63 1D 00 00 03 00").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(Integer.decode(result));
    assertThat(c.zero()).isEqualTo(changed);
    m.step(1);
    assertThat(m.word(DATA_AT)).isEqualTo(Integer.decode(result));
    assertThat(c.zero()).isEqualTo(changed);
  }

  @ParameterizedTest(name = "{0} is undefined in real-address mode")
  @CsvSource({
    "0F02C8", "0F03C8", "0F00E0", "0F00E8", "63D8", "0F00C0", "0F00C8", "0F00D0", "0F00D8"
  })
  void undefinedInRealMode(String code) {
    m.setRealMode();
    assertThat(m.run(code).vector()).isEqualTo(GuestFault.UD);
  }
}

package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemInstructionsTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @Test
  void cpuid() {
    m.code("0F A2").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(2);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0x756E6547);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(0x49656E69);
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(0x6C65746E);
    c.gpr[CpuState.EAX] = 1;
    m.code("0F A2").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(c.model.signature());
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(c.model.features());
    c.gpr[CpuState.EAX] = 0x80000000;
    m.code("0F A2").step(1);
    assertThat(c.gpr[CpuState.EAX]).as("as leaf 2").isEqualTo(c.model.cacheDescriptors()[0]);
  }

  @Test
  void cpuidOfThePentium4HasABrandString() {
    SystemTestMachine p4 = new SystemTestMachine("pentium4");
    StringBuilder brand = new StringBuilder();
    for (int leaf = 0x80000002; leaf <= 0x80000004; leaf++) {
      p4.c.gpr[CpuState.EAX] = leaf;
      p4.code("0F A2").step(1);
      for (int r : new int[] {CpuState.EAX, CpuState.EBX, CpuState.ECX, CpuState.EDX}) {
        for (int n = 0; n < 32; n += 8) {
          brand.append((char) (p4.c.gpr[r] >>> n & 0xFF));
        }
      }
    }
    assertThat(brand.toString()).endsWith("Intel(R) Pentium(R) 4 CPU\0").hasSize(48);
    p4.c.gpr[CpuState.EAX] = 0x80000000;
    p4.code("0F A2").step(1);
    assertThat(p4.c.gpr[CpuState.EAX]).isEqualTo(0x80000004);
    p4.c.gpr[CpuState.EAX] = 1;
    p4.code("0F A2").step(1);
    assertThat(p4.c.gpr[CpuState.EBX]).as("brand index, CLFLUSH line").isEqualTo(0x0809);
  }

  @Test
  void timeStampCounterFollowsGuestTime() {
    m.clock.set(0x1_2345_6789L);
    m.code("0F 31").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(0x23456789);
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(1);
    c.gpr[CpuState.ECX] = ModelSpecificRegisters.TSC;
    c.gpr[CpuState.EAX] = 100;
    c.gpr[CpuState.EDX] = 7;
    m.code("0F 30 0F 31").step(2); // wrmsr; rdtsc
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(100);
    assertThat(c.gpr[CpuState.EDX]).as("the P6 clears the high half").isZero();
  }

  @Test
  void timeStampCounterMayBePrivileged() {
    m.setLevel(3);
    c.cr4 |= CpuState.CR4_TSD;
    m.run("0F 31");
    m.assertFault(GuestFault.GP, 0);
  }

  @ParameterizedTest(name = "{0} on {1}: vector {2}")
  @CsvSource({
    "0F31, 486, 6",
    "0F32, 486, 6",
    "0F33, 486, 6",
    "0F1F00, 486, 6",
    "0F1F00, pentium, 6",
    "0F1808, pentium, 6",
    "0F40C0, pentium, 6",
    "0FC70D00000300, 486, 6",
    "0F6FC0, 486, 6",
    "0F77, 486, 6",
    "DAC1, pentium, 6",
    "0F34, 486, 6",
    "0F34, pentium, 6",
    "0F35, pentium, 6",
    "0FAA, pentium3, 6",
    "0F0B, pentium3, 6",
    "0FB9C0, pentium3, 6",
  })
  void undefined(String code, String model, int vector) {
    assertThat(new SystemTestMachine(model).run(code).vector()).isEqualTo(vector);
  }

  @ParameterizedTest(name = "{0} at level 3")
  @CsvSource({"F4", "0F30", "0F32", "0F33", "0F08", "0F09", "0F06", "0F0130", "0F35"})
  void privileged(String code) {
    m.setLevel(3);
    c.sysenterCs = 8;
    m.run(code);
    m.assertFault(GuestFault.GP, 0);
  }

  @ParameterizedTest(name = "msr {0} on {1}: read {2}, write of {3} allowed {4}")
  @CsvSource({
    "0x10, pentium3, true, 0, true",
    "0x1B, pentium3, true, 0xFEE00100, true",
    "0x1B, pentium3, true, 0xFEE00400, false", // no x2APIC mode
    "0x1B, 'pentium3,-apic', false, 0, false",
    "0x1B, pentium, false, 0, false",
    "0x17, pentium3, true, 0, false",
    "0x8B, pentium3, true, 0, true",
    "0xFE, pentium3, true, 0, false",
    "0xFE, pentium2, false, 0, false",
    "0x200, pentium3, true, 6, true",
    "0x200, pentium3, true, 2, false", // no such memory type
    "0x201, pentium3, true, 0xFF000800, true",
    "0x201, pentium3, true, 0x400, false",
    "0x250, pentium3, true, 0x06060606, true",
    "0x250, pentium3, true, 0x07, false",
    "0x277, pentium3, true, 0x07, true",
    "0x277, pentium3, true, 0x02, false",
    "0x2FF, pentium3, true, 0xC06, true",
    "0x2FF, pentium3, true, 0x1006, false",
    "0x174, pentium3, true, 8, true",
    "0x174, pentium, false, 8, false",
    "0x179, pentium3, false, 0, false", // no machine-check architecture advertised
    "0x1D9, pentium3, true, 1, true",
    "0x12, pentium, true, 1, true",
    "0x3A, pentium3, false, 0, false",
    "0x1A0, pentium4, true, 1, true",
    "0x1A0, pentium3, false, 1, true",
    "0x300, pentium4, true, 5, true",
    "0x3E1, pentium4, true, 5, true",
    "0xC1, pentium4, false, 1, true",
    "0xC0000080, pentium3, false, 0, false",
  })
  void modelSpecificRegisters(
      String register, String model, boolean exists, String value, boolean writable) {
    SystemTestMachine m = new SystemTestMachine(model);
    int v = Long.decode(value).intValue();
    m.c.gpr[CpuState.ECX] = Long.decode(register).intValue();
    m.code("0F 32").step(1);
    if (!exists) {
      m.step(1);
      m.assertFault(GuestFault.GP, 0);
      return;
    }
    assertThat(m.c.eip).isEqualTo(CODE_AT + 2);
    m.c.gpr[CpuState.EAX] = v;
    m.c.gpr[CpuState.EDX] = 0;
    m.code("0F 30 0F 32").step(2);
    if (writable) {
      assertThat(m.c.gpr[CpuState.EAX]).isEqualTo(v);
    } else {
      m.step(1);
      m.assertFault(GuestFault.GP, 0);
    }
  }

  @ParameterizedTest(name = "{0} with base {1}: APIC flag {2}")
  @CsvSource({
    "pentium3, 0xFEE00900, true",
    "pentium, 0xFEE00900, true",
    "pentium3, 0xFEE00100, false",
    "486, 0xFEE00900, false",
    "'pentium3,-apic', 0xFEE00900, false",
  })
  void cpuidShowsTheLocalApicWhileItIsOn(String model, String base, boolean shown) {
    SystemTestMachine m = new SystemTestMachine(model);
    m.apicBase = Long.decode(base);
    m.c.gpr[CpuState.EAX] = 1;
    m.code("0F A2").step(1);
    assertThat((m.c.gpr[CpuState.EDX] & CpuModel.APIC) != 0).isEqualTo(shown);
  }

  @Test
  void performanceCountersNeedPermission() {
    m.setLevel(3);
    c.cr4 |= CpuState.CR4_PCE;
    c.gpr[CpuState.ECX] = 1;
    m.code("0F 33").step(1);
    assertThat(c.gpr[CpuState.EAX]).isZero();
    c.gpr[CpuState.ECX] = 2;
    m.run("0F 33");
    m.assertFault(GuestFault.GP, 0);
  }

  @Test
  void fastSystemCalls() {
    m.setLevel(3);
    c.eflags |= CpuState.IF;
    c.sysenterCs = SystemTestMachine.CODE_0;
    c.sysenterEsp = 0x8800;
    c.sysenterEip = 0x12000;
    m.code("0F 34").step(1);
    assertThat(c.cpl).isZero();
    assertThat(c.eip).isEqualTo(0x12000);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x8800);
    assertThat(c.selector[CpuState.CS]).isEqualTo(SystemTestMachine.CODE_0);
    assertThat(c.selector[CpuState.SS]).isEqualTo(SystemTestMachine.DATA_0);
    assertThat(c.eflags & CpuState.IF).isZero();

    c.gpr[CpuState.ECX] = 0x7700;
    c.gpr[CpuState.EDX] = 0x13000;
    m.code("0F 35").step(1);
    assertThat(c.cpl).isEqualTo(3);
    assertThat(c.eip).isEqualTo(0x13000);
    assertThat(c.gpr[CpuState.ESP]).isEqualTo(0x7700);
    assertThat(c.selector[CpuState.CS]).isEqualTo(SystemTestMachine.CODE_3);
    assertThat(c.selector[CpuState.SS]).isEqualTo(SystemTestMachine.DATA_3);
  }

  @Test
  void sysenterWithoutATargetFaults() {
    m.run("0F 34");
    m.assertFault(GuestFault.GP, 0);
  }
}

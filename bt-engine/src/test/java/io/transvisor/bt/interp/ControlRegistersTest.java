package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.SystemTestMachine.CODE_AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.device.ResetKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlRegistersTest {
  private final SystemTestMachine m = new SystemTestMachine();
  private final Cpu c = m.c;

  @ParameterizedTest(name = "cr{0} = {1} on {2}: vector {3}")
  @CsvSource({
    "0, 0x80000000, pentium3, 13", // PG without PE
    "0, 0x20000001, pentium3, 13", // NW without CD
    "0, 0x60000001, pentium3, -1",
    "0, 0x0FFAFFC1, pentium3, -1", // reserved bits are ignored
    "1, 0, pentium3, 6",
    "5, 0, pentium3, 6",
    "4, 0x800, pentium3, 13",
    "4, 0xFF, pentium3, -1",
    "4, 0x20, pentium, 13", // no PAE
    "4, 0x80, pentium, 13", // no PGE
    "4, 0x1F, pentium, -1",
    "4, 0x03, 486, -1", // VME and PVI
    "4, 0x04, 486, 13", // no time-stamp counter
  })
  void writes(int register, String value, String model, int vector) {
    SystemTestMachine m = new SystemTestMachine(model);
    m.c.gpr[CpuState.EAX] =
        Integer.parseUnsignedInt(value.substring(value.startsWith("0x") ? 2 : 0), 16);
    m.code("0F 22 %02X".formatted(0xC0 | register << 3)).step(1);
    if (vector < 0) {
      assertThat(m.c.eip).isEqualTo(CODE_AT + 3);
    } else {
      m.step(1);
      assertThat(m.vector()).isEqualTo(vector);
    }
  }

  @Test
  void extensionTypeIsFixed() {
    c.gpr[CpuState.EAX] = 1;
    m.code("0F 22 C0 0F 20 C3").step(2);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(CpuState.CR0_PE | CpuState.CR0_ET);
  }

  /** The operand is a register whatever the mod field says (SDM volume 2, MOV to and from CR). */
  @ParameterizedTest
  @CsvSource({"00", "44", "84", "C0"})
  void modIsIgnored(String modRm) {
    c.gpr[CpuState.EBX] = 0x12345678;
    int register = Integer.parseInt(modRm, 16) & 7;
    m.code("0F 23 03 0F 21 " + modRm + " 0F 20 " + modRm).step(2); // mov dr0,ebx; mov reg,dr0
    assertThat(c.gpr[register]).isEqualTo(0x12345678);
    m.step(1);
    assertThat(c.gpr[register]).isEqualTo(c.cr0);
    assertThat(c.eip).isEqualTo(CODE_AT + 9);
  }

  @Test
  void privilege() {
    m.setLevel(3);
    m.run("0F 20 C0");
    m.assertFault(GuestFault.GP, 0);
  }

  @Test
  void lmswSetsButDoesNotClearProtectedMode() {
    c.gpr[CpuState.EAX] = 0xFFF0 | CpuState.CR0_MP;
    m.code("0F 01 F0").step(1); // lmsw ax
    assertThat(c.cr0).isEqualTo(CpuState.CR0_PE | CpuState.CR0_MP | CpuState.CR0_ET);
  }

  @Test
  void smswAndClts() {
    c.cr0 |= CpuState.CR0_TS;
    c.gpr[CpuState.ECX] = -1;
    m.code("0F 01 E1 0F 06").step(2); // smsw ecx; clts
    assertThat(c.gpr[CpuState.ECX]).isEqualTo(CpuState.CR0_PE | CpuState.CR0_ET | CpuState.CR0_TS);
    assertThat(c.cr0 & CpuState.CR0_TS).isZero();
  }

  @Test
  void fromRealModeToProtectedModeAndBack() {
    m.setRealMode();
    c.gpr[CpuState.EBX] = CpuState.CR0_PE;
    // mov cr0, ebx; jmp 08:12000
    m.code("0F 22 C3 66 EA 00 20 01 00 08 00").step(2);
    assertThat(c.isCode32()).isTrue();
    assertThat(c.eip).isEqualTo(0x12000);
    c.gpr[CpuState.EBX] = 0;
    m.code("EA 00 20 00 00 38 00").step(1); // jmp 38:2000, 16-bit
    m.code("0F 22 C3 EA 00 00 00 10").step(2); // mov cr0, ebx; jmp 1000:0
    assertThat(c.isProtected()).isFalse();
    assertThat(c.segBase[CpuState.CS]).isEqualTo(0x10000);
    assertThat(c.isCode32()).isFalse();
    m.code("2E C7 06 00 01 34 12").step(1); // mov word cs:[0x100], 0x1234
    assertThat(m.word(0x10100)).isEqualTo(0x1234);
  }

  @Test
  void pagingWithPhysicalAddressExtension() {
    m.dword(0x40000, 0x41001);
    m.dword(0x41000, 0x83); // 2 MiB page at 0
    m.dword(0x41000 + 8, 0x83); // 2 MiB at 2 MiB too
    c.gpr[CpuState.EAX] = CpuState.CR4_PAE;
    c.gpr[CpuState.ECX] = 0x40000;
    c.gpr[CpuState.EDX] = c.cr0 | CpuState.CR0_PG;
    m.dword(SystemTestMachine.DATA_AT, 0x12345678);
    // mov cr4, eax; mov cr3, ecx; mov cr0, edx; mov ebx, [0x230000]
    m.code("0F 22 E0 0F 22 D9 0F 22 C2 8B 1D 00 00 23 00").step(4);
    assertThat(c.gpr[CpuState.EBX]).isEqualTo(0x12345678);
  }

  @Test
  void invalidPageDirectoryPointersAreRefused() {
    m.dword(0x40000, 0x41001 | 1 << 5);
    c.gpr[CpuState.EAX] = CpuState.CR4_PAE;
    c.gpr[CpuState.ECX] = 0x40000;
    c.gpr[CpuState.EDX] = c.cr0 | CpuState.CR0_PG;
    m.run("0F 22 E0 0F 22 D9 0F 22 C2");
    m.assertFault(GuestFault.GP, 0);
    assertThat(c.cr0 & CpuState.CR0_PG).isZero();
  }

  @Test
  void invlpgForgetsATranslation() {
    for (int page = 0; page < 256; page++) {
      m.dword(0x41000 + 4 * page, page << 12 | 7);
    }
    m.dword(0x40000, 0x41007);
    c.cr3 = 0x40000;
    ControlRegisters.writeCr0(c, c.cr0 | CpuState.CR0_PG);
    m.dword(0x30000, 1);
    m.dword(0x31000, 2);
    m.code("A1 00 00 03 00 0F 01 3D 00 00 03 00 A1 00 00 03 00").step(1);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(1);
    m.dword(0x41000 + 4 * 0x30, 0x31007);
    m.step(2);
    assertThat(c.gpr[CpuState.EAX]).isEqualTo(2);
  }

  @Test
  void invlpgOfARegisterIsUndefined() {
    assertThat(m.run("0F 01 F8").vector()).isEqualTo(GuestFault.UD);
  }

  @Test
  void resetState() {
    c.gpr[CpuState.EAX] = 5;
    c.cr4 = CpuState.CR4_PSE;
    m.engine.reset(ResetKind.HARD);
    assertThat(c.segBase[CpuState.CS] + c.eip).isEqualTo(0xFFFFFFF0);
    assertThat(c.selector[CpuState.CS]).isEqualTo(0xF000);
    assertThat(c.cr0).isEqualTo(0x60000010);
    assertThat(c.cr4).isZero();
    assertThat(c.gpr[CpuState.EAX]).isZero();
    assertThat(c.gpr[CpuState.EDX]).isEqualTo(c.model.signature());
    assertThat(c.getEflags()).isEqualTo(2);
    assertThat(c.dr[6]).isEqualTo(0xFFFF0FF0);
    assertThat(c.dr[7]).isEqualTo(0x400);
    assertThat(c.idtLimit).isEqualTo(0xFFFF);
    assertThat(c.cpl).isZero();
  }
}

package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links between traces while address spaces and mappings of code change. */
class AddressSpacesTest {
  private static final int DIRECTORY_A = 0x40000;
  private static final int DIRECTORY_B = 0x41000;
  private static final int IDENTITY = 0x42000;
  private static final int TABLE_A = 0x43000;
  private static final int TABLE_B = 0x44000;
  private static final int CODE_A = 0x45000;
  private static final int CODE_B = 0x46000;

  /** The code of page A at 400000h in space A, of page B in space B. */
  private static final String MOV_EDI_FUNCTION = "BF 00004000";

  private static final String MOV_ECX_50 = "B9 32000000";
  private static final String SWITCH_TO_A = "B8 00000400 0F22D8";
  private static final String SWITCH_TO_B = "B8 00100400 0F22D8";
  private static final String CALL_EDI = "FFD7";
  private static final String MAP_A = "C705 00300400 07500400";
  private static final String MAP_B = "C705 00300400 07600400";
  private static final String INVLPG_EDI = "0F013F";
  private static final String HLT = "F4";

  private final SystemTestMachine machine = new SystemTestMachine();

  @BeforeEach
  void map() {
    for (int page = 0; page < 256; page++) {
      machine.dword(IDENTITY + 4 * page, page << 12 | 7);
    }
    machine.dword(DIRECTORY_A, IDENTITY | 7);
    machine.dword(DIRECTORY_B, IDENTITY | 7);
    machine.dword(DIRECTORY_A + 4, TABLE_A | 7);
    machine.dword(DIRECTORY_B + 4, TABLE_B | 7);
    machine.dword(TABLE_A, CODE_A | 7);
    machine.dword(TABLE_B, CODE_B | 7);
    machine.poke(CODE_A, "83C301 C3"); // add ebx,1; ret
    machine.poke(CODE_B, "81C300000100 C3"); // add ebx,10000h; ret
    machine.c.cr3 = DIRECTORY_A;
    machine.c.mmu.loadCr3(DIRECTORY_A);
    ControlRegisters.writeCr0(machine.c, machine.c.cr0 | CpuState.CR0_PG);
  }

  /** Fifty rounds of a body of a known number of bytes. */
  private int run(String body) {
    int bytes = body.replace(" ", "").length() / 2;
    String jump = "49 75 %02X".formatted(-bytes - 3 & 0xFF);
    machine.run(MOV_EDI_FUNCTION + MOV_ECX_50 + body + jump + HLT);
    return machine.c.gpr[CpuState.EBX];
  }

  @Test
  void theSameAddressIsOtherCodeInEachSpace() {
    assertThat(run(SWITCH_TO_A + CALL_EDI + SWITCH_TO_B + CALL_EDI)).isEqualTo(0x320032);
    assertThat(machine.c.mmu.statistics().shadowHits).isGreaterThan(90);
    assertThat(machine.c.mmu.disagreements()).isEmpty();
  }

  @Test
  void aGenerationComesBackWithItsSpace() {
    int generation = machine.c.mmu.generation;
    run(SWITCH_TO_B + CALL_EDI + SWITCH_TO_A);
    assertThat(machine.c.mmu.generation).isEqualTo(generation);
  }

  @Test
  void codeMappedAnewWithInvlpg() {
    assertThat(run(MAP_A + INVLPG_EDI + CALL_EDI + MAP_B + INVLPG_EDI + CALL_EDI))
        .isEqualTo(0x320032);
  }

  @Test
  void codeMappedAnewInASpaceNotInForce() {
    assertThat(
            run(
                SWITCH_TO_A
                    + CALL_EDI
                    + SWITCH_TO_B
                    + MAP_B
                    + CALL_EDI
                    + SWITCH_TO_A
                    + CALL_EDI
                    + MAP_A))
        .isEqualTo(50 * 0x20001);
  }

  @Test
  void togglingWriteProtectionAndGlobalPages() {
    // mov eax,cr0; xor eax,10000h; mov cr0,eax; mov eax,cr4; xor eax,80h; mov cr4,eax
    String toggle = "0F20C0 3500000100 0F22C0 0F20E0 3580000000 0F22E0";
    assertThat(run(toggle + CALL_EDI)).isEqualTo(50);
    assertThat(machine.c.mmu.disagreements()).isEmpty();
  }
}

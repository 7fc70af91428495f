package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An instruction that faults has changed nothing; bytes that are no instruction are #UD. */
class PreciseFaultsTest {
  private static final int MISSING = FlatMachine.DATA + 0x1000;

  private final FlatMachine machine = new FlatMachine();
  private final Cpu cpu = machine.cpu;

  private void load(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    int[] code = new int[bytes.length];
    for (int k = 0; k < code.length; k++) {
      code[k] = bytes[k] & 0xFF;
    }
    machine.load(code);
  }

  private int vectorOf(String hex) {
    load(hex);
    return machine.fault();
  }

  /** Registers with the addresses of operands one byte before the end of a page in EBX and EBP. */
  private int[] preset() {
    for (int r = 0; r < 8; r++) {
      cpu.gpr[r] = 0x01010101 * (r + 1);
    }
    cpu.gpr[CpuState.EDX] = 0;
    cpu.gpr[CpuState.EBX] = MISSING - 1;
    cpu.gpr[CpuState.EBP] = MISSING - 1;
    cpu.gpr[CpuState.ESP] = MISSING - 1;
    cpu.setEflags(CpuState.CF | CpuState.PF | CpuState.OF);
    return cpu.gpr.clone();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01 03",
        "66 11 03",
        "83 2B 01",
        "FF 03",
        "F7 1B",
        "F7 13",
        "D1 23",
        "C1 03 05",
        "D3 1B",
        "0F A4 03 05",
        "0F AD 03",
        "0F AB 13",
        "0F BA 33 07",
        "87 03",
        "0F C1 03",
        "0F B1 03",
        "0F C7 0B",
        "89 03",
        "C7 03 01 02 03 04",
        "03 03",
        "8B 03",
        "F7 23",
        "F7 33",
        "0F AF 03",
        "6B 03 05",
        "0F A3 13",
        "0F BC 03",
        "0F B7 03",
        "0F 44 03",
        "85 03",
        "3B 03",
        "FF 33",
        "8F 03",
        "FF 13",
        "FF 23",
        "58",
        "61",
        "C9",
        "C3",
        "C2 04 00",
        "62 03"
      })
  void pageFaultLeavesEverything(String hex) {
    machine.enablePaging();
    machine.map(MISSING, MISSING, 0);
    machine.memory.write(MISSING - 4, 4, 0x7A6B5C4D);
    int[] before = preset();
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.PF);
    assertThat(cpu.mmu.pageFault().address).isEqualTo(MISSING);
    assertThat(cpu.gpr).isEqualTo(before);
    assertThat(cpu.getEflags()).isEqualTo(CpuState.CF | CpuState.PF | CpuState.OF | 2);
    assertThat(cpu.eip).isEqualTo(machine.entry());
    assertThat(machine.memory.read(MISSING - 4, 4)).isEqualTo(0x7A6B5C4D);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "50",
        "6A 01",
        "68 01 02 03 04",
        "60",
        "E8 00 00 00 00",
        "C8 10 00 00",
        "C8 00 00 03",
        "FF D0"
      })
  void faultOfAPushLeavesRegisters(String hex) {
    machine.enablePaging();
    machine.map(MISSING, MISSING, 1);
    int[] before = preset();
    cpu.gpr[CpuState.ESP] = MISSING + 2;
    cpu.gpr[CpuState.EBP] = MISSING + 0x1000;
    before[CpuState.ESP] = MISSING + 2;
    before[CpuState.EBP] = MISSING + 0x1000;
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.PF);
    assertThat(cpu.gpr).isEqualTo(before);
    assertThat(cpu.eip).isEqualTo(machine.entry());
  }

  @Test
  void enterChecksTheNewTopOfTheStack() {
    machine.enablePaging();
    machine.map(MISSING, MISSING, 1);
    cpu.gpr[CpuState.ESP] = MISSING + 0x1100;
    assertThat(vectorOf("C8 00 02 00")).isEqualTo(GuestFault.PF);
    assertThat(cpu.gpr[CpuState.ESP]).isEqualTo(MISSING + 0x1100);
  }

  @ParameterizedTest
  @CsvSource({
    "EB 7E, 0",
    "E9 00 00 10 00, 0",
    "E8 00 00 10 00, 0",
    "74 7E, 64",
    "0F 84 00 00 10 00, 64",
    "FF E0, 0",
    "FF D0, 0",
    "C3, 0",
    "C2 04 00, 0",
    "E2 7E, 0",
    "E1 7E, 64",
    "E3 7E, 0"
  })
  void branchBeyondTheCodeSegment(String hex, int flags) {
    cpu.segLimit[CpuState.CS] = machine.entry() + 0x20;
    cpu.segAccess[CpuState.CS] &= ~CpuState.GRANULARITY;
    cpu.gpr[CpuState.EAX] = 0x7FFFFFFF;
    cpu.gpr[CpuState.ECX] = hex.startsWith("E3") ? 0 : 5;
    cpu.gpr[CpuState.ESP] = FlatMachine.DATA;
    machine.memory.write(FlatMachine.DATA, 4, 0x7FFFFFFF);
    machine.memory.write(FlatMachine.DATA - 4, 4, 0x12345678);
    cpu.setEflags(flags);
    int[] before = cpu.gpr.clone();
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.GP);
    assertThat(cpu.gpr).isEqualTo(before);
    assertThat(cpu.eip).isEqualTo(machine.entry());
    assertThat(machine.memory.read(FlatMachine.DATA - 4, 4)).isEqualTo(0x12345678);
  }

  @ParameterizedTest
  @CsvSource({
    "8B 04 25 FE FF 00 00, 13",
    "36 8B 04 25 FE FF 00 00, 12",
    "8B 45 00, 12",
    "FF 34 25 FD FF 00 00, 13"
  })
  void segmentLimits(String hex, int vector) {
    for (int s : new int[] {CpuState.DS, CpuState.SS}) {
      cpu.segLimit[s] = 0xFFFF;
      cpu.updateSegmentCache(s);
    }
    cpu.gpr[CpuState.EBP] = 0xFFFD;
    assertThat(vectorOf(hex)).isEqualTo(vector);
  }

  @Test
  void stackWrapsInSixteenBits() {
    machine.setMode(true);
    cpu.gpr[CpuState.ESP] = 0xABCD0000;
    cpu.gpr[CpuState.EAX] = 0x1234;
    load("50");
    machine.step();
    assertThat(cpu.gpr[CpuState.ESP]).isEqualTo(0xABCDFFFE);
    assertThat(machine.memory.read(FlatMachine.DATA + 0xFFFE, 2)).isEqualTo(0x1234);
    load("5B");
    machine.step();
    assertThat(cpu.gpr[CpuState.ESP]).isEqualTo(0xABCD0000);
    assertThat(cpu.gpr[CpuState.EBX] & 0xFFFF).isEqualTo(0x1234);
  }

  @Test
  void pushAcrossTheStackLimit() {
    machine.setMode(true);
    cpu.gpr[CpuState.ESP] = 1;
    assertThat(vectorOf("50")).isEqualTo(GuestFault.SS);
    assertThat(cpu.gpr[CpuState.ESP]).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8D C0",
        "62 C0",
        "8F C8",
        "8F 08",
        "C6 C8 00",
        "C6 08 00",
        "C7 C8 00 00 00 00",
        "FF F8",
        "FF 38",
        "FE D0",
        "FE 10",
        "0F BA C0 00",
        "0F BA 00 00",
        "0F C7 C8",
        "0F C7 00"
      })
  void formsThatDoNotExist(String hex) {
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.UD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "F0 01 C0",
        "F0 03 03",
        "F0 3B 03",
        "F0 39 03",
        "F0 85 03",
        "F0 89 03",
        "F0 D1 23",
        "F0 FF 33",
        "F0 90",
        "F0 A4",
        "F0 0F A3 03",
        "F0 0F BA 23 01",
        "F0 83 3B 01",
        "F0 40",
        "F0 87 C0",
        "F0 F7 23",
        "F0 0F A4 03 01",
        "F0 EB 00"
      })
  void lockIsForReadModifyWriteOnly(String hex) {
    cpu.gpr[CpuState.EBX] = FlatMachine.DATA;
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.UD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "F0 01 03",
        "F0 FF 03",
        "F0 F7 1B",
        "F0 87 03",
        "F0 0F C1 03",
        "F0 0F B1 03",
        "F0 0F C7 0B",
        "F0 0F AB 03",
        "F0 0F BA 2B 01",
        "F0 83 2B 01",
        "F0 80 0B 01",
        "F0 FE 0B",
        "F0 F6 13"
      })
  void lockedReadModifyWrite(String hex) {
    cpu.gpr[CpuState.EBX] = FlatMachine.DATA;
    cpu.gpr[CpuState.EAX] = 0;
    assertThat(vectorOf(hex)).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({
    "F6 F1, 0",
    "F7 F1, 0",
    "F7 F9, 0",
    "66 F7 F9, 0",
    "D4 00, 0",
    "F7 F9, -1",
    "66 F7 F9, -1"
  })
  void divideErrors(String hex, int divisor) {
    cpu.gpr[CpuState.EAX] = hex.startsWith("66") ? 0 : 0x80000000;
    if (divisor == 0) {
      cpu.gpr[CpuState.EAX] = 5;
    }
    cpu.gpr[CpuState.EDX] = divisor == 0 ? 0 : hex.startsWith("66") ? 0x8000 : 0xFFFFFFFF;
    cpu.gpr[CpuState.ECX] = divisor;
    int[] before = cpu.gpr.clone();
    assertThat(vectorOf(hex)).isEqualTo(GuestFault.DE);
    assertThat(cpu.gpr).isEqualTo(before);
  }
}

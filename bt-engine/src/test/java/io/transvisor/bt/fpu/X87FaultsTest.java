package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.transvisor.bt.interp.GuestFault;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Device-not-available, pending exceptions by #MF and by wire, and memory faults that must leave no
 * trace.
 */
class X87FaultsTest {
  private final FpuMachine machine = new FpuMachine();
  private final List<Boolean> errorLine = new ArrayList<>();

  private int faultOf(int... bytes) {
    var thrown =
        assertThatExceptionOfType(GuestFault.class).isThrownBy(() -> machine.execute(bytes));
    return thrown.actual().vector;
  }

  /** Leaves an unmasked division by zero pending. */
  private void divideByZero() {
    machine.load(1).load(0);
    machine.put(FpuMachine.OPERAND, FpuState.INITIAL_CONTROL & ~FpuState.ZE);
    machine.execute(0xD9, 0x2F).execute(0xDC, 0xF9); // fldcw [edi]; fdiv st(1), st
    assertThat(machine.fpu.exceptionPending()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "EM, D9 E8, 7",
    "TS, D9 E8, 7",
    "TS, DB E3, 7",
    "TS, DF E0, 7",
    "TS, D9 3F, 7",
    "TS, 0F FC C1, 7",
    "EM, 0F FC C1, 6",
    "EM, 0F 77, 6"
  })
  void isNotAvailable(String bit, String code, int vector) {
    machine.cpu.cr0 |= bit.equals("EM") ? CpuState.CR0_EM : CpuState.CR0_TS;
    assertThat(faultOf(bytes(code))).isEqualTo(vector);
  }

  private static int[] bytes(String code) {
    return java.util.Arrays.stream(code.split(" "))
        .mapToInt(b -> Integer.parseInt(b, 16))
        .toArray();
  }

  @Test
  void waitHeedsTaskSwitchedOnlyWithMonitorCoprocessor() {
    machine.cpu.cr0 |= CpuState.CR0_TS;
    machine.execute(0x9B);
    machine.cpu.cr0 |= CpuState.CR0_MP;
    assertThat(faultOf(0x9B)).isEqualTo(GuestFault.NM);
  }

  @Test
  void olderModelsLackMmxAndConditionalMoves() {
    FpuMachine old = new FpuMachine("486");
    for (String code : List.of("0F FC C1", "0F 77", "DB F1", "DA C1")) {
      assertThatExceptionOfType(GuestFault.class)
          .as(code)
          .isThrownBy(() -> old.execute(bytes(code)))
          .matches(fault -> fault.vector == GuestFault.UD);
    }
  }

  @Test
  void pendingExceptionFaultsAtTheNextWaitingInstruction() {
    divideByZero();
    assertThat(faultOf(0x9B)).isEqualTo(GuestFault.MF);
    assertThat(faultOf(0xD9, 0xE8)).isEqualTo(GuestFault.MF);
    assertThat(faultOf(0x0F, 0xFC, 0xC1)).isEqualTo(GuestFault.MF);
    machine.execute(0xDF, 0xE0); // fnstsw ax
    assertThat(machine.cpu.reg16(CpuState.EAX) & 0x80FF).isEqualTo(0x8084);
    machine.execute(0xDB, 0xE2).execute(0x9B); // fnclex; wait
    assertThat(machine.st(1)).isEqualTo(1);
  }

  @Test
  void recordsWhereAnUnmaskedExceptionHappened() {
    divideByZero();
    FpuState f = machine.fpu;
    assertThat(f.opcode).isEqualTo(0x4F9);
    assertThat(f.instructionPointer).isEqualTo(FpuMachine.CODE);
    assertThat(f.instructionSelector).isEqualTo(machine.cpu.selector[CpuState.CS]);
    assertThat(f.dataPointer).isEqualTo(FpuMachine.OPERAND);
    assertThat(f.dataSelector).isEqualTo(machine.cpu.selector[CpuState.DS]);
  }

  @Test
  void withoutNumericErrorModeTheErrorWireRisesUntilFlagsAreCleared() {
    machine.cpu.cr0 &= ~CpuState.CR0_NE;
    machine.fpu.errorLine = errorLine::add;
    machine.load(1).load(0);
    machine.put(FpuMachine.OPERAND, FpuState.INITIAL_CONTROL & ~FpuState.ZE);
    machine.execute(0xD9, 0x2F);
    errorLine.clear();
    machine.execute(0xDC, 0xF9);
    assertThat(errorLine).containsExactly(true);
    machine.fpu.ignoreErrors = true;
    machine.execute(0xD9, 0xE8);
    assertThat(errorLine).containsExactly(true);
    machine.execute(0xDB, 0xE2);
    assertThat(errorLine).containsExactly(true, false);
    assertThat(machine.fpu.ignoreErrors).isFalse();
  }

  @Test
  void unmaskingAFlaggedExceptionMakesItPending() {
    machine.load(1).load(3);
    machine.execute(0xDE, 0xF9); // fdivp: inexact
    machine.put(FpuMachine.OPERAND, FpuState.INITIAL_CONTROL & ~FpuState.PE);
    machine.execute(0xD9, 0x2F);
    assertThat(faultOf(0x9B)).isEqualTo(GuestFault.MF);
  }

  @ParameterizedTest
  @CsvSource({
    "D9 1F, 4", // fstp single
    "DD 1F, 8", // fstp double
    "DB 3F, 10", // fstp extended
    "DF 3F, 8", // fistp quadword
    "DF 37, 10", // fbstp
    "D9 37, 28", // fnstenv
    "DD 37, 108" // fnsave
  })
  void faultingStoresChangeNothing(String code, int size) {
    machine.load(1).load(3).execute(0xDE, 0xF9).execute(0xDB, 0xE2);
    int status = machine.fpu.statusWord();
    machine.put(FpuMachine.OPERAND, -1);
    machine.limitData(FpuMachine.OPERAND + size - 2);
    assertThat(faultOf(bytes(code))).isEqualTo(GuestFault.GP);
    assertThat(machine.fpu.statusWord()).isEqualTo(status);
    assertThat(machine.fpu.control).isEqualTo(FpuState.INITIAL_CONTROL);
    assertThat(machine.isEmpty(0)).isFalse();
    machine.limitData(-1);
    assertThat(machine.get(FpuMachine.OPERAND)).isEqualTo(-1);
    machine.execute(bytes(code));
  }

  @ParameterizedTest
  @CsvSource({"D9 07, 4", "DD 07, 8", "DB 2F, 10", "DF 07, 2", "DF 27, 10", "DC 07, 8"})
  void faultingLoadsChangeNothing(String code, int size) {
    machine.load(1);
    machine.limitData(FpuMachine.OPERAND + size - 2);
    int status = machine.fpu.statusWord();
    assertThat(faultOf(bytes(code))).isEqualTo(GuestFault.GP);
    assertThat(machine.fpu.statusWord()).isEqualTo(status);
    assertThat(machine.st(0)).isEqualTo(1);
  }
}

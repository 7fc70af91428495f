package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.transvisor.bt.interp.GuestFault;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FXSAVE and FXRSTOR. */
class FastSaveTest {
  private static final int[] SAVE = {0x0F, 0xAE, 0x07};
  private static final int[] RESTORE = {0x0F, 0xAE, 0x0F};
  private static final int AT = FpuMachine.OPERAND;

  private final FpuMachine machine = new FpuMachine();
  private final FpuState fpu = machine.fpu;

  private static int faultOf(FpuMachine machine, int... bytes) {
    var thrown =
        assertThatExceptionOfType(GuestFault.class).isThrownBy(() -> machine.execute(bytes));
    return thrown.actual().vector;
  }

  private void fill() {
    machine.load(1.25).load(-2).load(0);
    fpu.opcode = 0x5A5;
    fpu.instructionPointer = 0x12345678;
    fpu.instructionSelector = 0x1B;
    fpu.dataPointer = 0x9ABCDEF0;
    fpu.dataSelector = 0x23;
    fpu.status |= FpuState.C0 | FpuState.PE;
  }

  @Test
  void layout() {
    fill();
    for (int n = 0; n < 512; n += 8) {
      machine.put(AT + n, 0x5555555555555555L);
    }
    machine.execute(SAVE);
    assertThat(machine.getDword(AT)).isEqualTo(0x2920037F);
    // registers 5, 6 and 7 are in use; the tags do not say with what
    assertThat(machine.getDword(AT + 4)).isEqualTo(0x05A500E0);
    assertThat(machine.getDword(AT + 8)).isEqualTo(0x12345678);
    assertThat(machine.getWord(AT + 12)).isEqualTo(0x1B);
    assertThat(machine.getDword(AT + 16)).isEqualTo(0x9ABCDEF0);
    assertThat(machine.getWord(AT + 20)).isEqualTo(0x23);
    assertThat(machine.get(AT + 32 + 16)).isEqualTo(0x8000000000000000L);
    assertThat(machine.getWord(AT + 32 + 24)).isEqualTo(0xC000);
    assertThat(machine.get(AT + 32 + 32)).isEqualTo(0xA000000000000000L);
    assertThat(machine.getWord(AT + 32 + 40)).isEqualTo(0x3FFF);
    assertThat(machine.get(AT + 24)).as("no MXCSR").isEqualTo(0x5555555555555555L);
    assertThat(machine.get(AT + 160)).as("no XMM0").isEqualTo(0x5555555555555555L);
  }

  @Test
  void savedStateIsKeptAndCanBeRestored() {
    fill();
    long[] significands = fpu.significand.clone();
    int[] signExponents = fpu.signExponent.clone();
    machine.execute(SAVE);
    assertThat(machine.st(2)).isEqualTo(1.25);
    assertThat(fpu.statusWord()).isEqualTo(0x2920);

    machine.execute(0xDB, 0xE3).execute(0xD9, 0xE8).execute(RESTORE);
    assertThat(fpu.significand).isEqualTo(significands);
    assertThat(fpu.signExponent).isEqualTo(signExponents);
    assertThat(fpu.statusWord()).isEqualTo(0x2920);
    assertThat(fpu.empty).isEqualTo(0x1F);
    assertThat(fpu.opcode).isEqualTo(0x5A5);
    assertThat(fpu.instructionPointer).isEqualTo(0x12345678);
    assertThat(fpu.dataSelector).isEqualTo(0x23);
  }

  @Test
  void pendingExceptionsAreCarriedAlongUnreported() {
    fpu.status |= FpuState.ZE;
    fpu.setControlWord(FpuState.INITIAL_CONTROL & ~FpuState.ZE);
    machine.execute(SAVE).execute(0xDB, 0xE2);
    assertThat(fpu.exceptionPending()).isFalse();
    machine.execute(RESTORE);
    assertThat(fpu.exceptionPending()).isTrue();
    machine.execute(RESTORE);
    assertThat(faultOf(machine, 0xD9, 0xE8)).isEqualTo(GuestFault.MF);
  }

  @Test
  void misalignedImageFaults() {
    machine.cpu.gpr[CpuState.EDI] = AT + 8;
    assertThat(faultOf(machine, SAVE)).isEqualTo(GuestFault.GP);
    assertThat(faultOf(machine, RESTORE)).isEqualTo(GuestFault.GP);
  }

  @Test
  void nothingIsWrittenIfTheImageDoesNotFit() {
    machine.put(AT, 0);
    machine.limitData(AT + 510);
    assertThat(faultOf(machine, SAVE)).isEqualTo(GuestFault.GP);
    assertThat(machine.get(AT)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {CpuState.CR0_EM, CpuState.CR0_TS})
  void isNotAvailable(int bit) {
    machine.cpu.cr0 |= bit;
    assertThat(faultOf(machine, SAVE)).isEqualTo(GuestFault.NM);
    assertThat(faultOf(machine, RESTORE)).isEqualTo(GuestFault.NM);
  }

  @Test
  void pentiumHasNeither() {
    FpuMachine pentium = new FpuMachine("pentium");
    assertThat(faultOf(pentium, SAVE)).isEqualTo(GuestFault.UD);
    assertThat(faultOf(pentium, RESTORE)).isEqualTo(GuestFault.UD);
  }
}

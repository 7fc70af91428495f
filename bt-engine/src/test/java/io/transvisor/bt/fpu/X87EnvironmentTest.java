package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** FNSTENV, FLDENV, FNSAVE, FRSTOR in the four formats of SDM volume 1, figures 8-9 to 8-12. */
class X87EnvironmentTest {
  private static final int AT = FpuMachine.OPERAND;

  private final FpuMachine machine = new FpuMachine();
  private final FpuState fpu = machine.fpu;

  @BeforeEach
  void fill() {
    machine.load(1.25);
    machine.load(0);
    machine.load(Double.NaN);
    fpu.opcode = 0x5A5;
    fpu.instructionPointer = 0x12345678;
    fpu.instructionSelector = 0x1B;
    fpu.dataPointer = 0x9ABCDEF0;
    fpu.dataSelector = 0x23;
    fpu.status |= FpuState.C0 | FpuState.PE;
  }

  private void real() {
    machine.cpu.cr0 &= ~CpuState.CR0_PE;
    fpu.instructionSelector = 0xF123;
    fpu.instructionPointer = 0x4567;
    fpu.dataSelector = 0x2000;
    fpu.dataPointer = 0x89AB;
  }

  @Test
  void stores32BitProtectedFormat() {
    machine.execute(0xD9, 0x37);
    assertThat(machine.getDword(AT)).isEqualTo(0xFFFF037F);
    // TOP 5, C0, PE
    assertThat(machine.getDword(AT + 4)).isEqualTo(0xFFFF2920);
    // registers 5 special, 6 zero, 7 valid
    assertThat(machine.getDword(AT + 8)).isEqualTo(0xFFFF1BFF);
    assertThat(machine.getDword(AT + 12)).isEqualTo(0x12345678);
    assertThat(machine.getDword(AT + 16)).isEqualTo(0x05A5001B);
    assertThat(machine.getDword(AT + 20)).isEqualTo(0x9ABCDEF0);
    assertThat(machine.getDword(AT + 24)).isEqualTo(0xFFFF0023);
  }

  @Test
  void stores16BitProtectedFormat() {
    machine.execute(0x66, 0xD9, 0x37);
    int[] expected = {0x037F, 0x2920, 0x1BFF, 0x5678, 0x001B, 0xDEF0, 0x0023};
    for (int n = 0; n < expected.length; n++) {
      assertThat(machine.getWord(AT + 2 * n)).as("word %d", n).isEqualTo(expected[n]);
    }
  }

  @Test
  void stores32BitRealFormat() {
    real();
    machine.execute(0xD9, 0x37);
    // linear F123:4567 = F5797, 2000:89AB = 289AB
    assertThat(machine.getWord(AT + 12)).isEqualTo(0x5797);
    assertThat(machine.getDword(AT + 16)).isEqualTo(0x0000F5A5);
    assertThat(machine.getWord(AT + 20)).isEqualTo(0x89AB);
    assertThat(machine.getDword(AT + 24)).isEqualTo(0x00002000);
  }

  @Test
  void stores16BitRealFormat() {
    real();
    machine.execute(0x66, 0xD9, 0x37);
    int[] expected = {0x037F, 0x2920, 0x1BFF, 0x5797, 0xF5A5, 0x89AB, 0x2000};
    for (int n = 0; n < expected.length; n++) {
      assertThat(machine.getWord(AT + 2 * n)).as("word %d", n).isEqualTo(expected[n]);
    }
  }

  @Test
  void realFormatSurvivesALoad() {
    real();
    machine.execute(0x66, 0xD9, 0x37).execute(0x66, 0xD9, 0x27).execute(0x66, 0xD9, 0x37);
    assertThat(machine.getWord(AT + 6)).isEqualTo(0x5797);
    assertThat(machine.getWord(AT + 8)).isEqualTo(0xF5A5);
    assertThat(machine.getWord(AT + 12)).isEqualTo(0x2000);
  }

  @Test
  void storingTheEnvironmentMasksExceptions() {
    fpu.setControlWord(0x27F & ~FpuState.PE);
    assertThat(fpu.exceptionPending()).isTrue();
    machine.execute(0xD9, 0x37);
    assertThat(machine.getDword(AT)).isEqualTo(0xFFFF025F);
    assertThat(fpu.control).isEqualTo(0x27F);
    assertThat(fpu.exceptionPending()).isFalse();
  }

  @Test
  void saveInitializesAndRestoreBringsItBack() {
    long[] significands = fpu.significand.clone();
    int[] signExponents = fpu.signExponent.clone();
    machine.execute(0xDD, 0x37);
    assertThat(fpu.statusWord()).isZero();
    assertThat(fpu.control).isEqualTo(FpuState.INITIAL_CONTROL);
    assertThat(fpu.empty).isEqualTo(0xFF);
    assertThat(fpu.instructionPointer).isZero();
    // ST(2) is 1.25
    assertThat(machine.get(AT + 28 + 20)).isEqualTo(0xA000000000000000L);
    assertThat(machine.getWord(AT + 28 + 28)).isEqualTo(0x3FFF);

    machine.execute(0xDD, 0x27);
    assertThat(fpu.significand).isEqualTo(significands);
    assertThat(fpu.signExponent).isEqualTo(signExponents);
    assertThat(fpu.statusWord()).isEqualTo(0x2920);
    assertThat(fpu.empty).isEqualTo(0x1F);
    assertThat(fpu.opcode).isEqualTo(0x5A5);
    assertThat(fpu.instructionPointer).isEqualTo(0x12345678);
    assertThat(fpu.dataSelector).isEqualTo(0x23);
  }

  @Test
  void controlWordReadsBackWithReservedBitsFixed() {
    machine.put(AT, 0xFFFF);
    machine.execute(0xD9, 0x2F).execute(0xD9, 0x3F);
    assertThat(machine.getWord(AT)).isEqualTo(0x1F7F);
    machine.put(AT, 0);
    machine.execute(0xDB, 0xE2).execute(0xD9, 0x2F).execute(0xD9, 0x3F);
    assertThat(machine.getWord(AT)).isEqualTo(0x0040);
  }
}

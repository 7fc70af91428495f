package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the recordings do not cover: conditional moves, undocumented copies, register numbers,
 * initialisation.
 */
class X87InstructionsTest {
  private final FpuMachine machine = new FpuMachine();

  @ParameterizedTest
  @CsvSource({
    "DA, C1, 01, 00", // b
    "DA, C9, 40, 00", // e
    "DA, D1, 01, 44", // be
    "DA, D1, 40, 04", // be
    "DA, D9, 04, 41", // u
    "DB, C1, 00, 01", // nb
    "DB, C9, 00, 40", // ne
    "DB, D1, 04, 01", // nbe
    "DB, D1, 00, 40", // nbe
    "DB, D9, 41, 04" // nu
  })
  void movesOnCondition(String opcode, String modRm, String taken, String notTaken) {
    int[] code = {Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16)};
    machine.load(5).load(7);
    if (!(code[0] == 0xDA && code[1] == 0xD1)) {
      machine.cpu.setArithmeticFlags(Integer.parseInt(notTaken, 16));
      machine.execute(code);
      assertThat(machine.st(0)).isEqualTo(7);
    }
    machine.cpu.setArithmeticFlags(Integer.parseInt(taken, 16));
    machine.execute(code);
    assertThat(machine.st(0)).isEqualTo(5);
  }

  @Test
  void conditionalMoveFromAnEmptyRegisterIsAStackFault() {
    machine.load(7).execute(0xDB, 0xC5);
    assertThat(machine.fpu.status & 0x7F).isEqualTo(FpuState.IE | FpuState.SF);
    assertThat(machine.st(0)).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"DC, D1", "DD, E1", "D8, D1"})
  void comparesWithoutPopping(String opcode, String modRm) {
    machine.load(5).load(7);
    machine.execute(Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16));
    assertThat(machine.fpu.statusWord() & 0x4700).isZero();
    assertThat(machine.st(0)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"DC, D9", "DE, D1", "D8, D9", "DD, E9"})
  void comparesAndPops(String opcode, String modRm) {
    machine.load(7).load(5);
    machine.execute(Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16));
    assertThat(machine.fpu.statusWord() & 0x4700).isEqualTo(FpuState.C0);
    assertThat(machine.st(0)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"D9, CA", "DD, CA", "DF, CA"})
  void exchanges(String opcode, String modRm) {
    machine.load(5).load(6).load(7);
    machine.execute(Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16));
    assertThat(machine.st(0)).isEqualTo(5);
    assertThat(machine.st(1)).isEqualTo(6);
    assertThat(machine.st(2)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"D9, DA", "DD, DA", "DF, D2", "DF, DA"})
  void storesToARegisterAndPops(String opcode, String modRm) {
    machine.load(5).load(6).load(7);
    machine.execute(Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16));
    assertThat(machine.st(0)).isEqualTo(6);
    assertThat(machine.st(1)).isEqualTo(7);
  }

  @Test
  void freesAndPops() {
    machine.load(5).load(6);
    machine.execute(0xDF, 0xC1); // ffreep st(1)
    assertThat(machine.fpu.empty).isEqualTo(0xFF);
    assertThat(machine.fpu.top).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "D8, C3, 3, 0, 13", // fadd st, st(3)
    "DC, C3, 3, 3, 13", // fadd st(3), st
    "D8, E2, 2, 0, 3", // fsub st, st(2): 10 - 7
    "DC, E2, 2, 2, 3", // fsubr st(2), st: st - st(2)
    "DC, EA, 2, 2, -3", // fsub st(2), st: st(2) - st
    "D8, F1, 1, 0, 2", // fdiv st, st(1): 10 / 5
    "DC, F9, 1, 1, 0.5" // fdiv st(1), st: st(1) / st
  })
  void usesTheRegisterNumber(String opcode, String modRm, int i, int destination, double result) {
    double[] others = {0, 5, 7, 3};
    machine.load(others[3]).load(others[2]).load(others[1]).load(10);
    machine.execute(Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16));
    assertThat(machine.st(destination)).isEqualTo(result);
    assertThat(machine.st(i)).isEqualTo(destination == i ? result : others[i]);
  }

  @Test
  void initializationKeepsContentsButEmptiesRegisters() {
    machine.load(1.5);
    long[] before = machine.fpu.significand.clone();
    machine.execute(0xDB, 0xE3);
    assertThat(machine.fpu.significand).isEqualTo(before);
    assertThat(machine.fpu.empty).isEqualTo(0xFF);
    assertThat(machine.fpu.statusWord()).isZero();
    machine.execute(0xDF, 0xE0);
    assertThat(machine.cpu.reg16(CpuState.EAX)).isZero();
  }

  @Test
  void instructionsOfOlderCoprocessorsDoNothing() {
    machine.load(1.5);
    int status = machine.fpu.statusWord();
    machine.execute(0xDB, 0xE0).execute(0xDB, 0xE1).execute(0xDB, 0xE4).execute(0xD9, 0xD0);
    assertThat(machine.fpu.statusWord()).isEqualTo(status);
    assertThat(machine.st(0)).isEqualTo(1.5);
  }

  @Test
  void hardwareResetLeavesZerosInUse() {
    machine.load(1.5);
    machine.fpu.reset();
    assertThat(X87Environment.fullTags(machine.fpu)).isEqualTo(0x5555);
    assertThat(machine.fpu.control).isEqualTo(0x40);
  }
}

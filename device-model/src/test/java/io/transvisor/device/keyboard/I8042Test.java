package io.transvisor.device.keyboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.input.Key;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class I8042Test extends DeviceContractTest {
  private static final int TRANSLATE = 0x40;
  private static final int DISABLE_AUX = 0x20;
  private static final int DISABLE_KEYBOARD = 0x10;

  private Ps2Bench bench = new Ps2Bench();

  @Test
  void afterResetNothingWaitsAndTheKeyboardIsNotLocked() {
    assertThat(bench.status()).isEqualTo(0x18);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "0xAA, 0x55",
    "0xAB, 0x00",
    "0xA9, 0x00",
    "0xA4, 0xF1",
    "0xC0, 0x80",
    "0xD0, 0xCF",
    "0xE0, 0x00"
  })
  void commandsWithAnAnswer(int command, int answer) {
    bench.command(command);
    assertThat(bench.status() & (Ps2Bench.OUTPUT_FULL | Ps2Bench.AUX_FULL))
        .isEqualTo(Ps2Bench.OUTPUT_FULL);
    assertThat(bench.data()).isEqualTo(answer);
    assertThat(bench.status() & Ps2Bench.OUTPUT_FULL).isZero();
  }

  @Test
  void selfTestSetsTheSystemFlag() {
    bench.command(0xAA);
    assertThat(bench.status() & 4).isEqualTo(4);
    bench.command(0x60, 0x03);
    assertThat(bench.status() & 4).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0xAD, 0x10", "0xA7, 0x20"})
  void disablingSetsABitOfTheCommandByteAndEnablingClearsIt(int command, int bit) {
    bench.command(command);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(3 | bit);
    bench.command(command == 0xAD ? 0xAE : 0xA8);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(3);
  }

  @Test
  void internalMemoryIsKept() {
    bench.command(0x7F, 0x5A);
    bench.command(0x3F);
    assertThat(bench.data()).isEqualTo(0x5A);
    bench.command(0x60, 0x47);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(0x47);
  }

  @Test
  void theStatusTellsCommandFromData() {
    bench.command(0x60);
    assertThat(bench.status() & 8).isEqualTo(8);
    bench.write(0x03);
    assertThat(bench.status() & 8).isZero();
  }

  @Test
  void outputPortMovesA20() {
    bench.command(0xD1, 0xDD);
    assertThat(bench.a20.isOpen()).isFalse();
    bench.command(0xD1, 0xDF);
    assertThat(bench.a20.isOpen()).isTrue();
    bench.command(0xDD);
    assertThat(bench.a20.isOpen()).isFalse();
    bench.command(0xD0);
    assertThat(bench.data()).isEqualTo(0xCD);
    bench.command(0xDF);
    assertThat(bench.a20.isOpen()).isTrue();
  }

  @Test
  void outputPortShowsTheGateWhoeverSetIt() {
    bench.a20.set(false);
    bench.command(0xD0);
    assertThat(bench.data() & 2).isZero();
    bench.a20.set(true);
    bench.command(0xD0);
    assertThat(bench.data() & 2).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0xFE, 1", "0xF0, 1", "0xFF, 0", "0xF1, 0"})
  void pulsesOfBitZeroReset(int command, int resets) {
    bench.command(command);
    assertThat(bench.resets).isEqualTo(resets);
  }

  @Test
  void writingTheResetBitLowResets() {
    bench.command(0xD1, 0xDE);
    assertThat(bench.resets).isEqualTo(1);
  }

  @Test
  void bytesCanBeLoopedBackAsIfFromEitherDevice() {
    bench.command(0xD2, 0x12);
    assertThat(bench.irq1.isHigh()).isTrue();
    assertThat(bench.drain()).containsExactly(0x12);
    bench.command(0xD3, 0x34);
    assertThat(bench.irq12.isHigh()).isTrue();
    assertThat(bench.drain()).containsExactly(0x134);
  }

  @Test
  void interruptsFollowTheOutputBuffer() {
    bench.keyboard.key(Key.A, true);
    assertThat(bench.irq1.isHigh()).isTrue();
    assertThat(bench.status() & Ps2Bench.OUTPUT_FULL).isEqualTo(Ps2Bench.OUTPUT_FULL);
    assertThat(bench.data()).isEqualTo(0x1C);
    assertThat(bench.irq1.isHigh()).isFalse();
    bench.command(0x60, 0x02);
    bench.keyboard.key(Key.A, false);
    bench.clock.advance(1_000_000);
    assertThat(bench.irq1.isHigh()).isFalse();
    bench.command(0x60, 0x03);
    assertThat(bench.irq1.isHigh()).isTrue();
  }

  @Test
  void readingTwiceGivesTheSameByteWhileTheNextIsOnItsWay() {
    bench.keyboard.key(Key.UP, true);
    assertThat(bench.data()).isEqualTo(0xE0);
    assertThat(bench.data()).isEqualTo(0xE0);
    bench.clock.advance(1_000_000);
    assertThat(bench.irq1.risingEdges()).isEqualTo(2);
    assertThat(bench.data()).isEqualTo(0x75);
  }

  @Test
  void translationFoldsTheBreakPrefixIntoTheCode() {
    bench.command(0x60, 0x03 | TRANSLATE);
    bench.keyboard.key(Key.A, true);
    bench.keyboard.key(Key.A, false);
    bench.keyboard.key(Key.UP, true);
    bench.keyboard.key(Key.UP, false);
    assertThat(bench.drain()).containsExactly(0x1E, 0x9E, 0xE0, 0x48, 0xE0, 0xC8);
  }

  @Test
  void identificationIsTranslatedToo() {
    bench.command(0x60, 0x03 | TRANSLATE);
    assertThat(bench.toKeyboard(0xF2)).containsExactly(0xFA, 0xAB, 0x41);
    bench.command(0x60, 0x03);
    assertThat(bench.toKeyboard(0xF2)).containsExactly(0xFA, 0xAB, 0x83);
  }

  @Test
  void aDisabledKeyboardKeepsItsBytes() {
    bench.command(0xAD);
    bench.keyboard.key(Key.A, true);
    assertThat(bench.drain()).isEmpty();
    bench.command(0xAE);
    assertThat(bench.drain()).containsExactly(0x1C);
  }

  @Test
  void writingToADeviceEnablesItsInterface() {
    bench.command(0x60, 0x03 | DISABLE_KEYBOARD | DISABLE_AUX);
    assertThat(bench.toKeyboard(0xEE)).containsExactly(0xEE);
    assertThat(bench.toMouse(0xF2)).containsExactly(0xFA, 0x00);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(3);
  }

  @Test
  void anAnswerGoesBeforeAKeyThatWasWaiting() {
    bench.keyboard.key(Key.A, true);
    bench.command(0x20);
    assertThat(bench.data()).isEqualTo(3);
    assertThat(bench.drain()).containsExactly(0x1C);
  }

  @Test
  void anAnswerWhileTheKeyboardIsDisabledDoesNotInterrupt() {
    bench.command(0xAD);
    bench.command(0x20);
    assertThat(bench.irq1.isHigh()).isFalse();
    assertThat(bench.data()).isEqualTo(0x13);
  }

  @Test
  void keyboardAndMouseShareTheBuffer() {
    bench.toMouse(0xF4);
    bench.mouse.move(1, 0, 0, 0);
    bench.keyboard.key(Key.A, true);
    assertThat(bench.drain()).containsExactly(0x108, 0x1C, 0x101, 0x100);
  }

  @Test
  void firmwareDefaultsAreThoseOfABios() {
    bench.controller.setFirmwareDefaults();
    bench.keyboard.key(Key.ENTER, true);
    assertThat(bench.status() & 4).isEqualTo(4);
    assertThat(bench.drain()).containsExactly(0x1C);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x10, 0x90, 0xB5})
  void otherCommandsAreIgnored(int command) {
    bench.command(command);
    assertThat(bench.status() & Ps2Bench.OUTPUT_FULL).isZero();
    assertThat(bench.toKeyboard(0xEE)).containsExactly(0xEE);
  }

  @Test
  void resetOpensA20() {
    bench.a20.set(false);
    bench.controller.reset(ResetKind.HARD);
    assertThat(bench.a20.isOpen()).isTrue();
  }

  @Override
  protected Device newDevice() {
    bench = new Ps2Bench();
    return bench.controller;
  }

  @Override
  protected void disturb(Device device) {
    bench.command(0xAA);
    bench.data();
    bench.command(0x60, 0x47);
    bench.command(0x65, 0x11);
    bench.command(0xDD);
    bench.keyboard.key(Key.A, true);
    bench.command(0xD3, 0x55);
    bench.command(0xD4);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("data", 0x60, 1, bench.ports),
        Peekable.ports("status", 0x64, 1, bench.ports));
  }
}

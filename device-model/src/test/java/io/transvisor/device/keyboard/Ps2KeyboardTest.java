package io.transvisor.device.keyboard;

import static io.transvisor.device.keyboard.Ps2Bench.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.input.Key;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ps2KeyboardTest extends DeviceContractTest {
  private static final long MILLIS = 1_000_000;
  private static final int ACK = 0xFA;

  private Ps2Bench bench = new Ps2Bench();

  private void tap(Key key) {
    bench.keyboard.key(key, true);
    bench.keyboard.key(key, false);
  }

  private void select(int set) {
    assertThat(bench.toKeyboard(0xF0, set)).containsExactly(ACK, ACK);
  }

  /** The number is the scan code set. */
  @ParameterizedTest
  @CsvSource({
    "A, 1, 1E 9E",
    "A, 2, 1C F0 1C",
    "F7, 1, 41 C1",
    "F7, 2, 83 F0 83",
    "SYS_REQ, 2, 84 F0 84",
    "KEYPAD_5, 2, 73 F0 73",
    "KEYPAD_ENTER, 1, E0 1C E0 9C",
    "KEYPAD_ENTER, 2, E0 5A E0 F0 5A",
    "KEYPAD_DIVIDE, 2, E0 4A E0 F0 4A",
    "DELETE, 2, E0 71 E0 F0 71",
    "RIGHT_CTRL, 2, E0 14 E0 F0 14",
    "LEFT_META, 2, E0 1F E0 F0 1F",
    "MENU, 2, E0 2F E0 F0 2F",
    "POWER, 2, E0 37 E0 F0 37",
    "NON_US_BACKSLASH, 2, 61 F0 61",
    "F12, 2, 07 F0 07",
    "PRINT_SCREEN, 1, E0 2A E0 37 E0 B7 E0 AA",
    "PRINT_SCREEN, 2, E0 12 E0 7C E0 F0 7C E0 F0 12",
    "PAUSE, 1, E1 1D 45 E1 9D C5",
    "PAUSE, 2, E1 14 77 E1 F0 14 F0 77",
    "LEFT_SHIFT, 3, 12 F0 12",
    "RIGHT_CTRL, 3, 58",
    "A, 3, 1C",
    "F1, 3, 07",
    "PAUSE, 3, 62",
    "UP, 3, 63",
    "SLEEP, 3, ''",
  })
  void whatAKeySends(Key key, int set, String bytes) {
    select(set);
    tap(key);
    assertThat(bench.drain()).isEqualTo(hex(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "LEFT_CTRL, PAUSE, E0 7E E0 F0 7E",
    "RIGHT_ALT, PRINT_SCREEN, 84 F0 84",
    "LEFT_SHIFT, PRINT_SCREEN, E0 7C E0 F0 7C",
    "RIGHT_CTRL, PRINT_SCREEN, E0 7C E0 F0 7C",
    "LEFT_SHIFT, UP, E0 75 E0 F0 75",
  })
  void modifiersChangeSomeKeys(Key modifier, Key key, String bytes) {
    bench.keyboard.key(modifier, true);
    bench.drain();
    tap(key);
    assertThat(bench.drain()).isEqualTo(hex(bytes));
  }

  /** Scan code set 1 through the keyboard equals set 2 through the controller's translation. */
  @ParameterizedTest
  @EnumSource(Key.class)
  void bothWaysToSetOneAgree(Key key) {
    select(1);
    tap(key);
    List<Integer> own = bench.drain();
    select(2);
    bench.command(0x60, 0x43);
    tap(key);
    assertThat(bench.drain()).isEqualTo(own);
  }

  @Test
  void resetPassesTheSelfTest() {
    assertThat(bench.toKeyboard(0xFF)).containsExactly(ACK, 0xAA);
  }

  @Test
  void reportsTheScanCodeSet() {
    assertThat(bench.toKeyboard(0xF0, 0)).containsExactly(ACK, ACK, 2);
    select(3);
    assertThat(bench.toKeyboard(0xF0, 0)).containsExactly(ACK, ACK, 3);
    assertThat(bench.toKeyboard(0xF0, 9)).containsExactly(ACK, 0xFE);
  }

  @Test
  void lightsAreToldOnChange() {
    List<Integer> told = new ArrayList<>();
    bench.keyboard.setLedListener(told::add);
    assertThat(bench.toKeyboard(0xED, 0x07, 0xED, 0x07, 0xED, 0xF2))
        .containsExactly(ACK, ACK, ACK, ACK, ACK, ACK, 0xAB, 0x83);
    bench.toKeyboard(0xFF);
    assertThat(told).containsExactly(7, 0);
  }

  @Test
  void repeatsTheLastByteOnRequest() {
    assertThat(bench.toKeyboard(0xF2)).containsExactly(ACK, 0xAB, 0x83);
    assertThat(bench.toKeyboard(0xFE)).containsExactly(0x83);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xEF, 0xF1, 0x00, 0x7F})
  void unknownCommandsAskForARepetition(int command) {
    assertThat(bench.toKeyboard(command)).containsExactly(0xFE);
  }

  @Test
  void disabledScanningIgnoresKeys() {
    assertThat(bench.toKeyboard(0xF5)).containsExactly(ACK);
    tap(Key.A);
    assertThat(bench.drain()).isEmpty();
    assertThat(bench.toKeyboard(0xF4)).containsExactly(ACK);
    tap(Key.B);
    assertThat(bench.drain()).isEqualTo(hex("32 F0 32"));
  }

  @Test
  void aKeyPressedBeforeScanningWasEnabledHasNoRelease() {
    bench.toKeyboard(0xF5);
    bench.keyboard.key(Key.A, true);
    bench.toKeyboard(0xF4);
    bench.keyboard.key(Key.A, false);
    assertThat(bench.drain()).isEmpty();
  }

  // ---- typematic ----

  private int repeatsIn(long millis) {
    int count = 0;
    for (int i = 0; i < millis; i++) {
      bench.clock.advance(MILLIS);
      if ((bench.status() & Ps2Bench.OUTPUT_FULL) != 0) {
        bench.data();
        count++;
      }
    }
    return count;
  }

  /**
   * Default: 10.9 a second after half a second; 00: 30 a second after a quarter; 7F: 2 a second
   * after a whole one.
   */
  @ParameterizedTest
  @CsvSource({"0x2B, 495, 11", "0x00, 245, 30", "0x7F, 995, 2"})
  void aHeldKeyRepeats(int rate, int silentMillis, int perSecond) {
    bench.toKeyboard(0xF3, rate);
    bench.keyboard.key(Key.A, true);
    bench.data();
    assertThat(repeatsIn(silentMillis)).isZero();
    assertThat(repeatsIn(1000)).isBetween(perSecond, perSecond + 1);
    bench.keyboard.key(Key.A, false);
    assertThat(bench.drain()).isEqualTo(hex("F0 1C"));
    assertThat(repeatsIn(2000)).isZero();
  }

  @Test
  void repeatedPressesByTheConsoleAreTheKeyboardsBusiness() {
    bench.keyboard.key(Key.A, true);
    bench.keyboard.key(Key.A, true);
    assertThat(bench.drain()).isEqualTo(hex("1C"));
  }

  @Test
  void onlyTheKeyPressedLastRepeats() {
    bench.keyboard.key(Key.A, true);
    bench.keyboard.key(Key.B, true);
    bench.drain();
    bench.clock.advance(600 * MILLIS);
    assertThat(bench.data()).isEqualTo(0x32);
    bench.keyboard.key(Key.B, false);
    bench.drain();
    assertThat(repeatsIn(1500)).isZero();
  }

  @Test
  void aSlowGuestFindsOneRepetitionOnly() {
    bench.keyboard.key(Key.A, true);
    bench.clock.advance(5000 * MILLIS);
    bench.keyboard.key(Key.A, false);
    assertThat(bench.drain()).isEqualTo(hex("1C 1C F0 1C"));
  }

  // ---- set 3 ----

  @ParameterizedTest
  @CsvSource({"0xF7, false, true", "0xF8, true, false", "0xF9, false, false", "0xFA, true, true"})
  void allKeysOfSetThreeCanBeSetUp(int command, boolean breaks, boolean repeats) {
    select(3);
    assertThat(bench.toKeyboard(command)).containsExactly(ACK);
    bench.keyboard.key(Key.F1, true);
    assertThat(bench.drain()).isEqualTo(hex("07"));
    assertThat(repeatsIn(1000) > 0).isEqualTo(repeats);
    bench.keyboard.key(Key.F1, false);
    assertThat(bench.drain()).isEqualTo(hex(breaks ? "F0 07" : ""));
  }

  @Test
  void singleKeysOfSetThreeCanBeSetUp() {
    select(3);
    assertThat(bench.toKeyboard(0xFC, 0x1C, 0x32)).containsExactly(ACK, ACK, ACK);
    tap(Key.A);
    tap(Key.B);
    tap(Key.C);
    assertThat(bench.drain()).isEqualTo(hex("1C F0 1C 32 F0 32 21"));
    bench.toKeyboard(0xF6);
    select(3);
    tap(Key.A);
    assertThat(bench.drain()).isEqualTo(hex("1C"));
  }

  // ---- overrun ----

  @Test
  void anOverrunIsReportedOnceAndNoKeySticks() {
    bench.keyboard.key(Key.LEFT_SHIFT, true);
    for (int i = 0; i < 40; i++) {
      tap(Key.A);
    }
    bench.keyboard.key(Key.LEFT_SHIFT, false);
    List<Integer> bytes = bench.drain();
    assertThat(bytes).startsWith(0x12, 0x1C, 0xF0, 0x1C).endsWith(0xF0, 0x12);
    assertThat(bytes).containsOnlyOnce(0x00);
    assertThat(bytes.stream().filter(b -> b == 0x1C).count() % 2).isZero();
    tap(Key.B);
    assertThat(bench.drain()).isEqualTo(hex("32 F0 32"));
  }

  @Override
  protected Device newDevice() {
    bench = new Ps2Bench();
    return bench.keyboard;
  }

  @Override
  protected void disturb(Device device) {
    bench.toKeyboard(0xED, 0x05, 0xF3, 0x11, 0xF0, 0x03, 0xFC, 0x1C);
    bench.command(0xAD);
    bench.keyboard.key(Key.A, true);
    bench.keyboard.key(Key.LEFT_SHIFT, true);
    for (int i = 0; i < 80; i++) {
      tap(Key.RIGHT_SHIFT);
    }
    bench.keyboard.key(Key.LEFT_SHIFT, false);
  }
}

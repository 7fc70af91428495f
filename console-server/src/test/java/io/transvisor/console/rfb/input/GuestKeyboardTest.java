package io.transvisor.console.rfb.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.input.Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestKeyboardTest {
  private static final int SHIFT_L = 0xFFE1;
  private static final int SHIFT_R = 0xFFE2;
  private static final int CONTROL_L = 0xFFE3;
  private static final int CAPS_LOCK = 0xFFE5;
  private static final int ALT_L = 0xFFE9;
  private static final int ALT_R = 0xFFEA;
  private static final int NUM_LOCK = 0xFF7F;

  private final RecordingInput guest = new RecordingInput();
  private final GuestKeyboard keyboard = new GuestKeyboard(guest, KeyboardLayout.EN_US);
  private final Object viewer = "viewer";

  @AfterEach
  void nothingStaysDown() {
    keyboard.release(viewer);
    assertThat(guest.held()).isEmpty();
  }

  @Test
  void everyAsciiCharacterIsTypedWhateverTheModifiers() {
    for (int modifiers = 0; modifiers < 8; modifiers++) {
      for (char c = ' '; c <= '~'; c++) {
        if ((modifiers & 1) != 0) {
          down(SHIFT_L);
        }
        if ((modifiers & 2) != 0) {
          down(SHIFT_R);
        }
        if ((modifiers & 4) != 0) {
          tap(CAPS_LOCK);
        }
        guest.takeText();
        tap(c);
        assertThat(guest.takeText()).as("modifiers %d", modifiers).isEqualTo(String.valueOf(c));
        assertThat(guest.held(Key.LEFT_SHIFT)).isEqualTo((modifiers & 1) != 0);
        assertThat(guest.held(Key.RIGHT_SHIFT)).isEqualTo((modifiers & 2) != 0);
        keyboard.release(viewer);
        if ((modifiers & 4) != 0) {
          tap(CAPS_LOCK);
        }
      }
    }
  }

  @Test
  void aUsViewerNeedsNoHelp() {
    down(SHIFT_L);
    tap('A');
    up(SHIFT_L);
    tap('a');
    assertThat(guest.takeEvents())
        .containsExactly("+LEFT_SHIFT", "+A", "-A", "-LEFT_SHIFT", "+A", "-A");
  }

  @Test
  void shiftIsPressedOrLiftedAroundTheKeyOnly() {
    tap('!');
    assertThat(guest.takeEvents())
        .containsExactly("+LEFT_SHIFT", "+DIGIT_1", "-LEFT_SHIFT", "-DIGIT_1");
    down(SHIFT_R);
    tap('/');
    assertThat(guest.takeEvents())
        .containsExactly("+RIGHT_SHIFT", "-RIGHT_SHIFT", "+SLASH", "+RIGHT_SHIFT", "-SLASH");
  }

  @Test
  void aKeyWhoseSymbolChangedWhileHeldIsReleasedAllTheSame() {
    down(SHIFT_L);
    down('!');
    up(SHIFT_L);
    up('1');
    down('a');
    down('A');
    up('A');
    assertThat(guest.held()).isEmpty();
  }

  @Test
  void repeatsPassOn() {
    down('x');
    down('x');
    down('x');
    up('x');
    assertThat(guest.takeEvents()).containsExactly("+X", "+X", "+X", "-X");
  }

  @Test
  void releasesOfKeysNeverPressedAreDropped() {
    up('q');
    up(SHIFT_L);
    assertThat(guest.takeEvents()).isEmpty();
  }

  @Test
  void capsLockOfTheViewerThatTheGuestDoesNotHave() {
    tap('Q');
    assertThat(guest.takeText()).isEqualTo("Q");
    assertThat(guest.held()).isEmpty();
  }

  @Test
  void capsLockThatTheGuestChangedItself() {
    tap(CAPS_LOCK);
    guest.key(Key.CAPS_LOCK, true);
    guest.key(Key.CAPS_LOCK, false);
    keyboard.setLights(0);
    tap('q');
    assertThat(guest.takeText()).isEqualTo("q");
  }

  @Test
  void repeatsOfALockKeyDoNotToggleIt() {
    down(CAPS_LOCK);
    down(CAPS_LOCK);
    up(CAPS_LOCK);
    tap('Q');
    assertThat(guest.takeEvents())
        .containsExactly("+CAPS_LOCK", "+CAPS_LOCK", "-CAPS_LOCK", "+Q", "-Q");
  }

  @Test
  void commandsWithLettersGetNoExtraShift() {
    tap(CAPS_LOCK);
    guest.takeEvents();
    down(CONTROL_L);
    tap('c');
    up(CONTROL_L);
    down(ALT_L);
    tap('F');
    up(ALT_L);
    assertThat(guest.takeEvents())
        .containsExactly(
            "+LEFT_CTRL", "+C", "-C", "-LEFT_CTRL", "+LEFT_ALT", "+F", "-F", "-LEFT_ALT");
  }

  @Test
  void controlAltDelete() {
    down(CONTROL_L);
    down(ALT_L);
    tap(0xFFFF);
    assertThat(guest.takeEvents()).containsExactly("+LEFT_CTRL", "+LEFT_ALT", "+DELETE", "-DELETE");
  }

  @ParameterizedTest
  @ValueSource(ints = {0xFE03, 0xFF7E, 0xFE11})
  void altGrIsNotAKeyOfAUsKeyboard(int altGr) {
    down(altGr);
    tap('@');
    up(altGr);
    assertThat(guest.takeText()).isEqualTo("@");
    assertThat(guest.takeEvents()).doesNotContain("+RIGHT_ALT");
  }

  @Test
  void altGrSentAsControlAndAltIsLiftedForTheSign() {
    down(CONTROL_L);
    down(ALT_R);
    tap('{');
    assertThat(guest.takeText()).isEqualTo("{");
    assertThat(guest.held()).containsExactlyInAnyOrder(Key.LEFT_CTRL, Key.RIGHT_ALT);
  }

  @ParameterizedTest
  @CsvSource({"0xFFB7, 7", "0xFFB0, 0", "0xFFAE, .", "0xFFAC, ','", "0xFFBD, ="})
  void keypadSymbolsAreTypedWithAndWithoutNumLock(int keysym, String text) {
    tap(keysym);
    down(SHIFT_L);
    tap(keysym);
    up(SHIFT_L);
    tap(NUM_LOCK);
    tap(keysym);
    down(SHIFT_L);
    tap(keysym);
    assertThat(guest.takeText()).isEqualTo(text.repeat(4));
  }

  @Test
  void keypadKeysAreTheRealOnesWhereTheyMeanTheSame() {
    tap(0xFF95);
    tap(NUM_LOCK);
    tap(0xFF95);
    tap(0xFFB7);
    assertThat(guest.takeEvents())
        .filteredOn(e -> e.startsWith("+"))
        .containsExactly("+KEYPAD_7", "+NUM_LOCK", "+HOME", "+KEYPAD_7");
  }

  @Test
  void altCodesUseTheKeypad() {
    down(ALT_L);
    tap(0xFFB6);
    tap(0xFFB5);
    assertThat(guest.takeEvents())
        .containsExactly("+LEFT_ALT", "+KEYPAD_6", "-KEYPAD_6", "+KEYPAD_5", "-KEYPAD_5");
  }

  @ParameterizedTest
  @CsvSource({
    "0xFF0D, ENTER", "0xFF8D, KEYPAD_ENTER", "0xFF1B, ESC", "0xFFBE, F1", "0xFFC9, F12",
    "0xFF51, LEFT", "0xFF56, PAGE_DOWN", "0xFFEB, LEFT_META", "0xFF67, MENU", "0xFF13, PAUSE",
    "0xFF61, PRINT_SCREEN", "0xFE20, TAB", "0xFFE7, LEFT_ALT", "0x0100007A, Z",
  })
  void otherKeys(int keysym, Key key) {
    tap(keysym);
    assertThat(guest.takeEvents()).containsExactly("+" + key, "-" + key);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xFE51, 0xE4, 0x01000416, 0x1008FF13, 0xFFCA, 0, -1, 0x7FFFFFFF})
  void deadKeysAndOtherScriptsAreIgnored(int keysym) {
    tap(keysym);
    assertThat(guest.takeEvents()).isEmpty();
  }

  @Test
  void aViewerThatLeavesLetsGoOfItsKeysOnly() {
    Object other = "other";
    keyboard.event(other, true, 'b');
    keyboard.event(other, true, SHIFT_L);
    down(SHIFT_L);
    down('A');
    keyboard.release(viewer);
    assertThat(guest.held()).containsExactlyInAnyOrder(Key.B, Key.LEFT_SHIFT);
    keyboard.release(other);
  }

  private void down(int keysym) {
    keyboard.event(viewer, true, keysym);
  }

  private void up(int keysym) {
    keyboard.event(viewer, false, keysym);
  }

  private void tap(int keysym) {
    down(keysym);
    up(keysym);
  }
}

package io.transvisor.console.rfb.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyboardLayoutTest {
  private final RecordingInput guest = new RecordingInput();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // layout | keysym | what the guest gets
        "en-us | 0x40 | +LEFT_SHIFT +DIGIT_2 -LEFT_SHIFT -DIGIT_2",
        "en-gb | 0x22 | +LEFT_SHIFT +DIGIT_2 -LEFT_SHIFT -DIGIT_2",
        "en-gb | 0xa3 | +LEFT_SHIFT +DIGIT_3 -LEFT_SHIFT -DIGIT_3",
        "en-gb | 0x5c | +NON_US_BACKSLASH -NON_US_BACKSLASH",
        "en-gb | 0x20ac | +RIGHT_ALT +DIGIT_4 -RIGHT_ALT -DIGIT_4",
        "de | 0x79 | +Z -Z",
        "de | 0x59 | +LEFT_SHIFT +Z -LEFT_SHIFT -Z",
        "de | 0xfc | +LEFT_BRACKET -LEFT_BRACKET",
        "de | 0xdc | +LEFT_SHIFT +LEFT_BRACKET -LEFT_SHIFT -LEFT_BRACKET",
        "de | 0x40 | +RIGHT_ALT +Q -RIGHT_ALT -Q",
        "de | 0x5e | +GRAVE -GRAVE +SPACE -SPACE",
        "de | 0xfe52 | +GRAVE -GRAVE",
        "de | 0xe9 | +EQUAL -EQUAL +E -E",
        "de | 0xc0 | +LEFT_SHIFT +EQUAL -EQUAL -LEFT_SHIFT +LEFT_SHIFT +A -LEFT_SHIFT -A",
        "fr | 0x61 | +Q -Q",
        "fr | 0x31 | +LEFT_SHIFT +DIGIT_1 -LEFT_SHIFT -DIGIT_1",
        "fr | 0x5e | +RIGHT_ALT +DIGIT_9 -RIGHT_ALT -DIGIT_9",
        "fr | 0xea | +LEFT_BRACKET -LEFT_BRACKET +E -E",
        "fr | 0xffb5 | +LEFT_SHIFT +DIGIT_5 -LEFT_SHIFT -DIGIT_5",
        "ru | 0x6c1 | +F -F",
        "ru | 0x1000430 | +F -F",
        "ru | 0x6e1 | +LEFT_SHIFT +F -LEFT_SHIFT -F",
        "ru | 0x6a3 | +GRAVE -GRAVE",
        "ru | 0x6b0 | +LEFT_SHIFT +DIGIT_3 -LEFT_SHIFT -DIGIT_3",
        "ru | 0x61 | +A -A",
        "ru | 0x2e | +SLASH -SLASH",
        "en-us | 0x6c1 | ''",
        "en-us | 0xe9 | ''",
      })
  void symbolsBecomeKeysOfTheLayout(String layout, String keysym, String events) {
    GuestKeyboard keyboard = new GuestKeyboard(guest, KeyboardLayout.named(layout));
    keyboard.event("viewer", true, Integer.decode(keysym));
    keyboard.event("viewer", false, Integer.decode(keysym));
    assertThat(String.join(" ", guest.takeEvents())).isEqualTo(events);
    assertThat(guest.held()).isEmpty();
  }

  @Test
  void everyLayoutTypesItsOwnLettersAndAscii() {
    for (String name : KeyboardLayout.NAMES) {
      KeyboardLayout layout = KeyboardLayout.named(name);
      for (char c = ' '; c <= '~'; c++) {
        assertThat(layout.stroke(c)).as("%s %c", name, c).isNotNull();
      }
    }
  }

  @Test
  void unknownLayoutsAreNamed() {
    assertThatThrownBy(() -> KeyboardLayout.named("../de"))
        .isInstanceOf(VmmException.class)
        .hasMessage("-k ../de: choose en-us, en-gb, de, fr, ru");
  }
}

package io.transvisor.guests;

import io.transvisor.core.input.Key;
import java.util.HashMap;
import java.util.Map;

/** Which keys of a US keyboard type a character. */
final class UsKeyboard {
  private static final Map<Character, Key> PLAIN = new HashMap<>();
  private static final Map<Character, Key> SHIFTED = new HashMap<>();

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      Key key = Key.valueOf(String.valueOf(Character.toUpperCase(c)));
      PLAIN.put(c, key);
      SHIFTED.put(Character.toUpperCase(c), key);
    }
    String digitsShifted = ")!@#$%^&*(";
    for (int d = 0; d <= 9; d++) {
      Key key = Key.valueOf("DIGIT_" + d);
      PLAIN.put((char) ('0' + d), key);
      SHIFTED.put(digitsShifted.charAt(d), key);
    }
    signs(Key.MINUS, '-', '_');
    signs(Key.EQUAL, '=', '+');
    signs(Key.LEFT_BRACKET, '[', '{');
    signs(Key.RIGHT_BRACKET, ']', '}');
    signs(Key.SEMICOLON, ';', ':');
    signs(Key.APOSTROPHE, '\'', '"');
    signs(Key.GRAVE, '`', '~');
    signs(Key.BACKSLASH, '\\', '|');
    signs(Key.COMMA, ',', '<');
    signs(Key.DOT, '.', '>');
    signs(Key.SLASH, '/', '?');
    PLAIN.put(' ', Key.SPACE);
    PLAIN.put('\n', Key.ENTER);
    PLAIN.put('\t', Key.TAB);
    PLAIN.put('\b', Key.BACKSPACE);
    PLAIN.put('\u001b', Key.ESC);
  }

  private UsKeyboard() {}

  private static void signs(Key key, char plain, char shifted) {
    PLAIN.put(plain, key);
    SHIFTED.put(shifted, key);
  }

  /** The keys to hold together, the last one struck. */
  static Key[] keysFor(char c) {
    Key key = PLAIN.get(c);
    if (key != null) {
      return new Key[] {key};
    }
    key = SHIFTED.get(c);
    if (key == null) {
      throw new IllegalArgumentException("no key for '" + c + "'");
    }
    return new Key[] {Key.LEFT_SHIFT, key};
  }
}

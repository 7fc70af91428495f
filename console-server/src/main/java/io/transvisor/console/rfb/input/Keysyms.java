package io.transvisor.console.rfb.input;

import static java.util.Map.entry;

import io.transvisor.console.rfb.input.Stroke.Level;
import io.transvisor.core.input.Key;
import java.util.HashMap;
import java.util.Map;

/**
 * The keysyms of the X Window System (X11/keysymdef.h) that a US keyboard can type. Latin letters
 * and signs have their ISO 8859-1 codes; other keys lie from 0xFF00 up.
 */
final class Keysyms {
  static final int ISO_LEVEL3_SHIFT = 0xFE03;
  static final int ISO_LEVEL5_SHIFT = 0xFE11;
  static final int MODE_SWITCH = 0xFF7E;

  /** Keysyms of Unicode characters have this added (and mean the character itself below 0x100). */
  private static final int UNICODE = 0x0100_0000;

  private static final Map<Integer, Stroke> STROKES = new HashMap<>();

  private static final Map<Integer, Key> FUNCTION_KEYS =
      Map.ofEntries(
          entry(0xFF08, Key.BACKSPACE),
          entry(0xFF09, Key.TAB),
          entry(0xFE20, Key.TAB), // ISO_Left_Tab: what Shift makes of Tab
          entry(0xFF0A, Key.ENTER), // Linefeed
          entry(0xFF0D, Key.ENTER),
          entry(0xFF13, Key.PAUSE),
          entry(0xFF6B, Key.PAUSE), // Break
          entry(0xFF14, Key.SCROLL_LOCK),
          entry(0xFF15, Key.SYS_REQ),
          entry(0xFF1B, Key.ESC),
          entry(0xFF50, Key.HOME),
          entry(0xFF51, Key.LEFT),
          entry(0xFF52, Key.UP),
          entry(0xFF53, Key.RIGHT),
          entry(0xFF54, Key.DOWN),
          entry(0xFF55, Key.PAGE_UP),
          entry(0xFF56, Key.PAGE_DOWN),
          entry(0xFF57, Key.END),
          entry(0xFF61, Key.PRINT_SCREEN),
          entry(0xFF63, Key.INSERT),
          entry(0xFF67, Key.MENU),
          entry(0xFF7F, Key.NUM_LOCK),
          entry(0xFF80, Key.SPACE), // KP_Space
          entry(0xFF89, Key.TAB), // KP_Tab
          entry(0xFF8D, Key.KEYPAD_ENTER),
          entry(0xFFAA, Key.KEYPAD_MULTIPLY),
          entry(0xFFAB, Key.KEYPAD_ADD),
          entry(0xFFAD, Key.KEYPAD_SUBTRACT),
          entry(0xFFAF, Key.KEYPAD_DIVIDE),
          entry(0xFFE1, Key.LEFT_SHIFT),
          entry(0xFFE2, Key.RIGHT_SHIFT),
          entry(0xFFE3, Key.LEFT_CTRL),
          entry(0xFFE4, Key.RIGHT_CTRL),
          entry(0xFFE5, Key.CAPS_LOCK),
          entry(0xFFE7, Key.LEFT_ALT), // Meta_L: what Shift makes of Alt on many X servers
          entry(0xFFE8, Key.RIGHT_ALT),
          entry(0xFFE9, Key.LEFT_ALT),
          entry(0xFFEA, Key.RIGHT_ALT),
          entry(0xFFEB, Key.LEFT_META), // Super_L: the Windows key
          entry(0xFFEC, Key.RIGHT_META),
          entry(0xFFED, Key.LEFT_META), // Hyper_L
          entry(0xFFEE, Key.RIGHT_META),
          entry(0xFFFF, Key.DELETE));

  private static final Key[] F_KEYS = {
    Key.F1, Key.F2, Key.F3, Key.F4, Key.F5, Key.F6, Key.F7, Key.F8, Key.F9, Key.F10, Key.F11,
    Key.F12
  };

  private static final Key[] KEYPAD_DIGITS = {
    Key.KEYPAD_0,
    Key.KEYPAD_1,
    Key.KEYPAD_2,
    Key.KEYPAD_3,
    Key.KEYPAD_4,
    Key.KEYPAD_5,
    Key.KEYPAD_6,
    Key.KEYPAD_7,
    Key.KEYPAD_8,
    Key.KEYPAD_9
  };

  private static final Key[] DIGITS = {
    Key.DIGIT_0,
    Key.DIGIT_1,
    Key.DIGIT_2,
    Key.DIGIT_3,
    Key.DIGIT_4,
    Key.DIGIT_5,
    Key.DIGIT_6,
    Key.DIGIT_7,
    Key.DIGIT_8,
    Key.DIGIT_9
  };

  static {
    for (char c = 'A'; c <= 'Z'; c++) {
      Key key = Key.valueOf(String.valueOf(c));
      STROKES.put((int) c, new Stroke(key, Level.UPPER_CASE));
      STROKES.put((int) Character.toLowerCase(c), new Stroke(key, Level.LOWER_CASE));
    }
    for (int digit = 0; digit <= 9; digit++) {
      signs(DIGITS[digit], (char) ('0' + digit), ")!@#$%^&*(".charAt(digit));
      STROKES.put(
          0xFFB0 + digit, new Stroke(KEYPAD_DIGITS[digit], Level.NUM_LOCK_ON, DIGITS[digit]));
    }
    signs(Key.GRAVE, '`', '~');
    signs(Key.MINUS, '-', '_');
    signs(Key.EQUAL, '=', '+');
    signs(Key.LEFT_BRACKET, '[', '{');
    signs(Key.RIGHT_BRACKET, ']', '}');
    signs(Key.BACKSLASH, '\\', '|');
    signs(Key.SEMICOLON, ';', ':');
    signs(Key.APOSTROPHE, '\'', '"');
    signs(Key.COMMA, ',', '<');
    signs(Key.DOT, '.', '>');
    signs(Key.SLASH, '/', '?');
    STROKES.put((int) ' ', new Stroke(Key.SPACE, Level.ANY));
    FUNCTION_KEYS.forEach((keysym, key) -> STROKES.put(keysym, new Stroke(key, Level.ANY)));
    for (int i = 0; i < F_KEYS.length; i++) {
      STROKES.put(0xFFBE + i, new Stroke(F_KEYS[i], Level.ANY));
    }
    STROKES.put(0xFFBD, new Stroke(Key.EQUAL, Level.UNSHIFTED)); // KP_Equal
    STROKES.put(0xFFAC, new Stroke(Key.COMMA, Level.UNSHIFTED)); // KP_Separator
    STROKES.put(0xFFAE, new Stroke(Key.KEYPAD_DECIMAL, Level.NUM_LOCK_ON, Key.DOT));
    // Keysyms 0xFF95 to 0xFF9F: the number pad without Num Lock.
    cursor(0xFF95, Key.KEYPAD_7, Key.HOME);
    cursor(0xFF96, Key.KEYPAD_4, Key.LEFT);
    cursor(0xFF97, Key.KEYPAD_8, Key.UP);
    cursor(0xFF98, Key.KEYPAD_6, Key.RIGHT);
    cursor(0xFF99, Key.KEYPAD_2, Key.DOWN);
    cursor(0xFF9A, Key.KEYPAD_9, Key.PAGE_UP);
    cursor(0xFF9B, Key.KEYPAD_3, Key.PAGE_DOWN);
    cursor(0xFF9C, Key.KEYPAD_1, Key.END);
    cursor(0xFF9D, Key.KEYPAD_5, Key.KEYPAD_5); // KP_Begin has no other key
    cursor(0xFF9E, Key.KEYPAD_0, Key.INSERT);
    cursor(0xFF9F, Key.KEYPAD_DECIMAL, Key.DELETE);
  }

  private Keysyms() {}

  private static void signs(Key key, char plain, char shifted) {
    STROKES.put((int) plain, new Stroke(key, Level.UNSHIFTED));
    STROKES.put((int) shifted, new Stroke(key, Level.SHIFTED));
  }

  private static void cursor(int keysym, Key pad, Key grey) {
    STROKES.put(keysym, new Stroke(pad, Level.NUM_LOCK_OFF, grey));
  }

  /**
   * How to type a keysym, or null when a US keyboard cannot: other scripts, dead keys, media keys.
   */
  static Stroke stroke(int keysym) {
    boolean unicode = keysym >= UNICODE + ' ' && keysym <= UNICODE + '~';
    return STROKES.get(unicode ? keysym - UNICODE : keysym);
  }

  /**
   * Whether this is an ASCII sign, neither a letter nor a digit: what other layouts type with
   * AltGr.
   */
  static boolean isSign(int keysym) {
    return keysym > ' ' && keysym <= '~' && !Character.isLetterOrDigit(keysym);
  }
}

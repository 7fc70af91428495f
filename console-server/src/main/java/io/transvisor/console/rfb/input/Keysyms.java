package io.transvisor.console.rfb.input;

import static java.util.Map.entry;

import io.transvisor.console.rfb.input.Stroke.Level;
import io.transvisor.core.input.Key;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Map;

/**
 * The keysyms of the X Window System (X11/keysymdef.h). Latin letters and signs have their ISO
 * 8859-1 codes, other scripts pages of their own or their Unicode; keys that type no character lie
 * from 0xFF00 up.
 */
final class Keysyms {
  static final int ISO_LEVEL3_SHIFT = 0xFE03;
  static final int ISO_LEVEL5_SHIFT = 0xFE11;
  static final int MODE_SWITCH = 0xFF7E;

  /** Keysyms of Unicode characters have this added (and mean the character itself below 0x100). */
  private static final int UNICODE = 0x0100_0000;

  /** Keysyms 0x600 to 0x6FF are Cyrillic, with KOI8-R in the low byte. */
  private static final int CYRILLIC = 0x600;

  private static final Charset KOI8 = Charset.forName("KOI8-R");
  private static final int NUMERO_SIGN = 0x6B0;
  private static final int EURO_SIGN = 0x20AC;

  /** Dead keys, and the combining accents they make. */
  private static final Map<Integer, Integer> DEAD =
      Map.of(0xFE50, 0x300, 0xFE51, 0x301, 0xFE52, 0x302, 0xFE53, 0x303, 0xFE57, 0x308);

  private static final Map<Integer, Stroke> STROKES = new HashMap<>();

  /** Keys of the number pad that type a character, by keysym. */
  private static final Map<Integer, Character> PAD_CHARACTERS = new HashMap<>();

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

  static {
    for (int digit = 0; digit <= 9; digit++) {
      padCharacter(0xFFB0 + digit, KEYPAD_DIGITS[digit], (char) ('0' + digit));
    }
    FUNCTION_KEYS.forEach((keysym, key) -> STROKES.put(keysym, new Stroke(key, Level.ANY)));
    for (int i = 0; i < F_KEYS.length; i++) {
      STROKES.put(0xFFBE + i, new Stroke(F_KEYS[i], Level.ANY));
    }
    padCharacter(0xFFAE, Key.KEYPAD_DECIMAL, '.');
    PAD_CHARACTERS.put(0xFFBD, '='); // KP_Equal
    PAD_CHARACTERS.put(0xFFAC, ','); // KP_Separator
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

  private static void padCharacter(int keysym, Key key, char character) {
    STROKES.put(keysym, new Stroke(key, Level.NUM_LOCK_ON));
    PAD_CHARACTERS.put(keysym, character);
  }

  private static void cursor(int keysym, Key pad, Key grey) {
    STROKES.put(keysym, Stroke.pad(pad, Level.NUM_LOCK_OFF, new Stroke(grey, Level.ANY)));
  }

  /**
   * How to type the keysym of a key that is the same in all layouts, or null if it is none.
   *
   * @param characters how the layout types characters, for the number pad without Num Lock
   */
  static Stroke functionKey(int keysym, Map<Integer, Stroke> characters) {
    Stroke stroke = STROKES.get(keysym);
    Character character = PAD_CHARACTERS.get(keysym);
    if (character == null) {
      return stroke;
    }
    Stroke substitute = characters.get((int) character);
    return stroke == null ? substitute : Stroke.pad(stroke.key(), stroke.level(), substitute);
  }

  /** The combining accent that a dead key's keysym means, or 0. */
  static int deadAccent(int keysym) {
    return DEAD.getOrDefault(keysym, 0);
  }

  /** The Unicode character that a keysym means, or -1. */
  static int character(int keysym) {
    if (keysym >= ' ' && keysym <= 0xFF || keysym == EURO_SIGN) {
      return keysym;
    }
    if (keysym == NUMERO_SIGN) {
      return 0x2116;
    }
    if (keysym > CYRILLIC && keysym <= CYRILLIC + 0xFF) {
      return new String(new byte[] {(byte) keysym}, KOI8).codePointAt(0);
    }
    return keysym >= UNICODE + ' ' && keysym <= UNICODE + 0x10FFFF ? keysym - UNICODE : -1;
  }

  /**
   * Whether this is an ASCII sign, neither a letter nor a digit: what other layouts type with
   * AltGr.
   */
  static boolean isSign(int keysym) {
    return keysym > ' ' && keysym <= '~' && !Character.isLetterOrDigit(keysym);
  }
}

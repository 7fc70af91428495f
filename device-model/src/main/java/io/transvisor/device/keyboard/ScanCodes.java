package io.transvisor.device.keyboard;

import io.transvisor.core.input.Key;
import java.util.Arrays;

/**
 * What each key sends in the three scan code sets, and the controller's translation of set 2 to set
 * 1 (IBM PS/2 Hardware Interface Technical Reference, keyboard scan codes).
 */
final class ScanCodes {
  /** Precedes the code of a released key in sets 2 and 3. */
  static final int BREAK_PREFIX = 0xF0;

  private static final int EXTENDED_PREFIX = 0xE0;
  private static final int PAUSE_PREFIX = 0xE1;
  private static final int EXTENDED = 0x100;

  private static final String SET2_TO_SET1 =
      "FF 43 41 3F 3D 3B 3C 58 64 44 42 40 3E 0F 29 59 "
          + "65 38 2A 70 1D 10 02 5A 66 71 2C 1F 1E 11 03 5B "
          + "67 2E 2D 20 12 05 04 5C 68 39 2F 21 14 13 06 5D "
          + "69 31 30 23 22 15 07 5E 6A 72 32 24 16 08 09 5F "
          + "6B 33 25 17 18 0B 0A 60 6C 34 35 26 27 19 0C 61 "
          + "6D 73 28 74 1A 0D 62 6E 3A 36 1C 1B 75 2B 63 76 "
          + "55 56 77 78 79 7A 0E 7B 7C 4F 7D 4B 47 7E 7F 6F "
          + "52 53 50 4C 4D 48 01 45 57 4E 51 4A 37 49 46 54 "
          + "80 81 82 41 54";

  private static final int[] TRANSLATION = new int[256];
  private static final int[] SET1_TO_SET2 = new int[128];

  static {
    String[] codes = SET2_TO_SET1.split(" ");
    for (int i = 0; i < 256; i++) {
      TRANSLATION[i] = i < codes.length ? Integer.parseInt(codes[i], 16) : i;
    }
    for (int i = 0x7F; i > 0; i--) {
      SET1_TO_SET2[TRANSLATION[i] & 0x7F] = i;
    }
    // Two codes lead to F7 and two to System Request; keyboards send the ones above 80h.
    SET1_TO_SET2[0x41] = 0x83;
    SET1_TO_SET2[0x54] = 0x84;
  }

  /** Which keys are held that change what others send. */
  record Modifiers(boolean shift, boolean control, boolean alt) {}

  private ScanCodes() {}

  /** The controller's translation of one byte of set 2, without the break bit. */
  static int translate(int set2) {
    return TRANSLATION[set2];
  }

  /**
   * What a key sends when pressed or released.
   *
   * @param set 1 to 3
   * @return the bytes; empty where the key has no code in the set or no break code
   */
  static int[] sequence(Key key, boolean down, int set, Modifiers modifiers) {
    if (set == 3) {
      int code = set3(key);
      return code == 0 ? new int[0] : down ? new int[] {code} : new int[] {BREAK_PREFIX, code};
    }
    return switch (key) {
      case PAUSE -> pause(down, set, modifiers);
      case PRINT_SCREEN -> printScreen(down, set, modifiers);
      default -> plain(key.set1(), down, set);
    };
  }

  private static int[] plain(int set1, boolean down, int set) {
    int base = set1 & 0x7F;
    boolean extended = (set1 & EXTENDED) != 0;
    int code = set == 1 ? base : SET1_TO_SET2[base];
    if (set == 1) {
      code |= down ? 0 : 0x80;
      return extended ? new int[] {EXTENDED_PREFIX, code} : new int[] {code};
    }
    if (down) {
      return extended ? new int[] {EXTENDED_PREFIX, code} : new int[] {code};
    }
    return extended
        ? new int[] {EXTENDED_PREFIX, BREAK_PREFIX, code}
        : new int[] {BREAK_PREFIX, code};
  }

  /** Pause sends all it has when pressed; with Control it is Break, a key of its own. */
  private static int[] pause(boolean down, int set, Modifiers modifiers) {
    if (!down) {
      return new int[0];
    }
    if (modifiers.control()) {
      return join(plain(0x146, true, set), plain(0x146, false, set));
    }
    return set == 1
        ? new int[] {PAUSE_PREFIX, 0x1D, 0x45, PAUSE_PREFIX, 0x9D, 0xC5}
        : new int[] {
          PAUSE_PREFIX, 0x14, 0x77, PAUSE_PREFIX, BREAK_PREFIX, 0x14, BREAK_PREFIX, 0x77
        };
  }

  /**
   * Print Screen wraps itself in a Shift unless Shift or Control is held; with Alt it is System
   * Request.
   */
  private static int[] printScreen(boolean down, int set, Modifiers modifiers) {
    if (modifiers.alt()) {
      return set == 1
          ? new int[] {down ? 0x54 : 0xD4}
          : down ? new int[] {0x84} : new int[] {BREAK_PREFIX, 0x84};
    }
    int[] print = plain(0x137, down, set);
    if (modifiers.shift() || modifiers.control()) {
      return print;
    }
    int[] shift = plain(0x12A, down, set);
    return down ? join(shift, print) : join(print, shift);
  }

  private static int[] join(int[] a, int[] b) {
    int[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  /** The code of a key in set 3, or 0. */
  static int set3(Key key) {
    return switch (key) {
      case ESC -> 0x08;
      case F1 -> 0x07;
      case F2 -> 0x0F;
      case F3 -> 0x17;
      case F4 -> 0x1F;
      case F5 -> 0x27;
      case F6 -> 0x2F;
      case F7 -> 0x37;
      case F8 -> 0x3F;
      case F9 -> 0x47;
      case F10 -> 0x4F;
      case F11 -> 0x56;
      case F12 -> 0x5E;
      case PRINT_SCREEN, SYS_REQ -> 0x57;
      case SCROLL_LOCK -> 0x5F;
      case PAUSE -> 0x62;
      case INSERT -> 0x67;
      case HOME -> 0x6E;
      case PAGE_UP -> 0x6F;
      case DELETE -> 0x64;
      case END -> 0x65;
      case PAGE_DOWN -> 0x6D;
      case UP -> 0x63;
      case LEFT -> 0x61;
      case DOWN -> 0x60;
      case RIGHT -> 0x6A;
      case NUM_LOCK -> 0x76;
      case KEYPAD_DIVIDE -> 0x77;
      case KEYPAD_MULTIPLY -> 0x7E;
      case KEYPAD_SUBTRACT -> 0x84;
      case KEYPAD_ADD -> 0x7C;
      case KEYPAD_ENTER -> 0x79;
      case BACKSLASH -> 0x5C;
      case CAPS_LOCK -> 0x14;
      case LEFT_CTRL -> 0x11;
      case LEFT_ALT -> 0x19;
      case RIGHT_ALT -> 0x39;
      case RIGHT_CTRL -> 0x58;
      case NON_US_BACKSLASH -> 0x13;
      case LEFT_META -> 0x8B;
      case RIGHT_META -> 0x8C;
      case MENU -> 0x8D;
      case POWER, SLEEP, WAKE -> 0;
      default -> SET1_TO_SET2[key.set1() & 0x7F];
    };
  }
}

package io.transvisor.device.keyboard;

import io.transvisor.core.input.Key;
import java.util.Arrays;

/**
 * In scan code set 3 each key can be told whether it repeats and whether it reports its release.
 */
final class KeyModes {
  private static final int TYPEMATIC = 1;
  private static final int BREAKS = 2;

  private final byte[] modes = new byte[256];

  KeyModes() {
    setDefaults();
  }

  /**
   * Power-on: see the type column of the set 3 table in the IBM PS/2 Hardware Interface Technical
   * Reference.
   */
  void setDefaults() {
    for (Key key : Key.values()) {
      modes[ScanCodes.set3(key)] = (byte) defaultMode(key);
    }
  }

  private static int defaultMode(Key key) {
    return switch (key) {
      case LEFT_SHIFT, RIGHT_SHIFT, LEFT_CTRL, LEFT_ALT, CAPS_LOCK, LEFT_META, RIGHT_META, MENU ->
          BREAKS;
      case RIGHT_ALT, RIGHT_CTRL, INSERT, HOME, END, PAGE_UP, PAGE_DOWN, NUM_LOCK, ESC -> 0;
      case F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12 -> 0;
      case PRINT_SCREEN, SYS_REQ, SCROLL_LOCK, PAUSE -> 0;
      case KEYPAD_0,
          KEYPAD_1,
          KEYPAD_2,
          KEYPAD_3,
          KEYPAD_4,
          KEYPAD_5,
          KEYPAD_6,
          KEYPAD_7,
          KEYPAD_8,
          KEYPAD_9 ->
          0;
      case KEYPAD_DECIMAL, KEYPAD_ENTER, KEYPAD_DIVIDE, KEYPAD_MULTIPLY, KEYPAD_SUBTRACT -> 0;
      default -> TYPEMATIC;
    };
  }

  void setAll(boolean typematic, boolean breaks) {
    Arrays.fill(modes, (byte) mode(typematic, breaks));
  }

  void set(int code, boolean typematic, boolean breaks) {
    modes[code & 0xFF] = (byte) mode(typematic, breaks);
  }

  private static int mode(boolean typematic, boolean breaks) {
    return (typematic ? TYPEMATIC : 0) | (breaks ? BREAKS : 0);
  }

  boolean repeats(Key key) {
    return (modes[ScanCodes.set3(key)] & TYPEMATIC) != 0;
  }

  boolean reportsRelease(Key key) {
    return (modes[ScanCodes.set3(key)] & BREAKS) != 0;
  }

  byte[] toBytes() {
    return modes.clone();
  }

  void fill(byte[] bytes) {
    System.arraycopy(bytes, 0, modes, 0, modes.length);
  }
}

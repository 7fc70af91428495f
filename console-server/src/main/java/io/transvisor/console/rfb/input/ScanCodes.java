package io.transvisor.console.rfb.input;

import io.transvisor.core.input.Key;

/**
 * Keys by the scan codes of the QEMU extended key event: set 1, with bit 7 in place of a prefix E0.
 */
final class ScanCodes {
  private static final int PREFIXED = 0x80;

  /** Pause, whose real sequence does not fit, goes by that of Control and Pause. */
  private static final int BREAK = 0xC6;

  /** What Print Screen sends while Alt is held; viewers use it for the key as such. */
  private static final int SYS_REQ = 0x54;

  private static final Key[] KEYS = new Key[256];

  static {
    for (Key key : Key.values()) {
      int code = key.set1() & 0x7F;
      if (key != Key.PAUSE) {
        KEYS[key.set1() >= 0x100 ? code | PREFIXED : code] = key;
      }
    }
    KEYS[BREAK] = Key.PAUSE;
    KEYS[SYS_REQ] = Key.PRINT_SCREEN;
  }

  private ScanCodes() {}

  /** The key, or null if a PC keyboard has none with this code. */
  static Key key(int scanCode) {
    return scanCode > 0 && scanCode < KEYS.length ? KEYS[scanCode] : null;
  }
}

package io.transvisor.console.rfb.input;

import io.transvisor.core.input.Key;

/**
 * How a keysym is typed on the guest's keyboard.
 *
 * @param key the key
 * @param level what else must hold for the key to mean this symbol
 * @param substitute for the levels of the number pad, the stroke that means the same whatever Num
 *     Lock says; otherwise null
 * @param dead the dead key that comes first, or null
 */
record Stroke(Key key, Level level, Stroke substitute, Stroke dead) {
  /** What a key's meaning depends on. */
  enum Level {
    /** Nothing: the key means this with any modifiers. */
    ANY,
    UNSHIFTED,
    SHIFTED,
    /** AltGr is held, Shift is not. */
    ALT_GR,
    /** A letter: Shift and Caps Lock are both off or both on. */
    LOWER_CASE,
    /** A letter: one of Shift and Caps Lock is on. */
    UPPER_CASE,
    /** The number pad's digits: Num Lock is on. */
    NUM_LOCK_ON,
    /** The number pad's cursor keys: Num Lock is off. */
    NUM_LOCK_OFF
  }

  Stroke(Key key, Level level) {
    this(key, level, null, null);
  }

  /** A key of the number pad. */
  static Stroke pad(Key key, Level level, Stroke substitute) {
    return new Stroke(key, level, substitute, null);
  }

  /** The same with a dead key before it. */
  Stroke after(Stroke deadKey) {
    return new Stroke(key, level, substitute, deadKey);
  }
}

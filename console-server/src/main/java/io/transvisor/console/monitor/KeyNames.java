package io.transvisor.console.monitor;

import static java.util.Map.entry;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Keys by the names {@code sendkey} takes, which are QEMU's (QKeyCode). */
public final class KeyNames {
  /** Names that are not the key's own in lower case. */
  private static final Map<String, Key> SPECIAL =
      Map.ofEntries(
          entry("shift", Key.LEFT_SHIFT),
          entry("shift_r", Key.RIGHT_SHIFT),
          entry("ctrl", Key.LEFT_CTRL),
          entry("ctrl_r", Key.RIGHT_CTRL),
          entry("alt", Key.LEFT_ALT),
          entry("alt_r", Key.RIGHT_ALT),
          entry("meta_l", Key.LEFT_META),
          entry("meta_r", Key.RIGHT_META),
          entry("ret", Key.ENTER),
          entry("spc", Key.SPACE),
          entry("equal", Key.EQUAL),
          entry("bracket_left", Key.LEFT_BRACKET),
          entry("bracket_right", Key.RIGHT_BRACKET),
          entry("grave_accent", Key.GRAVE),
          entry("pgup", Key.PAGE_UP),
          entry("pgdn", Key.PAGE_DOWN),
          entry("print", Key.PRINT_SCREEN),
          entry("sysrq", Key.SYS_REQ),
          entry("less", Key.NON_US_BACKSLASH),
          entry("kp_divide", Key.KEYPAD_DIVIDE),
          entry("kp_multiply", Key.KEYPAD_MULTIPLY),
          entry("kp_subtract", Key.KEYPAD_SUBTRACT),
          entry("kp_add", Key.KEYPAD_ADD),
          entry("kp_enter", Key.KEYPAD_ENTER),
          entry("kp_decimal", Key.KEYPAD_DECIMAL));

  private static final Map<String, Key> KEYS = new HashMap<>(SPECIAL);

  static {
    for (Key key : Key.values()) {
      String name = key.name().toLowerCase(Locale.ROOT);
      KEYS.putIfAbsent(
          name.replaceFirst("^digit_", "").replaceFirst("^keypad_(\\d)$", "kp_$1"), key);
    }
  }

  private KeyNames() {}

  /** The key of a name. */
  public static Optional<Key> find(String name) {
    return Optional.ofNullable(KEYS.get(name.toLowerCase(Locale.ROOT)));
  }

  static List<String> all() {
    return KEYS.keySet().stream().sorted().toList();
  }

  /**
   * The keys of a combination such as {@code ctrl-alt-delete}.
   *
   * @throws VmmException if one is unknown
   */
  static List<Key> parse(String combination) {
    List<Key> keys = new ArrayList<>();
    for (String name : combination.split("-")) {
      keys.add(find(name).orElseThrow(() -> new VmmException("unknown key '" + name + "'")));
    }
    return keys;
  }
}

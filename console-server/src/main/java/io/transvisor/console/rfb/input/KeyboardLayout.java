package io.transvisor.console.rfb.input;

import io.transvisor.console.rfb.input.Stroke.Level;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.Key;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the keys of the guest's keyboard type: the layout that the guest has been set up with, for
 * viewers that send symbols and not places of keys. Layouts are files beside this class.
 */
public final class KeyboardLayout {
  /** The names {@code -k} takes. */
  public static final List<String> NAMES = List.of("en-us", "en-gb", "de", "fr", "ru");

  private static final String DEAD = "*";

  /** Spacing accents of dead keys, and the combining accents they stand for. */
  private static final Map<Integer, Integer> COMBINING =
      Map.of((int) '^', 0x302, (int) '`', 0x300, 0xB4, 0x301, 0xA8, 0x308, (int) '~', 0x303);

  /** The one taken if nothing is said. */
  public static final KeyboardLayout EN_US = named("en-us");

  private final Map<Integer, Stroke> characters = new HashMap<>();

  /** Dead keys by the combining accent they make. */
  private final Map<Integer, Stroke> dead = new HashMap<>();

  private KeyboardLayout() {}

  /**
   * @throws VmmException if there is no layout of this name
   */
  public static KeyboardLayout named(String name) {
    if (!NAMES.contains(name)) {
      throw new VmmException("-k " + name + ": choose " + String.join(", ", NAMES));
    }
    KeyboardLayout layout = new KeyboardLayout();
    layout.read(name);
    layout.compose();
    return layout;
  }

  private void read(String name) {
    try (InputStream in = KeyboardLayout.class.getResourceAsStream(name + ".layout")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines().filter(line -> !line.startsWith("# ")).forEach(this::line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    put(' ', new Stroke(Key.SPACE, Level.ANY));
  }

  private void line(String line) {
    if (line.startsWith("+")) {
      // Its characters go first; those that follow take their places.
      read(line.substring(1));
      return;
    }
    String[] parts = line.split(" ");
    Key key = Key.valueOf(parts[0]);
    Level[] levels = {Level.UNSHIFTED, Level.SHIFTED, Level.ALT_GR};
    if (parts.length > 2 && isLetter(parts[1], parts[2])) {
      levels[0] = Level.LOWER_CASE;
      levels[1] = Level.UPPER_CASE;
    }
    for (int i = 1; i < parts.length; i++) {
      boolean isDead = parts[i].length() > 1 && parts[i].startsWith(DEAD);
      int character = parts[i].codePointAt(isDead ? 1 : 0);
      Stroke stroke = new Stroke(key, levels[i - 1]);
      if (isDead) {
        dead.put(COMBINING.get(character), stroke);
      } else {
        put(character, stroke);
      }
    }
  }

  private void put(int character, Stroke stroke) {
    characters.put(character, stroke);
  }

  private static boolean isLetter(String plain, String shifted) {
    return Character.isLetter(plain.codePointAt(0))
        && Character.toUpperCase(plain.codePointAt(0)) == shifted.codePointAt(0);
  }

  /** Accents, and letters with them, that are no keys but can be had with dead ones. */
  private void compose() {
    COMBINING.forEach((accent, combining) -> {
      if (dead.containsKey(combining)) {
        Stroke space = new Stroke(Key.SPACE, Level.ANY);
        characters.putIfAbsent(accent, space.after(dead.get(combining)));
      }
    });
    for (int c = 0xC0; c < 0x180; c++) {
      String parts = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
      if (parts.length() == 2 && !characters.containsKey(c)) {
        Stroke accent = dead.get((int) parts.charAt(1));
        Stroke letter = characters.get((int) parts.charAt(0));
        if (accent != null && letter != null) {
          characters.put(c, letter.after(accent));
        }
      }
    }
  }

  /** How to type a keysym, or null when this keyboard cannot: other scripts, media keys. */
  Stroke stroke(int keysym) {
    Stroke key = Keysyms.functionKey(keysym, characters);
    if (key != null) {
      return key;
    }
    int accent = Keysyms.deadAccent(keysym);
    if (accent != 0) {
      return dead.get(accent);
    }
    return characters.get(Keysyms.character(keysym));
  }
}

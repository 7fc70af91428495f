package io.transvisor.console.rfb.input;

import io.transvisor.console.rfb.input.Stroke.Level;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Types the keysyms that viewers send on the guest's keyboard, whose layout it is told. Where the
 * symbol needs Shift and the guest's Shift is up, or the other way round (the viewer's layout is
 * another, or its Caps Lock differs), Shift is pressed or lifted around the key.
 *
 * <p>Caps Lock and Num Lock of the guest are followed from the keys sent, and corrected by {@link
 * #setLights} where the guest's keyboard lights are known. The keys a viewer holds are released
 * when it leaves. Thread-safe: viewers share it.
 */
public final class GuestKeyboard {
  /** Bits of the keyboard lights, as the PS/2 keyboard and RFB's LED state number them. */
  public static final int SCROLL_LOCK = 1;

  public static final int NUM_LOCK = 2;
  public static final int CAPS_LOCK = 4;

  private static final Set<Key> SHIFTS = EnumSet.of(Key.LEFT_SHIFT, Key.RIGHT_SHIFT);
  private static final Set<Key> ALT_GR = EnumSet.of(Key.LEFT_CTRL, Key.RIGHT_ALT);
  private static final Set<Key> COMMAND_MODIFIERS =
      EnumSet.of(
          Key.LEFT_CTRL,
          Key.RIGHT_CTRL,
          Key.LEFT_ALT,
          Key.RIGHT_ALT,
          Key.LEFT_META,
          Key.RIGHT_META);

  private final InputSink sink;
  private final KeyboardLayout layout;

  /** For each viewer the keysyms it holds and the keys that were pressed for them. */
  private final Map<Object, Map<Integer, Key>> held = new HashMap<>();

  private final Set<Key> down = EnumSet.noneOf(Key.class);
  private boolean capsLock;
  private boolean numLock;
  private volatile int lights;

  public GuestKeyboard(InputSink sink, KeyboardLayout layout) {
    this.sink = sink;
    this.layout = layout;
  }

  /**
   * The state of the guest's keyboard lights.
   *
   * @param guestLights combination of the bits of this class
   */
  public synchronized void setLights(int guestLights) {
    capsLock = (guestLights & CAPS_LOCK) != 0;
    numLock = (guestLights & NUM_LOCK) != 0;
    lights = guestLights;
  }

  /** The lights as last set, none at first. */
  public int lights() {
    return lights;
  }

  /**
   * A key event of a viewer; repeated presses pass on as the repeats they are.
   *
   * @param viewer any object that stands for the viewer
   */
  public synchronized void event(Object viewer, boolean pressed, int keysym) {
    Stroke stroke = layout.stroke(keysym);
    if (stroke == null) {
      // AltGr, too, needs no key: the symbol it makes arrives as such.
      return;
    }
    if (pressed) {
      press(held.computeIfAbsent(viewer, v -> new HashMap<>()), keysym, stroke);
    } else if (held.containsKey(viewer)) {
      lift(held.get(viewer), keysym, stroke);
    }
  }

  /**
   * A key event of a viewer that knows the key's place: whatever is printed on it, the guest gets
   * the key there.
   *
   * @param scanCode of set 1, bit 7 set for a prefix E0; what is no such key goes by its keysym
   */
  public synchronized void event(Object viewer, boolean pressed, int keysym, int scanCode) {
    Key key = ScanCodes.key(scanCode);
    if (key == null) {
      event(viewer, pressed, keysym);
    } else if (pressed) {
      Map<Integer, Key> mine = held.computeIfAbsent(viewer, v -> new HashMap<>());
      mine.values().remove(key);
      // No keysym is negative.
      mine.put(~scanCode, key);
      keyDown(key);
    } else if (held.containsKey(viewer) && held.get(viewer).values().remove(key)) {
      upIfFree(key);
    }
  }

  /** A viewer leaves: lets go of all it holds. */
  public synchronized void release(Object viewer) {
    Map<Integer, Key> keys = held.remove(viewer);
    if (keys != null) {
      keys.values().forEach(this::upIfFree);
    }
  }

  private void press(Map<Integer, Key> mine, int keysym, Stroke wanted) {
    Stroke stroke = strokeFor(wanted);
    Key key = stroke.key();
    // The same key under another symbol (Shift has changed meanwhile) will be released once only.
    mine.values().remove(key);
    mine.put(keysym, key);
    if (stroke.dead() != null) {
      around(
          stroke.dead(),
          keysym,
          () -> {
            sink.key(stroke.dead().key(), true);
            sink.key(stroke.dead().key(), false);
          });
    }
    around(stroke, keysym, () -> keyDown(key));
  }

  /** Holds and lifts modifiers so that a key has the level wanted while something is done. */
  private void around(Stroke stroke, int keysym, Runnable action) {
    Level level = stroke.level();
    List<Key> lifted = new ArrayList<>();
    List<Key> added = new ArrayList<>();
    boolean altGr = level == Level.ALT_GR;
    if (Keysyms.isSign(keysym) && down.containsAll(ALT_GR) && !altGr) {
      // Some viewers send AltGr as Control and Alt; the sign it made is not a command.
      lifted.addAll(ALT_GR);
    }
    if (altGr && !down.contains(Key.RIGHT_ALT)) {
      added.add(Key.RIGHT_ALT);
    }
    boolean shifted = shifted();
    boolean needsShift = needsShift(level, shifted);
    if (shifted && !needsShift) {
      down.stream().filter(SHIFTS::contains).forEach(lifted::add);
    }
    if (needsShift && !shifted) {
      added.add(Key.LEFT_SHIFT);
    }
    lifted.forEach(k -> sink.key(k, false));
    added.forEach(k -> sink.key(k, true));
    action.run();
    added.reversed().forEach(k -> sink.key(k, false));
    lifted.forEach(k -> sink.key(k, true));
  }

  private void lift(Map<Integer, Key> mine, int keysym, Stroke stroke) {
    Key key = mine.remove(keysym);
    if (key == null) {
      // Pressed under another symbol, as when Shift was let go first.
      key = stroke.key();
      mine.values().remove(key);
    }
    upIfFree(key);
  }

  /** The stroke itself, or what means the same whatever Num Lock says. */
  private Stroke strokeFor(Stroke stroke) {
    boolean pad =
        switch (stroke.level()) {
          case NUM_LOCK_ON -> numLock && !shifted() || down.contains(Key.LEFT_ALT);
          case NUM_LOCK_OFF -> !numLock && !shifted();
          default -> true;
        };
    return pad || stroke.substitute() == null ? stroke : stroke.substitute();
  }

  private boolean shifted() {
    return down.contains(Key.LEFT_SHIFT) || down.contains(Key.RIGHT_SHIFT);
  }

  private boolean needsShift(Level level, boolean shifted) {
    return switch (level) {
      case UNSHIFTED, ALT_GR -> false;
      case SHIFTED -> true;
      case LOWER_CASE -> isCommand() ? shifted : capsLock;
      case UPPER_CASE -> isCommand() ? shifted : !capsLock;
      default -> shifted;
    };
  }

  /**
   * Letters held together with Control or Alt are commands: there Shift is what the user holds, not
   * what the letter's case says.
   */
  private boolean isCommand() {
    return down.stream().anyMatch(COMMAND_MODIFIERS::contains);
  }

  private void keyDown(Key key) {
    if (down.add(key)) {
      if (key == Key.CAPS_LOCK) {
        capsLock = !capsLock;
      } else if (key == Key.NUM_LOCK) {
        numLock = !numLock;
      }
    }
    sink.key(key, true);
  }

  private void upIfFree(Key key) {
    boolean stillHeld = held.values().stream().anyMatch(keys -> keys.containsValue(key));
    if (!stillHeld && down.remove(key)) {
      sink.key(key, false);
    }
  }
}

package io.transvisor.console.rfb.input;

import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A guest with a US keyboard: writes down what it gets, and what text that types. */
public final class RecordingInput implements InputSink {
  private static final String PLAIN = "`1234567890-=[]\\;',./ ";
  private static final String SHIFTED = "~!@#$%^&*()_+{}|:\"<>? ";
  private static final List<Key> SIGN_KEYS =
      List.of(
          Key.GRAVE,
          Key.DIGIT_1,
          Key.DIGIT_2,
          Key.DIGIT_3,
          Key.DIGIT_4,
          Key.DIGIT_5,
          Key.DIGIT_6,
          Key.DIGIT_7,
          Key.DIGIT_8,
          Key.DIGIT_9,
          Key.DIGIT_0,
          Key.MINUS,
          Key.EQUAL,
          Key.LEFT_BRACKET,
          Key.RIGHT_BRACKET,
          Key.BACKSLASH,
          Key.SEMICOLON,
          Key.APOSTROPHE,
          Key.COMMA,
          Key.DOT,
          Key.SLASH,
          Key.SPACE);
  private static final String PAD_KEYS = "0123456789";

  private final List<String> events = new ArrayList<>();
  private final Set<Key> down = EnumSet.noneOf(Key.class);
  private final StringBuilder typed = new StringBuilder();
  private boolean capsLock;
  private boolean numLock;

  @Override
  public synchronized void key(Key key, boolean isDown) {
    events.add((isDown ? "+" : "-") + key);
    if (!isDown) {
      down.remove(key);
      return;
    }
    boolean repeat = !down.add(key);
    if (key == Key.CAPS_LOCK && !repeat) {
      capsLock = !capsLock;
    } else if (key == Key.NUM_LOCK && !repeat) {
      numLock = !numLock;
    } else if (!held(Key.LEFT_CTRL) && !held(Key.LEFT_ALT) && !held(Key.RIGHT_ALT)) {
      type(key);
    }
  }

  private void type(Key key) {
    boolean shift = held(Key.LEFT_SHIFT) || held(Key.RIGHT_SHIFT);
    int sign = SIGN_KEYS.indexOf(key);
    if (sign >= 0) {
      typed.append((shift ? SHIFTED : PLAIN).charAt(sign));
    } else if (key.name().length() == 1) {
      String letter = key.name();
      typed.append(shift != capsLock ? letter : letter.toLowerCase(Locale.ROOT));
    } else if (key.name().startsWith("KEYPAD_") && numLock != shift) {
      String pad = key.name().substring("KEYPAD_".length());
      typed.append(PAD_KEYS.contains(pad) ? pad : key == Key.KEYPAD_DECIMAL ? "." : "");
    }
  }

  @Override
  public synchronized void mouse(int dx, int dy, int dz, int buttons) {
    events.add("mouse " + dx + " " + dy + " " + dz + " " + buttons);
  }

  @Override
  public synchronized void guide(int dx, int dy, int dz, int buttons) {
    events.add("guide " + dx + " " + dy + " " + dz + " " + buttons);
  }

  @Override
  public synchronized void push(int dx, int dy, int buttons) {
    events.add("push " + dx + " " + dy + " " + buttons);
  }

  public synchronized boolean held(Key key) {
    return down.contains(key);
  }

  /** Keys that are down now. */
  public synchronized Set<Key> held() {
    return EnumSet.copyOf(down);
  }

  /** {@code +KEY}, {@code -KEY} and {@code mouse dx dy dz buttons}, in order; forgets them. */
  public synchronized List<String> takeEvents() {
    List<String> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  /** What has been typed since the last call. */
  public synchronized String takeText() {
    String text = typed.toString();
    typed.setLength(0);
    return text;
  }
}

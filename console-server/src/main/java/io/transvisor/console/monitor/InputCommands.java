package io.transvisor.console.monitor;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.util.List;

/** {@code sendkey}, {@code mouse_move} and {@code mouse_button}. */
final class InputCommands {
  private static final int HOLD_MILLIS = 100;
  private static final int MAX_HOLD_MILLIS = 10_000;

  private final InputSink input;
  private int buttons;

  private InputCommands(InputSink input) {
    this.input = input;
  }

  static void define(CommandTable t, InputSink input) {
    InputCommands commands = new InputCommands(input);
    t.add(
        "sendkey",
        "KEYS [MS]",
        "presses keys together, as ctrl-alt-delete",
        1,
        2,
        commands::sendKey,
        KeyNames::all);
    t.add("mouse_move", "DX DY [DZ]", "moves the mouse, and its wheel", 2, 3, commands::mouseMove);
    t.add(
        "mouse_button",
        "STATE",
        "1 left, 2 middle, 4 right, together",
        1,
        1,
        commands::mouseButton);
  }

  private String sendKey(List<String> arguments) {
    int hold = arguments.size() < 2 ? HOLD_MILLIS : number(arguments.get(1));
    press(input, KeyNames.parse(arguments.getFirst()), hold);
    return "";
  }

  /** Presses keys one after the other, holds them together, and releases them. */
  static void press(InputSink input, List<Key> keys, int holdMillis) {
    keys.forEach(key -> input.key(key, true));
    try {
      Thread.sleep(Math.clamp(holdMillis, 0, MAX_HOLD_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keys.reversed().forEach(key -> input.key(key, false));
  }

  private String mouseMove(List<String> arguments) {
    int wheel = arguments.size() < 3 ? 0 : number(arguments.get(2));
    input.mouse(number(arguments.get(0)), number(arguments.get(1)), wheel, buttons);
    return "";
  }

  private String mouseButton(List<String> arguments) {
    int state = number(arguments.getFirst());
    buttons =
        state & 1
            | ((state & 2) != 0 ? InputSink.MIDDLE : 0)
            | ((state & 4) != 0 ? InputSink.RIGHT : 0);
    input.mouse(0, 0, 0, buttons);
    return "";
  }

  private static int number(String text) {
    try {
      return Integer.decode(text);
    } catch (NumberFormatException e) {
      throw new VmmException(text + " is not a number", e);
    }
  }
}

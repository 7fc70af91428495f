package io.transvisor.console.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import io.transvisor.console.monitor.KeyNames;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code send-key} and {@code input-send-event}. */
final class QmpInput {
  private static final int HOLD_MILLIS = 100;
  private static final int MAX_HOLD_MILLIS = 10_000;

  /** In a key's number: the code has the prefix E0. */
  private static final int GREY = 0x80;

  private final InputSink input;
  private int buttons;

  QmpInput(InputSink input) {
    this.input = input;
  }

  void sendKey(Arguments a) {
    List<Key> keys = new ArrayList<>();
    for (JsonNode node : a.array("keys")) {
      keys.add(key(Arguments.of(node, "keys")));
    }
    int hold = Math.clamp(a.integer("hold-time", HOLD_MILLIS), 0, MAX_HOLD_MILLIS);
    a.end();
    keys.forEach(key -> input.key(key, true));
    try {
      Thread.sleep(hold);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keys.reversed().forEach(key -> input.key(key, false));
  }

  /** A KeyValue: a name, or a scan code. */
  private static Key key(Arguments a) {
    String type = a.text("type");
    Optional<Key> key =
        switch (type) {
          case "qcode" -> KeyNames.find(a.text("data"));
          case "number" -> byNumber(a.integer("data"));
          default -> throw Arguments.notAccepted("type", type);
        };
    String data = a.optional("data").asText();
    a.end();
    return key.orElseThrow(() -> Arguments.notAccepted("data", data));
  }

  private static Optional<Key> byNumber(int number) {
    int code = (number & GREY) != 0 ? number & ~GREY | 0x100 : number;
    for (Key key : Key.values()) {
      if (key.set1() == code) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  void sendEvents(Arguments a) {
    a.optionalText("device");
    a.integer("head", 0);
    List<Runnable> actions = new ArrayList<>();
    for (JsonNode node : a.array("events")) {
      actions.add(event(Arguments.of(node, "events")));
    }
    a.end();
    actions.forEach(Runnable::run);
  }

  /** What an event does; nothing is done until all of them are understood. */
  private Runnable event(Arguments a) {
    String type = a.text("type");
    Arguments data = Arguments.of(a.required("data"), "data");
    a.end();
    Runnable action =
        switch (type) {
          case "key" -> {
            Key key = key(Arguments.of(data.required("key"), "key"));
            boolean down = data.requiredFlag("down");
            yield () -> input.key(key, down);
          }
          case "btn" -> button(data.text("button"), data.requiredFlag("down"));
          case "rel" -> move(data.text("axis"), data.integer("value"));
          default -> throw QmpException.generic("Input handler not found for event type " + type);
        };
    data.end();
    return action;
  }

  private Runnable button(String name, boolean down) {
    int bit =
        switch (name) {
          case "left" -> InputSink.LEFT;
          case "right" -> InputSink.RIGHT;
          case "middle" -> InputSink.MIDDLE;
          case "wheel-up", "wheel-down" -> 0;
          default -> throw Arguments.notAccepted("button", name);
        };
    int wheel = bit != 0 || !down ? 0 : name.equals("wheel-up") ? -1 : 1;
    return () -> {
      buttons = down ? buttons | bit : buttons & ~bit;
      input.mouse(0, 0, wheel, buttons);
    };
  }

  private Runnable move(String axis, int value) {
    return switch (axis) {
      case "x" -> () -> input.mouse(value, 0, 0, buttons);
      case "y" -> () -> input.mouse(0, value, 0, buttons);
      default -> throw Arguments.notAccepted("axis", axis);
    };
  }
}

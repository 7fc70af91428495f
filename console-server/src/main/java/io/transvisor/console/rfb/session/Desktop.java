package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.core.display.Screen;
import java.util.Optional;

/**
 * What all viewers of a guest share.
 *
 * @param name shown by viewers in their title bar
 * @param actions what viewers may do to the machine; empty if nothing
 */
public record Desktop(
    Screen screen,
    GuestKeyboard keyboard,
    GuestPointer pointer,
    String name,
    Optional<MachineActions> actions) {
  /** Event for sessions: the keyboard's lights have changed. */
  public static final Object LIGHTS_CHANGED =
      new Object() {
        @Override
        public String toString() {
          return "LIGHTS_CHANGED";
        }
      };
}

package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.message.ServerMessages;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The pseudo-rectangles a client is still to be sent. Of each kind only the latest is kept, however
 * long the client does not ask.
 */
final class Announcements {
  /** Kinds, in the order they are sent. */
  enum Kind {
    SIZE,
    NAME,
    SCAN_CODES,
    RELATIVE_POINTER,
    LIGHTS,
    POINTER_SHAPE
  }

  private final Map<Kind, Consumer<ByteSink>> pending = new EnumMap<>(Kind.class);

  boolean isEmpty() {
    return pending.isEmpty();
  }

  boolean has(Kind kind) {
    return pending.containsKey(kind);
  }

  /**
   * Notes a pseudo-rectangle, in place of one of its kind that has not been sent.
   *
   * @param rectangle writes the pseudo-rectangle, header included, when its time has come
   */
  void put(Kind kind, Consumer<ByteSink> rectangle) {
    pending.put(kind, rectangle);
  }

  /** Writes one update with all of them. */
  void take(ByteSink out) {
    ServerMessages.updateHeader(out, pending.size());
    pending.values().forEach(rectangle -> rectangle.accept(out));
    pending.clear();
  }
}

package io.transvisor.console.rfb.message;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.PixelFormat;
import java.util.List;

/** What a client can say after the handshake (RFC 6143 section 7.5). */
public sealed interface ClientMessage {
  /** The format of all pixels sent from now on; it has been checked. */
  record SetPixelFormat(PixelFormat format) implements ClientMessage {}

  /** The encodings the client understands, the one it likes best first. */
  record SetEncodings(List<Integer> encodings) implements ClientMessage {}

  /**
   * The client wants to know about this area, which may reach past the screen.
   *
   * @param incremental whether the client still has what it was sent before
   */
  record FramebufferUpdateRequest(boolean incremental, Area area) implements ClientMessage {}

  /**
   * @param keysym the symbol of the X Window System that the key means
   */
  record KeyEvent(boolean down, int keysym) implements ClientMessage {}

  /**
   * @param buttons bit 0 left, 1 middle, 2 right, 3 and 4 wheel up and down
   */
  record PointerEvent(int buttons, int x, int y) implements ClientMessage {}

  /**
   * The client's clipboard has this many bytes; the guest has no clipboard, so they are not kept.
   */
  record ClientCutText(int length) implements ClientMessage {}
}

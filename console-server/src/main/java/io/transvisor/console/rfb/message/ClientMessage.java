package io.transvisor.console.rfb.message;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.PixelFormat;
import java.util.List;

/**
 * What a client can say after the handshake (RFC 6143 section 7.5, and the extensions this server
 * announces).
 */
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
   * A key by its place on the keyboard.
   *
   * @param keysym as in {@link KeyEvent}, 0 if the client does not know
   * @param scanCode of set 1, bit 7 set for a prefix E0; 0 if the client does not know
   */
  record ScanCodeEvent(boolean down, int keysym, int scanCode) implements ClientMessage {}

  /**
   * @param buttons bit 0 left, 1 middle, 2 right, 3 and 4 wheel up and down
   */
  record PointerEvent(int buttons, int x, int y) implements ClientMessage {}

  /**
   * The client's clipboard has this many bytes, in the plain or the extended form; the guest has no
   * clipboard, so they are not kept.
   */
  record ClientCutText(int length) implements ClientMessage {}

  /** Updates of this area shall come without requests from now on, or no longer. */
  record EnableContinuousUpdates(boolean on, Area area) implements ClientMessage {}

  /**
   * A place in the stream.
   *
   * @param flags of {@link ServerMessages}
   * @param payload up to 64 bytes, to be sent back as they are, one character each
   */
  record ClientFence(int flags, String payload) implements ClientMessage {}

  /** The client would like the screen to have another size. */
  record SetDesktopSize(int width, int height) implements ClientMessage {}

  /**
   * A request to the machine.
   *
   * @param version 1
   * @param code 2 shutdown, 3 reboot, 4 reset
   */
  record XvpRequest(int version, int code) implements ClientMessage {}
}

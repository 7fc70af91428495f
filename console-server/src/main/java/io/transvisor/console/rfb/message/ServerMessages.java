package io.transvisor.console.rfb.message;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.encode.PixelTranslator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of the server's messages (RFC 6143 sections 7.3.2 and 7.6, and the extensions), without
 * the data of rectangles.
 */
public final class ServerMessages {
  private static final int FRAMEBUFFER_UPDATE = 0;
  private static final int SET_COLOUR_MAP_ENTRIES = 1;
  private static final int END_OF_CONTINUOUS_UPDATES = 150;
  private static final int SERVER_FENCE = 248;
  private static final int XVP = 250;
  private static final int MAX_NAME_BYTES = 255;

  /** Fence flag: everything before it must have taken effect when it is echoed. */
  public static final int FENCE_BLOCK_BEFORE = 1;

  /** Fence flag: nothing after it may take effect before it is echoed. */
  public static final int FENCE_BLOCK_AFTER = 2;

  /** Fence flag: the next message takes effect exactly when it is echoed. */
  public static final int FENCE_SYNC_NEXT = 4;

  /** Fence flag: this is to be echoed, and is no echo. */
  public static final int FENCE_REQUEST = 1 << 31;

  /** The flags both sides know, the request itself aside. */
  public static final int FENCE_FLAGS = FENCE_BLOCK_BEFORE | FENCE_BLOCK_AFTER | FENCE_SYNC_NEXT;

  /** Bytes a fence can carry. */
  public static final int MAX_FENCE_PAYLOAD = 64;

  /** Version of the xvp extension, and the codes of the server's messages. */
  public static final int XVP_VERSION = 1;

  public static final int XVP_FAIL = 0;
  public static final int XVP_INIT = 1;

  /** An update that ends with a LastRect marker has this count. */
  public static final int COUNT_UNKNOWN = 0xFFFF;

  private ServerMessages() {}

  /** ServerInit, with the screen's own pixel format. */
  public static void serverInit(ByteSink out, int width, int height, String name) {
    PixelFormat format = PixelFormat.NATIVE;
    out.u16(width).u16(height);
    out.u8(format.bitsPerPixel()).u8(format.depth()).u8(0).u8(1);
    out.u16(format.redMax()).u16(format.greenMax()).u16(format.blueMax());
    out.u8(format.redShift()).u8(format.greenShift()).u8(format.blueShift());
    out.u8(0).u16(0);
    name(out, name);
  }

  private static void name(ByteSink out, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    bytes = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_NAME_BYTES));
    out.u32(bytes.length).bytes(bytes);
  }

  /** Says that continuous updates can be had, and later that they have ended. */
  public static void endOfContinuousUpdates(ByteSink out) {
    out.u8(END_OF_CONTINUOUS_UPDATES);
  }

  /** A fence or the echo of one; the payload has one character for each byte. */
  public static void fence(ByteSink out, int flags, String payload) {
    out.u8(SERVER_FENCE).u8(0).u16(0).u32(flags);
    out.u8(payload.length()).bytes(payload.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A message of the xvp extension. */
  public static void xvp(ByteSink out, int code) {
    out.u8(XVP).u8(0).u8(XVP_VERSION).u8(code);
  }

  /** A pseudo-rectangle that says nothing beyond its number. */
  public static void marker(ByteSink out, int encoding) {
    rectangleHeader(out, Area.EMPTY, encoding);
  }

  /** The pseudo-rectangle with the desktop's name. */
  public static void desktopName(ByteSink out, String name) {
    marker(out, Encoding.DESKTOP_NAME);
    name(out, name);
  }

  /**
   * The pseudo-rectangle with the screen's size, as one monitor.
   *
   * @param reason 0 of the guest's own accord, 1 in answer to this client
   * @param status 0 done, 1 prohibited
   */
  public static void extendedDesktopSize(
      ByteSink out, int reason, int status, int width, int height) {
    rectangleHeader(out, new Area(reason, status, width, height), Encoding.EXTENDED_DESKTOP_SIZE);
    out.u8(1).u8(0).u16(0);
    out.u32(0).u16(0).u16(0).u16(width).u16(height).u32(0);
  }

  /**
   * The pseudo-rectangle with the keyboard's lights.
   *
   * @param lights bit 0 scroll lock, 1 num lock, 2 caps lock
   */
  public static void lights(ByteSink out, int encoding, int lights) {
    marker(out, encoding);
    if (encoding == Encoding.QEMU_LED_STATE) {
      out.u8(lights);
    } else {
      out.u32(lights);
    }
  }

  /** The pseudo-rectangle that asks for movements of the pointer instead of positions. */
  public static void relativePointer(ByteSink out, int width, int height) {
    rectangleHeader(out, new Area(0, 0, width, height), Encoding.POINTER_MOTION_CHANGE);
  }

  /** The start of a FramebufferUpdate. */
  public static void updateHeader(ByteSink out, int rectangles) {
    out.u8(FRAMEBUFFER_UPDATE).u8(0).u16(rectangles);
  }

  /** The start of a rectangle. */
  public static void rectangleHeader(ByteSink out, Area area, int encoding) {
    out.u16(area.x()).u16(area.y()).u16(area.width()).u16(area.height()).u32(encoding);
  }

  /** The whole colour map of a client that does not want true colour. */
  public static void colourMap(ByteSink out) {
    out.u8(SET_COLOUR_MAP_ENTRIES).u8(0).u16(0).u16(PixelTranslator.PALETTE_SIZE);
    for (int i = 0; i < PixelTranslator.PALETTE_SIZE; i++) {
      for (int intensity : PixelTranslator.paletteEntry(i)) {
        out.u16(intensity);
      }
    }
  }
}

package io.transvisor.console.rfb.message;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.encode.PixelTranslator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of the server's messages (RFC 6143 sections 7.3.2 and 7.6), without the data of
 * rectangles.
 */
public final class ServerMessages {
  private static final int FRAMEBUFFER_UPDATE = 0;
  private static final int SET_COLOUR_MAP_ENTRIES = 1;
  private static final int MAX_NAME_BYTES = 255;

  private ServerMessages() {}

  /** ServerInit, with the screen's own pixel format. */
  public static void serverInit(ByteSink out, int width, int height, String name) {
    PixelFormat format = PixelFormat.NATIVE;
    out.u16(width).u16(height);
    out.u8(format.bitsPerPixel()).u8(format.depth()).u8(0).u8(1);
    out.u16(format.redMax()).u16(format.greenMax()).u16(format.blueMax());
    out.u8(format.redShift()).u8(format.greenShift()).u8(format.blueShift());
    out.u8(0).u16(0);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    bytes = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_NAME_BYTES));
    out.u32(bytes.length).bytes(bytes);
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

package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.encode.HextileEncoder;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.encode.PixelTranslator;
import io.transvisor.console.rfb.encode.RawEncoder;
import io.transvisor.console.rfb.encode.RectEncoder;
import io.transvisor.console.rfb.encode.ZrleEncoder;
import io.transvisor.console.rfb.message.ServerMessages;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes FramebufferUpdates in the pixel format and encodings a client has chosen. Finished parts
 * of a large update are handed over early, so that no buffer grows to the size of the screen.
 */
final class UpdateBuilder implements AutoCloseable {
  private static final int MAX_RECTANGLE_PIXELS = 1 << 16;
  private static final int PART_BYTES = 1 << 18;

  private final RawEncoder raw = new RawEncoder();
  private final HextileEncoder hextile = new HextileEncoder();
  private final ByteSink sink = new ByteSink();

  /** Made when first chosen, kept for the rest of the connection: its zlib stream must go on. */
  private ZrleEncoder zrle;

  private RectEncoder encoder = raw;
  private PixelTranslator translator = new PixelTranslator(PixelFormat.NATIVE);
  private boolean colourMapDue;
  private boolean lastRect;

  /**
   * Chooses the first encoding of the list that this server has; Raw, which every client must know,
   * if there is none.
   */
  void setCapabilities(ClientCapabilities client) {
    encoder = null;
    lastRect = client.has(Encoding.LAST_RECT);
    for (int encoding : client.inOrder()) {
      if (encoder == null) {
        encoder =
            switch (encoding) {
              case Encoding.RAW -> raw;
              case Encoding.HEXTILE -> hextile;
              case Encoding.ZRLE -> zrle();
              default -> null;
            };
      }
    }
    if (encoder == null) {
      encoder = raw;
    }
    if (zrle != null && client.compressionLevel() >= 0) {
      zrle.setLevel(client.compressionLevel());
    }
  }

  private ZrleEncoder zrle() {
    if (zrle == null) {
      zrle = new ZrleEncoder();
    }
    return zrle;
  }

  void setPixelFormat(PixelFormat format) {
    translator = new PixelTranslator(format);
    colourMapDue = !format.trueColour();
  }

  /**
   * An update of one move (or none, null) followed by pixels.
   *
   * @param output takes each finished part; the sink is reused when it returns
   */
  void update(ClientPicture picture, Scroll scroll, List<Area> areas, Consumer<ByteSink> output) {
    if (colourMapDue) {
      colourMapDue = false;
      ServerMessages.colourMap(sink);
    }
    List<Area> rectangles = split(areas);
    ServerMessages.updateHeader(sink, rectangles.size() + (scroll == null ? 0 : 1));
    if (scroll != null) {
      Area to = scroll.destination();
      ServerMessages.rectangleHeader(sink, to, Encoding.COPY_RECT);
      sink.u16(to.x()).u16(scroll.sourceY());
    }
    for (Area area : rectangles) {
      ServerMessages.rectangleHeader(sink, area, encoder.encoding());
      encoder.encode(picture.pixels(), picture.width(), area, translator, sink);
      if (sink.length() >= PART_BYTES) {
        hand(output);
      }
    }
    hand(output);
  }

  private void hand(Consumer<ByteSink> output) {
    if (sink.length() > 0) {
      output.accept(sink);
      sink.truncate(0);
    }
  }

  /** Cuts large areas into bands, whole tiles high where possible. */
  private static List<Area> split(List<Area> areas) {
    List<Area> result = new ArrayList<>(areas.size());
    for (Area area : areas) {
      int rows = Math.max(1, MAX_RECTANGLE_PIXELS / area.width());
      rows = rows >= 64 ? rows & ~63 : rows >= 16 ? rows & ~15 : rows;
      for (int y = area.y(); y < area.bottom(); y += rows) {
        result.add(Area.of(area.x(), y, area.right(), Math.min(y + rows, area.bottom())));
      }
    }
    return result;
  }

  @Override
  public void close() {
    if (zrle != null) {
      zrle.close();
    }
  }
}

package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.encode.CursorEncoder;
import io.transvisor.console.rfb.encode.EncoderSet;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.encode.PixelTranslator;
import io.transvisor.console.rfb.encode.RectEncoder;
import io.transvisor.console.rfb.encode.SolidAreas;
import io.transvisor.console.rfb.encode.TightEncoder;
import io.transvisor.console.rfb.message.ServerMessages;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import io.transvisor.core.display.PointerShape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes FramebufferUpdates in the pixel format and encodings a client has chosen. Finished parts
 * of a large update are handed over early, so that no buffer grows to the size of the screen.
 */
final class UpdateBuilder implements AutoCloseable {
  private static final int MAX_RECTANGLE_PIXELS = 1 << 16;

  /** Side of a tile; small enough that text and pictures next to each other come apart. */
  private static final int TILE_SIDE = 256;

  private static final int PART_BYTES = 1 << 18;

  private final EncoderSet encoders = new EncoderSet();
  private final ByteSink sink = new ByteSink();
  private PixelTranslator translator = new PixelTranslator(PixelFormat.NATIVE);
  private boolean colourMapDue;
  private boolean lastRect;

  void setCapabilities(ClientCapabilities client) {
    // Some old viewers list LastRect and then wait for the rectangles announced; none of them knows
    // fences.
    lastRect = client.has(Encoding.LAST_RECT) && client.has(Encoding.FENCE);
    encoders.configure(client.inOrder(), client.compressionLevel(), client.quality());
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
    colourMap(sink);
    int moves = scroll == null ? 0 : 1;
    List<Area> rectangles = null;
    if (lastRect) {
      // The count need not be known: areas are looked at one after the other as they are sent.
      ServerMessages.updateHeader(sink, ServerMessages.COUNT_UNKNOWN);
    } else {
      rectangles = new ArrayList<>();
      for (Area area : areas) {
        rectangles.addAll(split(picture, area));
      }
      ServerMessages.updateHeader(sink, rectangles.size() + moves);
    }
    if (scroll != null) {
      Area to = scroll.destination();
      ServerMessages.rectangleHeader(sink, to, Encoding.COPY_RECT);
      sink.u16(to.x()).u16(scroll.sourceY());
      picture.lossy().copied(to);
    }
    if (lastRect) {
      for (Area area : areas) {
        rectangles(picture, split(picture, area), output);
      }
      ServerMessages.marker(sink, Encoding.LAST_RECT);
    } else {
      rectangles(picture, rectangles, output);
    }
    hand(output);
  }

  /** The colour map, for a client that needs one and does not have it. */
  void colourMap(ByteSink out) {
    if (colourMapDue) {
      colourMapDue = false;
      ServerMessages.colourMap(out);
    }
  }

  /** The pseudo-rectangle with a pointer. */
  void pointer(PointerShape shape, int encoding, ByteSink out) {
    Area header = new Area(shape.hotX(), shape.hotY(), shape.width(), shape.height());
    ServerMessages.rectangleHeader(out, header, encoding);
    CursorEncoder.encode(shape, encoding, translator, out);
  }

  /** An update of areas as they are, whatever loss the client allows. */
  void exactly(ClientPicture picture, List<Area> areas, Consumer<ByteSink> output) {
    encoders.setExact(true);
    update(picture, null, areas, output);
    encoders.setExact(false);
  }

  private void rectangles(ClientPicture picture, List<Area> areas, Consumer<ByteSink> output) {
    for (Area area : areas) {
      RectEncoder encoder = encoders.choose(picture.pixels(), picture.width(), area);
      if (!rectangle(picture, area, encoder)) {
        rectangle(picture, area, encoders.fallback());
      }
      if (sink.length() >= PART_BYTES) {
        hand(output);
      }
    }
  }

  private boolean rectangle(ClientPicture picture, Area area, RectEncoder encoder) {
    int start = sink.length();
    ServerMessages.rectangleHeader(sink, area, encoder.encoding());
    boolean done = encoder.encode(picture.pixels(), picture.width(), area, translator, sink);
    if (done) {
      picture.lossy().sent(area, encoder.lost());
    } else {
      sink.truncate(start);
    }
    return done;
  }

  private void hand(Consumer<ByteSink> output) {
    if (sink.length() > 0) {
      output.accept(sink);
      sink.truncate(0);
    }
  }

  private List<Area> split(ClientPicture picture, Area area) {
    List<Area> result = new ArrayList<>();
    if (encoders.separatesSolid()) {
      SolidAreas.Parts parts = SolidAreas.find(picture.pixels(), picture.width(), area);
      // A solid area is sent whole, but for the widest that Tight can have.
      parts.solid().forEach(solid -> columns(solid, result));
      parts.mixed().forEach(mixed -> cut(mixed, result));
    } else {
      cut(area, result);
    }
    return result;
  }

  private static void columns(Area area, List<Area> result) {
    int width = TightEncoder.MAX_WIDTH;
    for (int x = area.x(); x < area.right(); x += width) {
      result.add(Area.of(x, area.y(), Math.min(x + width, area.right()), area.bottom()));
    }
  }

  private void cut(Area area, List<Area> result) {
    if (encoders.prefersTiles()) {
      for (int y = area.y(); y < area.bottom(); y += TILE_SIDE) {
        int bottom = Math.min(y + TILE_SIDE, area.bottom());
        for (int x = area.x(); x < area.right(); x += TILE_SIDE) {
          result.add(Area.of(x, y, Math.min(x + TILE_SIDE, area.right()), bottom));
        }
      }
    } else {
      bands(area, result);
    }
  }

  /** Cuts a large area into bands, whole tiles high where possible. */
  private static void bands(Area area, List<Area> result) {
    int rows = Math.max(1, MAX_RECTANGLE_PIXELS / area.width());
    rows = rows >= 64 ? rows & ~63 : rows >= 16 ? rows & ~15 : rows;
    for (int y = area.y(); y < area.bottom(); y += rows) {
      result.add(Area.of(area.x(), y, area.right(), Math.min(y + rows, area.bottom())));
    }
  }

  @Override
  public void close() {
    encoders.close();
  }
}

package io.transvisor.console.rfb.encode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The encoders of one connection, and which of them is used for what. The first encoding of the
 * client's list says what suits it and its line, so it is used for all it is good at; for the rest
 * the one that does best among what else the client accepts. Each is made when first needed and
 * kept for the rest of the connection, as its zlib streams must go on.
 */
public final class EncoderSet implements AutoCloseable {
  private static final List<Integer> BEST_FOR_SOLID =
      List.of(Encoding.TIGHT, Encoding.RRE, Encoding.ZRLE, Encoding.HEXTILE, Encoding.ZLIB);
  private static final List<Integer> BEST_FOR_COLOURS =
      List.of(Encoding.TIGHT, Encoding.ZRLE, Encoding.HEXTILE, Encoding.ZLIB);
  private static final List<Integer> BEST_FOR_RUNS =
      List.of(Encoding.ZRLE, Encoding.TIGHT, Encoding.ZLIB, Encoding.HEXTILE);

  private final RawEncoder raw = new RawEncoder();
  private final Map<Integer, RectEncoder> encoders = new HashMap<>();
  private final TilePalette palette = new TilePalette(ContentClass.MAX_FEW);
  private List<Integer> accepted = List.of();
  private int preferred = Encoding.RAW;
  private int level = -1;
  private int quality = -1;
  private boolean exact;

  /**
   * What the client has asked for; -1 for a level it has not named.
   *
   * @param encodings the client's list
   * @param compressionLevel 0 to 9, or -1
   * @param jpegQuality 0 to 9, or -1 if nothing may be lost
   */
  public void configure(List<Integer> encodings, int compressionLevel, int jpegQuality) {
    accepted = encodings;
    level = compressionLevel;
    quality = jpegQuality;
    preferred = Encoding.RAW;
    for (int i = encodings.size() - 1; i >= 0; i--) {
      if (isKnown(encodings.get(i))) {
        preferred = encodings.get(i);
      }
    }
    encoders.values().forEach(this::set);
  }

  /** Whether nothing may be lost for now, whatever the client allows. */
  public void setExact(boolean on) {
    exact = on;
    encoders.values().forEach(this::set);
  }

  private static boolean isKnown(int encoding) {
    return switch (encoding) {
      case Encoding.RAW,
          Encoding.RRE,
          Encoding.HEXTILE,
          Encoding.ZLIB,
          Encoding.TIGHT,
          Encoding.ZRLE ->
          true;
      default -> false;
    };
  }

  /** Whether areas of one colour should be sent by themselves. */
  public boolean separatesSolid() {
    return switch (preferred) {
      // These find one-coloured tiles themselves, at the cost of a byte or two each.
      case Encoding.HEXTILE, Encoding.ZRLE -> false;
      default -> {
        int encoding = first(BEST_FOR_SOLID);
        yield encoding == Encoding.TIGHT || encoding == Encoding.RRE;
      }
    };
  }

  /** Whether mixed areas should be cut into tiles, of which each gets what suits it. */
  public boolean prefersTiles() {
    return preferred == Encoding.TIGHT || preferred == Encoding.RRE;
  }

  /** The encoder for an area of a picture. */
  public RectEncoder choose(int[] pixels, int stride, Area area) {
    return get(
        prefersTiles() || separatesSolid()
            ? encodingFor(ContentClass.of(pixels, stride, area, palette))
            : preferred);
  }

  /** What is used where the chosen one declines. */
  public RectEncoder fallback() {
    return get(first(BEST_FOR_COLOURS));
  }

  private int encodingFor(ContentClass content) {
    return switch (content) {
      case SOLID -> first(BEST_FOR_SOLID);
      case TWO_COLOURS, FEW_COLOURS -> preferred;
      case RUNS ->
          preferred == Encoding.TIGHT || preferred == Encoding.RRE
              ? first(BEST_FOR_RUNS)
              : preferred;
      case PHOTO -> preferred == Encoding.RRE ? first(BEST_FOR_COLOURS) : preferred;
    };
  }

  private int first(List<Integer> ranking) {
    for (int encoding : ranking) {
      if (accepted.contains(encoding)) {
        return encoding;
      }
    }
    return Encoding.RAW;
  }

  private RectEncoder get(int encoding) {
    if (encoding == Encoding.RAW) {
      return raw;
    }
    RectEncoder encoder = encoders.get(encoding);
    if (encoder == null) {
      encoder =
          switch (encoding) {
            case Encoding.RRE -> new RreEncoder();
            case Encoding.HEXTILE -> new HextileEncoder();
            case Encoding.ZLIB -> new ZlibEncoder();
            case Encoding.TIGHT -> new TightEncoder();
            default -> new ZrleEncoder();
          };
      encoders.put(encoding, encoder);
      set(encoder);
    }
    return encoder;
  }

  private void set(RectEncoder encoder) {
    if (level >= 0) {
      encoder.setCompressionLevel(level);
    }
    if (encoder instanceof TightEncoder tight) {
      tight.setQuality(exact ? -1 : quality);
    }
  }

  @Override
  public void close() {
    encoders.values().forEach(RectEncoder::close);
  }
}

package io.transvisor.console.rfb.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.client.PixelFormats;
import io.transvisor.console.rfb.client.RectDecoder;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is encoded, the decoder written from the RFC gets the same pixels back. */
class RectEncoderTest {
  private static final int WIDTH = 230;
  private static final int HEIGHT = 170;

  static Stream<Arguments> encodingsAndFormats() {
    return Stream.of(
            Encoding.RAW,
            Encoding.RRE,
            Encoding.HEXTILE,
            Encoding.ZLIB,
            Encoding.TIGHT,
            Encoding.ZRLE)
        .flatMap(e -> PixelFormats.ALL.stream().map(f -> Arguments.of(e, f)));
  }

  private static RectEncoder encoder(int encoding) {
    return switch (encoding) {
      case Encoding.RAW -> new RawEncoder();
      case Encoding.RRE -> new RreEncoder();
      case Encoding.HEXTILE -> new HextileEncoder();
      case Encoding.ZLIB -> new ZlibEncoder();
      case Encoding.TIGHT -> new TightEncoder();
      default -> new ZrleEncoder();
    };
  }

  @ParameterizedTest
  @MethodSource("encodingsAndFormats")
  void everyPictureArrivesIdenticalInEveryFormat(int encoding, PixelFormat format)
      throws IOException {
    List<Area> areas =
        List.of(
            new Area(0, 0, WIDTH, HEIGHT),
            new Area(0, 0, 1, 1),
            new Area(17, 33, 65, 67),
            new Area(WIDTH - 3, HEIGHT - 16, 3, 16),
            new Area(5, 5, 128, 64));
    List<int[]> pictures =
        List.of(
            TestPictures.desktop(WIDTH, HEIGHT),
            TestPictures.noise(WIDTH, HEIGHT, 1),
            new int[WIDTH * HEIGHT],
            fewColours(2),
            fewColours(3),
            fewColours(16),
            fewColours(17),
            fewColours(127),
            fewColours(128),
            fewColours(256),
            fewColours(257),
            gradient(),
            longRuns());
    PixelTranslator translator = new PixelTranslator(format);
    RectDecoder decoder = new RectDecoder(format);
    ByteSink sink = new ByteSink();
    try (RectEncoder encoder = encoder(encoding)) {
      for (int[] picture : pictures) {
        int[] expected = PixelFormats.expected(picture, format);
        for (Area area : areas) {
          sink.truncate(0);
          if (!encoder.encode(picture, WIDTH, area, translator, sink)) {
            assertThat(sink.length()).isZero();
            assertThat(encoding).isEqualTo(Encoding.RRE);
            continue;
          }
          int[] framebuffer = new int[WIDTH * HEIGHT];
          DataInputStream in =
              new DataInputStream(new ByteArrayInputStream(sink.array(), 0, sink.length()));
          decoder.decode(
              in, encoding, framebuffer, WIDTH, area.x(), area.y(), area.width(), area.height());
          assertThat(in.available()).as("bytes left over").isZero();
          assertThat(crop(framebuffer, area)).isEqualTo(crop(expected, area));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {Encoding.RRE, Encoding.HEXTILE, Encoding.ZLIB, Encoding.TIGHT, Encoding.ZRLE})
  void desktopsBecomeMuchSmallerThanRaw(int encoding) {
    int[] picture = new int[WIDTH * HEIGHT];
    TestPictures.fill(picture, WIDTH, 20, 20, 100, 60, 0xFFFFFF);
    ByteSink sink = new ByteSink();
    try (RectEncoder encoder = encoder(encoding)) {
      PixelTranslator translator = new PixelTranslator(PixelFormat.NATIVE);
      encoder.encode(picture, WIDTH, new Area(0, 0, WIDTH, HEIGHT), translator, sink);
    }
    assertThat(sink.length()).isLessThan(WIDTH * HEIGHT * 4 / 100);
  }

  @Test
  void hextileIsNeverMuchLargerThanRaw() {
    int[] picture = TestPictures.noise(WIDTH, HEIGHT, 3);
    ByteSink sink = new ByteSink();
    new HextileEncoder()
        .encode(
            picture,
            WIDTH,
            new Area(0, 0, WIDTH, HEIGHT),
            new PixelTranslator(PixelFormat.NATIVE),
            sink);
    int tiles = (WIDTH + 15) / 16 * ((HEIGHT + 15) / 16);
    assertThat(sink.length()).isLessThanOrEqualTo(WIDTH * HEIGHT * 4 + tiles);
  }

  @ParameterizedTest
  @ValueSource(ints = {Encoding.ZLIB, Encoding.TIGHT, Encoding.ZRLE})
  void zlibLevelCanChangeInTheMiddleOfTheStream(int encoding) throws IOException {
    int[] picture = TestPictures.desktop(WIDTH, HEIGHT);
    RectDecoder decoder = new RectDecoder(PixelFormat.NATIVE);
    try (RectEncoder encoder = encoder(encoding)) {
      for (int level : new int[] {1, 9, 0, 3, 6}) {
        encoder.setCompressionLevel(level);
        assertThat(roundTrip(encoder, picture, decoder)).isEqualTo(picture);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 9})
  void tightMayLoseALittleOfPhotosWhereTheClientAllowsIt(int quality) throws IOException {
    int[] picture = TestPictures.photo(WIDTH, HEIGHT);
    RectDecoder decoder = new RectDecoder(PixelFormat.NATIVE);
    try (TightEncoder encoder = new TightEncoder()) {
      encoder.setQuality(quality);
      assertThat(difference(roundTrip(encoder, picture, decoder), picture))
          .isBetween(0.01, 12.0 - quality);
      int[] text = fewColours(4);
      assertThat(roundTrip(encoder, text, decoder)).as("not of text").isEqualTo(text);
      encoder.setQuality(-1);
      assertThat(roundTrip(encoder, picture, decoder)).isEqualTo(picture);
    }
  }

  @Test
  void jpegIsNotForFormatsOfEightBits() throws IOException {
    int[] picture = TestPictures.photo(WIDTH, HEIGHT);
    PixelFormat format = new PixelFormat(8, 8, false, true, 7, 7, 3, 0, 3, 6);
    ByteSink sink = new ByteSink();
    try (TightEncoder encoder = new TightEncoder()) {
      encoder.setQuality(9);
      Area all = new Area(0, 0, WIDTH, HEIGHT);
      encoder.encode(picture, WIDTH, all, new PixelTranslator(format), sink);
    }
    assertThat(sink.array()[0]).as("the stream of grain").isEqualTo((byte) 0x30);
  }

  private static int[] roundTrip(RectEncoder encoder, int[] picture, RectDecoder decoder)
      throws IOException {
    ByteSink sink = new ByteSink();
    Area all = new Area(0, 0, WIDTH, HEIGHT);
    encoder.encode(picture, WIDTH, all, new PixelTranslator(PixelFormat.NATIVE), sink);
    int[] framebuffer = new int[WIDTH * HEIGHT];
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(sink.array(), 0, sink.length()));
    decoder.decode(in, encoder.encoding(), framebuffer, WIDTH, 0, 0, WIDTH, HEIGHT);
    return framebuffer;
  }

  /** How far the intensities are apart on average. */
  private static double difference(int[] a, int[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int shift = 0; shift < 24; shift += 8) {
        sum += Math.abs((a[i] >> shift & 0xFF) - (b[i] >> shift & 0xFF));
      }
    }
    return sum / (3.0 * a.length);
  }

  @Test
  void theTopByteOfScreenPixelsIsNotPartOfTheColour() {
    PixelTranslator translator = new PixelTranslator(PixelFormat.NATIVE);
    int[] out = new int[1];
    translator.translate(new int[] {0xFF123456}, 0, out, 0, 1);
    assertThat(out[0]).isEqualTo(0x123456);
  }

  private static int[] crop(int[] picture, Area a) {
    int[] part = new int[a.width() * a.height()];
    for (int row = 0; row < a.height(); row++) {
      System.arraycopy(picture, (a.y() + row) * WIDTH + a.x(), part, row * a.width(), a.width());
    }
    return part;
  }

  private static int[] fewColours(int colours) {
    int[] palette = TestPictures.noise(colours, 1, colours);
    return new Random(colours)
        .ints((long) WIDTH * HEIGHT, 0, colours)
        .map(i -> palette[i])
        .toArray();
  }

  /** Many colours, one in each row and a bit. */
  private static int[] gradient() {
    int[] picture = new int[WIDTH * HEIGHT];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = i / 100 * 0x010305;
    }
    return picture;
  }

  /** Runs longer than 255 and 510 pixels, which need more than one length byte. */
  private static int[] longRuns() {
    int[] picture = new int[WIDTH * HEIGHT];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = i / 8000 * 0x102030 + (i % 8000 < 3 ? i : 0);
    }
    return picture;
  }
}

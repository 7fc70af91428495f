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
    return Stream.of(Encoding.RAW, Encoding.HEXTILE, Encoding.ZRLE)
        .flatMap(e -> PixelFormats.ALL.stream().map(f -> Arguments.of(e, f)));
  }

  private static RectEncoder encoder(int encoding) {
    return switch (encoding) {
      case Encoding.RAW -> new RawEncoder();
      case Encoding.HEXTILE -> new HextileEncoder();
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
            longRuns());
    PixelTranslator translator = new PixelTranslator(format);
    RectDecoder decoder = new RectDecoder(format);
    ByteSink sink = new ByteSink();
    try (RectEncoder encoder = encoder(encoding)) {
      for (int[] picture : pictures) {
        int[] expected = PixelFormats.expected(picture, format);
        for (Area area : areas) {
          sink.truncate(0);
          encoder.encode(picture, WIDTH, area, translator, sink);
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
  @ValueSource(ints = {Encoding.HEXTILE, Encoding.ZRLE})
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

  @Test
  void zlibLevelCanChangeInTheMiddleOfTheStream() throws IOException {
    int[] picture = TestPictures.desktop(WIDTH, HEIGHT);
    PixelTranslator translator = new PixelTranslator(PixelFormat.NATIVE);
    RectDecoder decoder = new RectDecoder(PixelFormat.NATIVE);
    Area all = new Area(0, 0, WIDTH, HEIGHT);
    try (ZrleEncoder encoder = new ZrleEncoder()) {
      for (int level : new int[] {1, 9, 0, 3, 6}) {
        encoder.setLevel(level);
        ByteSink sink = new ByteSink();
        encoder.encode(picture, WIDTH, all, translator, sink);
        int[] framebuffer = new int[WIDTH * HEIGHT];
        DataInputStream in =
            new DataInputStream(new ByteArrayInputStream(sink.array(), 0, sink.length()));
        decoder.decode(in, Encoding.ZRLE, framebuffer, WIDTH, 0, 0, WIDTH, HEIGHT);
        assertThat(framebuffer).isEqualTo(picture);
      }
    }
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

  /** Runs longer than 255 and 510 pixels, which need more than one length byte. */
  private static int[] longRuns() {
    int[] picture = new int[WIDTH * HEIGHT];
    for (int i = 0; i < picture.length; i++) {
      picture[i] = i / 8000 * 0x102030 + (i % 8000 < 3 ? i : 0);
    }
    return picture;
  }
}

package io.transvisor.console.rfb.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import io.transvisor.core.display.Screen;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPictureTest {
  private static final int WIDTH = 330;
  private static final int HEIGHT = 210;

  private final Screen screen =
      TestPictures.screen(WIDTH, HEIGHT, TestPictures.desktop(WIDTH, HEIGHT));
  private final PendingDamage damage = new PendingDamage(WIDTH, HEIGHT, () -> {});
  private final ClientPicture picture = new ClientPicture(WIDTH, HEIGHT);

  /** A client that applies exactly what it is told. */
  private final int[] client = new int[WIDTH * HEIGHT];

  @BeforeEach
  void firstUpdate() {
    screen.addListener(damage);
    capture(picture.bounds());
    apply(null, picture.takeChanges(picture.bounds()));
    assertThat(client).isEqualTo(screen.copy().pixels());
  }

  @Test
  void repaintingTheSamePixelsChangesNothing() {
    TestPictures.show(screen, screen.copy().pixels());
    capture(picture.bounds());
    assertThat(picture.takeChanges(Area.EMPTY)).isEmpty();
    assertThat(damage.isEmpty()).isTrue();
  }

  @Test
  void rectanglesAreAsSmallAsTheChange() {
    paint(new Area(100, 50, 9, 2), 0x123456);
    capture(picture.bounds());
    assertThat(picture.takeChanges(Area.EMPTY)).containsExactly(new Area(100, 50, 9, 2));
  }

  @Test
  void aChangeOverManyCellsIsOneRectangle() {
    paint(new Area(10, 10, 300, 150), 0x123456);
    capture(picture.bounds());
    assertThat(picture.takeChanges(Area.EMPTY)).containsExactly(new Area(10, 10, 300, 150));
  }

  @Test
  void changesFarApartStayApart() {
    paint(new Area(3, 3, 5, 5), 1);
    paint(new Area(300, 180, 5, 5), 1);
    capture(picture.bounds());
    assertThat(picture.takeChanges(Area.EMPTY))
        .containsExactly(new Area(3, 3, 5, 5), new Area(300, 180, 5, 5));
  }

  @Test
  void damageOutsideTheWantedAreaWaits() {
    paint(new Area(90, 40, 20, 2), 0x010203);
    capture(new Area(0, 0, 100, HEIGHT));
    assertThat(picture.takeChanges(Area.EMPTY)).containsExactly(new Area(90, 40, 10, 2));
    assertThat(damage.isEmpty()).isFalse();
    capture(picture.bounds());
    assertThat(picture.takeChanges(Area.EMPTY)).containsExactly(new Area(100, 40, 10, 2));
    assertThat(damage.isEmpty()).isTrue();
  }

  @Test
  void whatIsOwedIsSentWholeAndOnlyOnce() {
    paint(new Area(20, 20, 10, 10), 0x112233);
    capture(picture.bounds());
    Area owed = new Area(0, 0, 100, 100);
    assertThat(picture.takeChanges(owed)).containsExactly(owed);
    assertThat(picture.takeChanges(Area.EMPTY)).isEmpty();
  }

  @Test
  void scrollsAreTakenOutOfTheChanges() {
    TestPictures.show(screen, TestPictures.noise(WIDTH, HEIGHT, 1));
    capture(picture.bounds());
    apply(picture.takeScroll(), picture.takeChanges(Area.EMPTY));
    int[] up = screen.copy().pixels();
    System.arraycopy(up, 16 * WIDTH, up, 0, (HEIGHT - 16) * WIDTH);
    TestPictures.fill(up, WIDTH, 0, HEIGHT - 16, WIDTH, 16, 0x777777);
    TestPictures.show(screen, up);
    capture(picture.bounds());
    Scroll scroll = picture.takeScroll();
    assertThat(scroll).isEqualTo(new Scroll(new Area(0, 0, WIDTH, HEIGHT - 16), 16));
    List<Area> rest = picture.takeChanges(Area.EMPTY);
    assertThat(rest).containsExactly(new Area(0, HEIGHT - 16, WIDTH, 16));
    apply(scroll, rest);
    assertThat(client).isEqualTo(up);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverIsPaintedTheClientEndsUpWithTheSamePicture(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        int x = random.nextInt(WIDTH);
        int y = random.nextInt(HEIGHT);
        Area area = new Area(x, y, 1 + random.nextInt(WIDTH - x), 1 + random.nextInt(HEIGHT - y));
        if (random.nextInt(3) == 0) {
          scrollUp(1 + random.nextInt(40));
        } else {
          paint(area, random.nextInt(4) * 0x40);
        }
      }
      Area wanted = picture.bounds();
      if (random.nextInt(3) == 0) {
        wanted = new Area(0, 0, 1 + random.nextInt(WIDTH), 1 + random.nextInt(HEIGHT));
      }
      capture(wanted);
      Scroll scroll = random.nextBoolean() ? picture.takeScroll() : null;
      apply(scroll, picture.takeChanges(Area.EMPTY));
    }
    capture(picture.bounds());
    apply(null, picture.takeChanges(Area.EMPTY));
    assertThat(client).isEqualTo(screen.copy().pixels());
  }

  @ParameterizedTest
  @ValueSource(strings = {"400x300", "200x100", "400x100", "200x300", "330x100", "64x16"})
  void anotherScreenSizeIsCutOffOrPaddedWithBlack(String size) {
    int width = Integer.parseInt(size.split("x")[0]);
    int height = Integer.parseInt(size.split("x")[1]);
    screen.resize(width, height);
    int[] content = TestPictures.noise(width, height, 5);
    TestPictures.show(screen, content);
    capture(picture.bounds());
    apply(null, picture.takeChanges(Area.EMPTY));
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int expected = x < width && y < height ? content[y * width + x] : 0;
        assertThat(client[y * WIDTH + x]).as("%d,%d", x, y).isEqualTo(expected);
      }
    }
  }

  private void capture(Area wanted) {
    screen.read(p -> picture.capture(p, damage, wanted));
  }

  private void apply(Scroll scroll, List<Area> areas) {
    if (scroll != null) {
      int[] before = client.clone();
      Area to = scroll.destination();
      for (int row = 0; row < to.height(); row++) {
        System.arraycopy(
            before,
            (scroll.sourceY() + row) * WIDTH + to.x(),
            client,
            (to.y() + row) * WIDTH + to.x(),
            to.width());
      }
    }
    for (Area a : areas) {
      for (int y = a.y(); y < a.bottom(); y++) {
        int at = y * WIDTH + a.x();
        System.arraycopy(picture.pixels(), at, client, at, a.width());
      }
    }
  }

  private void paint(Area a, int colour) {
    screen.paint(
        a.x(),
        a.y(),
        a.width(),
        a.height(),
        (pixels, stride) ->
            TestPictures.fill(pixels, stride, a.x(), a.y(), a.width(), a.height(), colour));
  }

  private void scrollUp(int lines) {
    screen.paint(
        0,
        0,
        WIDTH,
        HEIGHT,
        (pixels, stride) ->
            System.arraycopy(pixels, lines * stride, pixels, 0, pixels.length - lines * stride));
  }
}

package io.transvisor.console.rfb.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.TestPictures;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SolidAreasTest {
  private static final int WIDTH = 300;
  private static final int HEIGHT = 200;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void partsMakeUpTheAreaAndSolidOnesAreSolid(long seed) {
    Random random = new Random(seed);
    int[] picture = TestPictures.noise(WIDTH, HEIGHT, seed);
    for (int i = 0; i < 12; i++) {
      int x = random.nextInt(WIDTH - 20);
      int y = random.nextInt(HEIGHT - 20);
      int w = 1 + random.nextInt(WIDTH - x);
      int h = 1 + random.nextInt(HEIGHT - y);
      TestPictures.fill(picture, WIDTH, x, y, w, h, random.nextInt(3));
    }
    Area area = new Area(7, 5, WIDTH - 20, HEIGHT - 9);
    SolidAreas.Parts parts = SolidAreas.find(picture, WIDTH, area);
    int[] times = new int[WIDTH * HEIGHT];
    parts.solid().forEach(a -> count(times, a));
    parts.mixed().forEach(a -> count(times, a));
    int[] once = new int[WIDTH * HEIGHT];
    count(once, area);
    assertThat(times).isEqualTo(once);
    for (Area a : parts.solid()) {
      assertThat(a.width() * a.height()).isGreaterThanOrEqualTo(SolidAreas.MIN_PIXELS);
      TilePalette palette = new TilePalette(ContentClass.MAX_FEW);
      assertThat(ContentClass.of(picture, WIDTH, a, palette)).isEqualTo(ContentClass.SOLID);
    }
    assertThat(parts.solid()).isNotEmpty();
  }

  private static void count(int[] times, Area a) {
    for (int y = a.y(); y < a.bottom(); y++) {
      for (int x = a.x(); x < a.right(); x++) {
        times[y * WIDTH + x]++;
      }
    }
  }
}

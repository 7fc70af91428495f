package io.transvisor.console.rfb.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.session.ScrollDetector.Scroll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrollDetectorTest {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 200;
  private static final Area ALL = new Area(0, 0, WIDTH, HEIGHT);

  private final int[] before = TestPictures.noise(WIDTH, HEIGHT, 1);
  private final int[] after = TestPictures.noise(WIDTH, HEIGHT, 2);

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 100})
  void textMovingUpIsFound(int lines) {
    move(lines, 0, HEIGHT - lines);
    assertThat(ScrollDetector.find(before, after, WIDTH, ALL))
        .isEqualTo(new Scroll(new Area(0, 0, WIDTH, HEIGHT - lines), lines));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 100})
  void textMovingDownIsFound(int lines) {
    move(-lines, lines, HEIGHT - lines);
    assertThat(ScrollDetector.find(before, after, WIDTH, ALL))
        .isEqualTo(new Scroll(new Area(0, lines, WIDTH, HEIGHT - lines), 0));
  }

  @Test
  void onePixelThatDiffersSplitsTheMove() {
    move(16, 0, HEIGHT - 16);
    after[50 * WIDTH + 7] ^= 1;
    Scroll scroll = ScrollDetector.find(before, after, WIDTH, ALL);
    assertThat(scroll).isEqualTo(new Scroll(new Area(0, 51, WIDTH, HEIGHT - 16 - 51), 67));
  }

  @Test
  void blankLinesNeitherVoteNorHinder() {
    TestPictures.fill(before, WIDTH, 0, 30, WIDTH, 100, 0);
    move(16, 0, HEIGHT - 16);
    assertThat(ScrollDetector.find(before, after, WIDTH, ALL).destination().height())
        .isEqualTo(HEIGHT - 16);
    assertThat(ScrollDetector.find(new int[WIDTH * HEIGHT], after, WIDTH, ALL)).isNull();
  }

  @Test
  void onlyTheBoxIsLookedAt() {
    Area box = new Area(64, 20, 128, 120);
    for (int y = box.y(); y < box.bottom() - 16; y++) {
      System.arraycopy(before, (y + 16) * WIDTH + 64, after, y * WIDTH + 64, 128);
    }
    assertThat(ScrollDetector.find(before, after, WIDTH, box))
        .isEqualTo(new Scroll(new Area(64, 20, 128, 104), 36));
  }

  @Test
  void unrelatedPicturesHaveNone() {
    assertThat(ScrollDetector.find(before, after, WIDTH, ALL)).isNull();
    assertThat(ScrollDetector.find(before, before, WIDTH, ALL)).isNull();
  }

  @Test
  void smallMovesAreNotWorthIt() {
    move(16, 0, 20);
    assertThat(ScrollDetector.find(before, after, WIDTH, ALL)).isNull();
    assertThat(ScrollDetector.find(before, after, WIDTH, new Area(0, 0, WIDTH, 10))).isNull();
  }

  private void move(int lines, int firstRow, int rows) {
    System.arraycopy(before, (firstRow + lines) * WIDTH, after, firstRow * WIDTH, rows * WIDTH);
  }
}

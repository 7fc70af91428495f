package io.transvisor.console.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.console.rfb.TestPictures;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a browser: noVNC shows the very picture, keys and clicks arrive. */
@Timeout(240)
class BrowserTest extends WebTest {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;

  /** A number that depends on all pixels of the canvas, as {@link #sum} computes it. */
  private static final String SUM_OF_CANVAS =
      """
      (() => {
        const canvas = document.querySelector('#screen canvas');
        if (!canvas || canvas.width !== %d || canvas.height !== %d) return -1;
        const p = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let sum = 0;
        for (let i = 0; i < p.length; i += 4) {
          sum = (Math.imul(sum, 31) + (p[i] << 16 | p[i + 1] << 8 | p[i + 2])) | 0;
        }
        return sum;
      })()
      """
          .formatted(WIDTH, HEIGHT);

  private static final String COUNTERS = "document.getElementById('counters').innerText";

  private static final String CENTRE =
      "(r => %s)(document.querySelector('#screen canvas').getBoundingClientRect())";

  @TempDir private Path directory;

  private static int sum(int[] pixels) {
    int sum = 0;
    for (int p : pixels) {
      sum = 31 * sum + p;
    }
    return sum;
  }

  private static void assumeChromium() {
    boolean found = false;
    for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      found |= Files.isExecutable(Path.of(place, "chromium"));
    }
    assumeTrue(found, "chromium is not installed (package chromium)");
  }

  private static void awaitThat(Callable<Boolean> condition) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptions()
        .until(condition);
  }

  private void awaitPicture(Browser browser) {
    int expected = sum(screen.copy().pixels());
    awaitThat(() -> browser.evaluate(SUM_OF_CANVAS).asInt(-1) == expected);
  }

  @Test
  void showsTypesAndClicks() throws Exception {
    assumeChromium();
    screen.resize(WIDTH, HEIGHT);
    TestPictures.show(screen, TestPictures.photo(WIDTH, HEIGHT));
    startOpen();
    try (Browser browser = new Browser(directory)) {
      browser.open(origin() + "/");
      awaitPicture(browser);
      TestPictures.show(screen, TestPictures.desktop(WIDTH, HEIGHT));
      awaitPicture(browser);
      int x = browser.evaluate(CENTRE.formatted("r.x + r.width / 2")).asInt();
      int y = browser.evaluate(CENTRE.formatted("r.y + r.height / 2")).asInt();
      browser.mouse("mouseMoved", x, y, 0);
      browser.mouse("mousePressed", x, y, 1);
      browser.mouse("mouseReleased", x, y, 0);
      browser.type('a');
      browser.type('z');
      awaitThat(() -> keys.containsAll(List.of("+A", "-A", "+Z", "-Z")));
      awaitThat(() -> buttons.contains(1));
      assertThat(buttons.getLast()).as("released").isZero();
    }
  }

  @Test
  void fitsATelephone() throws Exception {
    assumeChromium();
    screen.resize(WIDTH, HEIGHT);
    TestPictures.show(screen, TestPictures.desktop(WIDTH, HEIGHT));
    startOpen();
    try (Browser browser = new Browser(directory)) {
      browser.beTelephone(390, 844);
      browser.open(origin() + "/");
      awaitPicture(browser);
      assertThat(browser.evaluate("document.scrollingElement.scrollWidth").asInt())
          .as("nothing beside the window")
          .isLessThanOrEqualTo(390);
      browser.evaluate("document.getElementById('show-engine').click()");
      awaitThat(() -> browser.evaluate(COUNTERS).asText().contains("instructions"));
      assertThat(browser.evaluate("document.scrollingElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(390);
    }
  }
}

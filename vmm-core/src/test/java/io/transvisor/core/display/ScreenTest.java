package io.transvisor.core.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final Screen screen = new Screen();

  @Test
  void nobodyPaintsWhileAConsoleLooksAndNobodyWaits() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    Thread console =
        Thread.ofVirtual()
            .start(() ->
                screen.read(p -> {
                  looking.countDown();
                  try {
                    seen.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    looking.await();
    assertThat(screen.gather(() -> screen.paint(0, 0, 1, 1, (pixels, stride) -> pixels[0] = 1)))
        .isFalse();
    seen.countDown();
    console.join();
    assertThat(screen.copy().pixels()[0]).isZero();
    assertThat(screen.gather(() -> screen.paint(0, 0, 1, 1, (pixels, stride) -> pixels[0] = 1)))
        .isTrue();
    assertThat(screen.copy().pixels()[0]).isOne();
  }
}

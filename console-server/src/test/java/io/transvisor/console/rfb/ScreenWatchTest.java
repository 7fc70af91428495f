package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.display.Screen;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScreenWatchTest {
  private final Screen screen = new Screen();
  private long now = -5;
  private final ScreenWatch watch = new ScreenWatch(screen, () -> now);

  @Test
  void theFirstViewerWaitsUntilTheScreenHasBeenPainted() {
    watch.acquire();
    assertThat(screen.isWatched()).isTrue();
    long wait = watch.nanosUntilFresh();
    assertThat(wait).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(2 * 33));
    now += wait - 1;
    assertThat(watch.nanosUntilFresh()).isEqualTo(1);
    now += 1000;
    assertThat(watch.nanosUntilFresh()).isZero();
  }

  @Test
  void laterViewersDoNotWait() {
    watch.acquire();
    now += TimeUnit.SECONDS.toNanos(1);
    watch.acquire();
    assertThat(watch.nanosUntilFresh()).isZero();
    watch.release();
    assertThat(screen.isWatched()).isTrue();
    watch.release();
    assertThat(screen.isWatched()).isFalse();
    watch.acquire();
    assertThat(watch.nanosUntilFresh()).isPositive();
  }

  @Test
  void aScreenThatOthersWatchIsFreshAlready() {
    screen.watch();
    watch.acquire();
    assertThat(watch.nanosUntilFresh()).isZero();
  }
}

package io.transvisor.console.socket;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PeerLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(PeerLog.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private long now;
  private final PeerLog log = new PeerLog(() -> now);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }

  @Test
  void aFloodIsCountedAndNotWritten() {
    for (int i = 0; i < 1000; i++) {
      log.warn("refused");
    }
    assertThat(lines.list).hasSize(PeerLog.BURST);
    now += TimeUnit.SECONDS.toNanos(1);
    log.info("connected");
    log.info("connected");
    List<String> after =
        lines.list.stream().skip(PeerLog.BURST).map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(after).containsExactly("connected (before it, " + (1000 - PeerLog.BURST) + " more)");
    now += TimeUnit.HOURS.toNanos(1);
    for (int i = 0; i < PeerLog.BURST; i++) {
      log.warn("refused");
    }
    assertThat(lines.list).hasSize(2 * PeerLog.BURST + 1);
  }
}

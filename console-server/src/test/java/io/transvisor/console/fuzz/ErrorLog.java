package io.transvisor.console.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Takes what is logged, by whatever thread, until it is closed, and keeps the errors. */
public final class ErrorLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final Logger ALL = (Logger) LoggerFactory.getLogger("io.transvisor");

  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  public ErrorLog() {
    start();
    ALL.addAppender(this);
    ALL.setAdditive(false);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel() == Level.ERROR) {
      errors.add(
          event.getFormattedMessage()
              + "\n"
              + ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
  }

  public List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void close() {
    ALL.detachAppender(this);
    ALL.setAdditive(true);
  }
}

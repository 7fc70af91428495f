package io.transvisor.console.socket;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The log lines that clients bring about: one for each thing that happens, but not so many that
 * somebody who connects again and again fills the log. Those left out are counted. Thread-safe.
 */
public final class PeerLog {
  /** Lines at once, and in the long run. */
  static final int BURST = 40;

  static final int PER_SECOND = 1;

  private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);

  private final TokenBucket bucket;
  private long leftOut;

  /**
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  public PeerLog(LongSupplier nanoTime) {
    bucket = new TokenBucket(PER_SECOND, BURST, nanoTime);
  }

  public void info(String line) {
    write(Level.INFO, line);
  }

  /** Something that a well-behaved client does not do. */
  public void warn(String line) {
    write(Level.WARN, line);
  }

  private synchronized void write(Level level, String line) {
    if (bucket.take() > 0) {
      leftOut++;
      return;
    }
    LOG.atLevel(level).log("{}{}", line, leftOut == 0 ? "" : " (before it, " + leftOut + " more)");
    leftOut = 0;
  }
}

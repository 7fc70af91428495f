package io.transvisor.guests.bench;

import java.io.PrintStream;
import java.time.Duration;

/**
 * One line on a terminal that says how far the work is; without a terminal, a line now and then.
 */
final class Progress {
  private static final int BAR = 24;
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintStream out;
  private final boolean terminal;
  private final int total;
  private final long start = System.nanoTime();
  private long lastLine;
  private int done;

  /**
   * @param total how many steps there will be
   */
  Progress(PrintStream out, int total) {
    this.out = out;
    this.total = total;
    this.terminal = System.console() != null && System.console().isTerminal();
  }

  /** A step begins. */
  void starting(String what) {
    long elapsed = System.nanoTime() - start;
    String left =
        done == 0 ? "" : "  about %s left".formatted(minutes(elapsed * (total - done) / done));
    if (terminal) {
      int filled = BAR * done / total;
      out.printf(
          "\r\033[K[%s%s] %d/%d  %s%s",
          "#".repeat(filled), ".".repeat(BAR - filled), done, total, what, left);
      out.flush();
    } else if (done == 0 || System.nanoTime() - lastLine > LINE_NANOS) {
      out.printf("%d/%d  %s%s%n", done, total, what, left);
      lastLine = System.nanoTime();
    }
  }

  /** Steps have ended. */
  void finished(int steps) {
    done += steps;
  }

  /** Nothing follows. */
  void end() {
    String took = "measured in " + minutes(System.nanoTime() - start);
    out.println(terminal ? "\r\033[K" + took : took);
  }

  private static String minutes(long nanos) {
    long seconds = nanos / 1_000_000_000;
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }
}

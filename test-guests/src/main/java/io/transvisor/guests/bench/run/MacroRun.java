package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.run.Macro.Step;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.BooleanSupplier;

/** Carries out a {@link Macro} on a guest that has just been started. */
final class MacroRun {
  private static final long SILENCE_MILLIS = 10 * 60_000;

  /** What is kept of the output; texts to expect are shorter. */
  private static final int KEPT = 1 << 16;

  private final RunningGuest guest;
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private final StringBuilder heard = new StringBuilder();

  MacroRun(RunningGuest guest) {
    this.guest = guest;
  }

  /**
   * Nanoseconds of the time of day for each name, in order.
   *
   * @throws IOException if the guest ends, or does not say what is expected for ten minutes
   */
  Map<String, Long> run(Macro macro, long started) throws IOException {
    String name = "";
    long since = started;
    for (Step step : macro.steps()) {
      switch (step.kind()) {
        case TIME -> {
          long now = System.nanoTime();
          if (!name.isEmpty()) {
            nanos.merge(name, now - since, Long::sum);
            since = now;
          }
          name = step.text();
        }
        case EXPECT -> expect(step.text());
        case CHECK -> check(step.text());
        case SEND -> {
          guest.toGuest().write((step.text() + "\r").getBytes(StandardCharsets.US_ASCII));
          guest.toGuest().flush();
        }
      }
    }
    nanos.merge(name, System.nanoTime() - since, Long::sum);
    return nanos;
  }

  private void expect(String text) throws IOException {
    hear("it said '" + text + "'", () -> heard.indexOf(text) >= 0);
    heard.delete(0, heard.indexOf(text) + text.length());
  }

  private void check(String wordAndValue) throws IOException {
    int space = wordAndValue.lastIndexOf(' ');
    String word = wordAndValue.substring(0, space + 1);
    String value = wordAndValue.substring(space + 1);
    expect(word);
    hear("it said all of '" + word + "...'", () -> heard.length() >= value.length());
    String said = heard.substring(0, value.length());
    if (!said.equals(value)) {
      throw new IOException("the guest said '%s%s', not %s".formatted(word, said, value));
    }
  }

  /** Reads on until something is the case. */
  private void hear(String what, BooleanSupplier enough) throws IOException {
    Timer watchdog = new Timer("silence", true);
    watchdog.schedule(
        new TimerTask() {
          @Override
          public void run() {
            guest.process().destroyForcibly();
          }
        },
        SILENCE_MILLIS);
    try {
      InputStream in = guest.fromGuest();
      byte[] buffer = new byte[4096];
      while (!enough.getAsBoolean()) {
        if (heard.length() > 2 * KEPT) {
          heard.delete(0, KEPT);
        }
        int n = in.read(buffer);
        if (n < 0) {
          throw new IOException("the guest ended before " + what + guest.lastWords());
        }
        heard.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } finally {
      watchdog.cancel();
    }
  }
}

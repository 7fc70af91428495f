package io.transvisor.guests.bench.run;

import io.transvisor.guests.bench.suite.Benchmark;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One process that runs benchmarks one after the other. The guest's lines say where passes begin
 * and end (run.c has their format); a byte sent to it ends the running benchmark.
 */
public final class GuestSession {
  private static final Duration SILENCE = Duration.ofMinutes(3);

  /** Passes the guest is told to make: it is always stopped before. */
  private static final int PASSES = 1_000_000_000;

  private final Subject subject;
  private final Budget budget;
  private final int run;
  private final List<Measurement> measurements = new ArrayList<>();

  private Map<String, Long> counters = Map.of();
  private RunningGuest guest;
  private VcpuTime time;
  private PassTimer timer;
  private List<Benchmark> benchmarks;
  private Consumer<Benchmark> started;
  private volatile long heard;
  private boolean done;

  /**
   * @param run number of the repetition, for the measurements
   */
  public GuestSession(Subject subject, Budget budget, int run) {
    this.subject = subject;
    this.budget = budget;
    this.run = run;
  }

  /**
   * Measures benchmarks that have the same place.
   *
   * @param starting called with each when its first pass begins
   * @throws IOException when the subject ends early, computes nonsense or falls silent; the message
   *     says so
   */
  public List<Measurement> measure(
      GuestFiles files, List<Benchmark> wanted, Consumer<Benchmark> starting) throws IOException {
    benchmarks = wanted;
    started = starting;
    String words =
        wanted.stream().map(Benchmark::kernel).collect(Collectors.joining(" "))
            + " "
            + wanted.getFirst().place().word().replace("nano", "ring0")
            + " passes="
            + PASSES;
    Timer watchdog = new Timer("silence", true);
    try (RunningGuest running = subject.start(files, words)) {
      guest = running;
      time = new VcpuTime(running.process().pid());
      heard = System.nanoTime();
      watchdog.schedule(new Watchdog(), 1000, 1000);
      follow(running.fromGuest());
      if (!done) {
        throw new IOException(subject.title() + " ended early" + running.lastWords());
      }
      counters = subject.finish(running);
      return measurements;
    } finally {
      watchdog.cancel();
    }
  }

  /** What the engine has counted, after a measurement; nothing where it does not tell. */
  public Map<String, Long> counters() {
    return counters;
  }

  /**
   * Carries out a macro run.
   *
   * @return nanoseconds of the time of day of its parts
   * @throws IOException if the guest ends early or falls silent
   */
  public Map<String, Long> measure(Macro macro) throws IOException {
    long begun = System.nanoTime();
    try (RunningGuest running = subject.startMacro(macro.options())) {
      Map<String, Long> nanos = new MacroRun(running).run(macro, begun);
      counters = subject.finish(running);
      return nanos;
    }
  }

  /** Ends a process that says nothing for long, so that reading from it ends. */
  private final class Watchdog extends TimerTask {
    @Override
    public void run() {
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        guest.process().destroyForcibly();
      }
    }
  }

  private void follow(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    byte[] buffer = new byte[4096];
    long lineStart = 0;
    for (int n = in.read(buffer); n >= 0 && !done; n = in.read(buffer)) {
      long now = System.nanoTime();
      heard = now;
      for (int i = 0; i < n; i++) {
        char ch = (char) (buffer[i] & 0x7F);
        if (line.isEmpty()) {
          lineStart = now;
        }
        if (ch == '\n') {
          line(line.toString().strip().split(" "), lineStart, now);
          line.setLength(0);
        } else {
          line.append(ch);
        }
      }
    }
  }

  private void line(String[] words, long lineStart, long lineEnd) throws IOException {
    switch (words[0]) {
      case "B" -> {
        if (words[3].equals("0")) {
          Benchmark benchmark = byKernel(words[1]);
          started.accept(benchmark);
          timer = new PassTimer(time, Long.parseLong(words[4]));
        }
        timer.begin(lineEnd);
      }
      case "E" -> {
        if (timer.end(lineStart, words[4]) && timer.isEnough(budget)) {
          guest.toGuest().write('.');
          guest.toGuest().flush();
          measurements.add(timer.result(subject.id(), byKernel(words[1]), run));
          timer.stopped();
        }
      }
      case "DONE" -> done = true;
      case "UNEXPECTED" ->
          throw new IOException(
              "the guest on " + subject.title() + " stopped: " + String.join(" ", words));
      default -> {
        // the firmware may have said something
      }
    }
  }

  private Benchmark byKernel(String kernel) {
    return benchmarks.stream().filter(b -> b.kernel().equals(kernel)).findFirst().orElseThrow();
  }
}

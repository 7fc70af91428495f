package io.transvisor.guests.bench.run;

import com.google.common.collect.ImmutableList;
import io.transvisor.guests.bench.suite.Benchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Collects the passes of one benchmark. */
final class PassTimer {
  /** Processor time is counted in ticks of up to 10 ms: windows last many of them. */
  private static final long WINDOW_NANOS = 100_000_000;

  private final VcpuTime time;
  private final long operations;
  private final List<Long> passes = new ArrayList<>();
  private final List<Window> windows = new ArrayList<>();
  private String checksum;
  private boolean stopped;

  private long first;
  private long passStart;
  private long windowStart;
  private long windowCpu;
  private int windowPasses;
  private long windowInPasses;

  PassTimer(VcpuTime time, long operations) {
    this.time = time;
    this.operations = operations;
  }

  void begin(long now) {
    passStart = now;
    if (passes.isEmpty()) {
      first = now;
    }
    if (windowPasses == 0) {
      windowStart = now;
      windowCpu = time.nanos();
    }
  }

  /**
   * Notes the end of a pass.
   *
   * @return whether it was also the end of a window
   * @throws IOException if the checksum is not that of the first pass
   */
  boolean end(long now, String sum) throws IOException {
    if (stopped) {
      return false; // had begun when the guest was told to stop
    }
    if (checksum != null && !checksum.equals(sum)) {
      throw new IOException("a pass computed %s, the ones before %s".formatted(sum, checksum));
    }
    checksum = sum;
    long nanos = now - passStart;
    passes.add(nanos);
    windowPasses++;
    windowInPasses += nanos;
    long wall = now - windowStart;
    if (wall < WINDOW_NANOS) {
      return false;
    }
    long cpu = Math.max(1, time.nanos() - windowCpu);
    windows.add(new Window(windowStart - first, windowPasses, windowInPasses, cpu));
    if (windows.size() == 1) {
      time.findThread();
    }
    windowPasses = 0;
    windowInPasses = 0;
    return true;
  }

  boolean isEnough(Budget budget) {
    Window last = windows.getLast();
    long elapsed = last.start() + last.wallNanos();
    boolean several = windows.size() >= Budget.ENOUGH_WINDOWS;
    return elapsed >= budget.limit()
        || (elapsed >= budget.most() && several)
        || (elapsed >= budget.least() && isSteady());
  }

  private boolean isSteady() {
    if (windows.size() < Budget.AGREEING_WINDOWS) {
      return false;
    }
    double least = Double.MAX_VALUE;
    double most = 0;
    for (Window w : windows.subList(windows.size() - Budget.AGREEING_WINDOWS, windows.size())) {
      least = Math.min(least, w.nanosPerPass());
      most = Math.max(most, w.nanosPerPass());
    }
    return most <= least * (1 + Budget.AGREEMENT);
  }

  /** The guest was told to stop: what still comes does not count. */
  void stopped() {
    stopped = true;
  }

  Measurement result(String subject, Benchmark benchmark, int run) {
    return new Measurement(
        subject,
        benchmark,
        run,
        operations,
        checksum,
        ImmutableList.copyOf(passes),
        ImmutableList.copyOf(windows));
  }
}

package io.transvisor.guests.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes timings of the guest's lines as their characters arrive; see bench.asm for what they say.
 */
final class GuestReport {
  /**
   * Processor time is counted at the host's timer ticks: a pass that seems shorter counts as one
   * tick.
   */
  private static final long TICK_NANOS = 4_000_000;

  private final Map<String, Timing> timings = new LinkedHashMap<>();
  private final StringBuilder line = new StringBuilder();
  private ProcessorTime lineStart;
  private ProcessorTime passStart;
  private long instructions;
  private boolean done;

  /** Takes characters that arrived at a time. */
  void received(byte[] bytes, int count, ProcessorTime now) {
    for (int i = 0; i < count; i++) {
      char ch = (char) (bytes[i] & 0x7F);
      if (line.isEmpty()) {
        lineStart = now;
      }
      if (ch == '\n') {
        ended(line.toString().strip(), now);
        line.setLength(0);
      } else {
        line.append(ch);
      }
    }
  }

  private void ended(String text, ProcessorTime now) {
    String[] words = text.split(" ");
    switch (words[0]) {
      case "B" -> {
        instructions = Long.parseLong(words[3], 16);
        passStart = now;
      }
      case "E" -> record(words[1], Math.max(lineStart.since(passStart), TICK_NANOS), words[2]);
      case "DONE" -> done = true;
      default -> {
        // The firmware may have said something.
      }
    }
  }

  private void record(String kernel, long nanos, String checksum) {
    Timing before = timings.get(kernel);
    if (before != null && !before.checksum().equals(checksum)) {
      throw new IllegalStateException("passes of " + kernel + " disagree");
    }
    long first = before == null ? nanos : before.firstNanos();
    long best = before == null ? nanos : Math.min(nanos, before.bestNanos());
    timings.put(kernel, new Timing(kernel, instructions, first, best, checksum));
  }

  boolean isDone() {
    return done;
  }

  /** By kernel, in the guest's order. */
  Map<String, Timing> timings() {
    return timings;
  }
}

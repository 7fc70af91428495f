package io.transvisor.guests.bench;

import java.util.List;
import java.util.Map;

/** The measurements as a Markdown table: the first emulator is compared with each of the others. */
final class ResultTable {
  private final Map<Emulator, Map<String, Timing>> results;

  ResultTable(Map<Emulator, Map<String, Timing>> results) {
    this.results = results;
  }

  String markdown() {
    List<Emulator> emulators = List.copyOf(results.keySet());
    Emulator subject = emulators.getFirst();
    StringBuilder s = new StringBuilder("| kernel |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (Emulator e : emulators) {
      s.append(" %s MIPS | ns/instr |".formatted(e.title()));
      rule.append(" ---: | ---: |");
      if (e != subject) {
        s.append(" × %s |".formatted(e.title()));
        rule.append(" ---: |");
      }
    }
    s.append('\n').append(rule).append('\n');
    for (Timing t : results.get(subject).values()) {
      s.append("| ").append(t.kernel()).append(" |");
      for (Emulator e : emulators) {
        Timing other = results.get(e).get(t.kernel());
        s.append(" %.1f | %.2f |".formatted(other.mips(), other.nanosPerInstruction()));
        if (e != subject) {
          s.append(" %.2f |".formatted((double) other.bestNanos() / t.bestNanos()));
        }
      }
      s.append('\n');
    }
    s.append("| **geometric mean** |");
    for (Emulator e : emulators) {
      double mips =
          geometricMean(results.get(e).values().stream().mapToDouble(Timing::mips).toArray());
      s.append(" %.1f | %.2f |".formatted(mips, 1e3 / mips));
      if (e != subject) {
        double ratio =
            geometricMean(
                results.get(subject).values().stream()
                    .mapToDouble(
                        t -> (double) results.get(e).get(t.kernel()).bestNanos() / t.bestNanos())
                    .toArray());
        s.append(" **%.2f** |".formatted(ratio));
      }
    }
    return s.append('\n').toString();
  }

  private static double geometricMean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += Math.log(v);
    }
    return Math.exp(sum / values.length);
  }
}

package io.transvisor.guests.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the benchmark guest on this program and on the other emulators that are installed, one after
 * the other, and prints the comparison. Arguments: names of the emulators to run (transvisor,
 * bochs, qemu); all when there are none.
 */
public final class InterpreterBenchmark {
  private InterpreterBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Map<Emulator, Map<String, Timing>> results = new EnumMap<>(Emulator.class);
    for (Emulator e : Emulator.values()) {
      if (wanted(e, arguments)) {
        if (e.isInstalled()) {
          System.err.println("running " + e.title() + " ...");
          results.put(e, new BenchmarkRun(e).measure());
        } else {
          System.err.println(e.title() + " is not installed");
        }
      }
    }
    compareChecksums(results);
    System.out.print(new ResultTable(results).markdown());
  }

  private static boolean wanted(Emulator e, String[] names) {
    if (names.length == 0) {
      return true;
    }
    for (String name : names) {
      if (e.name().equals(name.toUpperCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  private static void compareChecksums(Map<Emulator, Map<String, Timing>> results) {
    Map<String, Timing> reference = results.values().iterator().next();
    for (Map.Entry<Emulator, Map<String, Timing>> other : results.entrySet()) {
      for (Timing t : other.getValue().values()) {
        if (!t.checksum().equals(reference.get(t.kernel()).checksum())) {
          throw new IllegalStateException(
              "%s computes %s in %s, others %s"
                  .formatted(
                      other.getKey().title(),
                      t.checksum(),
                      t.kernel(),
                      reference.get(t.kernel()).checksum()));
        }
      }
    }
  }
}

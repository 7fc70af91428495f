package io.transvisor.bt;

import io.transvisor.bt.interp.EngineKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts what was compared with what should be, for the table in {@code docs/conformance.md}: a
 * file per suite in {@code target/conformance} with a line for each family of instructions and each
 * engine, tab-separated: family, engine, cases, differences.
 */
public final class Tally {
  private static final Path DIRECTORY = Path.of("target", "conformance");
  private static final Map<String, Tally> SUITES = new TreeMap<>();

  private record Row(String family, EngineKind engine) {}

  private final Path file;
  private final Map<Row, long[]> counts =
      new TreeMap<>((a, b) -> {
        int byFamily = a.family.compareTo(b.family);
        return byFamily != 0 ? byFamily : a.engine.compareTo(b.engine);
      });

  private Tally(String suite) {
    file = DIRECTORY.resolve(suite + ".tsv");
  }

  /** Adds to what a suite has counted. */
  public static synchronized void add(
      String suite, String family, EngineKind engine, long cases, long differences) {
    SUITES.computeIfAbsent(suite, Tally::new).add(family, engine, cases, differences);
  }

  private void add(String family, EngineKind engine, long cases, long differences) {
    long[] count = counts.computeIfAbsent(new Row(family, engine), r -> new long[2]);
    count[0] += cases;
    count[1] += differences;
    List<String> lines = new ArrayList<>();
    counts.forEach((row, n) -> {
      String name = row.engine.name().toLowerCase(Locale.ROOT);
      lines.add("%s\t%s\t%d\t%d".formatted(row.family, name, n[0], n[1]));
    });
    try {
      Files.createDirectories(DIRECTORY);
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.transvisor.guests;

import io.transvisor.bt.interp.EngineKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table in {@code docs/conformance.md} of what has been tried on which engine, made of what the
 * tests counted: files with lines of family, engine, cases and differences, tab-separated.
 */
final class ConformanceTable {
  private static final Path DOCUMENT = Path.of("..", "docs", "conformance.md");
  private static final Path OWN_COUNTS = Path.of("target", "conformance");
  private static final Path ENGINE_COUNTS = Path.of("..", "bt-engine", "target", "conformance");
  private static final String BEGIN = "<!-- begin of the generated table -->\n";
  private static final String END = "<!-- end of the generated table -->\n";

  private ConformanceTable() {}

  private static String name(EngineKind engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  /** Counts checks of this module. */
  static synchronized void add(String family, EngineKind engine, long cases, long differences)
      throws IOException {
    Files.createDirectories(OWN_COUNTS);
    String line = "%s\t%s\t%d\t%d\n".formatted(family, name(engine), cases, differences);
    Files.writeString(OWN_COUNTS.resolve(name(engine) + ".tsv"), line);
  }

  /** Puts the table of the counts there are into the document. */
  static void writeToDocument() throws IOException {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END, begin);
    Files.writeString(DOCUMENT, text.substring(0, begin) + table() + text.substring(end));
  }

  private static String table() throws IOException {
    Map<String, Map<String, long[]>> families = new TreeMap<>();
    for (String line : lines()) {
      String[] fields = line.split("\t");
      long[] count =
          families
              .computeIfAbsent(fields[0], f -> new TreeMap<>())
              .computeIfAbsent(fields[1], e -> new long[2]);
      count[0] += Long.parseLong(fields[2]);
      count[1] += Long.parseLong(fields[3]);
    }
    List<String> engines = Arrays.stream(EngineKind.values()).map(ConformanceTable::name).toList();
    List<String> rows = new ArrayList<>();
    rows.add("| Family | " + String.join(" | ", engines) + " | Differences |");
    rows.add("| --- |" + " ---: |".repeat(engines.size() + 1));
    families.forEach((family, counts) -> rows.add(row(family, engines, counts)));
    return String.join("\n", rows) + "\n";
  }

  private static String row(String family, List<String> engines, Map<String, long[]> counts) {
    String cases =
        engines.stream()
            .map(counts::get)
            .map(n -> n == null ? "" : String.format(Locale.ROOT, "%,d", n[0]))
            .collect(Collectors.joining(" | "));
    long differences = counts.values().stream().mapToLong(n -> n[1]).sum();
    return "| %s | %s | %d |".formatted(family, cases, differences);
  }

  private static List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path directory : List.of(ENGINE_COUNTS, OWN_COUNTS)) {
      if (Files.isDirectory(directory)) {
        try (Stream<Path> files = Files.list(directory)) {
          for (Path file : files.sorted().toList()) {
            lines.addAll(Files.readAllLines(file));
          }
        }
      }
    }
    return lines;
  }
}

package io.transvisor.console.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What has been counted, as text: one table for each device, of the CPU one for each subject.
 * Nanoseconds stand beside the count of the same name, with the time each took.
 */
public final class CounterReport {
  private static final String NANOS = ".ns";

  /** A line of a table; -1 for what there is not. */
  private record Row(String label, long count, long nanos) {}

  private CounterReport() {}

  /**
   * The counters whose names are wanted.
   *
   * @param counters as {@code Machine.counters} gives them
   */
  public static String text(SortedMap<String, Long> counters, Predicate<String> wanted) {
    Map<String, List<Row>> groups = new TreeMap<>(CounterReport::compare);
    counters.forEach((name, value) -> {
      if (!wanted.test(name) || isBeside(name, counters)) {
        return;
      }
      boolean timeOnly = name.endsWith(NANOS);
      String plain = timeOnly ? name.substring(0, name.length() - NANOS.length()) : name;
      String group = group(plain);
      long nanos = timeOnly ? value : counters.getOrDefault(name + NANOS, -1L);
      groups
          .computeIfAbsent(group, g -> new ArrayList<>())
          .add(new Row(plain.substring(group.length() + 1), timeOnly ? -1 : value, nanos));
    });
    StringBuilder text = new StringBuilder();
    groups.forEach((group, rows) -> table(text, group, rows));
    return text.toString();
  }

  /** Nanoseconds that are shown beside a count. */
  private static boolean isBeside(String name, Map<String, Long> counters) {
    return name.endsWith(NANOS)
        && counters.containsKey(name.substring(0, name.length() - NANOS.length()));
  }

  /** A device's name; the CPU's with the subject. */
  private static String group(String name) {
    int end = name.indexOf('.');
    boolean divided = name.startsWith("cpu") || name.startsWith("block");
    int second = name.indexOf('.', end + 1);
    return name.substring(0, divided && second > 0 ? second : end);
  }

  /** Time first, then the CPU, then the rest. */
  private static int compare(String a, String b) {
    int byRank = Integer.compare(rank(a), rank(b));
    return byRank != 0 ? byRank : a.compareTo(b);
  }

  private static int rank(String group) {
    return group.equals("time") ? 0 : group.startsWith("cpu") ? 1 : 2;
  }

  private static void table(StringBuilder text, String group, List<Row> rows) {
    boolean timed = rows.stream().anyMatch(r -> r.nanos >= 0);
    boolean shares = group.equals("time");
    long total = rows.stream().mapToLong(r -> Math.max(0, r.nanos)).sum();
    text.append(
        "%-36s%20s%s%n"
            .formatted(
                group.replace('.', ' '),
                shares ? "" : "count",
                timed
                    ? shares ? "%12s%9s".formatted("s", "%") : "%12s%12s".formatted("ns each", "ms")
                    : ""));
    if (group.endsWith(".callouts")) {
      rows = rows.stream().sorted((a, b) -> Long.compare(b.count, a.count)).toList();
    }
    for (Row row : rows) {
      text.append("  %-34s".formatted(row.label));
      text.append("%20s".formatted(row.count < 0 ? "" : "%,d".formatted(row.count)));
      if (row.nanos >= 0 && shares) {
        text.append(
            "%12.3f%9.1f".formatted(row.nanos / 1e9, 100.0 * row.nanos / Math.max(1, total)));
      } else if (row.nanos >= 0) {
        String each = row.count > 0 ? "%,.0f".formatted((double) row.nanos / row.count) : "";
        text.append("%12s%,12.1f".formatted(each, row.nanos / 1e6));
      }
      text.append(System.lineSeparator());
    }
  }
}

package io.transvisor.guests.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * The machine the figures are from.
 *
 * @param processor model name
 * @param gigahertz nominal frequency, which turns nanoseconds into cycles
 * @param threads hardware threads
 * @param load average over the minute before
 */
public record Host(
    String processor,
    double gigahertz,
    int threads,
    String system,
    String java,
    String date,
    String load) {
  private static final double UNKNOWN_GIGAHERTZ = 1;

  /** Describes this machine, now. */
  public static Host describe() {
    List<String> cpu = lines(Path.of("/proc/cpuinfo"));
    double megahertz =
        cpu.stream()
            .filter(l -> l.startsWith("cpu MHz"))
            .mapToDouble(l -> Double.parseDouble(afterColon(l)))
            .max()
            .orElse(UNKNOWN_GIGAHERTZ * 1e3);
    String model =
        cpu.stream()
            .filter(l -> l.startsWith("model name"))
            .map(Host::afterColon)
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    List<String> load = lines(Path.of("/proc/loadavg"));
    return new Host(
        model,
        megahertz / 1e3,
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor.version", "") + " " + Runtime.version(),
        ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z")),
        load.isEmpty() ? "unknown" : load.getFirst().split(" ")[0]);
  }

  /** All in one line. */
  public String line() {
    return "%s. %s, %d hardware threads, nominally %.2f GHz; %s; Java %s; load before the run %s."
        .formatted(date, processor, threads, gigahertz, system, java.strip(), load);
  }

  private static String afterColon(String line) {
    return line.substring(line.indexOf(':') + 1).strip();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}

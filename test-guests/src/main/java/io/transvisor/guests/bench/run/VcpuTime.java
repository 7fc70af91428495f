package io.transvisor.guests.bench.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processor time of the thread that runs the guest, from Linux's scheduler statistics: unlike the
 * time of day it does not grow while something else has the processor. It is counted at the host's
 * timer ticks. Where there are no such statistics it is the time of day.
 *
 * <p>The thread is the one with the name that this program and QEMU give it, else the busiest.
 */
final class VcpuTime {
  private static final List<String> NAMES = List.of("vcpu", "CPU 0/");

  private final Path tasks;
  private Map<String, Long> earlier;
  private Path busiest;

  VcpuTime(long pid) {
    tasks = Path.of("/proc", Long.toString(pid), "task");
    earlier = all();
  }

  /** Finds the guest's thread; it must have run since the last call, or since the start. */
  void findThread() {
    Map<String, Long> now = all();
    String thread = "";
    long most = -1;
    for (Map.Entry<String, Long> e : now.entrySet()) {
      long ran =
          isNamed(e.getKey())
              ? Long.MAX_VALUE
              : e.getValue() - earlier.getOrDefault(e.getKey(), 0L);
      if (ran > most) {
        most = ran;
        thread = e.getKey();
      }
    }
    earlier = now;
    busiest = tasks.resolve(thread).resolve("schedstat");
  }

  private boolean isNamed(String thread) {
    try {
      String name = Files.readString(tasks.resolve(thread).resolve("comm"));
      return NAMES.stream().anyMatch(name::startsWith);
    } catch (IOException e) {
      return false; // the thread has just ended
    }
  }

  /** Nanoseconds the guest's thread has run. */
  long nanos() {
    long ran = busiest == null ? -1 : read(busiest);
    return ran >= 0 ? ran : System.nanoTime();
  }

  private Map<String, Long> all() {
    Map<String, Long> nanos = new HashMap<>();
    if (Files.isDirectory(tasks)) {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
        for (Path thread : threads) {
          long ran = read(thread.resolve("schedstat"));
          if (ran >= 0) {
            nanos.put(thread.getFileName().toString(), ran);
          }
        }
      } catch (IOException e) {
        return Map.of(); // the process has just ended
      }
    }
    return nanos;
  }

  private static long read(Path file) {
    try {
      return Long.parseLong(Files.readString(file).split(" ")[0]);
    } catch (IOException e) {
      return -1; // the thread has just ended, or there are no such statistics
    }
  }
}

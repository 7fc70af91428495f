package io.transvisor.guests.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * How long each thread of a process has run so far, from Linux's scheduler statistics: unlike the
 * time of day it does not grow while something else has the processor. Where there are no such
 * statistics it is the time of day.
 *
 * @param nanosByThread nanoseconds by thread id
 */
record ProcessorTime(Map<String, Long> nanosByThread) {
  static ProcessorTime of(long pid) throws IOException {
    Map<String, Long> nanos = new HashMap<>();
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (Files.isDirectory(tasks)) {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
        for (Path thread : threads) {
          try {
            String[] words = Files.readString(thread.resolve("schedstat")).split(" ");
            nanos.put(thread.getFileName().toString(), Long.parseLong(words[0]));
          } catch (NoSuchFileException e) {
            // The thread has just ended.
          }
        }
      }
    }
    if (nanos.isEmpty()) {
      nanos.put("", System.nanoTime());
    }
    return new ProcessorTime(nanos);
  }

  /** What the thread that was busiest since then has run: the one that runs the guest. */
  long since(ProcessorTime earlier) {
    return nanosByThread.entrySet().stream()
        .mapToLong(e -> e.getValue() - earlier.nanosByThread.getOrDefault(e.getKey(), 0L))
        .max()
        .orElseThrow();
  }
}

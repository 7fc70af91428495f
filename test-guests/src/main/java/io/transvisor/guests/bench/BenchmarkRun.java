package io.transvisor.guests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** One emulator running the guest once. */
final class BenchmarkRun {
  private static final int FLOPPY_SIZE = 1_474_560;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Emulator emulator;

  BenchmarkRun(Emulator emulator) {
    this.emulator = emulator;
  }

  Map<String, Timing> measure() throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("bench");
    Path disk = scratch.resolve("bench.img");
    try (InputStream program =
        BenchmarkRun.class.getResourceAsStream("/io/transvisor/guests/bench.bin")) {
      Files.write(disk, Arrays.copyOf(program.readAllBytes(), FLOPPY_SIZE));
    }
    Path serial = Files.createFile(scratch.resolve("serial"));
    Process process =
        new ProcessBuilder(emulator.command(disk, serial, scratch))
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("output").toFile())
            .start();
    process.getOutputStream().close();
    try {
      return follow(process, serial);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Reads what the guest sends, a millisecond late at most. */
  private Map<String, Timing> follow(Process process, Path serial)
      throws IOException, InterruptedException {
    GuestReport report = new GuestReport();
    byte[] buffer = new byte[4096];
    long end = System.nanoTime() + LIMIT.toNanos();
    try (InputStream in = Files.newInputStream(serial)) {
      while (!report.isDone()) {
        int n = in.read(buffer);
        if (n > 0) {
          report.received(buffer, n, ProcessorTime.of(process.pid()));
        } else if (!process.isAlive()) {
          throw new IOException(
              emulator.title() + " ended early; see " + serial.resolveSibling("output"));
        } else if (System.nanoTime() > end) {
          throw new IOException(
              emulator.title() + " did not finish; see " + serial.resolveSibling("output"));
        } else {
          Thread.sleep(1);
        }
      }
    }
    return report.timings();
  }
}

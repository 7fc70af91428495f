package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance guest finds the CPU's system-level behaviour as the manual has it. */
class ConformanceGuestTest {
  private static final int CHECKS = 450;

  @TempDir Path directory;

  @Test
  void everyCheckPasses() throws IOException {
    Path kernel = directory.resolve("conformance.elf");
    try (InputStream in =
        ConformanceGuestTest.class.getResourceAsStream("/io/transvisor/guests/conformance.elf")) {
      Files.write(kernel, in.readAllBytes());
    }
    try (ProgramRun run =
        ProgramRun.start(
            "run",
            "-m",
            "32",
            "-kernel",
            kernel.toString(),
            "-serial",
            "stdio",
            "-display",
            "none",
            "-no-reboot")) {
      assertThat(run.awaitExit()).as(run.error()).isZero();
      List<String> lines = run.out().lines().toList();
      assertThat(lines).endsWith("DONE");
      assertThat(lines).noneMatch(l -> l.startsWith("FAIL") || l.startsWith("SKIP"));
      assertThat(lines).filteredOn(l -> l.startsWith("PASS")).hasSizeGreaterThan(CHECKS);
    }
  }
}

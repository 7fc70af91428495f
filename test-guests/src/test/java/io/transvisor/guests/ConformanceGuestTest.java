package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.interp.EngineKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The conformance guest finds the CPU's system-level behaviour as the manual has it, on every
 * engine; where code is compiled, often enough for all of it to be. {@code -Dconformance.passes=N}
 * for more.
 */
class ConformanceGuestTest {
  private static final int CHECKS = 619;

  /** More than the runs after which code counts as hot. */
  private static final int PASSES = Integer.getInteger("conformance.passes", 1_050);

  private static final int PATIENCE_SECONDS = 600;
  private static final int FEWEST_REGIONS = 50;

  @TempDir Path directory;

  /** With {@code -Dconformance.table=true} what all tests counted goes into the document. */
  @AfterAll
  static void renewTable() throws IOException {
    if (Boolean.getBoolean("conformance.table")) {
      ConformanceTable.writeToDocument();
    }
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  void everyCheckPasses(EngineKind engine) throws IOException {
    int passes = engine == EngineKind.INTERPRET ? 2 : PASSES;
    Path kernel = directory.resolve("conformance.elf");
    try (InputStream in =
        ConformanceGuestTest.class.getResourceAsStream("/io/transvisor/guests/conformance.elf")) {
      Files.write(kernel, in.readAllBytes());
    }
    try (ProgramRun run =
        ProgramRun.start(
            "run",
            "-engine",
            engine.name().toLowerCase(Locale.ROOT),
            "-m",
            "32",
            "-kernel",
            kernel.toString(),
            "-append",
            "passes=" + passes,
            "-serial",
            "stdio",
            "-display",
            "none",
            "-stats",
            "-no-reboot")) {
      assertThat(run.awaitExit(PATIENCE_SECONDS)).as(run.error()).isZero();
      List<String> lines = run.out().lines().toList();
      assertThat(lines).noneMatch(l -> l.startsWith("FAIL") || l.startsWith("SKIP"));
      assertThat(lines).filteredOn(l -> l.startsWith("PASS")).hasSize(CHECKS);
      assertThat(lines).endsWith(CHECKS * passes + " passed, 0 failed", "DONE");
      ConformanceTable.add("system level: checks from inside", engine, CHECKS * passes, 0);
      if (engine != EngineKind.INTERPRET) {
        assertThat(regionsCompiled(run.error())).isGreaterThan(FEWEST_REGIONS);
      }
    }
  }

  private static int regionsCompiled(String statistics) {
    Matcher m =
        Pattern.compile("cpu0 regions .*?\\n  compiled +([0-9,]+)", Pattern.DOTALL)
            .matcher(statistics);
    assertThat(m.find()).as(statistics).isTrue();
    return Integer.parseInt(m.group(1).replace(",", ""));
  }
}

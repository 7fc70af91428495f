package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels guest computes what the same kernels compute natively, and ends the run itself. */
class KernelsGuestTest {
  private static final String RESOURCES = "/io/transvisor/guests/";

  @TempDir Path directory;
  private String kernel;

  @BeforeEach
  void writeKernel() throws IOException {
    try (InputStream in = KernelsGuestTest.class.getResourceAsStream(RESOURCES + "kernels.elf")) {
      kernel = Files.write(directory.resolve("kernels.elf"), in.readAllBytes()).toString();
    }
  }

  private String run(String line) {
    try (ProgramRun run =
        ProgramRun.start(
            "run",
            "-m",
            "32",
            "-kernel",
            kernel,
            "-append",
            line,
            "-serial",
            "stdio",
            "-display",
            "none")) {
      assertThat(run.awaitExit()).as(run.error()).isZero();
      return run.out();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring0", "ring3"})
  void checksumsAreTheNativeOnes(String ring) throws IOException {
    String out = run("fib mandelbrot mmx passes=1 " + ring);
    String sums;
    try (InputStream in = KernelsGuestTest.class.getResourceAsStream(RESOURCES + "kernels.sums")) {
      sums = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(out.lines().filter(l -> l.startsWith("E")).toList())
        .hasSize(3)
        .allSatisfy(line -> {
          String[] words = line.split(" ");
          assertThat(words[2]).isEqualTo(ring);
          assertThat(sums.lines()).contains(words[1] + " " + words[4]);
        });
    assertThat(out).endsWith("DONE\n");
  }

  @Test
  void nanoBenchmarksCountTheirEvents() {
    assertThat(run("int80 sysenter page-fault interrupt self-modify passes=1"))
        .isEqualTo(
            """
            B int80 ring0 0 300000
            E int80 ring0 0 000493e0
            B sysenter ring0 0 1000000
            E sysenter ring0 0 000f4240
            B self-modify ring0 0 20000
            E self-modify ring0 0 0bebe910
            B page-fault ring0 0 51200
            E page-fault ring0 0 0000c800
            B interrupt ring0 0 50000
            E interrupt ring0 0 0000c350
            DONE
            """);
  }

  @Test
  void profileNamesWhatItSpendsTimeIn() throws IOException {
    Path stacks = directory.resolve("stacks");
    try (ProgramRun run =
        ProgramRun.start(
            "profile",
            "-symbols",
            kernel,
            "-collapsed",
            stacks + "",
            "-syntax",
            "intel",
            "-m",
            "32",
            "-kernel",
            kernel,
            "-append",
            "fib passes=2",
            "-display",
            "none")) {
      assertThat(run.awaitExit()).as(run.error()).isZero();
      assertThat(run.error())
          .containsPattern("user +[1-9][0-9.]+ %")
          .containsPattern("user +fibonacci\\n")
          .containsPattern(" [0-9a-f]{8}  [a-z]+ +[^%]*\\n");
    }
    assertThat(Files.readString(stacks)).containsPattern("user;(.*;)?fibonacci [0-9]+\\n");
  }
}

package io.transvisor.guests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The bench command, on one small benchmark and with mistakes. */
class BenchCommandTest {
  @TempDir Path directory;

  private static int run(String... arguments) {
    return new CommandLine(new BenchCommand()).execute(arguments);
  }

  @Test
  void measuresAndWritesEverything() throws IOException {
    Path json = directory.resolve("results.json");
    Path html = directory.resolve("report.html");
    Path png = directory.resolve("charts");
    assertThat(
            run(
                "-quick",
                "-filter",
                "^invlpg|^mmx",
                "-engines",
                "interpret",
                "-peers",
                "none",
                "-json",
                json.toString(),
                "-html",
                html.toString(),
                "-png",
                png.toString()))
        .isZero();
    JsonNode document = new ObjectMapper().readTree(json.toFile());
    assertThat(document.get("failures")).isEmpty();
    assertThat(document.get("measurements")).hasSize(2);
    for (JsonNode m : document.get("measurements")) {
      assertThat(m.get("subject").asText()).isEqualTo("interpret");
      assertThat(m.get("steadyNanos").asDouble()).isPositive();
      assertThat(m.get("passNanos")).isNotEmpty();
    }
    assertThat(Files.readString(html))
        .contains("Speed of compute kernels in ring 3", "<svg", "Cost of single events", "mmx")
        .doesNotContain("http://", "https://");
    assertThat(png)
        .isDirectoryContaining("glob:**/speed-ring3.png")
        .isDirectoryContaining("glob:**/warm-up.png")
        .isDirectoryContaining("glob:**/events.png");
  }

  @Test
  void engineThatIsNotThereIsSkipped() throws IOException {
    Path json = directory.resolve("results.json");
    assertThat(run("-filter", "fib", "-engines", "quantum", "-peers", "none", "-json", json + ""))
        .isZero();
    JsonNode document = new ObjectMapper().readTree(json.toFile());
    assertThat(document.get("skipped").get(0).asText()).contains("quantum");
    assertThat(document.get("measurements")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-filter, nothing-like-it, no benchmark",
    "-filter, (, --filter (",
    "-peers, xen, --peers xen",
    "-runs, 0, --runs 0",
  })
  void mistakes(String option, String value, String message) {
    CommandLine line = new CommandLine(new BenchCommand());
    line.setExecutionExceptionHandler((e, commandLine, result) -> {
      throw e;
    });
    line.parseArgs(option, value);
    BenchCommand command = line.getCommand();
    assertThatThrownBy(command::call)
        .isInstanceOf(VmmException.class)
        .hasMessageContaining(message);
  }
}

package io.transvisor.guests.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.suite.GuestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptions of macro runs, and short ones of the system guest. */
class MacroTest {
  @TempDir private Path directory;

  private Macro macro(String... lines) throws IOException {
    return Macro.read(Files.write(directory.resolve("mine.macro"), List.of(lines)));
  }

  private Map<String, Long> run(String engine, Macro macro) throws IOException {
    Subject subject = Subjects.of(List.of(engine), List.of(), directory).getFirst();
    return new GuestSession(subject, Budget.seconds(1, 1), 0).measure(macro);
  }

  private Macro ofSystemGuest(String command, String sum) throws IOException {
    return macro(
        "options -m 16 -kernel " + new GuestFiles(directory).system(),
        "expect #",
        "time work",
        "send " + command,
        "check sum " + sum,
        "expect #");
  }

  /** The sums are those of QEMU. */
  @ParameterizedTest
  @CsvSource({
    "forkwait 20, cbeed26b",
    "forkwrite 5, 2273c68e",
    "forkexec 5, a27a0c3a",
    "compile 2, 14c616d8",
    "switch 40, 00000028",
  })
  void processesDoTheSameOnAllEngines(String command, String sum) throws IOException {
    for (String engine : Subjects.ENGINES) {
      assertThat(run(engine, ofSystemGuest(command, sum)))
          .as(engine)
          .containsOnlyKeys("boot", "work");
    }
  }

  @Test
  void wrongSumIsAFailure() {
    assertThatThrownBy(() -> run("interpret", ofSystemGuest("switch 3", "12345678")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("said 'sum 00000003', not 12345678");
  }

  @ParameterizedTest
  @ValueSource(strings = {"option -m 16", "check", "typing x"})
  void mistakesNameTheLine(String line) {
    assertThatThrownBy(() -> macro("options -m 16", line))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("mine.macro: line 2");
  }
}

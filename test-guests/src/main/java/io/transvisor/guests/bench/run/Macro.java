package io.transvisor.guests.bench.run;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of a whole system, as its operator describes it: a machine, and what to do at its serial
 * console. Lines of the description are
 *
 * <ul>
 *   <li>{@code options ...}: QEMU's options for the guest, of those that both programs have
 *   <li>{@code expect TEXT}: waits until the guest has printed it
 *   <li>{@code send TEXT}: types a line
 *   <li>{@code time NAME}: the time up to here belongs to the last name, the time from here to this
 *       one; what comes before the first is the time from the start of the program
 *   <li>{@code # ...}: a comment
 * </ul>
 *
 * @param options of the command line
 * @param steps what to do
 */
public record Macro(String name, List<String> options, List<Step> steps) {
  private static final String FIRST = "start";

  /** Something to do. */
  public record Step(Kind kind, String text) {}

  /** What a line asks for. */
  public enum Kind {
    EXPECT,
    SEND,
    TIME
  }

  /**
   * Reads a description.
   *
   * @throws VmmException naming the line that is wrong
   */
  public static Macro read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new VmmException("--macro %s: cannot be read".formatted(file), e);
    }
    List<String> options = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(Kind.TIME, FIRST));
    for (int n = 0; n < lines.size(); n++) {
      String line = lines.get(n).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.split(" ", 2);
      String rest = words.length < 2 ? "" : words[1].strip();
      switch (words[0]) {
        case "options" -> options.addAll(List.of(rest.split(" +")));
        case "expect" -> steps.add(new Step(Kind.EXPECT, rest));
        case "send" -> steps.add(new Step(Kind.SEND, rest));
        case "time" -> steps.add(new Step(Kind.TIME, rest));
        default ->
            throw new VmmException(
                "--macro %s: line %d: expected options, expect, send or time, not %s"
                    .formatted(file, n + 1, words[0]));
      }
    }
    if (options.isEmpty() || steps.stream().noneMatch(s -> s.kind == Kind.EXPECT)) {
      throw new VmmException("--macro %s: needs options and something to expect".formatted(file));
    }
    String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    return new Macro(name, List.copyOf(options), List.copyOf(steps));
  }
}

package io.transvisor.guests.bench.run;

import io.transvisor.core.error.VmmException;
import io.transvisor.guests.bench.suite.GuestFiles;
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
 *   <li>{@code check WORD VALUE}: waits for the word, and fails if the value does not follow it
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
  /** The name of the run of the guest that is among the benchmarks. */
  public static final String SYSTEM = "system";

  private static final String FIRST = "boot";

  /** Something to do. */
  public record Step(Kind kind, String text) {}

  /** What a line asks for. */
  public enum Kind {
    EXPECT,
    CHECK,
    SEND,
    TIME
  }

  /**
   * Reads a description.
   *
   * @throws VmmException naming the line that is wrong
   */
  public static Macro read(Path file) {
    try {
      String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
      return parse(name, file.toString(), Files.readAllLines(file));
    } catch (IOException e) {
      throw new VmmException("--macro %s: cannot be read".formatted(file), e);
    }
  }

  /** Processes, paging and a compiler on a small kernel of our own. */
  public static Macro ofSystemGuest(GuestFiles files) {
    String kernel = files.system().toString();
    List<String> lines = GuestFiles.systemRun().map(l -> l.replace("system.elf", kernel)).toList();
    return parse(SYSTEM, SYSTEM, lines);
  }

  private static Macro parse(String name, String source, List<String> lines) {
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
        case "check" -> {
          if (!rest.contains(" ")) {
            throw new VmmException(
                "--macro %s: line %d: check needs a word and a value".formatted(source, n + 1));
          }
          steps.add(new Step(Kind.CHECK, rest));
        }
        case "send" -> steps.add(new Step(Kind.SEND, rest));
        case "time" -> steps.add(new Step(Kind.TIME, rest));
        default ->
            throw new VmmException(
                "--macro %s: line %d: expected options, expect, check, send or time, not %s"
                    .formatted(source, n + 1, words[0]));
      }
    }
    if (options.isEmpty() || steps.stream().noneMatch(s -> s.kind == Kind.EXPECT)) {
      throw new VmmException("--macro %s: needs options and something to expect".formatted(source));
    }
    return new Macro(name, List.copyOf(options), List.copyOf(steps));
  }
}

package io.transvisor.console.cli;

import java.util.Arrays;
import java.util.Set;

/** QEMU takes options with one dash or two; picocli sees the form with one. */
final class Arguments {
  private static final Set<String> TWO_DASHES = Set.of("--help", "--version", "--");

  private Arguments() {}

  static String[] normalise(String[] args) {
    return Arrays.stream(args)
        .map(a ->
            a.startsWith("--") && a.length() > 2 && !TWO_DASHES.contains(a) ? a.substring(1) : a)
        .toArray(String[]::new);
  }
}

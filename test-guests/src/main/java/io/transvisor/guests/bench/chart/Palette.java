package io.transvisor.guests.bench.chart;

import java.util.List;
import java.util.Map;

/** Colours: one for each subject, the same in all charts. */
public final class Palette {
  static final String INK = "#2b2f36";
  static final String FAINT = "#8a9099";
  static final String GRID = "#e6e8eb";
  static final String REFERENCE = "#b8bdc4";

  private static final Map<String, String> KNOWN =
      Map.of(
          "interpret", "#4e79a7",
          "hybrid", "#2a9d8f",
          "translate", "#e4572e",
          "qemu", "#8e6bbf",
          "bochs", "#a9825a",
          "native", "#33373d");

  private static final List<String> OTHERS = List.of("#d4a017", "#c2577e", "#5b9f3a", "#1f9ec4");

  private Palette() {}

  /** The colour of a subject. */
  public static String of(String subject) {
    String known = KNOWN.get(subject);
    return known != null ? known : OTHERS.get(Math.floorMod(subject.hashCode(), OTHERS.size()));
  }
}

package io.transvisor.bt.interp;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How guest code is run.
 *
 * @param patience runs of a trace before it is compiled
 * @param regionSize most instructions in a region
 * @param repeatable for tests: regions are compiled at once and not on another thread, and no
 *     budget is exceeded
 * @param off mechanisms that are switched off
 */
public record EngineOptions(
    EngineKind kind, int patience, int regionSize, boolean repeatable, Set<Mechanism> off) {
  private static final int PATIENCE = 1_000;
  private static final int REGION_SIZE = 220;

  /** An engine with all there is. */
  public static EngineOptions of(EngineKind kind) {
    return new EngineOptions(kind, PATIENCE, REGION_SIZE, false, Set.of());
  }

  /** For tests: what runs twice is compiled at once. */
  public static EngineOptions eager(EngineKind kind, Mechanism... off) {
    return new EngineOptions(kind, 2, REGION_SIZE, true, Set.of(off));
  }

  /**
   * Reads an engine's name and what is switched off: {@code translate,chaining=off,adaptive=off}.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static EngineOptions parse(String text) {
    String[] parts = text.split(",", -1);
    Set<Mechanism> off = EnumSet.noneOf(Mechanism.class);
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      String[] switched = part.split("=", 2);
      Mechanism mechanism = Mechanism.named(switched[0]).orElse(null);
      if (mechanism == null || switched.length < 2 || !switched[1].matches("on|off")) {
        throw new IllegalArgumentException(
            "unknown property %s, choose of %s with =on or =off".formatted(part, mechanisms()));
      }
      if (switched[1].equals("off")) {
        off.add(mechanism);
      } else {
        off.remove(mechanism);
      }
    }
    EngineOptions all = of(kind(parts[0]));
    return new EngineOptions(
        all.kind, all.patience, all.regionSize, all.repeatable, Collections.unmodifiableSet(off));
  }

  private static EngineKind kind(String name) {
    for (EngineKind kind : EngineKind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown engine, choose interpret, hybrid or translate");
  }

  private static String mechanisms() {
    return Arrays.stream(Mechanism.values())
        .map(Mechanism::label)
        .collect(Collectors.joining(", "));
  }

  /** Whether a mechanism is on. */
  public boolean has(Mechanism mechanism) {
    return !off.contains(mechanism);
  }

  /** Whether anything is ever compiled. */
  public boolean compiles() {
    return kind != EngineKind.INTERPRET && has(Mechanism.REGIONS);
  }
}

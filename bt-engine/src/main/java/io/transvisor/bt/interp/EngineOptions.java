package io.transvisor.bt.interp;

import com.google.common.primitives.Ints;
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
 * @param codeCache MiB that compiled code may take, with all that belongs to it: about so much
 */
public record EngineOptions(
    EngineKind kind,
    int patience,
    int regionSize,
    boolean repeatable,
    Set<Mechanism> off,
    int codeCache) {
  private static final int PATIENCE = 1_000;
  private static final int REGION_SIZE = 220;
  private static final String CODE_CACHE = "code-cache";
  private static final int CODE_CACHE_MIB = 128;
  private static final int LEAST_CODE_CACHE_MIB = 8;

  /** HotSpot's own code cache, of which this is a half or more, has a fixed size. */
  private static final int MOST_CODE_CACHE_MIB = 512;

  /** With a code cache of the usual size. */
  public EngineOptions(
      EngineKind kind, int patience, int regionSize, boolean repeatable, Set<Mechanism> off) {
    this(kind, patience, regionSize, repeatable, off, CODE_CACHE_MIB);
  }

  /** An engine with all there is. */
  public static EngineOptions of(EngineKind kind) {
    return new EngineOptions(kind, PATIENCE, REGION_SIZE, false, Set.of());
  }

  /** For tests: what runs twice is compiled at once. */
  public static EngineOptions eager(EngineKind kind, Mechanism... off) {
    return new EngineOptions(kind, 2, REGION_SIZE, true, Set.of(off));
  }

  /**
   * Reads an engine's name and its properties: {@code translate,chaining=off,code-cache=64}.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static EngineOptions parse(String text) {
    String[] parts = text.split(",", -1);
    Set<Mechanism> off = EnumSet.noneOf(Mechanism.class);
    int codeCache = CODE_CACHE_MIB;
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      if (part.startsWith(CODE_CACHE + "=")) {
        codeCache = mebibytes(part);
        continue;
      }
      String[] switched = part.split("=", 2);
      Mechanism mechanism = Mechanism.named(switched[0]).orElse(null);
      if (mechanism == null || switched.length < 2 || !switched[1].matches("on|off")) {
        throw new IllegalArgumentException(
            "unknown property %s, choose of %s with =on or =off, or %s=MiB"
                .formatted(part, mechanisms(), CODE_CACHE));
      }
      if (switched[1].equals("off")) {
        off.add(mechanism);
      } else {
        off.remove(mechanism);
      }
    }
    EngineOptions all = of(kind(parts[0]));
    return new EngineOptions(
        all.kind,
        all.patience,
        all.regionSize,
        all.repeatable,
        Collections.unmodifiableSet(off),
        codeCache);
  }

  private static int mebibytes(String part) {
    Integer size = Ints.tryParse(part.substring(CODE_CACHE.length() + 1));
    if (size == null || size < LEAST_CODE_CACHE_MIB || size > MOST_CODE_CACHE_MIB) {
      throw new IllegalArgumentException(
          "unknown size in %s, choose %d to %d MiB"
              .formatted(part, LEAST_CODE_CACHE_MIB, MOST_CODE_CACHE_MIB));
    }
    return size;
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

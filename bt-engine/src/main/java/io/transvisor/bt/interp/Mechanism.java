package io.transvisor.bt.interp;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What makes an engine fast and can be switched off, to measure what it is worth. None changes what
 * a guest computes.
 */
public enum Mechanism {
  /** Hot code is compiled. */
  REGIONS("hot code is compiled"),
  /** A trace and an exit of a region remember what followed. */
  CHAINING("traces and exits of regions remember what follows them"),
  /** Instructions of traces that run often are merged into one handler. */
  FUSION("interpreted instructions are merged into one handler"),
  /** Sensitive instructions that do something trivial are no calls in compiled code. */
  INLINE("trivial sensitive instructions are written out in compiled code"),
  /** Memory accesses that keep leaving a region are compiled as calls. */
  ADAPTIVE("accesses that keep leaving a region are compiled as calls"),
  /** Code that was compiled before, at another place or in an earlier run, is known again. */
  REVIVAL("code that was compiled before is known again, wherever it is"),
  /** Shadow page tables of the last sixteen address spaces are kept; else of one. */
  SHADOWS("shadow page tables are kept for more than one address space"),
  /** A store drops only the code whose bytes it changes; else all on the page. */
  CODE_MASKS("a store drops the code it changes, not all on its page");

  private final String effect;

  Mechanism(String effect) {
    this.effect = effect;
  }

  /** The name in options: {@code code-masks}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What it does, in a few words. */
  public String effect() {
    return effect;
  }

  /** The mechanism of a name. */
  public static Optional<Mechanism> named(String label) {
    return Arrays.stream(values()).filter(m -> m.label().equals(label)).findFirst();
  }
}

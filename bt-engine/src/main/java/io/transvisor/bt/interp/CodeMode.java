package io.transvisor.bt.interp;

import java.util.Locale;

/**
 * The decision which path guest code takes, as a table: the first row that applies counts. It is
 * made when code is decoded and again when it has become hot, and never needs to be unmade, since
 * all paths give the same results.
 *
 * <p>Segments with a base or a limit, and 16-bit code, are in no row: they are part of the {@link
 * Cpu#modeWord} that code is kept under, and each path checks what the mode does not promise.
 */
enum CodeMode {
  //               interpret      hybrid         translate
  /** TF is set, DR7 watches code, or an STI or a load of SS holds interrupts off: exact steps. */
  SINGLE_STEP(/**/ Path.STEPS, /**/ Path.STEPS, /**/ Path.STEPS),
  /** Code in a device's memory or nowhere, fetched anew each time. */
  OUTSIDE_RAM(/**/ Path.TRACES, /**/ Path.TRACES, /* */ Path.TRACES),
  /** An instruction that reaches into the next page. */
  TWO_PAGES(/*  */ Path.TRACES, /**/ Path.TRACES, /* */ Path.TRACES),
  /** CR0.PE is clear. */
  REAL(/*       */ Path.TRACES, /**/ Path.REGIONS, /**/ Path.REGIONS),
  /** EFLAGS.VM is set. */
  VIRTUAL_8086(/**/ Path.TRACES, /**/ Path.TRACES, /**/ Path.REGIONS),
  /** CPL 0 to 2. */
  KERNEL(/*     */ Path.TRACES, /**/ Path.REGIONS, /**/ Path.REGIONS),
  /** CPL 3 with what a kernel can do: IOPL 3, or interrupts off. */
  USER_TRUSTED(/**/ Path.TRACES, /**/ Path.REGIONS, /**/ Path.REGIONS),
  /** CPL 3, as programs run. */
  USER(/*       */ Path.TRACES, /**/ Path.TRACES, /**/ Path.REGIONS);

  /** Ways to run code. */
  enum Path {
    /** One instruction at a time, with a look around after each. */
    STEPS,
    /** Interpreted, traces linked to each other. */
    TRACES,
    /** The same, and compiled when hot. */
    REGIONS
  }

  private final Path[] paths;

  CodeMode(Path... paths) {
    this.paths = paths;
  }

  Path path(EngineKind engine) {
    return paths[engine.ordinal()];
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

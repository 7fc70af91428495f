package io.transvisor.bt.interp;

import io.transvisor.bt.cache.CodeCache;

/**
 * Gives memory back to the host: now and then what is no longer used is forgotten, and when the
 * guest has nothing to do the JVM collects it.
 */
final class Housekeeping {
  /** Runs between two looks: a minute or so of an idle guest. */
  private static final int RUNS = 1 << 12;

  /** A guest that retires fewer instructions in a run than this on average is idle. */
  private static final int IDLE = 50_000;

  /** Bytes that are worth a collection; the guest stands still for some tenths of a second. */
  private static final long WORTH = 64L << 20;

  private final Cpu c;
  private final CodeCache cache;
  private int runs;
  private long instructions;
  private long usedAfter;

  Housekeeping(Cpu cpu, CodeCache codeCache) {
    c = cpu;
    cache = codeCache;
  }

  /** Called at the beginning of each run. */
  void look() {
    if (++runs < RUNS) {
      return;
    }
    runs = 0;
    cache.age();
    c.mmu.age();
    boolean idle = c.instructions - instructions < (long) IDLE * RUNS;
    instructions = c.instructions;
    if (idle && used() - usedAfter > WORTH) {
      System.gc();
      usedAfter = used();
    }
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}

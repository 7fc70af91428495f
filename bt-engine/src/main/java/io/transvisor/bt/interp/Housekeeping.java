package io.transvisor.bt.interp;

import io.transvisor.bt.cache.CodeCache;
import io.transvisor.core.cpu.SampledEvent;

/**
 * Gives memory back to the host: now and then what is no longer used is forgotten, and the JVM
 * collects it, sooner when the guest has nothing to do.
 */
final class Housekeeping {
  /** Runs between two looks at the clock. */
  private static final int RUNS = 64;

  private static final long INTERVAL_NANOS = 20_000_000_000L;

  /** A guest that retires fewer instructions in {@link #INTERVAL_NANOS} is idle. */
  private static final long IDLE = 400_000_000;

  /** Bytes that are worth a collection; the guest stands still for some tenths of a second. */
  private static final long WORTH = 32L << 20;

  /**
   * The same for a guest that has something to do. By itself the JVM would let the heap grow to its
   * limit first.
   */
  private static final long WORTH_WHILE_BUSY = 128L << 20;

  /** Looks after which all has been forgotten that an idle guest does not use. */
  private static final int AGED = 3;

  private final Cpu c;
  private final CodeCache cache;
  private int runs;
  private long looked = SampledEvent.now();
  private long instructions;
  private long usedAfter;

  /** Looks since the guest had something to do. */
  private int idleLooks;

  Housekeeping(Cpu cpu, CodeCache codeCache) {
    c = cpu;
    cache = codeCache;
  }

  /** Called at the beginning of each run. */
  void look() {
    if (++runs % RUNS != 0) {
      return;
    }
    long now = SampledEvent.now();
    if (now - looked < INTERVAL_NANOS) {
      return;
    }
    looked = now;
    cache.age();
    c.mmu.age();
    idleLooks = c.instructions - instructions < IDLE ? idleLooks + 1 : 0;
    instructions = c.instructions;
    if (idleLooks == AGED || used() - usedAfter > (idleLooks > 0 ? WORTH : WORTH_WHILE_BUSY)) {
      System.gc();
      usedAfter = used();
    }
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}

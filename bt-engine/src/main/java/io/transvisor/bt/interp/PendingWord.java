package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuState;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** Atomic changes of {@link CpuState#pending}, which any thread may make. */
final class PendingWord {
  private static final AtomicIntegerFieldUpdater<CpuState> PENDING =
      AtomicIntegerFieldUpdater.newUpdater(CpuState.class, "pending");

  private PendingWord() {}

  static void set(CpuState c, int bits) {
    PENDING.updateAndGet(c, p -> p | bits);
  }

  static void clear(CpuState c, int bits) {
    PENDING.updateAndGet(c, p -> p & ~bits);
  }
}

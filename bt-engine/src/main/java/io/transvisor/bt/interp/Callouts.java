package io.transvisor.bt.interp;

import io.transvisor.bt.isa.CalloutClass;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.SampledEvent;
import io.transvisor.core.device.CounterSink;

/** How often each class of callout was done, and the time of every 256th. */
public final class Callouts {
  private static final CalloutClass[] CLASSES = CalloutClass.values();

  /** By {@link CalloutClass#ordinal}; whoever does a callout counts it here. */
  public final long[] counts = new long[CLASSES.length];

  /** Likewise, those that compiled code does in place, in next to no time. */
  public final long[] inLine = new long[CLASSES.length];

  /** A callout whose count has none of these bits set has its time taken. */
  public int unsampled = SampledEvent.UNSAMPLED;

  private EngineLog log;
  private final long[] samples = new long[CLASSES.length];
  private final long[] nanos = new long[CLASSES.length];

  /** By vector: exceptions and interrupts of all kinds on their way to the guest's handlers. */
  private final long[] vectors = new long[256];

  /** From now on each callout is logged, and has its time taken. */
  void logAll(EngineLog to) {
    log = to;
    unsampled = 0;
  }

  /** Whether each callout is logged. */
  public boolean isLogged() {
    return log != null;
  }

  /** Before a callout whose time is taken. Returns a reading of the clock. */
  public long begin(Cpu c, Insn i, int callout) {
    if (log != null) {
      log.callout(c, i, callout);
    }
    return SampledEvent.now();
  }

  /** Counts the entry of a handler through the guest's interrupt table. */
  void countVector(int vector) {
    vectors[vector]++;
  }

  /** Counts a callout that is no instruction. Returns what {@link #end} wants. */
  long begin(CalloutClass callout) {
    return (++counts[callout.ordinal()] & SampledEvent.UNSAMPLED) == 0 ? SampledEvent.now() : 0;
  }

  /**
   * Takes a callout's time.
   *
   * @param begun reading of the clock, or 0 if this one's time is not taken
   */
  public void end(int callout, long begun) {
    if (begun != 0) {
      samples[callout]++;
      nanos[callout] += SampledEvent.elapsed(begun);
    }
  }

  /** How many of a class were done in whatever way. */
  public long total(int callout) {
    return counts[callout] + inLine[callout];
  }

  void counters(CounterSink sink) {
    for (CalloutClass callout : CLASSES) {
      int n = callout.ordinal();
      if (total(n) != 0) {
        String name = "callouts." + callout.label();
        sink.count(name, total(n));
        SampledEvent.time(name, counts[n], samples[n], nanos[n], sink);
      }
    }
    for (int vector = 0; vector < vectors.length; vector++) {
      if (vectors[vector] != 0) {
        sink.count("vectors.%02xh".formatted(vector), vectors[vector]);
      }
    }
  }
}

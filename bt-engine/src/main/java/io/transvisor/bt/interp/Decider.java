package io.transvisor.bt.interp;

import io.transvisor.bt.cache.Trace;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.device.CounterSink;

/** Applies the table of {@link CodeMode} to the code at hand, and counts the outcomes. */
public final class Decider {
  private final Cpu c;
  private final EngineKind engine;
  private final long[] decoded = new long[CodeMode.values().length];
  private final long[] hot = new long[CodeMode.values().length];
  private long steps;

  Decider(Cpu cpu, EngineKind engineKind) {
    c = cpu;
    engine = engineKind;
  }

  /**
   * Whether the next instruction has to be executed by itself.
   *
   * @param shadow interrupts are held off until after it
   */
  static boolean isSingleStep(Cpu c, boolean shadow) {
    return shadow || (c.eflags & CpuState.TF) != 0 || c.codeBreakpoints;
  }

  void countStep() {
    steps++;
  }

  /** Whether a trace that has just been decoded may become part of a region. */
  public boolean decideDecoded(Trace t) {
    return decide(t, decoded);
  }

  /** The same for one that has become hot. */
  public boolean decideHot(Trace t) {
    return decide(t, hot);
  }

  private boolean decide(Trace t, long[] counts) {
    CodeMode mode = mode(t);
    counts[mode.ordinal()]++;
    return mode.path(engine) == CodeMode.Path.REGIONS;
  }

  private CodeMode mode(Trace t) {
    if (t.store() < 0) {
      return CodeMode.OUTSIDE_RAM;
    }
    if (t.crossesPage()) {
      return CodeMode.TWO_PAGES;
    }
    if (!c.isProtected()) {
      return CodeMode.REAL;
    }
    if (c.isV86()) {
      return CodeMode.VIRTUAL_8086;
    }
    if ((t.mode() & Cpu.MODE_USER) == 0) {
      return CodeMode.KERNEL;
    }
    boolean trusted = c.iopl() == 3 || (c.eflags & CpuState.IF) == 0;
    return trusted ? CodeMode.USER_TRUSTED : CodeMode.USER;
  }

  void counters(CounterSink sink) {
    sink.count("decider.single-step.instructions", steps);
    for (CodeMode mode : CodeMode.values()) {
      int n = mode.ordinal();
      if (decoded[n] != 0) {
        sink.count("decider." + mode.label() + ".decoded", decoded[n]);
      }
      if (hot[n] != 0) {
        sink.count("decider." + mode.label() + ".hot", hot[n]);
      }
    }
  }
}

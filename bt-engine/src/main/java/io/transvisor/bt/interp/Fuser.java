package io.transvisor.bt.interp;

import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import java.util.HashMap;
import java.util.Map;

/**
 * Fuses the instructions of traces that run often: first by twos, and when they stay hot by fours,
 * eights and so on, until a trace is one call. Nothing is translated: a fused handler calls the
 * handlers of its parts, but it knows which they are.
 */
final class Fuser {
  /** Runs of a trace before its instructions are fused by twos, and again before by fours, ... */
  private static final int[] PATIENCE = {1_000, 20_000, 50_000, 100_000, 200_000};

  /** Most fused handlers ever made; each is a class that HotSpot has to compile. */
  private static final int MAX_FUSED = 4_000;

  private final boolean on;
  private final Map<Fused.Pair, Handler> made = new HashMap<>();

  /**
   * @param on whether anything is fused
   */
  Fuser(boolean on) {
    this.on = on;
  }

  /** Starts to count a new trace's runs. */
  void watch(Trace t) {
    if (on && t.insns().length > 1) {
      t.setPatience(PATIENCE[0]);
    }
  }

  /** Fuses a trace one step further. */
  void fuse(Trace t) {
    if (!on) {
      return;
    }
    Insn[] before = t.groups();
    Insn[] after = new Insn[before.length + 1 >> 1];
    for (int n = 0; n < after.length; n++) {
      after[n] = 2 * n + 1 < before.length ? fuse(before[2 * n], before[2 * n + 1]) : before[2 * n];
      if (after[n] == null) {
        return;
      }
    }
    t.setGroups(after);
    if (after.length > 1) {
      int level = 32 - Integer.numberOfLeadingZeros(after[0].count - 1);
      t.setPatience(PATIENCE[level]);
    }
  }

  private Insn fuse(Insn first, Insn second) {
    Handler handler = handler(new Fused.Pair(first.handler, second.handler));
    if (handler == null) {
      return null;
    }
    Insn fused = new Insn();
    fused.handler = handler;
    fused.start = first.start;
    fused.next = second.next;
    fused.position = first.position;
    fused.count = (byte) (first.count + second.count);
    fused.first = first;
    fused.second = second;
    return fused;
  }

  private Handler handler(Fused.Pair pair) {
    Handler handler = made.get(pair);
    if (handler == null && made.size() < MAX_FUSED) {
      handler = Semantics.fused(pair);
      made.put(pair, handler);
    }
    return handler;
  }
}

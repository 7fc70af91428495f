package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * Template of two handlers in a row as one: HotSpot knows both and in-lines them, so that two
 * instructions cost one dispatch. The parts may be fused ones themselves. Public only because
 * {@link Specializer} instantiates copies of it by reflection.
 */
public final class Fused extends Handler {
  /** What a copy is made for. */
  record Pair(Handler first, Handler second) {}

  private static final Pair PAIR = Specializer.semantics(MethodHandles.lookup(), Pair.class);
  private static final Handler FIRST = PAIR.first();
  private static final Handler SECOND = PAIR.second();
  private static final boolean FIRST_PLAIN = FIRST.isPlain();
  private static final boolean SECOND_PLAIN = SECOND.isPlain();

  @Override
  public void execute(Cpu c, Insn i) {
    FIRST.execute(c, i.first);
    Insn second = i.second;
    if (!FIRST_PLAIN && c.traceLimit == 0) {
      if (c.within >= 0) {
        c.within = ~second.position;
      }
      return;
    }
    if (!SECOND_PLAIN) {
      c.within = second.position;
    }
    SECOND.execute(c, second);
  }

  @Override
  public boolean isPlain() {
    return FIRST_PLAIN && SECOND_PLAIN;
  }
}

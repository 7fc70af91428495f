package io.transvisor.bt.isa;

import io.transvisor.bt.interp.Callouts;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.Activity;
import java.lang.invoke.MethodHandles;

/**
 * Template of a handler that counts the executions of another one as callouts of a class, and has
 * the time of some taken. Public only because {@link Specializer} instantiates copies of it by
 * reflection.
 */
public final class CountedHandler extends Handler {
  /** What a copy is made for. */
  record Counted(Handler handler, CalloutClass callout) {}

  private static final Counted COUNTED =
      Specializer.semantics(MethodHandles.lookup(), Counted.class);
  private static final Handler HANDLER =
      COUNTED.handler instanceof DeferredHandler d
          ? d.resolve(MemoryShape.GENERAL)
          : COUNTED.handler;
  private static final int CLASS = COUNTED.callout.ordinal();

  @Override
  public void execute(Cpu c, Insn i) {
    Callouts callouts = c.callouts;
    boolean sampled = (++callouts.counts[CLASS] & callouts.unsampled) == 0;
    long begun = sampled ? callouts.begin(c, i, CLASS) : 0;
    c.activity.set(Activity.CALLOUT);
    HANDLER.execute(c, i);
    c.activity.set(Activity.GUEST);
    if (sampled) {
      callouts.end(CLASS, begun);
    }
  }
}

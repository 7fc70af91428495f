package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * Handlers of instructions that share their operand shape with no other: a method reference says
 * all they do.
 */
final class PlainHandlers {
  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());

  private PlainHandlers() {}

  /** A whole instruction. */
  @FunctionalInterface
  interface Action {
    void execute(Cpu c, Insn i);
  }

  /** A handler that does just this. In a form that ends a trace the action sets EIP. */
  static Handler plain(Action action) {
    return SPECIALIZER.make(Plain.class, action);
  }

  /**
   * For forms that end a trace but do not branch: EIP goes to the next instruction after the
   * action.
   */
  static Handler sequential(Action action) {
    return SPECIALIZER.make(Sequential.class, action);
  }

  public static final class Plain extends Handler {
    private static final Action OP = Specializer.semantics(MethodHandles.lookup(), Action.class);

    @Override
    public void execute(Cpu c, Insn i) {
      OP.execute(c, i);
    }
  }

  public static final class Sequential extends Handler {
    private static final Action OP = Specializer.semantics(MethodHandles.lookup(), Action.class);

    @Override
    public void execute(Cpu c, Insn i) {
      int next = c.nextEip(i);
      OP.execute(c, i);
      c.eip = next;
    }
  }
}

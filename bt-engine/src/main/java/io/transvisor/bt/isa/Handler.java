package io.transvisor.bt.isa;

import io.transvisor.bt.interp.Cpu;

/**
 * What an instruction form does, for one operand size and one of register or memory operand. An
 * abstract class because a virtual call is cheaper than an interface call, and the interpreter
 * makes one per guest instruction.
 *
 * <p>A handler that throws (a fault) must have changed nothing the guest can see. A handler of a
 * form that ends a trace sets {@link Cpu#eip}; others leave it alone.
 */
public abstract class Handler {
  public abstract void execute(Cpu c, Insn i);

  /**
   * Whether it can neither fault nor end its trace early, so that nobody need know where it was.
   */
  public boolean isPlain() {
    return false;
  }
}

package io.transvisor.bt.isa;

import io.transvisor.bt.interp.Cpu;

/**
 * A specialised handler that is not made before its form is first decoded: the table has some thousand, and a guest uses few.
 * {@link Form#handler} gives out what it stands for.
 */
final class DeferredHandler extends Handler {
  private final Specializer specializer;
  private final Class<? extends Handler> template;
  private final Object semantics;
  private Handler made;

  DeferredHandler(Specializer specializer, Class<? extends Handler> template, Object semantics) {
    this.specializer = specializer;
    this.template = template;
    this.semantics = semantics;
  }

  /** The handler itself; always the same one. Decoders on any thread may ask. */
  synchronized Handler resolve() {
    if (made == null) {
      made = specializer.define(template, semantics);
    }
    return made;
  }

  @Override
  public void execute(Cpu c, Insn i) {
    resolve().execute(c, i);
  }
}

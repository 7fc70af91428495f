package io.transvisor.bt.isa;

import io.transvisor.bt.interp.Cpu;

/**
 * A specialised handler that is not made before its form is first decoded: the table has some
 * thousand, and a guest uses few. {@link Form#handler} gives out what it stands for.
 */
final class DeferredHandler extends Handler {
  private final Specializer specializer;
  private final Class<? extends Handler> template;
  private final Object semantics;
  private final Handler[] made = new Handler[MemoryShape.values().length];

  DeferredHandler(Specializer specializer, Class<? extends Handler> template, Object semantics) {
    this.specializer = specializer;
    this.template = template;
    this.semantics = semantics;
  }

  /**
   * The handler itself for memory operands of a shape; always the same one. Decoders on any thread
   * may ask.
   */
  synchronized Handler resolve(MemoryShape shape) {
    int n = semantics instanceof MemoryShape.Dependent ? shape.ordinal() : 0;
    if (made[n] == null) {
      Object chosen = n == 0 ? semantics : ((MemoryShape.Dependent) semantics).forShape(shape);
      made[n] = specializer.define(template, chosen);
    }
    return made[n];
  }

  @Override
  public void execute(Cpu c, Insn i) {
    resolve(MemoryShape.GENERAL).execute(c, i);
  }
}

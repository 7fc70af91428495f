package io.transvisor.bt.interp;

import io.transvisor.bt.isa.FormTable;

/** The whole instruction table, put together from the families. */
public final class InstructionSet {
  public static final FormTable TABLE = build();

  private InstructionSet() {}

  private static FormTable build() {
    FormTable t = new FormTable();
    Arithmetic.define(t);
    return t;
  }
}

package io.transvisor.bt.interp;

import io.transvisor.bt.fpu.MmxInstructions;
import io.transvisor.bt.fpu.X87Instructions;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.sse.SseInstructions;

/** The whole instruction table, put together from the families. */
public final class InstructionSet {
  public static final FormTable TABLE = build();

  private InstructionSet() {}

  private static FormTable build() {
    FormTable t = new FormTable();
    Arithmetic.define(t);
    Multiplication.define(t);
    Shifts.define(t);
    BitOperations.define(t);
    Conditions.define(t);
    Moves.define(t);
    Exchanges.define(t);
    FlagOperations.define(t);
    StackOperations.define(t);
    Bcd.define(t);
    ControlTransfer.define(t);
    Strings.define(t);
    PortInstructions.define(t);
    SegmentInstructions.define(t);
    FarTransfer.define(t);
    FarReturn.define(t);
    InterruptInstructions.define(t);
    FlagInstructions.define(t);
    ControlRegisters.define(t);
    DebugRegisterInstructions.define(t);
    DescriptorTables.define(t);
    SelectorQueries.define(t);
    SystemInstructions.define(t);
    X87Instructions.define(t);
    MmxInstructions.define(t);
    SseInstructions.define(t);
    t.markCallouts();
    return t;
  }
}

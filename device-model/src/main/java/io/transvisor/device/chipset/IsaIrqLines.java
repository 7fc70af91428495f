package io.transvisor.device.chipset;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import java.util.function.IntFunction;

/**
 * The sixteen interrupt request wires of the ISA bus with any number of drivers each: a wire is
 * high while at least one of its drivers holds it high, so that PCI interrupts and the SCI can
 * share one.
 */
public final class IsaIrqLines implements Device {
  private static final int LINES = 16;
  private static final int MAX_INPUTS = 32;

  private final IrqLine[] outputs = new IrqLine[LINES];
  private final int[] inputCount = new int[LINES];
  private final int[] levels = new int[LINES];

  /**
   * @param outputs the interrupt controller's input for each wire, 0 to 15
   */
  public IsaIrqLines(IntFunction<IrqLine> outputs) {
    for (int i = 0; i < LINES; i++) {
      this.outputs[i] = outputs.apply(i);
    }
  }

  /** Adds a driver to a wire. Drivers are told apart by the order in which they were added. */
  public IrqLine input(int irq) {
    if (inputCount[irq] == MAX_INPUTS) {
      throw new IllegalStateException("more than " + MAX_INPUTS + " devices on interrupt " + irq);
    }
    int bit = 1 << inputCount[irq]++;
    return high -> set(irq, bit, high);
  }

  private void set(int irq, int bit, boolean high) {
    int before = levels[irq];
    levels[irq] = high ? before | bit : before & ~bit;
    if ((before != 0) != (levels[irq] != 0)) {
      outputs[irq].set(levels[irq] != 0);
    }
  }

  @Override
  public String name() {
    return "isa-irq";
  }

  /** Nothing: the drivers' own resets release the wires. */
  @Override
  public void reset(ResetKind kind) {}

  @Override
  public void save(StateWriter out) {
    out.putInts("levels", levels);
  }

  @Override
  public void load(StateReader in) {
    System.arraycopy(in.getInts("levels"), 0, levels, 0, LINES);
  }
}

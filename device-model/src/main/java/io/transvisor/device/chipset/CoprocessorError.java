package io.transvisor.device.chipset;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;

/**
 * How a PC/AT reports x87 errors to software that leaves CR0.NE clear (Intel SDM volume 1, appendix
 * D.2.1): FERR# raises interrupt 13, and a write to port F0h takes the interrupt away and lets the
 * x87 ignore the error by IGNNE# until it is cleared.
 */
public final class CoprocessorError implements Device {
  private static final int PORT = 0xF0;
  private static final int PORTS = 2;

  private final IrqLine irq;
  private IrqLine ignne = high -> {};
  private boolean ferr;
  private boolean ignoring;

  /**
   * @param irq driver on ISA interrupt 13
   */
  public CoprocessorError(PortSpace ports, IrqLine irq) {
    this.irq = irq;
    ports.register("coprocessor-error", PORT, PORTS, 1, new ClearPort());
  }

  /** The CPU's FERR# output; {@code true} asserts it. */
  public IrqLine ferr() {
    return this::setFerr;
  }

  /** Connects the CPU's IGNNE# input. */
  public void connectIgnne(IrqLine line) {
    ignne = line;
  }

  private void setFerr(boolean asserted) {
    if (asserted == ferr) {
      return;
    }
    ferr = asserted;
    if (asserted) {
      irq.set(true);
    } else {
      setIgnoring(false);
    }
  }

  private void setIgnoring(boolean on) {
    ignoring = on;
    ignne.set(on);
  }

  @Override
  public String name() {
    return "coprocessor-error";
  }

  @Override
  public void reset(ResetKind kind) {
    ferr = false;
    irq.set(false);
    setIgnoring(false);
  }

  @Override
  public void save(StateWriter out) {
    out.putBoolean("ferr", ferr);
    out.putBoolean("ignoring", ignoring);
  }

  @Override
  public void load(StateReader in) {
    ferr = in.getBoolean("ferr");
    setIgnoring(in.getBoolean("ignoring"));
  }

  private final class ClearPort implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return 0xFF;
    }

    @Override
    public void write(int offset, int width, int value) {
      irq.set(false);
      if (ferr) {
        setIgnoring(true);
      }
    }

    @Override
    public int peek(int offset, int width) {
      return 0xFF;
    }
  }
}

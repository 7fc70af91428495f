package io.transvisor.console.control;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.machine.Machine;
import java.util.Arrays;

/**
 * The guest as a debugger sees it: looking at it changes nothing, not even accessed bits. On the
 * vCPU thread; see {@link Operator#inspect}.
 */
public final class GuestView {
  private static final int PAGE = 4096;

  private final Machine machine;

  public GuestView(Machine machine) {
    this.machine = machine;
  }

  public Cpu cpu() {
    if (machine.engine().cpu() instanceof Cpu cpu) {
      return cpu;
    }
    throw new IllegalStateException("the engine's CPU cannot be looked at");
  }

  public DebugPort debugPort() {
    return machine.engine().debugPort();
  }

  /** To be called after {@link #cpu()} was changed. */
  public void cpuChanged() {
    machine.engine().stateChanged();
  }

  /**
   * Guest memory by linear address.
   *
   * @return what can be read, at most {@code length} bytes; fewer where a page is not present
   */
  public byte[] readLinear(int linear, int length) {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      long physical = cpu().mmu.peekPhysical(linear + done);
      if (physical < 0) {
        return Arrays.copyOf(bytes, done);
      }
      int run = Math.min(length - done, PAGE - (linear + done & PAGE - 1));
      peek((int) physical, bytes, done, run);
      done += run;
    }
    return bytes;
  }

  /**
   * Writes guest memory by linear address, whatever its protection.
   *
   * @return how many bytes were written; fewer where a page is not present
   */
  public int writeLinear(int linear, byte[] bytes) {
    int done = 0;
    while (done < bytes.length) {
      long physical = cpu().mmu.peekPhysical(linear + done);
      if (physical < 0) {
        break;
      }
      int run = Math.min(bytes.length - done, PAGE - (linear + done & PAGE - 1));
      machine.memory().writeBytes((int) physical, bytes, done, run);
      done += run;
    }
    return done;
  }

  /** Guest memory by physical address; FFh where nothing is. */
  public byte[] readPhysical(int physical, int length) {
    byte[] bytes = new byte[length];
    peek(physical, bytes, 0, length);
    return bytes;
  }

  private void peek(int physical, byte[] target, int offset, int length) {
    for (int i = 0; i < length; i++) {
      target[offset + i] = (byte) machine.memory().peek(physical + i, 1);
    }
  }
}

package io.transvisor.console.profile;

import com.google.common.primitives.ImmutableIntArray;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.machine.Machine;
import io.transvisor.mmu.Mmu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at a running guest at intervals. A sample is a task on the vCPU thread, so it sees the
 * guest between two units of execution: the places where translated code looks for tasks.
 */
public final class GuestSampler implements AutoCloseable {
  private static final int MAX_FRAMES = 32;

  /** Farther up than this a saved frame pointer is taken for something else. */
  private static final int MAX_FRAME_SIZE = 1 << 16;

  private final Machine machine;
  private final Profile profile = new Profile();
  private final AtomicBoolean asked = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  /** Begins to sample every so many microseconds. */
  public GuestSampler(Machine machine, int intervalMicros) {
    this.machine = machine;
    thread =
        Thread.ofPlatform().daemon().name("sampler").start(() -> askEvery(intervalMicros * 1000L));
  }

  private void askEvery(long nanos) {
    while (!closed) {
      LockSupport.parkNanos(nanos);
      if (asked.compareAndSet(false, true)) {
        machine.post(this::sample);
      }
    }
  }

  private void sample() {
    asked.set(false);
    if (!(machine.engine().cpu() instanceof Cpu cpu)) {
      throw new IllegalStateException("the engine's CPU cannot be looked at");
    }
    if (cpu.halted) {
      profile.addHalted();
      return;
    }
    int linear = cpu.segBase[CpuState.CS] + cpu.eip;
    String state =
        machine.engine() instanceof InterpreterEngine engine ? engine.codeState() : "interpreted";
    profile.add(new Stack(cpu.cpl, frames(cpu, linear)), state);
    if (!profile.hasPage(linear)) {
      keepPage(cpu.mmu, linear);
    }
  }

  private ImmutableIntArray frames(Cpu cpu, int linear) {
    ImmutableIntArray.Builder frames = ImmutableIntArray.builder();
    frames.add(linear);
    int frame = cpu.segBase[CpuState.SS] + cpu.gpr[CpuState.EBP];
    for (int i = 1; i < MAX_FRAMES; i++) {
      int caller = word(cpu.mmu, frame + 4);
      int next = word(cpu.mmu, frame);
      int size = next - frame;
      if (caller == 0 || size <= 0 || size > MAX_FRAME_SIZE) {
        break;
      }
      frames.add(caller);
      frame = next;
    }
    return frames.build();
  }

  /** An aligned word of guest memory, 0 where there is none. */
  private int word(Mmu mmu, int linear) {
    long physical = (linear & 3) == 0 ? mmu.peekPhysical(linear) : -1;
    return physical < 0 ? 0 : machine.memory().peek((int) physical, 4);
  }

  private void keepPage(Mmu mmu, int linear) {
    long physical = mmu.peekPhysical(linear & -Profile.PAGE);
    if (physical >= 0) {
      ByteBuffer page = ByteBuffer.allocate(Profile.PAGE).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < Profile.PAGE; at += 4) {
        page.putInt(machine.memory().peek((int) physical + at, 4));
      }
      profile.keepPage(linear, page.array());
    }
  }

  /** Stops. The profile may be read when the machine no longer runs. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  public Profile profile() {
    return profile;
  }
}

package io.transvisor.core;

import io.transvisor.core.machine.MachineControl;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Remembers what devices asked of the machine; posted tasks wait until the test runs them. */
public final class FakeMachineControl implements MachineControl {
  private final List<String> resets = new ArrayList<>();
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private OptionalInt exitCode = OptionalInt.empty();
  private boolean poweredOff;

  @Override
  public void reset(String cause) {
    resets.add(cause);
  }

  @Override
  public void powerOff() {
    poweredOff = true;
  }

  @Override
  public void exit(int code) {
    exitCode = OptionalInt.of(code);
  }

  @Override
  public void post(Runnable task) {
    tasks.add(task);
  }

  /** The causes of the resets asked for, oldest first. */
  public List<String> resets() {
    return resets;
  }

  public OptionalInt exitCode() {
    return exitCode;
  }

  public boolean isPoweredOff() {
    return poweredOff;
  }

  /** Runs what has been posted so far, on this thread; returns how many tasks that were. */
  public int runPosted() {
    int count = 0;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
      count++;
    }
    return count;
  }

  /** Waits for one posted task and runs it; false when none came in that time. */
  public boolean runNextPosted(long timeoutMillis) throws InterruptedException {
    Runnable task = tasks.poll(timeoutMillis, TimeUnit.MILLISECONDS);
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }
}

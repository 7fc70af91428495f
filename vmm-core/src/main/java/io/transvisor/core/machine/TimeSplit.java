package io.transvisor.core.machine;

import io.transvisor.core.cpu.Activity;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.device.CounterSink;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Where the time of the vCPU thread goes. A thread of its own looks at {@link Activity} a thousand
 * times a second and gives the time since it last looked to what it sees; while the guest is idle
 * it looks less and less often.
 */
final class TimeSplit implements AutoCloseable {
  private static final long SHORTEST_NANOS = 1_000_000;
  private static final long LONGEST_NANOS = 64_000_000;

  private static final String[] NAMES = {
    "guest.kernel", "translator", "callouts", "devices", "monitor", "idle", "guest.user"
  };

  /** After the activities, at whose numbers the others are; GUEST stands for the kernel. */
  private static final int USER = 6;

  private static final int USER_LEVEL = 3;

  private final CpuState cpu;
  private final AtomicLongArray nanos = new AtomicLongArray(NAMES.length);
  private final Thread thread;
  private volatile boolean closed;

  /** Begins to look. */
  TimeSplit(CpuState cpu) {
    this.cpu = cpu;
    thread = Thread.ofPlatform().daemon().name("time-split").start(this::look);
  }

  private void look() {
    long last = System.nanoTime();
    long interval = SHORTEST_NANOS;
    while (!closed) {
      LockSupport.parkNanos(interval);
      int seen = cpu.activity.get();
      if (seen == Activity.GUEST && cpu.cpl == USER_LEVEL) {
        seen = USER;
      }
      long now = System.nanoTime();
      nanos.lazySet(seen, nanos.get(seen) + now - last);
      last = now;
      interval = seen == Activity.IDLE ? Math.min(2 * interval, LONGEST_NANOS) : SHORTEST_NANOS;
    }
  }

  void counters(CounterSink sink) {
    for (int i = 0; i < NAMES.length; i++) {
      sink.count(NAMES[i] + ".ns", nanos.get(i));
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}

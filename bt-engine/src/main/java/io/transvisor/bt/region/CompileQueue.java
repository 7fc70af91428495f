package io.transvisor.bt.region;

import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Regions that wait for the compiler's threads: the hottest is compiled next. */
final class CompileQueue {
  /** How long a thread waits for work before it ends, in seconds. */
  private static final int IDLE_SECONDS = 5;

  /** One region; of equally hot ones the first comes first. */
  private record Job(long heat, long number, Runnable work) implements Runnable, Comparable<Job> {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public int compareTo(Job other) {
      return heat != other.heat
          ? Long.compare(other.heat, heat)
          : Long.compare(number, other.number);
    }
  }

  private final ThreadPoolExecutor executor;
  private long jobs;

  /**
   * @param name of its threads
   * @param threads how many there are while there is work
   */
  CompileQueue(String name, int threads) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * @param heat instructions that are expected to be retired in the region
   */
  void add(long heat, Runnable work) {
    executor.execute(new Job(heat, jobs++, work));
  }
}

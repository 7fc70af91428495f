package io.transvisor.core.clock;

import java.util.PriorityQueue;

/**
 * The one queue of timed events of a machine, run on the vCPU thread. Equal deadlines run in the
 * order they were scheduled.
 */
public final class EventQueue {
  private final VirtualClock clock;
  private final PriorityQueue<Timer> queue = new PriorityQueue<>();
  private Runnable earlierDeadline = () -> {};
  private long order;

  public EventQueue(VirtualClock clock) {
    this.clock = clock;
  }

  public VirtualClock clock() {
    return clock;
  }

  /**
   * Called when a timer is scheduled earlier than all others, so that the run loop can shorten what
   * it is doing.
   */
  public void onEarlierDeadline(Runnable action) {
    earlierDeadline = action;
  }

  public Timer timer(String name, Runnable action) {
    return new Timer(this, name, action);
  }

  void schedule(Timer timer, long nanos) {
    if (timer.scheduled) {
      queue.remove(timer);
    }
    timer.deadline = nanos;
    timer.order = order++;
    timer.scheduled = true;
    queue.add(timer);
    if (queue.peek() == timer) {
      earlierDeadline.run();
    }
  }

  void cancel(Timer timer) {
    if (timer.scheduled) {
      queue.remove(timer);
      timer.scheduled = false;
    }
  }

  /** Guest time of the next event, or {@code Long.MAX_VALUE}. */
  public long nextDeadline() {
    Timer head = queue.peek();
    return head == null ? Long.MAX_VALUE : head.deadline;
  }

  /** Runs everything that is due by now. */
  public void runDue() {
    Timer head = queue.peek();
    if (head == null) {
      return;
    }
    long now = clock.nanos();
    while (head != null && head.deadline <= now) {
      queue.poll();
      head.scheduled = false;
      head.fire();
      head = queue.peek();
    }
  }
}

package io.transvisor.core.clock;

/** A named one-shot event; its action may schedule it again. Belongs to one {@link EventQueue}. */
public final class Timer implements Comparable<Timer> {
  private final EventQueue queue;
  private final String name;
  private final Runnable action;
  long deadline;
  long order;
  boolean scheduled;

  Timer(EventQueue queue, String name, Runnable action) {
    this.queue = queue;
    this.name = name;
    this.action = action;
  }

  public String name() {
    return name;
  }

  public boolean isScheduled() {
    return scheduled;
  }

  /** Guest time in nanoseconds at which it will run; meaningful while scheduled. */
  public long deadline() {
    return deadline;
  }

  /** Runs the action once guest time has reached {@code nanos}; replaces an earlier schedule. */
  public void scheduleAt(long nanos) {
    queue.schedule(this, nanos);
  }

  public void scheduleIn(long nanosFromNow) {
    queue.schedule(this, queue.clock().nanos() + nanosFromNow);
  }

  public void cancel() {
    queue.cancel(this);
  }

  void fire() {
    action.run();
  }

  @Override
  public int compareTo(Timer other) {
    int c = Long.compare(deadline, other.deadline);
    return c != 0 ? c : Long.compare(order, other.order);
  }
}

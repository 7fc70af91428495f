package io.transvisor.device.ide;

import io.transvisor.core.clock.Timer;
import io.transvisor.device.storage.ImageIoException;
import java.util.function.Consumer;

/**
 * The one thing a drive is waiting for: a piece of host I/O, a delay, or both. The outcome is
 * delivered on the vCPU thread, when the I/O is done and the delay over, unless it has been
 * cancelled before.
 */
final class DriveIo {
  private final IdeHost host;
  private final String name;
  private final Consumer<ImageIoException> done;
  private final Timer timer;
  private long generation;
  private boolean busy;
  private long deadline;
  private ImageIoException failure;

  /**
   * @param done receives null, or why the I/O failed
   */
  DriveIo(IdeHost host, String name, Consumer<ImageIoException> done) {
    this.host = host;
    this.name = name;
    this.done = done;
    this.timer = host.events().timer(name, this::deliver);
  }

  /** Starts I/O that takes at least {@code nanos}. */
  void start(long nanos, Runnable work) {
    startUntil(host.events().clock().nanos() + nanos, work);
  }

  /** Only waits. */
  void delay(long nanos) {
    start(nanos, null);
  }

  /**
   * Starts I/O that is not over before guest time {@code newDeadline}; {@code work} may be null.
   */
  void startUntil(long newDeadline, Runnable work) {
    cancel();
    busy = true;
    deadline = newDeadline;
    if (work == null || host.deterministic()) {
      failure = work == null ? null : run(work);
      timer.scheduleAt(deadline);
      return;
    }
    long mine = generation;
    host.io()
        .execute(() -> {
          ImageIoException result = run(work);
          host.control().post(() -> workDone(mine, result));
        });
  }

  private ImageIoException run(Runnable work) {
    try {
      work.run();
      return null;
    } catch (ImageIoException e) {
      return e;
    } catch (RuntimeException e) {
      // Whatever went wrong, the guest must see its command end.
      return new ImageIoException(name, -1, "I/O failed: " + e, e);
    }
  }

  private void workDone(long workGeneration, ImageIoException result) {
    if (workGeneration != generation) {
      return;
    }
    failure = result;
    if (host.events().clock().nanos() >= deadline) {
      deliver();
    } else {
      timer.scheduleAt(deadline);
    }
  }

  private void deliver() {
    ImageIoException result = failure;
    busy = false;
    failure = null;
    generation++;
    done.accept(result);
  }

  /** Forgets what is being waited for. I/O that has begun goes on, its outcome is not delivered. */
  void cancel() {
    generation++;
    busy = false;
    failure = null;
    timer.cancel();
  }

  boolean isBusy() {
    return busy;
  }

  /** Guest time before which nothing will be delivered. */
  long deadline() {
    return deadline;
  }
}

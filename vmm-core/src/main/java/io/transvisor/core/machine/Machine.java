package io.transvisor.core.machine;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.HostClock;
import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.cpu.Activity;
import io.transvisor.core.cpu.ExecutionEngine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.display.Screen;
import io.transvisor.core.display.VideoDevice;
import io.transvisor.core.machine.RunListener.StopCause;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest PC: memory, ports, time, devices and one vCPU. {@link #run} is the vCPU thread's life:
 * events that are due, tasks posted by other threads, guest code, and parking while the guest is
 * halted.
 *
 * <p>All devices and the engine are touched on that thread only; others use {@link #post}.
 */
public final class Machine implements MachineControl {
  /**
   * Longest stretch of guest code between two looks at the clock, where that counts instructions.
   */
  private static final int SLICE_INSTRUCTIONS = 10_000;

  /** The same where the clock is the host's: other threads' requests wait as long. */
  private static final long SLICE_NANOS = 100_000;

  /** A shorter stretch would take less time than what is done between two. */
  private static final int LEAST_INSTRUCTIONS = 500;

  private static final int MOST_INSTRUCTIONS = 1_000_000;

  private static final long LONGEST_SLEEP_NANOS = 1_000_000_000;
  private static final long REFRESH_NANOS = 33_000_000;

  /** While somebody types or points. */
  private static final long HURRIED_REFRESH_NANOS = 5_000_000;

  /** Until the next attempt where a console was looking at the picture. */
  private static final long BUSY_REFRESH_NANOS = 1_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  private final PhysicalMemory memory;
  private final PortSpace ports;
  private final VirtualClock clock;
  private final EventQueue events;
  private final Screen screen = new Screen();
  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final List<Runnable> resetListeners = new ArrayList<>();
  private final List<RunListener> runListeners = new CopyOnWriteArrayList<>();
  private ExecutionEngine engine;
  private VideoDevice video;
  private volatile Thread thread;
  private volatile boolean stopping;
  private volatile boolean paused;
  private boolean stepping;
  private boolean resetRequested;
  private boolean endedByHost;
  private boolean resetByHost;
  private boolean rebootAllowed = true;
  private final Pace pace = new Pace();
  private final IdleSleep idleSleep = new IdleSleep(System.nanoTime());
  private int exitCode;
  private long nextRefresh;
  private String shutdownMessage;
  private long idleNanos;
  private TimeSplit timeSplit;

  public Machine(PhysicalMemory memory, PortSpace ports, VirtualClock clock) {
    this.memory = memory;
    this.ports = ports;
    this.clock = clock;
    this.events = new EventQueue(clock);
    screen.onFirstWatcher(() -> post(() -> nextRefresh = System.nanoTime()));
    events.onEarlierDeadline(() -> {
      if (engine != null) {
        engine.interrupt();
      }
    });
  }

  public PhysicalMemory memory() {
    return memory;
  }

  public PortSpace ports() {
    return ports;
  }

  public EventQueue events() {
    return events;
  }

  public Screen screen() {
    return screen;
  }

  public ExecutionEngine engine() {
    return engine;
  }

  public VideoDevice video() {
    return video;
  }

  /** Adds a device; names are unique. Devices are reset in the order they were added. */
  public <D extends Device> D add(D device) {
    if (devices.putIfAbsent(device.name(), device) != null) {
      throw new IllegalStateException("two devices named " + device.name());
    }
    return device;
  }

  public Iterable<Device> devices() {
    return devices.values();
  }

  public void setEngine(ExecutionEngine newEngine) {
    engine = newEngine;
    if (clock instanceof InstructionClock c) {
      c.attach(() -> newEngine.cpu().instructions);
    }
  }

  public void setVideo(VideoDevice newVideo) {
    video = newVideo;
  }

  /**
   * Runs after every reset, when all devices and the CPU have their reset state: direct kernel boot
   * sets registers here.
   */
  public void onReset(Runnable action) {
    resetListeners.add(action);
  }

  /**
   * What a guest's reset means: a reset ({@code true}), or the end of the run, as {@code
   * -no-reboot} asks.
   */
  public void setRebootAllowed(boolean allowed) {
    rebootAllowed = allowed;
  }

  /** Told about the run from now on; callable from any thread. */
  public void addListener(RunListener listener) {
    runListeners.add(listener);
  }

  public void removeListener(RunListener listener) {
    runListeners.remove(listener);
  }

  // ---- requests, from devices and other threads ----

  @Override
  public void reset(String cause) {
    requestReset(cause, false);
  }

  /** Presses the reset button. */
  public void pressReset() {
    requestReset("the reset button", true);
  }

  private void requestReset(String cause, boolean byHost) {
    post(() -> {
      LOG.debug("reset: {}", cause);
      resetRequested = true;
      resetByHost = byHost;
    });
  }

  @Override
  public void powerOff() {
    exit(0);
  }

  @Override
  public void exit(int code) {
    end(code, false);
  }

  /** Pulls the plug: the run ends with 0. */
  public void quit() {
    end(0, true);
  }

  private void end(int code, boolean byHost) {
    post(() -> {
      if (!stopping) {
        exitCode = code;
        endedByHost = byHost;
        stopping = true;
      }
    });
  }

  @Override
  public void post(Runnable task) {
    tasks.add(task);
    if (engine != null) {
      engine.interrupt();
    }
    Thread t = thread;
    if (t != null) {
      LockSupport.unpark(t);
    }
  }

  /** Stops or continues guest execution and guest time; callable from any thread. */
  public void setPaused(boolean on) {
    post(() -> {
      if (on) {
        stop(StopCause.REQUEST);
      } else {
        goOn();
      }
    });
  }

  /** Lets a stopped guest execute one instruction; callable from any thread. */
  public void step() {
    post(() -> {
      if (paused) {
        stepping = true;
        goOn();
      }
    });
  }

  private void stop(StopCause cause) {
    stepping = false;
    if (!paused) {
      paused = true;
      if (clock instanceof HostClock host) {
        host.pause();
      }
      runListeners.forEach(l -> l.stopped(cause));
    }
  }

  private void goOn() {
    if (paused) {
      paused = false;
      if (clock instanceof HostClock host) {
        host.resume();
      }
      runListeners.forEach(RunListener::resumed);
    }
  }

  public boolean isPaused() {
    return paused;
  }

  /** The reason of an end the guest did not ask for (triple fault without reboot), or null. */
  public String shutdownMessage() {
    return shutdownMessage;
  }

  // ---- the vCPU thread ----

  /**
   * Power-on reset, then runs until power-off, exit or a reset that is not allowed. Returns the
   * exit code.
   */
  public int run() {
    thread = Thread.currentThread();
    try (TimeSplit split = new TimeSplit(engine.cpu())) {
      timeSplit = split;
      loop();
    }
    runListeners.forEach(l -> l.ended(!endedByHost, exitCode));
    return exitCode;
  }

  private void loop() {
    Activity activity = engine.cpu().activity;
    // Nothing has run yet, so the time since the machine was put together need not be made good.
    clock.idleUntil(Long.MAX_VALUE);
    resetAll(ResetKind.POWER_ON);
    while (!stopping) {
      activity.set(Activity.DEVICE);
      runTasks();
      if (resetRequested) {
        resetRequested = false;
        if (!rebootAllowed) {
          endedByHost = resetByHost;
          return;
        }
        resetAll(ResetKind.HARD);
        runListeners.forEach(l -> l.reset(!resetByHost));
      }
      if (stopping) {
        break;
      }
      activity.set(Activity.MONITOR);
      refreshIfDue();
      if (paused) {
        activity.set(Activity.IDLE);
        LockSupport.parkNanos(screen.isWatched() ? REFRESH_NANOS : 1_000_000_000L);
        continue;
      }
      activity.set(Activity.DEVICE);
      events.runDue();
      activity.set(Activity.MONITOR);
      if (stepping) {
        runOne();
      } else {
        take(clock instanceof InstructionClock ? engine.run(countedSlice()) : runSlice());
      }
    }
  }

  /** An instruction for a debugger; a halted CPU has to be woken up before it can execute one. */
  private void runOne() {
    long before = engine.cpu().instructions;
    ExecutionEngine.Outcome outcome = engine.debugPort().step();
    if (outcome == ExecutionEngine.Outcome.HALTED && engine.cpu().instructions != before) {
      outcome = ExecutionEngine.Outcome.CONTINUE;
    }
    take(outcome);
    if (engine.cpu().instructions != before) {
      stop(StopCause.STEP);
    }
  }

  private void take(ExecutionEngine.Outcome outcome) {
    switch (outcome) {
      case HALTED -> idle();
      case TRIPLE_FAULT -> tripleFault();
      case BREAK -> stop(StopCause.BREAK);
      case CONTINUE -> {}
    }
  }

  /** Instructions until the next event, to the instruction. */
  private int countedSlice() {
    long until = events.nextDeadline();
    if (until == Long.MAX_VALUE) {
      return SLICE_INSTRUCTIONS;
    }
    long instructions = (until - clock.nanos()) / InstructionClock.NANOS_PER_INSTRUCTION + 1;
    return (int) Math.clamp(instructions, 1, SLICE_INSTRUCTIONS);
  }

  /** Runs guest code until about the next event, or for a while. */
  private ExecutionEngine.Outcome runSlice() {
    long until = events.nextDeadline();
    long wanted = until == Long.MAX_VALUE ? SLICE_NANOS : until - clock.nanos();
    long instructions = pace.instructionsIn(Math.clamp(wanted, 0, SLICE_NANOS));
    long before = engine.cpu().instructions;
    long begun = System.nanoTime();
    ExecutionEngine.Outcome outcome =
        engine.run((int) Math.clamp(instructions, LEAST_INSTRUCTIONS, MOST_INSTRUCTIONS));
    pace.ran(engine.cpu().instructions - before, System.nanoTime() - begun);
    return outcome;
  }

  private void idle() {
    if (!tasks.isEmpty() || resetRequested) {
      return;
    }
    long wanted = clock.idleUntil(events.nextDeadline());
    if (wanted == 0) {
      return;
    }
    long now = System.nanoTime();
    long wait = Math.min(idleSleep.duration(wanted, now), LONGEST_SLEEP_NANOS);
    if (screen.isWatched()) {
      wait = Math.min(wait, refreshDue(now) - now);
    }
    if (wait > 0) {
      engine.cpu().activity.set(Activity.IDLE);
      LockSupport.parkNanos(wait);
      long woken = System.nanoTime();
      idleNanos += woken - now;
      idleSleep.woken(woken);
    }
  }

  private long refreshDue(long now) {
    return screen.isHurried(now)
        ? nextRefresh - REFRESH_NANOS + HURRIED_REFRESH_NANOS
        : nextRefresh;
  }

  private void refreshIfDue() {
    if (screen.isWatched() && video != null) {
      long now = System.nanoTime();
      if (now - refreshDue(now) >= 0) {
        if (screen.gather(() -> video.refresh(screen))) {
          nextRefresh = now + REFRESH_NANOS;
        } else {
          nextRefresh += now - refreshDue(now) + BUSY_REFRESH_NANOS;
        }
      }
    }
  }

  private void runTasks() {
    Runnable task = tasks.poll();
    if (task != null) {
      idleSleep.disturbed(System.nanoTime());
    }
    while (task != null) {
      task.run();
      task = tasks.poll();
    }
  }

  private void tripleFault() {
    LOG.debug("triple fault\n{}", engine.cpu().describe());
    resetRequested = true;
    resetByHost = false;
    if (!rebootAllowed) {
      shutdownMessage = "the guest stopped with a triple fault\n" + engine.cpu().describe();
    }
  }

  private void resetAll(ResetKind kind) {
    for (Device d : devices.values()) {
      d.reset(kind);
    }
    engine.reset(kind);
    for (Runnable r : resetListeners) {
      r.run();
    }
  }

  /**
   * What the engine and the devices have counted, each name with its device's in front, and the
   * time the guest was halted. On the vCPU thread.
   */
  public SortedMap<String, Long> counters() {
    SortedMap<String, Long> all = new TreeMap<>();
    all.put("machine.halted.ns", idleNanos);
    if (timeSplit != null) {
      timeSplit.counters((name, value) -> all.put("time." + name, value));
    }
    engine.counters((name, value) -> all.put(engine.name() + "." + name, value));
    for (Device d : devices.values()) {
      d.counters((name, value) -> all.put(d.name() + "." + name, value));
    }
    return all;
  }

  /** Closes all devices: disks are flushed. */
  public void close() {
    for (Device d : devices.values()) {
      d.close();
    }
  }
}

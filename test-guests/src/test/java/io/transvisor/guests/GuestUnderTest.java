package io.transvisor.guests;

import io.transvisor.console.machine.AssembledMachine;
import io.transvisor.console.machine.MachineFactory;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import io.transvisor.core.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A guest that runs in this process while a test watches its screen, reads its serial port and
 * types on its keyboard. The machine has a vCPU thread of its own; {@link #close} ends it.
 *
 * <p>Waits are given in seconds and stretched by the system property {@code guests.patience} (a
 * factor, default 1) for slow hosts. One that fails shows the screen's text and leaves a picture
 * under {@code target/screens}.
 */
final class GuestUnderTest implements AutoCloseable {
  private static final double PATIENCE =
      Double.parseDouble(System.getProperty("guests.patience", "1"));
  private static final Path SCREENS = Path.of("target", "screens");
  private static final long POLL_MILLIS = 50;

  /** How long a key is held, and the pause after it: a fast typist. */
  private static final long KEY_MILLIS = 20;

  private static final int TASK_SECONDS = 30;

  private final String name;
  private final Machine machine;
  private final InputSink input;
  private final SerialLine serial;
  private final Thread thread;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  private GuestUnderTest(String name, AssembledMachine assembled, SerialLine serial) {
    this.name = name;
    this.machine = assembled.machine();
    this.input = assembled.board().input();
    this.serial = serial;
    this.thread = new Thread(this::run, "vcpu0 " + name);
  }

  /**
   * Assembles the machine and switches it on. COM1 is connected to the test; there is no VNC
   * server.
   *
   * @param name of the test, for pictures of failures
   * @param spec the machine; must ask for a snapshot if its images are not the test's own
   */
  static GuestUnderTest start(String name, MachineSpec.Builder spec) {
    SerialLine serial = new SerialLine();
    try {
      spec.display(null, "none").serial(List.of(serial.backEnd()));
      GuestUnderTest guest =
          new GuestUnderTest(name, MachineFactory.assemble(spec.build()), serial);
      serial.connect();
      guest.thread.start();
      return guest;
    } catch (RuntimeException e) {
      serial.close();
      throw e;
    }
  }

  private void run() {
    try {
      exit.complete(machine.run());
    } catch (Throwable e) {
      exit.completeExceptionally(e);
    }
  }

  /** The machine, for what this class does not offer; touch it through {@link #onVcpu}. */
  Machine machine() {
    return machine;
  }

  // ---- looking ----

  /** The text on the screen; empty in graphics modes. */
  String screenText() {
    String text = onVcpu(() -> machine.video().text());
    return text == null ? "" : text;
  }

  /** Whether the display is in a graphics mode. */
  boolean showsGraphics() {
    return onVcpu(() -> machine.video().text() == null);
  }

  /** The picture a viewer would see now. */
  Picture picture() {
    return onVcpu(() -> {
      machine.video().refresh(machine.screen());
      return machine.screen().copy();
    });
  }

  /** A number that differs for different pictures. */
  long screenHash() {
    Picture p = picture();
    return ((long) p.width() << 48) ^ ((long) p.height() << 32) ^ Arrays.hashCode(p.pixels());
  }

  void savePicture(Path file) {
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ScreenshotWriter.write(picture(), file);
  }

  /** Everything COM1 has sent so far. */
  String serialText() {
    return serial.received();
  }

  // ---- waiting ----

  /** Waits until the screen shows the text; it must fit on one line of the screen. */
  void awaitScreenText(String text, int seconds) {
    awaitScreen("the text \"" + text + "\"", seconds, s -> s.contains(text));
  }

  /**
   * Waits until the regular expression is found in the screen's text; {@code ^} and {@code $} are
   * line ends.
   */
  void awaitScreenMatch(String regex, int seconds) {
    Predicate<String> found = Pattern.compile(regex, Pattern.MULTILINE).asPredicate();
    awaitScreen("a match of /" + regex + "/", seconds, found);
  }

  /** Waits until the screen's text is as wanted. */
  void awaitScreen(String what, int seconds, Predicate<String> wanted) {
    await(what + " on the screen", seconds, () -> wanted.test(screenText()));
  }

  /** Waits until COM1 has sent the text. */
  void awaitSerial(String text, int seconds) {
    await("\"" + text + "\" on the serial port", seconds, () -> serial.received().contains(text));
  }

  /** Waits until the condition holds; asks some twenty times a second. */
  void await(String what, int seconds, BooleanSupplier condition) {
    long deadline = System.nanoTime() + nanos(seconds);
    while (!condition.getAsBoolean()) {
      if (exit.isDone() && !condition.getAsBoolean()) {
        throw failure("the machine ended (" + ending() + ") before there was " + what);
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure("no " + what + " within " + seconds + " s");
      }
      pause(POLL_MILLIS);
    }
  }

  /** Waits until the machine has ended by itself; gives the exit code. */
  int awaitExit(int seconds) {
    try {
      return exit.get(nanos(seconds), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw failure("the machine did not end within " + seconds + " s");
    } catch (ExecutionException e) {
      throw new AssertionError(name + ": the machine failed", e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Lets time pass while the guest runs. */
  static void pause(long millis) {
    try {
      Thread.sleep(Duration.ofMillis(millis));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * The share of one host CPU that guest and devices use from now on, measured over some seconds.
   */
  double cpuShare(int seconds) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getThreadCpuTime(thread.threadId());
    long wall = System.nanoTime();
    pause(TimeUnit.SECONDS.toMillis(seconds));
    cpu = threads.getThreadCpuTime(thread.threadId()) - cpu;
    return (double) cpu / (System.nanoTime() - wall);
  }

  // ---- acting ----

  /** Types text on a US keyboard; a newline is Enter. */
  void type(String text) {
    for (char c : text.toCharArray()) {
      press(UsKeyboard.keysFor(c));
    }
  }

  /**
   * Presses keys together: the first ones are held while the last is struck, as in Ctrl, Alt,
   * Delete.
   */
  void press(Key... keys) {
    for (Key key : keys) {
      input.key(key, true);
      pause(KEY_MILLIS);
    }
    for (int i = keys.length - 1; i >= 0; i--) {
      input.key(keys[i], false);
      pause(KEY_MILLIS);
    }
  }

  /** Holds a key for some time, for programs that look at the keyboard only now and then. */
  void hold(Key key, long millis) {
    input.key(key, true);
    pause(millis);
    input.key(key, false);
    pause(KEY_MILLIS);
  }

  /** Strikes keys one after the other. */
  void strike(Key... keys) {
    for (Key key : keys) {
      press(key);
    }
  }

  /**
   * Moves the mouse in small steps, as a hand does.
   *
   * @param buttons the bits of {@link InputSink} held meanwhile
   */
  void moveMouse(int dx, int dy, int buttons) {
    int steps = Math.max(1, Math.max(Math.abs(dx), Math.abs(dy)) / 8);
    int doneX = 0;
    int doneY = 0;
    for (int i = 1; i <= steps; i++) {
      int x = dx * i / steps;
      int y = dy * i / steps;
      input.mouse(x - doneX, y - doneY, 0, buttons);
      doneX = x;
      doneY = y;
      pause(KEY_MILLIS);
    }
  }

  /** Presses and releases mouse buttons where the pointer is. */
  void click(int buttons) {
    input.mouse(0, 0, 0, buttons);
    pause(4 * KEY_MILLIS);
    input.mouse(0, 0, 0, 0);
    pause(4 * KEY_MILLIS);
  }

  /** Sends text into COM1. */
  void typeSerial(String text) {
    serial.send(text);
  }

  /** Runs something on the vCPU thread between two guest instructions and gives its result. */
  <T> T onVcpu(Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable job =
        () -> {
          try {
            result.complete(task.get());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        };
    machine.post(job);
    long deadline = System.nanoTime() + nanos(TASK_SECONDS);
    while (true) {
      try {
        return result.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (!thread.isAlive() && !result.isDone()) {
          job.run(); // the machine has ended: nobody else touches it any more
        } else if (System.nanoTime() - deadline > 0) {
          throw new AssertionError(name + ": the vCPU thread does not answer: " + stack());
        }
      } catch (ExecutionException e) {
        throw new AssertionError(name + ": a task failed on the vCPU thread", e.getCause());
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Switches off. */
  @Override
  public void close() {
    machine.exit(0);
    try {
      thread.join(Duration.ofSeconds(TASK_SECONDS));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (thread.isAlive()) {
      throw new AssertionError(name + ": the vCPU thread does not end: " + stack());
    }
    machine.close();
    serial.close();
    if (exit.isCompletedExceptionally()) {
      throw new AssertionError(name + ": the machine failed", exit.exceptionNow());
    }
  }

  private AssertionError failure(String what) {
    Path file = SCREENS.resolve(name.replaceAll("[^A-Za-z0-9.-]+", "-") + ".png").toAbsolutePath();
    StringBuilder message = new StringBuilder(name).append(": ").append(what);
    try {
      savePicture(file);
      message.append("; picture: ").append(file).append("\n--- screen ---\n").append(screenText());
    } catch (RuntimeException | AssertionError e) {
      message.append("; no picture: ").append(e.getMessage());
    }
    String sent = serial.received();
    if (!sent.isEmpty()) {
      message.append("\n--- end of serial output ---\n");
      message.append(sent, Math.max(0, sent.length() - 2000), sent.length());
    }
    return new AssertionError(message.toString());
  }

  private String ending() {
    if (exit.isCompletedExceptionally()) {
      return exit.exceptionNow().toString();
    }
    String reason = machine.shutdownMessage();
    return "exit code " + exit.join() + (reason == null ? "" : ", " + reason);
  }

  private String stack() {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement e : thread.getStackTrace()) {
      text.append("\n  at ").append(e);
    }
    return text.toString();
  }

  private static long nanos(int seconds) {
    return (long) (seconds * PATIENCE * 1e9);
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }
}

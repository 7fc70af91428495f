package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a process of its own, as a user starts it. */
final class ProgramRun implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;
  private static final String MAIN = "io.transvisor.console.cli.Transvisor";

  private final Process process;
  private final StringBuffer out = new StringBuffer();
  private final StringBuffer error = new StringBuffer();
  private final Thread outReader;
  private final Thread errorReader;

  private ProgramRun(Process process) {
    this.process = process;
    outReader = collect(process.getInputStream(), out);
    errorReader = collect(process.getErrorStream(), error);
  }

  static ProgramRun start(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(List.of(arguments));
    try {
      return new ProgramRun(new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread collect(InputStream in, StringBuffer text) {
    return Thread.ofVirtual()
        .start(() -> {
          byte[] buffer = new byte[4096];
          try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
              text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
          } catch (IOException e) {
            // The process is gone.
          }
        });
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Standard output so far. */
  String out() {
    return out.toString();
  }

  /** Standard error so far. */
  String error() {
    return error.toString();
  }

  void awaitOut(String text) {
    await(out, text);
  }

  void awaitError(String text) {
    await(error, text);
  }

  private void await(StringBuffer where, String text) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!where.toString().contains(text)) {
      assertThat(process.isAlive() && System.nanoTime() < deadline)
          .as("waiting for \"%s\"; out: %s; error: %s", text, out, error)
          .isTrue();
      GuestUnderTest.pause(20);
    }
  }

  /** Waits for the end; gives the exit code, with all output read. */
  int awaitExit() {
    return awaitExit(PATIENCE_SECONDS);
  }

  /** The same for programs that have much to do. */
  int awaitExit(int seconds) {
    try {
      assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
          .as("ends; out: %s; error: %s", out, error)
          .isTrue();
      outReader.join();
      errorReader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** What Ctrl-C sends. */
  void interrupt() {
    try {
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

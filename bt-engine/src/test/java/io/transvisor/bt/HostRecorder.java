package io.transvisor.bt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Compiles a recorder of {@code src/test/native} and lets it execute fresh cases on this machine,
 * for the time that the property {@code oracle.seconds} says (a minute).
 */
public final class HostRecorder {
  private static final Path SOURCES = Path.of("src", "test", "native");
  private static final long SECONDS = Long.getLong("oracle.seconds", 60);

  private final String program;

  private HostRecorder(String program) {
    this.program = program;
  }

  /**
   * Skips the test where there is no gcc that can do it.
   *
   * @param directory for the program
   */
  public static HostRecorder compile(Path directory, String name, String... options) {
    Path program = directory.resolve(name);
    List<String> command = new ArrayList<>(List.of("gcc", "-O1"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", program.toString(), SOURCES.resolve(name + ".c").toString()));
    assumeTrue(run(command, directory.resolve("messages")), "cannot run " + command);
    return new HostRecorder(program.toString());
  }

  /** Gives recordings with random seeds to a check until the time is up. */
  public void record(Path directory, Consumer<byte[]> check) throws IOException {
    Path recording = directory.resolve("recording");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    do {
      String seed = Integer.toUnsignedString(new SecureRandom().nextInt());
      assumeTrue(run(List.of(program, seed), recording), program + " does not run here");
      try {
        check.accept(Files.readAllBytes(recording));
      } catch (AssertionError e) {
        throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
      }
    } while (System.nanoTime() < end);
  }

  private static boolean run(List<String> command, Path output) {
    try {
      return new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

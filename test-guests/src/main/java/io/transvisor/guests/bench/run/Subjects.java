package io.transvisor.guests.bench.run;

import io.transvisor.core.error.VmmException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes subjects from the names of the command line. */
public final class Subjects {
  /** All engines there may be; builds without one skip it. */
  public static final List<String> ENGINES = List.of("interpret", "hybrid", "translate");

  /** The other programs. */
  public static final List<String> PEERS = List.of("qemu", "bochs", "native");

  private static final int VERSION_SECONDS = 10;

  private Subjects() {}

  /**
   * Subjects in the order of reports.
   *
   * @param engines names as for {@code -engine}; a colon stands for the comma before an option
   * @param peers of {@link #PEERS}
   * @throws VmmException for a name that is not known
   */
  public static List<Subject> of(List<String> engines, List<String> peers, Path scratch) {
    List<Subject> subjects = new ArrayList<>();
    engines.forEach(name -> subjects.add(new TransvisorSubject(name, scratch)));
    for (String peer : peers) {
      subjects.add(
          switch (peer) {
            case "qemu" -> new QemuSubject(scratch);
            case "bochs" -> new BochsSubject(scratch);
            case "native" -> new NativeSubject(scratch);
            default ->
                throw new VmmException(
                    "--peers %s: unknown, choose from %s".formatted(peer, String.join(",", PEERS)));
          });
    }
    return subjects;
  }

  /** Starts a guest whose serial line is the process's standard input and output. */
  static RunningGuest startOnStandardStreams(List<String> command, Path scratch)
      throws IOException {
    Path output = Files.createTempFile(scratch, "run", ".log");
    Process process = new ProcessBuilder(command).redirectError(output.toFile()).start();
    return new RunningGuest(process, output, null);
  }

  static boolean isOnPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  /** The first line a program prints that contains a word; the program's name if there is none. */
  static String lineOf(String word, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(VERSION_SECONDS, TimeUnit.SECONDS);
      return text.lines().filter(l -> l.contains(word)).findFirst().orElse(command[0]).strip();
    } catch (IOException e) {
      return command[0];
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return command[0];
    }
  }
}

package io.transvisor.guests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds what guests boot from. Images are not part of the project: small ones are looked for in
 * {@code ../shared/guests} beside the project, large ones in the directory that the system property
 * {@code guests.dir} names (default {@code ../guests}). A test whose image or firmware is missing
 * is skipped, and says so.
 *
 * <p>Tests never write to these files: they ask for a snapshot or copy them.
 */
final class GuestImages {
  private static final List<Path> FIRMWARE =
      List.of(
          Path.of("/usr/share/seabios/bios-256k.bin"),
          Path.of("/usr/share/qemu/bios-256k.bin"),
          Path.of("/usr/local/share/seabios/bios-256k.bin"));

  private GuestImages() {}

  /** A small image; skips the test if it or the firmware is not there. */
  static Path small(String name) {
    requireFirmware();
    return required(sharedDirectory().resolve(name));
  }

  /** A large image that boots through the firmware; skips the test if one of them is not there. */
  static Path large(String name) {
    requireFirmware();
    return required(largeDirectory().resolve(name));
  }

  /** A file that needs no firmware, such as a kernel or its initial RAM disk. */
  static Path kernelFile(String name) {
    return required(largeDirectory().resolve(name));
  }

  /** Skips the test if there is no SeaBIOS on this host. */
  static void requireFirmware() {
    if (FIRMWARE.stream().noneMatch(Files::isReadable)) {
      skip("the SeaBIOS firmware is not installed ('./transvisor setup' installs it)");
    }
  }

  /** Where a program is that the test needs; skips the test if it is not installed. */
  static Path requireTool(String program) {
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    for (String directory : path.split(":")) {
      Path file = Path.of(directory, program);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    skip("the program " + program + " is not installed");
    return null;
  }

  private static Path required(Path file) {
    if (!Files.isReadable(file)) {
      skip("the guest image " + file.normalize() + " is not there");
    }
    return file;
  }

  private static void skip(String reason) {
    System.err.println("SKIPPED: " + reason);
    Assumptions.abort(reason);
  }

  private static Path sharedDirectory() {
    return projectRoot().resolveSibling("shared").resolve("guests");
  }

  private static Path largeDirectory() {
    String given = System.getProperty("guests.dir");
    return given != null && !given.isEmpty()
        ? Path.of(given)
        : projectRoot().resolveSibling("guests");
  }

  /** The directory with the launcher, at or above the working directory. */
  private static Path projectRoot() {
    Path start = Path.of("").toAbsolutePath();
    for (Path p = start; p != null; p = p.getParent()) {
      if (Files.isRegularFile(p.resolve("transvisor"))) {
        return p;
      }
    }
    return start;
  }
}

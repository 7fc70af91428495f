package io.transvisor.console.machine;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where what runs find hot is kept for the next run of the same guest.
 *
 * @param directory made if it is not there
 */
public record ProfileOptions(Path directory) {
  /**
   * Reads the options.
   *
   * @param directory value of {@code -profile-dir}, or null
   * @param off {@code -no-profile}
   * @return null for no profile
   * @throws VmmException if they exclude each other, or a directory that was named cannot be used
   */
  static ProfileOptions parse(Path directory, boolean off) {
    if (directory == null) {
      return null;
    }
    if (off) {
      throw new VmmException("-profile-dir %s: -no-profile excludes it".formatted(directory));
    }
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new VmmException("-profile-dir %s: not a directory".formatted(directory), e);
    }
    if (!Files.isWritable(directory)) {
      throw new VmmException("-profile-dir %s: cannot be written".formatted(directory));
    }
    return new ProfileOptions(directory);
  }

  /** The file of a guest: named after what it boots from, and told apart by all its files. */
  Path file(MachineSpec spec) {
    return directory.resolve(GuestName.of(spec) + ".profile");
  }
}

package io.transvisor.console.boot;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A kernel file, recognised by its contents.
 *
 * @param path for messages
 * @param bytes the whole file, little-endian
 */
record KernelImage(Path path, ByteBuffer bytes) {
  /**
   * Reads a file into memory.
   *
   * @param option the command-line option that named it, for the message
   */
  static byte[] readFile(String option, Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new VmmException(option + " " + path + ": is a directory");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new VmmException(option + " " + path + ": no such file", e);
    } catch (IOException | OutOfMemoryError e) {
      throw new VmmException(option + " " + path + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  static KernelImage of(Path path, byte[] content) {
    return new KernelImage(path, ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
  }

  int size() {
    return bytes.capacity();
  }

  VmmException error(String what) {
    return new VmmException("-kernel " + path + ": " + what);
  }
}

package io.transvisor.console.machine;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds the firmware images: those given, or those of the distribution's SeaBIOS package. */
final class Firmware {
  private static final List<Path> DIRECTORIES =
      List.of(
          Path.of("/usr/share/seabios"),
          Path.of("/usr/share/qemu"),
          Path.of("/usr/local/share/seabios"));
  private static final int SYSTEM_UNIT = 64 << 10;
  private static final int MAX_SYSTEM = 8 << 20;
  private static final int MAX_VIDEO = 64 << 10;

  private Firmware() {}

  /**
   * The system BIOS: a multiple of 64 KiB, up to 8 MiB, that ends at the top of the address space.
   */
  static byte[] system(Path given) {
    Path path = given != null ? given : installed("bios-256k.bin");
    byte[] image = read("-bios", path);
    if (image.length == 0 || image.length > MAX_SYSTEM || image.length % SYSTEM_UNIT != 0) {
      throw new VmmException(
          "-bios "
              + path
              + ": "
              + image.length
              + " bytes is no system BIOS (a multiple of 64 KiB, up to 8 MiB)");
    }
    return image;
  }

  static byte[] video(Path given) {
    Path path = given != null ? given : installed("vgabios-stdvga.bin");
    byte[] image = read("-vgabios", path);
    if (image.length < 512
        || image.length > MAX_VIDEO
        || image[0] != 0x55
        || image[1] != (byte) 0xAA) {
      throw new VmmException("-vgabios " + path + ": no video BIOS (option ROM signature missing)");
    }
    return image;
  }

  private static Path installed(String name) {
    return DIRECTORIES.stream()
        .map(d -> d.resolve(name))
        .filter(Files::isReadable)
        .findFirst()
        .orElseThrow(() ->
            new VmmException(
                "the SeaBIOS firmware is not installed; run './transvisor setup' or give -bios and -vgabios"));
  }

  private static byte[] read(String option, Path path) {
    try {
      if (!Files.exists(path)) {
        throw new VmmException(option + " " + path + ": no such file");
      }
      if (Files.isDirectory(path) || Files.size(path) > MAX_SYSTEM) {
        throw new VmmException(option + " " + path + ": no firmware image");
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new VmmException(option + " " + path + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }
}

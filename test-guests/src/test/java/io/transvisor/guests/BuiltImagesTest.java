package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guest images among the resources are what their sources make. */
class BuiltImagesTest {
  private static final Path SOURCES = Path.of("src", "main");
  private static final Path KERNELS = SOURCES.resolve("c/kernels");
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path directory;

  @Test
  void assembled() throws IOException, InterruptedException {
    assumeTrue(output(Path.of("."), "nasm", "-v") != null, "nasm is not installed");
    Path image = directory.resolve("demo.bin").toAbsolutePath();
    Path source = SOURCES.resolve("asm/demo");
    output(source, "nasm", "-f", "bin", "-o", image.toString(), "demo.asm");
    assertThat(Files.readAllBytes(image)).isEqualTo(resource("demo.bin"));
  }

  @ParameterizedTest
  @CsvSource({
    "kernels, kernels.elf kernels-floppy.bin kernels-native",
    "conformance, conformance.elf",
    "system, system.elf",
  })
  void compiled(String sources, String images) throws IOException, InterruptedException {
    String tools = output(KERNELS, "make", "-s", "tools");
    assumeTrue(
        new String(resource("kernels.tools"), StandardCharsets.UTF_8).equals(tools),
        "make, gcc, ld and nasm are not those that made the images: " + tools);
    Path source = SOURCES.resolve("c").resolve(sources);
    String made = output(source, "make", "-s", "OUT=" + directory.toAbsolutePath(), "all");
    assumeTrue(made != null, "gcc cannot compile for 32 bits (package gcc-multilib)");
    for (String name : images.split(" ")) {
      assertThat(Files.readAllBytes(directory.resolve(name))).as(name).isEqualTo(resource(name));
    }
  }

  /** What a program prints; null if it fails or is not there. */
  private static String output(Path where, String... command)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(where.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return null;
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0 ? text : null;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        BuiltImagesTest.class.getResourceAsStream("/io/transvisor/guests/" + name)) {
      return in.readAllBytes();
    }
  }
}

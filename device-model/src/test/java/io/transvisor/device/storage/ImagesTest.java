package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.core.error.VmmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagesTest {
  @TempDir Path directory;

  private static void assertRefused(ThrowingCallable open, Path path, String reason) {
    assertThatThrownBy(open)
        .isInstanceOf(VmmException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }

  private void assertRefused(Path path, String reason) {
    assertRefused(() -> Images.open(path, false, false), path, reason);
  }

  @Test
  void namesWhatIsWrongWithAFile() throws IOException {
    assertRefused(directory.resolve("missing.img"), "does not exist");
    assertRefused(directory, "is a directory");
    assertRefused(Files.createFile(directory.resolve("empty.img")), "is empty");
    Path tiny = Files.write(directory.resolve("tiny.iso"), new byte[600]);
    assertRefused(() -> Images.openCd(tiny), tiny, "smaller than one CD block");
    try (BlockImage image = Images.open(tiny, false, false)) {
      assertThat(image.sectors()).isEqualTo(2);
    }
  }

  @Test
  void unreadableFileIsNamed() throws IOException {
    Path path = Files.write(directory.resolve("secret.img"), new byte[512]);
    assumeTrue(path.toFile().setReadable(false) && !Files.isReadable(path), "not for root");
    assertRefused(path, "not readable");
  }

  @Test
  void fileWithoutWritePermissionIsOpenedReadOnly() throws IOException {
    Path path = Files.write(directory.resolve("ro.img"), new byte[512]);
    assumeTrue(path.toFile().setReadOnly() && !Files.isWritable(path), "not for root");
    try (BlockImage image = Images.open(path, false, false)) {
      assertThat(image.readOnly()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"QFI\u00FB, qcow2", "KDMV, vmdk", "vhdxfile, vhdx", "conectix, vpc"})
  void containerFormatsAreRecognised(String magic, String format) throws IOException {
    byte[] content = new byte[1024];
    byte[] start = magic.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(start, 0, content, 0, start.length);
    Path path = Files.write(directory.resolve("container.img"), content);
    assertRefused(path, "is a " + format + " image; convert it with: qemu-img convert");
  }

  @Test
  void oneWriterOrAnyNumberOfReaders() throws IOException {
    Path path = Files.write(directory.resolve("disk.img"), new byte[4096]);
    Path alias = Files.createSymbolicLink(directory.resolve("alias.img"), path);
    try (BlockImage writer = Images.open(path, false, false)) {
      assertThat(writer.readOnly()).isFalse();
      assertRefused(path, "in use");
      assertRefused(alias, "-snapshot");
      assertRefused(() -> Images.open(path, true, false), path, "is being written");
      assertRefused(() -> Images.open(path, false, true), path, "is being written");
    }
    try (BlockImage first = Images.open(path, false, true);
        IsoMedium second = Images.openCd(alias)) {
      assertThat(first.sectors()).isEqualTo(8);
      assertThat(second.blocks()).isEqualTo(2);
      assertRefused(path, "in use");
    }
    Images.open(path, false, false).close();
  }

  @Test
  void aFailedOpenLeavesNoLockBehind() throws IOException {
    Path path = Files.createFile(directory.resolve("late.img"));
    assertRefused(path, "is empty");
    Files.write(path, new byte[512]);
    Images.open(path, false, false).close();
  }

  @Test
  void anotherProcessIsKeptOut() throws Exception {
    Path path = Files.write(directory.resolve("disk.img"), new byte[4096]);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path") + ":" + classDirectory(),
                LockHolder.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("locked");
      assertRefused(path, "is in use by another machine");
      assertRefused(() -> Images.open(path, true, false), path, "is being written");
    } finally {
      other.getOutputStream().close();
      other.waitFor();
    }
    Images.open(path, false, false).close();
  }

  private static String classDirectory() throws Exception {
    return Path.of(LockHolder.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toString();
  }

  /** Runs in a process of its own: locks a file for writing until its standard input ends. */
  static final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
        System.out.println(channel.tryLock() != null ? "locked" : "failed");
        while (System.in.read() >= 0) {
          // Until the test closes the pipe.
        }
      }
    }
  }
}

package io.transvisor.guests.bench.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The images of the guests, and what is known about the kernels. */
public final class GuestFiles {
  private static final String RESOURCES = "/io/transvisor/guests/";
  private static final int FLOPPY_SIZE = 1_474_560;
  private static final int SECTOR = 512;

  /** Places in the boot sector that its source names. */
  private static final int ENTRY_FIELD = 504;

  private static final int SECTORS_FIELD = 508;

  private final Path directory;

  /**
   * @param directory where files go that other programs read
   */
  public GuestFiles(Path directory) {
    this.directory = directory;
  }

  /** The guest as a Multiboot kernel. */
  public Path kernel() {
    return written("kernels.elf", read("kernels.elf"));
  }

  /** The system guest, a Multiboot kernel with its programs. */
  public Path system() {
    return written("system.elf", read("system.elf"));
  }

  /** What to do at the system guest's console, as lines of a macro run. */
  public static Stream<String> systemRun() {
    return new String(read("system.macro"), StandardCharsets.US_ASCII).lines();
  }

  /** The kernels as a program for 32-bit Linux. */
  public Path nativeProgram() {
    Path path = written("kernels-native", read("kernels-native"));
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  /** A floppy disk that boots the guest with a command line of up to 500 characters. */
  public Path floppy(String commandLine) {
    ByteBuffer elf = ByteBuffer.wrap(read("kernels.elf")).order(ByteOrder.LITTLE_ENDIAN);
    int segment = elf.getInt(28);
    int offset = elf.getInt(segment + 4);
    int length = elf.getInt(segment + 16);
    ByteBuffer disk = ByteBuffer.allocate(FLOPPY_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    disk.put(read("kernels-floppy.bin"));
    disk.putInt(ENTRY_FIELD, elf.getInt(24));
    disk.putShort(SECTORS_FIELD, (short) (1 + (length + SECTOR - 1) / SECTOR));
    disk.position(SECTOR);
    disk.put(commandLine.getBytes(StandardCharsets.US_ASCII));
    disk.position(2 * SECTOR);
    disk.put(elf.array(), offset, length);
    return written("kernels.img", disk.array());
  }

  private Path written(String name, byte[] content) {
    Path path = directory.resolve(name);
    try {
      if (!Files.exists(path) || !Arrays.equals(Files.readAllBytes(path), content)) {
        Files.write(path, content);
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checksum of each compute kernel, as the native program computes it. */
  public static Map<String, String> checksums() {
    return table("kernels.sums");
  }

  /**
   * Guest instructions in a pass of each compute kernel; a repetition of REP MOVSD counts as one.
   */
  public static Map<String, Long> instructionCounts() {
    Map<String, Long> counts = new HashMap<>();
    table("kernels.counts").forEach((kernel, count) -> counts.put(kernel, Long.parseLong(count)));
    return counts;
  }

  private static Map<String, String> table(String name) {
    Map<String, String> table = new HashMap<>();
    new String(read(name), StandardCharsets.US_ASCII)
        .lines()
        .map(line -> line.split(" "))
        .forEach(words -> table.put(words[0], words[1]));
    return table;
  }

  private static byte[] read(String name) {
    try (InputStream in = GuestFiles.class.getResourceAsStream(RESOURCES + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

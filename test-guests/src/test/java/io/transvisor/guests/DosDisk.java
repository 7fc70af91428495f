package io.transvisor.guests;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A hard disk image with one FAT16 partition, made and examined with the host's own tools
 * (dosfstools, mtools), so that what a guest wrote is judged by somebody else. DOS addresses it by
 * cylinder, head and sector: the file system's geometry must be the one the firmware reports.
 */
final class DosDisk {
  private static final int SECTOR = 512;
  private static final int HEADS = 16;
  private static final int SECTORS_PER_TRACK = 63;
  private static final int CYLINDERS = 130;
  private static final int TOOL_SECONDS = 60;

  private final Path image;

  private DosDisk(Path image) {
    this.image = image;
  }

  /** Makes an empty disk of 64 MiB; skips the test if the tools are not installed. */
  static DosDisk create(Path image) {
    GuestImages.requireTool("mkfs.fat");
    GuestImages.requireTool("mcopy");
    int start = SECTORS_PER_TRACK;
    int count = CYLINDERS * HEADS * SECTORS_PER_TRACK - start;
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) (start + count) * SECTOR);
      ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
      // Partition table: active, from cylinder 0 head 1 sector 1 to the last sector, type 6
      // (FAT16).
      int lastCylinder = CYLINDERS - 1;
      sector.position(446);
      sector.put((byte) 0x80).put((byte) 1).put((byte) 1).put((byte) 0);
      sector.put((byte) 6).put((byte) (HEADS - 1));
      sector.put((byte) (SECTORS_PER_TRACK | lastCylinder >> 8 << 6)).put((byte) lastCylinder);
      sector.putInt(start).putInt(count);
      sector.putShort(510, (short) 0xAA55);
      file.write(sector.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String geometry = HEADS + "/" + SECTORS_PER_TRACK;
    String at = String.valueOf(start);
    run(
        "mkfs.fat",
        "-F",
        "16",
        "-n",
        "TESTDISK",
        "-g",
        geometry,
        "-h",
        at,
        "--offset",
        at,
        image.toString(),
        String.valueOf(count / 2));
    return new DosDisk(image);
  }

  Path image() {
    return image;
  }

  /** What dosfstools says about the file system; throws if it finds anything wrong. */
  String check() {
    Path partition = image.resolveSibling("partition.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      byte[] bytes = new byte[(int) file.length() - SECTORS_PER_TRACK * SECTOR];
      file.seek((long) SECTORS_PER_TRACK * SECTOR);
      file.readFully(bytes);
      Files.write(partition, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run("fsck.fat", "-n", partition.toString());
  }

  /** Copies a file out of this disk with mtools. */
  byte[] read(String name) {
    return extract(image + "@@" + SECTORS_PER_TRACK * SECTOR, name, image.resolveSibling("out"));
  }

  /** Copies a file out of a floppy image with mtools. */
  byte[] readFromFloppy(Path floppy, String name) {
    return extract(floppy.toString(), name, image.resolveSibling("out"));
  }

  private static byte[] extract(String source, String name, Path to) {
    run("mcopy", "-n", "-o", "-i", source, "::" + name, to.toString());
    try {
      return Files.readAllBytes(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(String... command) {
    try {
      List<String> line = new ArrayList<>(List.of(command));
      ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
      builder.environment().merge("PATH", "/usr/sbin:/sbin", (a, b) -> a + ":" + b);
      builder.environment().put("MTOOLS_SKIP_CHECK", "1");
      line.set(0, GuestImages.requireTool(command[0]).toString());
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      if (!process.waitFor(TOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}

package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any file is an image that reads back as it is, or is refused with one line. */
class ImagesFuzzTest {
  private enum Mode {
    READ_WRITE,
    READ_ONLY,
    SNAPSHOT,
    CD
  }

  static Stream<byte[]> seeds() {
    byte[] disc = new byte[2048 * 17 + 8];
    System.arraycopy("\1CD001\1".getBytes(StandardCharsets.ISO_8859_1), 0, disc, 2048 * 16, 7);
    Stream<byte[]> starts =
        Stream.of(
                "", "x", "QFI\u00FB\0\0\0\3", "KDMV\1", "# Disk DescriptorFile", "<<< ", "conectix")
            .map(s -> s.getBytes(StandardCharsets.ISO_8859_1));
    return Stream.concat(
            starts, Stream.of(new byte[512], new byte[513], new byte[2048], new byte[2049], disc))
        .flatMap(content -> Arrays.stream(Mode.values()).map(m -> prefixed(m.ordinal(), content)));
  }

  private static byte[] prefixed(int first, byte[] content) {
    byte[] all = new byte[content.length + 1];
    all[0] = (byte) first;
    System.arraycopy(content, 0, all, 1, content.length);
    return all;
  }

  /** The first byte says how the file with the other bytes is opened. */
  @MethodSource("seeds")
  @FuzzTest
  void opensOrRefuses(byte[] data) throws IOException {
    if (data.length == 0) {
      return;
    }
    Mode mode = Mode.values()[data[0] & 3];
    byte[] content = Arrays.copyOfRange(data, 1, data.length);
    Path file = Files.createTempFile("fuzz", ".img");
    try {
      Files.write(file, content);
      open(mode, file, content);
      assertThat(Files.readAllBytes(file)).isEqualTo(content);
    } catch (VmmException e) {
      assertThat(e.getMessage()).contains(file.toString()).doesNotContain("\n");
    } finally {
      Files.delete(file);
    }
  }

  private static void open(Mode mode, Path file, byte[] content) {
    if (mode == Mode.CD) {
      try (IsoMedium disc = Images.openCd(file)) {
        byte[] block = new byte[IsoMedium.BLOCK_SIZE];
        for (long i = 0; i < disc.blocks(); i++) {
          disc.read(i, 1, block, 0);
          assertThat(block).isEqualTo(piece(content, i, IsoMedium.BLOCK_SIZE));
        }
      }
      return;
    }
    try (BlockImage image = Images.open(file, mode == Mode.SNAPSHOT, mode == Mode.READ_ONLY)) {
      byte[] sector = new byte[BlockImage.SECTOR_SIZE];
      for (long i = 0; i < image.sectors(); i++) {
        image.read(i, 1, sector, 0);
        assertThat(sector).isEqualTo(piece(content, i, BlockImage.SECTOR_SIZE));
      }
    }
  }

  private static byte[] piece(byte[] content, long index, int size) {
    int from = (int) Math.min(index * size, content.length);
    return Arrays.copyOf(
        Arrays.copyOfRange(content, from, Math.min(from + size, content.length)), size);
  }
}

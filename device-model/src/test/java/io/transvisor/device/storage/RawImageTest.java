package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawImageTest {
  @TempDir Path directory;

  private Path file(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      content[i] = (byte) (i / 512 + 1);
    }
    return Files.write(directory.resolve("disk.img"), content);
  }

  @Test
  void readsAndWritesSectorsInPlace() throws IOException {
    Path path = file(4 * 512);
    try (BlockImage image = Images.open(path, false, false)) {
      byte[] two = new byte[1024 + 8];
      image.read(1, 2, two, 8);
      assertThat(two[7]).isZero();
      assertThat(two[8]).isEqualTo((byte) 2);
      assertThat(two[8 + 512]).isEqualTo((byte) 3);

      byte[] source = new byte[600];
      Arrays.fill(source, 88, 600, (byte) 0x5A);
      image.write(2, 1, source, 88);
      image.flush();
      assertThat(Files.readAllBytes(path)[1024]).isEqualTo((byte) 0x5A);
    }
    byte[] all = Files.readAllBytes(path);
    assertThat(all).hasSize(2048);
    assertThat(all[1023]).isEqualTo((byte) 2);
    assertThat(all[1535]).isEqualTo((byte) 0x5A);
    assertThat(all[1536]).isEqualTo((byte) 4);
  }

  @Test
  void trailingPartialSectorReadsZeroPadded() throws IOException {
    try (BlockImage image = Images.open(file(512 + 100), false, false)) {
      assertThat(image.sectors()).isEqualTo(2);
      byte[] sector = new byte[512];
      Arrays.fill(sector, (byte) 0x77);
      image.read(1, 1, sector, 0);
      assertThat(Arrays.copyOf(sector, 100)).containsOnly(2);
      assertThat(Arrays.copyOfRange(sector, 100, 512)).containsOnly(0);
    }
  }

  @Test
  void refusesSectorsOutsideAndNamesThem() throws IOException {
    Path path = file(1024);
    try (BlockImage image = Images.open(path, false, false)) {
      assertThatThrownBy(() -> image.read(1, 2, new byte[1024], 0))
          .isInstanceOf(ImageIoException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("sector 1")
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> image.write(-1, 1, new byte[512], 0))
          .isInstanceOf(ImageIoException.class);
      assertThatThrownBy(() -> image.read(Long.MAX_VALUE, 1, new byte[512], 0))
          .isInstanceOf(ImageIoException.class);
    }
  }

  @Test
  void readOnlyImageRefusesWrites() throws IOException {
    try (BlockImage image = Images.open(file(512), false, true)) {
      assertThat(image.readOnly()).isTrue();
      assertThatThrownBy(() -> image.write(0, 1, new byte[512], 0))
          .isInstanceOf(ImageIoException.class)
          .hasMessageContaining("read-only");
      image.flush();
    }
  }

  @Test
  void errorsOfTheHostNameFileAndSector() throws IOException {
    Path path = file(1024);
    BlockImage image = Images.open(path, false, false);
    image.close();
    image.close();
    assertThatThrownBy(() -> image.read(1, 1, new byte[512], 0))
        .isInstanceOf(ImageIoException.class)
        .hasMessageContaining(path + ", sector 1: cannot read");
    assertThatThrownBy(() -> image.write(0, 1, new byte[512], 0))
        .isInstanceOf(ImageIoException.class)
        .hasMessageContaining(path + ", sector 0: cannot write");
    assertThatThrownBy(image::flush).isInstanceOf(ImageIoException.class);
  }
}

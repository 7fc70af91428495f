package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayImageTest {
  private static final int SECTORS = 5000;

  @TempDir Path directory;

  @Test
  void behavesAsAWritableCopyAndLeavesTheBaseAlone() throws IOException {
    Random random = new Random(7);
    byte[] model = new byte[SECTORS * 512];
    random.nextBytes(model);
    byte[] original = model.clone();
    Path base = Files.write(directory.resolve("base.img"), original);
    Path scratch = Files.createDirectory(directory.resolve("scratch"));

    try (BlockImage image = new OverlayImage(Images.open(base, false, true), scratch)) {
      assertThat(image.sectors()).isEqualTo(SECTORS);
      assertThat(image.readOnly()).isFalse();
      byte[] buffer = new byte[32 * 512];
      for (int i = 0; i < 500; i++) {
        int count = 1 + random.nextInt(32);
        int sector = random.nextInt(SECTORS - count);
        if (random.nextBoolean()) {
          random.nextBytes(buffer);
          image.write(sector, count, buffer, 0);
          System.arraycopy(buffer, 0, model, sector * 512, count * 512);
        } else {
          image.read(sector, count, buffer, 0);
          assertThat(
                  Arrays.equals(
                      buffer, 0, count * 512, model, sector * 512, (sector + count) * 512))
              .as("sectors %d to %d", sector, sector + count - 1)
              .isTrue();
        }
      }
      image.flush();
    }

    assertThat(Files.readAllBytes(base)).isEqualTo(original);
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void snapshotsOfOneImageDoNotSeeEachOther() throws IOException {
    Path base = Files.write(directory.resolve("base.img"), new byte[512]);
    try (BlockImage a = Images.open(base, true, false);
        BlockImage b = Images.open(base, true, false)) {
      byte[] ones = new byte[512];
      Arrays.fill(ones, (byte) 1);
      a.write(0, 1, ones, 0);
      byte[] seen = new byte[512];
      b.read(0, 1, seen, 0);
      assertThat(seen).containsOnly(0);
      a.read(0, 1, seen, 0);
      assertThat(seen).containsOnly(1);
    }
  }

  @Test
  void refusesSectorsOutside() throws IOException {
    Path base = Files.write(directory.resolve("base.img"), new byte[512]);
    try (BlockImage image = Images.open(base, true, false)) {
      assertThatThrownBy(() -> image.write(1, 1, new byte[512], 0))
          .isInstanceOf(ImageIoException.class);
      assertThatThrownBy(() -> image.read(0, 2, new byte[1024], 0))
          .isInstanceOf(ImageIoException.class);
    }
  }
}

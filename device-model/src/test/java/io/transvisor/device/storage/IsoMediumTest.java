package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsoMediumTest {
  @TempDir Path directory;

  @Test
  void readsBlocksAndPadsTheLastOne() throws IOException {
    byte[] content = new byte[2 * 2048 + 700];
    Arrays.fill(content, 2048, content.length, (byte) 9);
    Path path = Files.write(directory.resolve("cd.iso"), content);
    try (IsoMedium medium = Images.openCd(path)) {
      assertThat(medium.blocks()).isEqualTo(3);
      assertThat(medium.describe()).isEqualTo(path.toString());
      byte[] two = new byte[4096];
      Arrays.fill(two, (byte) 1);
      medium.read(1, 2, two, 0);
      assertThat(Arrays.copyOf(two, 2048 + 700)).containsOnly(9);
      assertThat(Arrays.copyOfRange(two, 2048 + 700, 4096)).containsOnly(0);
      assertThatThrownBy(() -> medium.read(2, 2, two, 0)).isInstanceOf(ImageIoException.class);
      assertThatThrownBy(() -> medium.read(9, 1, two, 0)).isInstanceOf(ImageIoException.class);
    }
  }
}

package io.transvisor.device.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountedImageTest {
  @TempDir private Path directory;

  @Test
  void countsWhatIsReadAndWrittenThroughSeveralMedia() throws IOException {
    BlockCounters counters = new BlockCounters();
    byte[] buffer = new byte[4096];
    for (String name : new String[] {"first", "second"}) {
      Path file = Files.write(directory.resolve(name), new byte[4096]);
      try (BlockImage image = new CountedImage(Images.open(file, false, false), counters)) {
        image.read(0, 8, buffer, 0);
        image.write(2, 1, buffer, 0);
      }
    }
    Map<String, Long> values = new HashMap<>();
    counters.counters(values::put);
    assertThat(values)
        .containsOnly(
            Map.entry("read.operations", 2L),
            Map.entry("read.bytes", 8192L),
            Map.entry("write.operations", 2L),
            Map.entry("write.bytes", 1024L));
  }
}

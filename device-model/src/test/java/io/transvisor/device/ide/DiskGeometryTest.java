package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.device.ide.DiskGeometry.Translation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskGeometryTest {
  private static MemoryImage partitioned(int sectors, int lastHead, int lastSector) {
    MemoryImage image = new MemoryImage(sectors);
    byte[] mbr = image.content();
    mbr[0x1BE + 5] = (byte) lastHead;
    mbr[0x1BE + 6] = (byte) lastSector;
    mbr[0x1BE + 13] = 4;
    mbr[510] = 0x55;
    mbr[511] = (byte) 0xAA;
    return image;
  }

  @ParameterizedTest
  @CsvSource({"100, 2, NONE", "20160, 20, NONE", "1048576, 1040, LBA"})
  void standardGeometry(int sectors, int cylinders, Translation translation) {
    assertThat(DiskGeometry.of(new MemoryImage(sectors)))
        .isEqualTo(new DiskGeometry(cylinders, 16, 63, translation));
  }

  @Test
  void partitionTableTellsTheGeometryOfASmallDisk() {
    assertThat(DiskGeometry.of(partitioned(4 * 17 * 100, 3, 17)))
        .isEqualTo(new DiskGeometry(100, 4, 17, Translation.NONE));
  }

  @Test
  void translatedPartitionTableTellsTheTranslation() {
    assertThat(DiskGeometry.of(partitioned(200_000, 254, 63)))
        .isEqualTo(new DiskGeometry(198, 16, 63, Translation.LARGE));
  }

  @Test
  void nonsenseInThePartitionTableIsIgnored() {
    assertThat(DiskGeometry.of(partitioned(20160, 3, 0)).heads()).isEqualTo(16);
    assertThat(DiskGeometry.of(partitioned(100, 254, 63)).heads()).isEqualTo(16);
  }
}

package io.transvisor.device.floppy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloppyFormatTest {
  @ParameterizedTest
  @CsvSource({
    "163840, 8, 40, 1, 2, 2",
    "184320, 9, 40, 1, 1, 2",
    "327680, 8, 40, 2, 2, 2",
    "368640, 9, 40, 2, 1, 2",
    "737280, 9, 80, 2, 2, 4",
    "1228800, 15, 80, 2, 0, 2",
    "1474560, 18, 80, 2, 0, 4",
    "1720320, 21, 80, 2, 0, 4",
    "2949120, 36, 80, 2, 3, 5",
    "512, 18, 80, 2, 0, 4",
    "1475072, 36, 80, 2, 3, 5"
  })
  void theSizeTellsTheFormat(
      int bytes, int sectors, int tracks, int heads, int rate, int cmosType) {
    FloppyFormat format = FloppyFormat.ofSize(bytes / 512, "x.img");
    assertThat(format.sectors()).isEqualTo(sectors);
    assertThat(format.tracks()).isEqualTo(tracks);
    assertThat(format.heads()).isEqualTo(heads);
    assertThat(format.rate()).isEqualTo(rate);
    assertThat(format.drive().cmosType()).isEqualTo(cmosType);
  }

  @Test
  void anImageThatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> FloppyFormat.ofSize(10_000, "big.img"))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("big.img")
        .hasMessageContaining("5120000");
  }
}

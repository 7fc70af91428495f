package io.transvisor.console.rfb.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.client.PixelFormats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelFormatTest {
  @Test
  void formatsOfRealViewersAreAccepted() {
    assertThat(PixelFormats.ALL).allSatisfy(f -> assertThat(f.fault()).isNull());
  }

  @ParameterizedTest
  @CsvSource({
    "24, 24, true, 255, 255, 255, 16, 8, 0, 24 bits per pixel",
    "0, 0, true, 255, 255, 255, 16, 8, 0, 0 bits per pixel",
    "32, 0, true, 255, 255, 255, 16, 8, 0, depth 0 in 32 bits",
    "16, 24, true, 31, 63, 31, 11, 5, 0, depth 24 in 16 bits",
    "32, 24, true, 254, 255, 255, 16, 8, 0, red maximum 254 at bit 16 of 32",
    "32, 24, true, 255, 255, 255, 16, 25, 0, green maximum 255 at bit 25 of 32",
    "8, 8, true, 7, 7, 3, 0, 3, 200, blue maximum 3 at bit 200 of 8",
    "8, 4, false, 0, 0, 0, 0, 0, 0, a colour map of depth 4",
  })
  void impossibleFormatsAreNamed(
      int bits, int depth, boolean colour, int r, int g, int b, int rs, int gs, int bs, String is) {
    assertThat(new PixelFormat(bits, depth, false, colour, r, g, b, rs, gs, bs).fault())
        .isEqualTo(is);
  }

  @Test
  void paletteCoversBlackToWhite() {
    assertThat(PixelTranslator.paletteEntry(0)).containsExactly(0, 0, 0);
    assertThat(PixelTranslator.paletteEntry(255)).containsExactly(65535, 65535, 65535);
    assertThat(PixelTranslator.paletteEntry(0b111_000_00)).containsExactly(65535, 0, 0);
  }
}

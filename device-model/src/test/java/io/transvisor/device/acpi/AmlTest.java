package io.transvisor.device.acpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AmlTest {
  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "2, 0a 02",
    "255, 0a ff",
    "256, 0b 00 01",
    "65535, 0b ff ff",
    "65536, 0c 00 00 01 00",
    "-1, 0c ff ff ff ff",
  })
  void integersTakeTheShortestForm(int value, String expected) {
    assertThat(hex(Aml.integer(value))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ABCD, 41 42 43 44",
    "\\ABCD, 5c 41 42 43 44",
    "^AB__, 5e 41 42 5f 5f",
    "\\, 5c 00",
    "AAAA.BBBB, 2e 41 41 41 41 42 42 42 42",
    "\\AAAA.BBBB.CCCC, 5c 2f 03 41 41 41 41 42 42 42 42 43 43 43 43",
  })
  void names(String name, String expected) {
    assertThat(hex(Aml.name(name))).isEqualTo(expected);
  }

  @Test
  void aSegmentHasFourCharacters() {
    assertThatThrownBy(() -> Aml.name("ABC")).hasMessageContaining("four characters");
  }

  /** PNP0A03 is the example everybody knows: 41 D0 0A 03. */
  @ParameterizedTest
  @CsvSource({"PNP0A03, 0c 41 d0 0a 03", "PNP0C0F, 0c 41 d0 0c 0f", "PNP0303, 0c 41 d0 03 03"})
  void eisaIds(String id, String expected) {
    assertThat(hex(Aml.eisaId(id))).isEqualTo(expected);
  }

  static Stream<Arguments> lengths() {
    return Stream.of(
        Arguments.of(0, "11 03 00"),
        Arguments.of(59, "11 3e 0a 3b"),
        Arguments.of(60, "11 3f 0a 3c"),
        Arguments.of(61, "11 41 04 0a 3d"),
        Arguments.of(300, "11 41 13 0b 2c 01"),
        Arguments.of(4090, "11 4f ff 0b fa 0f"),
        Arguments.of(4091, "11 81 00 01 0b fb 0f"));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void packageLengthsCountThemselves(int size, String start) {
    String expected = size == 0 ? "11 02 00" : start;
    assertThat(hex(Aml.buffer(new byte[size]))).startsWith(expected);
  }

  @Test
  void resourceTemplates() {
    assertThat(hex(new Resources().io(0x3F8, 8).irq(4).toBuffer()))
        .isEqualTo("11 10 0a 0d 47 01 f8 03 f8 03 01 08 22 10 00 79 00");
    assertThat(hex(new Resources().interrupt(5, 10).toBuffer()))
        .isEqualTo("11 12 0a 0f 89 0a 00 09 02 05 00 00 00 0a 00 00 00 79 00");
  }
}

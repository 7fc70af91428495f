package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FontTest {
  private final byte[] font = Font.load();

  private byte[] glyph(int character) {
    return Arrays.copyOfRange(font, character * Font.HEIGHT, (character + 1) * Font.HEIGHT);
  }

  @Test
  void printableCharactersAreVisibleAndDistinct() {
    Map<String, Character> seen = new HashMap<>();
    for (char c = '!'; c <= '~'; c++) {
      byte[] glyph = glyph(c);
      int dots = 0;
      for (byte row : glyph) {
        dots += Integer.bitCount(row & 0xFF);
      }
      assertThat(dots).as("dots of %c", c).isBetween(3, 80);
      assertThat(seen.put(Arrays.toString(glyph), c)).as("twin of %c", c).isNull();
    }
    assertThat(glyph(' ')).containsOnly(0);
  }

  @Test
  void linesJoinAtTheEdgesOfTheirCells() {
    // Vertical lines reach top and bottom, horizontal ones left and right.
    assertThat(glyph(0xB3)).containsOnly(0x18);
    assertThat(glyph(0xBA)).containsOnly(0x36);
    assertThat(glyph(0xC4)[7]).isEqualTo((byte) 0xFF);
    assertThat(glyph(0xCD)[6]).isEqualTo((byte) 0xFF);
    assertThat(glyph(0xCD)[8]).isEqualTo((byte) 0xFF);
    assertThat(glyph(0xDB)).containsOnly(0xFF);
  }

  @Test
  void characterSetIsCodePage437() {
    assertThat(CodePage437.toUnicode('A')).isEqualTo('A');
    assertThat(CodePage437.toUnicode(0x80)).isEqualTo('\u00C7');
    assertThat(CodePage437.toUnicode(0xB0)).isEqualTo('\u2591');
    assertThat(CodePage437.toUnicode(0xFE)).isEqualTo('\u25A0');
  }
}

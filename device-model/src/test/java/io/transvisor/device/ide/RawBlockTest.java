package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawBlockTest {
  private static final int EVERYTHING = 0xF8;

  private final byte[] data = new byte[2048];
  private final byte[] sector = new byte[2352];

  private void build(int lba) {
    new Random(lba).nextBytes(data);
    RawBlock.build(lba, EVERYTHING, data, 0, sector, 0);
  }

  @Test
  void syncHeaderAndData() {
    build(16);
    assertThat(Arrays.copyOf(sector, 12))
        .containsExactly(0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0);
    assertThat(Arrays.copyOfRange(sector, 12, 16)).containsExactly(0, 2, 0x16, 1);
    assertThat(Arrays.copyOfRange(sector, 16, 2064)).isEqualTo(data);
    assertThat(Arrays.copyOfRange(sector, 2068, 2076)).containsOnly(0);
  }

  /**
   * The polynomial of ECMA-130, 14.3, divides the sector with its detection code, taken bit by bit,
   * lowest first.
   */
  @Test
  void errorDetectionCodeLeavesNoRemainder() {
    build(4711);
    int remainder = 0;
    for (int i = 0; i < 2068; i++) {
      for (int bit = 0; bit < 8; bit++) {
        int feedback = (remainder ^ sector[i] >> bit) & 1;
        remainder = remainder >>> 1 ^ (feedback != 0 ? 0xD8018001 : 0);
      }
    }
    assertThat(remainder).isZero();
  }

  @Test
  void everyCodeWordOfTheProductCodeIsValid() {
    build(99);
    for (int column = 0; column < 86; column++) {
      int[] word = new int[26];
      for (int row = 0; row < 26; row++) {
        word[row] = sector[12 + 86 * row + column] & 0xFF;
      }
      assertValid(word, "P " + column);
    }
    for (int diagonal = 0; diagonal < 52; diagonal++) {
      int[] word = new int[45];
      for (int i = 0; i < 43; i++) {
        int at = (44 * i + 43 * (diagonal / 2)) % 1118;
        word[i] = sector[12 + 2 * at + diagonal % 2] & 0xFF;
      }
      word[43] = sector[2248 + diagonal] & 0xFF;
      word[44] = sector[2300 + diagonal] & 0xFF;
      assertValid(word, "Q " + diagonal);
    }
  }

  /** The parity check of ECMA-130, annex A: rows of ones and of falling powers of alpha. */
  private static void assertValid(int[] word, String what) {
    int sum = 0;
    int weighted = 0;
    for (int i = 0; i < word.length; i++) {
      sum ^= word[i];
      int term = word[i];
      for (int power = 0; power < word.length - 1 - i; power++) {
        term = term << 1 ^ (term >> 7) * 0x11D;
      }
      weighted ^= term;
    }
    assertThat(new int[] {sum, weighted}).as(what).containsExactly(0, 0);
  }

  @ParameterizedTest
  @CsvSource({"0xF8, 2352", "0x10, 2048", "0xA0, 16", "0x58, 2336", "0x40, 0", "0x00, 0"})
  void sizesOfParts(String parts, int size) {
    assertThat(RawBlock.size(Integer.decode(parts))).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource({"0, 0x000200", "16, 0x000210", "4350, 0x010000", "359849, 0x4F3B4A"})
  void minutesSecondsFrames(int lba, String msf) {
    int value = RawBlock.msf(lba);
    assertThat(value).isEqualTo(Integer.decode(msf));
    assertThat(RawBlock.lba(value >> 16, value >> 8 & 0xFF, value & 0xFF)).isEqualTo(lba);
  }
}

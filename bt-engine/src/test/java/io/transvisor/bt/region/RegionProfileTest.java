package io.transvisor.bt.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The file of a profile: what is written is read, and nothing else. */
class RegionProfileTest {
  private static final RegionProfile PROFILE =
      new RegionProfile(
          List.of(
              new RegionProfile.Entry(
                  new RegionShape(
                      0x1D,
                      0xFF0,
                      new int[] {-300, -270, 0, 12, 12, 40, 0x2000, 0x2005},
                      new int[] {12},
                      Map.of(-280, new int[] {0, 0x2000}),
                      new int[] {14}),
                  0x12345678,
                  0xE58955,
                  0xC1001FF0,
                  123_456_789_012L),
              new RegionProfile.Entry(
                  new RegionShape(2, 0, new int[] {0, 30}, new int[0], Map.of(), new int[0]),
                  -1,
                  -1,
                  0,
                  1)));

  private static void assertSame(RegionProfile.Entry is, RegionProfile.Entry was) {
    assertThat(is).usingRecursiveComparison().isEqualTo(was);
  }

  @Test
  void isReadAsWritten() throws RegionProfile.FormatException {
    RegionProfile read = RegionProfile.decode(PROFILE.encode());
    assertThat(read.entries()).hasSize(2);
    assertSame(read.entries().get(0), PROFILE.entries().get(0));
    assertSame(read.entries().get(1), PROFILE.entries().get(1));
  }

  @Test
  void emptyIsReadAsWritten() throws RegionProfile.FormatException {
    assertThat(RegionProfile.decode(RegionProfile.EMPTY.encode()).entries()).isEmpty();
  }

  @Test
  void everyDamagedByteIsNoticed() {
    byte[] good = PROFILE.encode();
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      assertThatThrownBy(() -> RegionProfile.decode(bad))
          .as("byte %d", at)
          .isInstanceOf(RegionProfile.FormatException.class);
    }
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] good = PROFILE.encode();
    for (int length = 0; length < good.length; length++) {
      byte[] bad = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> RegionProfile.decode(bad))
          .isInstanceOf(RegionProfile.FormatException.class);
    }
  }

  @Test
  void otherBytesAreNoProfile() {
    SplittableRandom random = new SplittableRandom(1);
    for (int n = 0; n < 1000; n++) {
      byte[] bad = new byte[random.nextInt(200)];
      random.nextBytes(bad);
      assertThatThrownBy(() -> RegionProfile.decode(bad))
          .isInstanceOf(RegionProfile.FormatException.class)
          .hasMessage("not a profile");
    }
  }

  @Test
  void anotherVersionIsNamed() {
    byte[] bad = PROFILE.encode();
    bad[11]++;
    assertThatThrownBy(() -> RegionProfile.decode(bad)).hasMessage("a profile of another version");
  }
}

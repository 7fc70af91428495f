package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetraceTimingTest {
  private final VgaFixture f = new VgaFixture();

  /** Rising edges of a status bit in a second, sampled at an interval in nanoseconds. */
  private int edges(int bit, int interval) {
    int count = 0;
    int before = f.in(0x3DA) & bit;
    for (int i = 0; i < 1_000_000_000 / interval; i++) {
      f.clock.set(f.clock.nanos() + interval);
      int now = f.in(0x3DA) & bit;
      if (now != 0 && before == 0) {
        count++;
      }
      before = now;
    }
    return count;
  }

  @ParameterizedTest
  @CsvSource({
    "TEXT_80X25, 70",
    "TEXT_40X25, 70",
    "VGA_320X200X256, 70",
    "VGA_640X480X16, 60",
    "MODE_X_320X240X256, 60",
    "EGA_640X350X16, 70",
  })
  void verticalRetraceHasTheRateOfTheMode(VgaModes mode, int hertz) {
    f.mode(mode);
    assertThat(edges(VgaPorts.STATUS_VERTICAL_RETRACE, 30_000)).isCloseTo(hertz, within(1));
  }

  @Test
  void displayEnableTogglesWithEveryLine() {
    f.mode(VgaModes.VGA_640X480X16);
    // 31.5 kHz lines, of which 480 in 525 are shown; the others are one long blank.
    assertThat(edges(VgaPorts.STATUS_DISPLAY_OFF, 5_000)).isCloseTo(28_771, within(70));
  }

  @Test
  void retraceLastsAsLongAsTheRegistersSay() {
    f.mode(VgaModes.VGA_640X480X16);
    int[] lines = new int[525];
    double line = 800.0 / 25.175e6 * 1e9;
    for (int i = 0; i < 525; i++) {
      f.clock.set((long) ((i + 0.5) * line));
      lines[i] = f.in(0x3DA) & 0x09;
    }
    assertThat(lines[0]).isZero();
    assertThat(lines[479]).isZero();
    assertThat(lines[480]).isEqualTo(1);
    assertThat(lines[489]).isEqualTo(1);
    assertThat(lines[490]).isEqualTo(9);
    assertThat(lines[491]).isEqualTo(9);
    assertThat(lines[492]).isEqualTo(1);
    assertThat(lines[524]).isEqualTo(1);
  }

  @Test
  void dispiModesRetraceAt60Hertz() {
    f.mode(VgaModes.TEXT_80X25);
    f.dispiMode(1024, 768, 32, 0);
    assertThat(edges(VgaPorts.STATUS_VERTICAL_RETRACE, 30_000)).isCloseTo(60, within(1));
  }

  @Test
  void interruptStatusShowsARetraceSinceItWasArmed() {
    f.mode(VgaModes.VGA_640X480X16);
    f.crtc(0x11, 0x0C);
    f.crtc(0x11, 0x1C);
    assertThat(f.in(0x3C2)).isZero();
    f.clock.advance(17_000_000);
    assertThat(f.in(0x3C2)).isEqualTo(0x80);
    f.crtc(0x11, 0x3C);
    assertThat(f.in(0x3C2)).isZero();
    f.crtc(0x11, 0x0C);
    f.crtc(0x11, 0x1C);
    assertThat(f.in(0x3C2)).isZero();
  }

  @Test
  void unprogrammedRegistersStillToggle() {
    f.out(0x3C2, 1);
    assertThat(edges(VgaPorts.STATUS_DISPLAY_OFF, 5_000)).isPositive();
  }
}

package io.transvisor.device.keyboard;

import static io.transvisor.device.keyboard.Ps2Bench.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ps2MouseTest extends DeviceContractTest {
  private static final long MILLIS = 1_000_000;
  private static final int ACK = 0xFA;
  private static final int LEFT = 1;
  private static final int RIGHT = 2;
  private static final int MIDDLE = 4;

  private Ps2Bench bench = new Ps2Bench();

  private void enable() {
    assertThat(bench.toMouse(0xF4)).containsExactly(ACK);
  }

  private int[] rates(int... rates) {
    int[] bytes = new int[2 * rates.length];
    for (int i = 0; i < rates.length; i++) {
      bytes[2 * i] = 0xF3;
      bytes[2 * i + 1] = rates[i];
    }
    return bytes;
  }

  private List<Integer> packets() {
    List<Integer> bytes = new ArrayList<>();
    for (int idle = 0; idle < 10; idle++) {
      for (int b : bench.drain()) {
        bytes.add(b & 0xFF);
        idle = 0;
      }
      bench.clock.advance(5 * MILLIS);
    }
    return bytes;
  }

  @Test
  void resetReportsSelfTestAndType() {
    assertThat(bench.toMouse(0xFF)).containsExactly(ACK, 0xAA, 0x00);
  }

  /** Movement in screen terms: down is positive; the mouse counts up. */
  @ParameterizedTest
  @CsvSource({
    "3, 0, 0, 08 03 00",
    "0, 4, 0, 28 00 FC",
    "-2, -5, 0, 18 FE 05",
    "0, 0, 1, 09 00 00",
    "0, 0, 2, 0A 00 00",
    "1, 0, 4, 0C 01 00",
    "127, 0, 0, 08 7F 00",
    "-127, 0, 0, 18 81 00",
    "300, 0, 0, 08 7F 00 08 7F 00 08 2E 00",
  })
  void standardPackets(int dx, int dy, int buttons, String bytes) {
    enable();
    bench.mouse.move(dx, dy, 0, buttons);
    assertThat(packets()).isEqualTo(hex(bytes));
  }

  /**
   * A place pointed at is reached in steps that hosts do not speed up, then the button is pressed.
   */
  @ParameterizedTest
  @CsvSource({
    "60, 13, 08 05 00 08 05 00 08 03 00 09 00 00",
    "100, 7, 08 03 00 08 03 00 08 01 00 09 00 00",
    "200, 3, 08 01 00 08 01 00 08 01 00 09 00 00",
  })
  void guidedMovementIsSlow(int rate, int dx, String bytes) {
    bench.toMouse(rates(rate));
    enable();
    bench.mouse.guide(dx, 0, 0, 0);
    bench.mouse.move(0, 0, 0, LEFT);
    assertThat(packets()).isEqualTo(hex(bytes));
  }

  @Test
  void guidedMovementGoesStraight() {
    enable();
    bench.mouse.guide(9, 12, 0, 0);
    assertThat(packets()).isEqualTo(hex("28 02 FE 28 02 FE 28 02 FD 28 02 FD 28 01 FE"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1, 0, 08 00 00 01",
    "1, 1, -1, 4, 2C 01 FF FF",
    "0, 0, 200, 0, 08 00 00 7F 08 00 00 49"
  })
  void wheelPackets(int dx, int dy, int dz, int buttons, String bytes) {
    bench.toMouse(rates(200, 100, 80));
    assertThat(bench.toMouse(0xF2)).containsExactly(ACK, 3);
    enable();
    bench.mouse.move(dx, dy, dz, buttons);
    assertThat(packets()).isEqualTo(hex(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 08 00 00 01",
    "8, 0, 08 00 00 10",
    "16, -1, 08 00 00 2F",
    "0, 10, 08 00 00 07 08 00 00 03"
  })
  void explorerPackets(int buttons, int dz, String bytes) {
    bench.toMouse(rates(200, 100, 80));
    bench.toMouse(rates(200, 200, 80));
    assertThat(bench.toMouse(0xF2)).containsExactly(ACK, 4);
    enable();
    bench.mouse.move(0, 0, dz, buttons);
    assertThat(packets()).isEqualTo(hex(bytes));
  }

  @Test
  void otherRatesDoNotChangeTheType() {
    bench.toMouse(rates(100, 200, 80));
    bench.toMouse(rates(200, 100, 60));
    assertThat(bench.toMouse(0xF2)).containsExactly(ACK, 0);
  }

  @Test
  void aStandardMouseHasNoWheel() {
    enable();
    bench.mouse.move(0, 0, 3, 0);
    bench.mouse.move(1, 0, 0, 0);
    List<Integer> bytes = packets();
    assertThat(bytes.subList(bytes.size() - 3, bytes.size())).isEqualTo(hex("08 01 00"));
    assertThat(bytes.size() % 3).isZero();
  }

  @Test
  void withoutReportingNothingIsSentAndOldMovementIsForgotten() {
    bench.mouse.move(5, 5, 0, LEFT);
    assertThat(packets()).isEmpty();
    enable();
    assertThat(packets()).isEmpty();
    bench.mouse.move(0, 0, 0, 0);
    assertThat(packets()).isEqualTo(hex("08 00 00"));
  }

  @Test
  void theSampleRateLimitsPackets() {
    bench.toMouse(rates(20));
    enable();
    int packets = 0;
    for (int i = 0; i < 1000; i++) {
      bench.mouse.move(1, 0, 0, 0);
      bench.clock.advance(MILLIS);
      if ((bench.status() & Ps2Bench.AUX_FULL) != 0) {
        packets += bench.data() == 0x08 ? 1 : 0;
      }
    }
    assertThat(packets).isBetween(19, 21);
  }

  @Test
  void aSlowGuestGetsOnePacketForAllMovement() {
    enable();
    for (int i = 0; i < 100; i++) {
      bench.mouse.move(1, -1, 0, 0);
      bench.clock.advance(20 * MILLIS);
    }
    assertThat(packets()).isEqualTo(hex("08 01 01 08 63 63"));
  }

  @Test
  void aSlowGuestMissesNoButton() {
    enable();
    bench.mouse.move(1, 0, 0, 0);
    bench.mouse.move(1, 0, 0, LEFT);
    bench.mouse.move(0, 0, 0, 0);
    bench.mouse.move(2, 0, 0, RIGHT);
    bench.mouse.move(3, 0, 0, RIGHT);
    bench.mouse.move(0, 0, 0, 0);
    assertThat(packets()).isEqualTo(hex("08 01 00 09 01 00 08 00 00 0A 05 00 08 00 00"));
  }

  @Test
  void buttonsOfAGuestThatDoesNotListenDoNotPileUp() {
    enable();
    for (int i = 0; i < 10_000; i++) {
      bench.mouse.move(0, 0, 0, i & 1);
    }
    bench.mouse.move(0, 0, 0, MIDDLE);
    List<Integer> bytes = packets();
    assertThat(bytes.size()).isLessThan(300);
    assertThat(bytes.subList(bytes.size() - 3, bytes.size())).isEqualTo(hex("0C 00 00"));
  }

  @Test
  void remoteModeSendsOnRequestOnly() {
    enable();
    bench.toMouse(0xF0);
    bench.mouse.move(7, 0, 0, LEFT);
    assertThat(packets()).isEmpty();
    assertThat(bench.toMouse(0xEB)).isEqualTo(hex("FA 09 07 00"));
    assertThat(bench.toMouse(0xEB)).isEqualTo(hex("FA 09 00 00"));
    bench.toMouse(0xEA);
    bench.mouse.move(1, 0, 0, 0);
    assertThat(packets()).isEqualTo(hex("08 01 00"));
  }

  @Test
  void wrapModeEchoesUntilItIsLeft() {
    assertThat(bench.toMouse(0xEE, 0x12, 0xF4, 0xEC)).isEqualTo(hex("FA 12 F4 FA"));
    assertThat(bench.toMouse(0xEE, 0xFF)).isEqualTo(hex("FA FA AA 00"));
    assertThat(bench.toMouse(0xF2)).isEqualTo(hex("FA 00"));
  }

  @Test
  void statusTellsTheSettings() {
    assertThat(bench.toMouse(0xE9)).isEqualTo(hex("FA 00 02 64"));
    bench.toMouse(0xF4, 0xE7, 0xE8, 0x03, 0xF3, 40);
    bench.mouse.move(0, 0, 0, LEFT | RIGHT);
    packets();
    assertThat(bench.toMouse(0xE9)).isEqualTo(hex("FA 35 03 28"));
    bench.mouse.move(0, 0, 0, MIDDLE);
    packets();
    bench.toMouse(0xF0);
    assertThat(bench.toMouse(0xE9)).isEqualTo(hex("FA 72 03 28"));
    bench.toMouse(0xF6);
    assertThat(bench.toMouse(0xE9)).isEqualTo(hex("FA 02 02 64"));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 3", "4, 6", "5, 9", "6, 12", "127, 254"})
  void scalingTwoToOneIsNotLinear(int moved, int reported) {
    bench.toMouse(0xE7);
    enable();
    bench.mouse.move(moved, 0, 0, 0);
    assertThat(packets()).containsExactly(0x08, reported, 0x00);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xE1, 0xED, 0xF1, 0x00})
  void unknownCommandsAskForARepetition(int command) {
    assertThat(bench.toMouse(command)).containsExactly(0xFE);
  }

  @Test
  void wrongParametersAskForARepetitionAndStillWait() {
    assertThat(bench.toMouse(0xE8, 0x04, 0x01)).isEqualTo(hex("FA FE FA"));
    assertThat(bench.toMouse(0xF3, 0xFF, 0x00, 0x28)).isEqualTo(hex("FA FE FE FA"));
    assertThat(bench.toMouse(0xE9)).isEqualTo(hex("FA 00 01 28"));
  }

  @Test
  void aCommandEndsAPacketUnderWay() {
    enable();
    bench.mouse.move(1, -2, 0, 0);
    assertThat(bench.data()).isEqualTo(0x08);
    assertThat(bench.toMouse(0xF5)).isEqualTo(hex("FA"));
  }

  @Override
  protected Device newDevice() {
    bench = new Ps2Bench();
    return bench.mouse;
  }

  @Override
  protected void disturb(Device device) {
    bench.toMouse(rates(200, 100, 80));
    bench.toMouse(0xE8, 0x01, 0xE7, 0xF3, 0x14, 0xF4);
    bench.command(0xA7);
    bench.mouse.move(10, 10, 1, LEFT);
    bench.mouse.move(1000, 10, 1, 0);
    bench.mouse.move(0, 10, 0, MIDDLE);
  }
}

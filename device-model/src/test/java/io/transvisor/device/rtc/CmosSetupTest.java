package io.transvisor.device.rtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.FakeClock;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.port.PortSpace;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CmosSetupTest {
  private final FakeClock clock = new FakeClock();
  private final Mc146818 rtc =
      new Mc146818(
          clock.events(), new PortSpace(), high -> {}, RtcBase.utc(Instant.ofEpochSecond(0)));
  private final CmosSetup setup = new CmosSetup(rtc);

  private int word(int address) {
    return rtc.cmos(address) | rtc.cmos(address + 1) << 8;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 640, 0, 0",
    "8, 640, 7168, 0",
    "64, 640, 64512, 768",
    "128, 640, 65535, 1792",
    "2047, 640, 65535, 32496"
  })
  void memorySizesAreInTheirUnits(int mebibytes, int base, int extended, int above16) {
    setup.memory((long) mebibytes << 20);
    assertThat(word(0x15)).isEqualTo(base);
    assertThat(word(0x17)).isEqualTo(extended);
    assertThat(word(0x30)).isEqualTo(extended);
    assertThat(word(0x34)).isEqualTo(above16);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0x02", "4, 0, 0x03", "0, 2, 0x03", "4, 4, 0x43"})
  void floppiesAreInTheEquipmentByte(int a, int b, int equipment) {
    setup.floppies(a, b).finish();
    assertThat(rtc.cmos(0x10)).isEqualTo(a << 4 | b);
    assertThat(rtc.cmos(0x14)).isEqualTo(equipment);
  }

  @ParameterizedTest
  @CsvSource({
    "c, true, 0x02, 0x00",
    "a, false, 0x01, 0x01",
    "adc, true, 0x31, 0x20",
    "dcn, true, 0x23, 0x40"
  })
  void bootOrder(String order, boolean check, int first, int third) {
    setup.bootOrder(order, check);
    assertThat(rtc.cmos(0x3D)).isEqualTo(first);
    assertThat(rtc.cmos(0x38)).isEqualTo(third);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "aa", "acdn"})
  void impossibleBootOrdersAreRefused(String order) {
    assertThatThrownBy(() -> setup.bootOrder(order, true))
        .isInstanceOf(VmmException.class)
        .hasMessageStartingWith("-boot " + order);
  }

  @Test
  void hardDisksHaveATypeAGeometryAndATranslation() {
    setup.hardDisk(0, 1023, 16, 63, CmosSetup.Translation.LBA);
    setup.hardDisk(1, 615, 4, 17, CmosSetup.Translation.NONE);
    setup.hardDisk(2, 1023, 16, 63, CmosSetup.Translation.LARGE);
    assertThat(rtc.cmos(0x12)).isEqualTo(0xFF);
    assertThat(rtc.cmos(0x19)).isEqualTo(47);
    assertThat(word(0x1B)).isEqualTo(1023);
    assertThat(rtc.cmos(0x1D)).isEqualTo(16);
    assertThat(rtc.cmos(0x20)).isEqualTo(0xC8);
    assertThat(rtc.cmos(0x23)).isEqualTo(63);
    assertThat(word(0x24)).isEqualTo(615);
    assertThat(rtc.cmos(0x29)).isEqualTo(0xC0);
    assertThat(rtc.cmos(0x39)).isEqualTo(0x21);
  }

  @Test
  void theChecksumIsRightAndEverythingOutlivesPowerOn() {
    setup.memory(64 << 20).floppies(4, 0).mouse().bootOrder("ac", true).finish();
    rtc.reset(ResetKind.POWER_ON);
    int sum = 0;
    for (int i = 0x10; i < 0x2E; i++) {
      sum += rtc.cmos(i);
    }
    assertThat(rtc.cmos(0x2E) << 8 | rtc.cmos(0x2F)).isEqualTo(sum);
    assertThat(rtc.cmos(0x14)).isEqualTo(0x07);
  }
}

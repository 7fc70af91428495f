package io.transvisor.device.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pic.TickLine;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Mc146818Test extends DeviceContractTest {
  private static final long SECOND = 1_000_000_000L;

  private FakeClock clock;
  private PortSpace ports;
  private RecordingIrqLine irq;
  private Mc146818 rtc;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
  }

  @Override
  protected Device newDevice() {
    return newRtc(LocalDateTime.of(2003, 6, 17, 16, 1, 21));
  }

  private Mc146818 newRtc(LocalDateTime start) {
    clock = new FakeClock();
    ports = new PortSpace();
    irq = new RecordingIrqLine();
    TickLine line = irq::set;
    rtc = new Mc146818(clock.events(), ports, line, RtcBase.date(start));
    return rtc;
  }

  @Override
  protected void disturb(Device device) {
    set(0x0A, 0x2D);
    set(0x0B, 0x77);
    set(0x50, 0xA5);
    set(0x01, 0xC0);
    clock.jump(300_000_000);
    ports.write(0x70, 1, 0x8F);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.ports("rtc", 0x70, 2, ports));
  }

  private int get(int register) {
    ports.write(0x70, 1, register);
    return ports.read(0x71, 1);
  }

  private void set(int register, int value) {
    ports.write(0x70, 1, register);
    ports.write(0x71, 1, value);
  }

  private String time() {
    return "%02x%02x-%02x-%02x %02x:%02x:%02x"
        .formatted(get(0x32), get(9), get(8), get(7), get(4), get(2), get(0));
  }

  @Test
  void showsTheTimeInDecimal() {
    assertThat(time()).isEqualTo("2003-06-17 16:01:21");
    assertThat(get(6)).as("Tuesday").isEqualTo(3);
    assertThat(get(0x0D)).isEqualTo(0x80);
    clock.advance(39 * SECOND);
    assertThat(time()).isEqualTo("2003-06-17 16:02:00");
  }

  @Test
  void rollsOverIntoANewCentury() {
    newRtc(LocalDateTime.of(1999, 12, 31, 23, 59, 59)).reset(ResetKind.POWER_ON);
    clock.advance(SECOND);
    assertThat(time()).isEqualTo("2000-01-01 00:00:00");
    assertThat(get(0x37)).as("the PS/2's century").isEqualTo(0x20);
  }

  @Test
  void showsTheTimeInBinaryAndTwelveHours() {
    set(0x0B, 0x04);
    assertThat(get(4)).isEqualTo(0x80 | 4);
    assertThat(get(0)).isEqualTo(21);
    assertThat(get(9)).isEqualTo(3);
    set(0x0B, 0x00);
    assertThat(get(4)).isEqualTo(0x84);
    assertThat(get(0)).isEqualTo(0x21);
  }

  @ParameterizedTest
  @CsvSource({"0, 0x12", "1, 0x01", "11, 0x11", "12, 0x92", "13, 0x81", "23, 0x91"})
  void twelveHourClockHasNoZero(int hour, int shown) {
    newRtc(LocalDateTime.of(2003, 6, 17, hour, 0, 0)).reset(ResetKind.POWER_ON);
    set(0x0B, 0x00);
    assertThat(get(4)).isEqualTo(shown);
    set(0x0B, 0x80); // held and let go, the clock goes on from the registers
    set(0x0B, 0x00);
    set(0x0B, 0x02);
    assertThat(get(4)).isEqualTo(hour / 10 << 4 | hour % 10);
  }

  @Test
  void theGuestSetsTheTimeWhileTheClockIsHeld() {
    set(0x0B, 0x82);
    clock.advance(5 * SECOND);
    assertThat(time()).isEqualTo("2003-06-17 16:01:21");
    set(0, 0x58);
    set(2, 0x59);
    set(4, 0x23);
    set(7, 0x28);
    set(8, 0x02);
    set(9, 0x04);
    set(0x0B, 0x02);
    assertThat(time()).isEqualTo("2004-02-28 23:59:58");
    clock.advance(2 * SECOND);
    assertThat(time()).isEqualTo("2004-02-29 00:00:00");
  }

  @Test
  void aByteWrittenToTheRunningClockCounts() {
    set(4, 0x05);
    clock.advance(SECOND);
    assertThat(time()).isEqualTo("2003-06-17 05:01:22");
  }

  @Test
  void theFirstUpdateComesHalfASecondAfterADividerReset() {
    clock.advance(300_000_000);
    set(0x0B, 0x82);
    set(0x0A, 0x76);
    set(0, 0x30);
    set(0x0B, 0x02);
    clock.advance(7 * SECOND);
    assertThat(get(0)).isEqualTo(0x30);
    set(0x0A, 0x26);
    clock.advance(SECOND / 2 - 1);
    assertThat(get(0)).isEqualTo(0x30);
    clock.advance(1);
    assertThat(get(0)).isEqualTo(0x31);
  }

  @Test
  void updateInProgressWarnsBeforeTheUpdate() {
    clock.advance(SECOND - 244_141);
    assertThat(get(0x0A)).isEqualTo(0x26);
    clock.advance(1);
    assertThat(get(0x0A)).isEqualTo(0xA6);
    set(0x0B, 0x82);
    assertThat(get(0x0A)).isEqualTo(0x26);
    set(0x0B, 0x02);
    clock.advance(244_140);
    assertThat(get(0x0A)).isEqualTo(0x26);
  }

  @Test
  void updateEndedInterruptsEverySecond() {
    set(0x0B, 0x12);
    clock.advance(SECOND);
    assertThat(irq.isHigh()).isTrue();
    assertThat(get(0x0C)).as("with the periodic flag, which needs no enable").isEqualTo(0xD0);
    assertThat(irq.isHigh()).isFalse();
    assertThat(get(0x0C)).isZero();
    clock.advance(3 * SECOND);
    assertThat(irq.risingEdges()).isEqualTo(2);
  }

  @Test
  void flagsAreSetWithoutInterrupts() {
    clock.advance(SECOND);
    assertThat(get(0x0C)).isEqualTo(0x50);
    assertThat(irq.risingEdges()).isZero();
  }

  @Test
  void settingTheClockDisablesTheUpdateInterrupt() {
    set(0x0B, 0x92);
    assertThat(get(0x0B)).isEqualTo(0x82);
  }

  @ParameterizedTest
  @CsvSource({
    "0x30, 0x01, 0x16, 9",
    "0x00, 0x02, 0x16, 39",
    "0xFF, 0x05, 0x16, 219",
    "0xC0, 0xC0, 0xC0, 1",
    "0x21, 0x01, 0x16, 86400",
    "0x00, 0x00, 0x00, 28719"
  })
  void theAlarmMatchesWhatItIsToldToLookAt(int second, int minute, int hour, int after) {
    set(1, second);
    set(3, minute);
    set(5, hour);
    set(0x0B, 0x22);
    clock.advance(after * SECOND - 1);
    assertThat(irq.isHigh()).isFalse();
    clock.advance(1);
    assertThat(irq.isHigh()).isTrue();
    assertThat(get(0x0C)).isEqualTo(0xF0);
  }

  @Test
  void anImpossibleAlarmNeverRings() {
    set(1, 0x75);
    set(0x0B, 0x22);
    assertThat(clock.events().nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"15, 2", "14, 4", "10, 64", "6, 1024", "3, 8192", "2, 128", "1, 256"})
  void periodicInterruptsComeAtTheirRate(int rate, int hertz) {
    set(0x0A, 0x20 | rate);
    set(0x0B, 0x42);
    int edges = 0;
    long end = clock.nanos() + SECOND;
    while (clock.events().nextDeadline() <= end) {
      clock.runNext();
      edges++;
      assertThat(get(0x0C)).isEqualTo(clock.nanos() == SECOND ? 0xD0 : 0xC0);
    }
    assertThat(edges).isEqualTo(hertz);
    assertThat(irq.risingEdges()).isEqualTo(hertz);
  }

  @Test
  void rateZeroIsOff() {
    set(0x0A, 0x20);
    set(0x0B, 0x42);
    clock.advance(10 * SECOND);
    assertThat(irq.risingEdges()).isZero();
  }

  @Test
  void lateTicksAreGivenAgainWhenTheLastIsRead() {
    set(0x0A, 0x2A); // 64 Hz
    set(0x0B, 0x42);
    clock.jump(SECOND / 8 + 1);
    int seen = 0;
    while (irq.isHigh()) {
      assertThat(get(0x0C) & 0xC0).isEqualTo(0xC0);
      seen++;
    }
    assertThat(seen).isEqualTo(8);
  }

  @Test
  void aHandlerThatReadsUntilClearComesToAnEnd() {
    set(0x0A, 0x26);
    set(0x0B, 0x42);
    clock.jump(2 * SECOND);
    int reads = 0;
    while ((get(0x0C) & 0x80) != 0) {
      reads++;
    }
    assertThat(reads).isEqualTo(21);
  }

  @Test
  void memoryKeepsWhatIsWritten() {
    set(0x7F, 0x5A);
    set(0x0F, 0x0A);
    rtc.reset(ResetKind.HARD);
    assertThat(get(0x7F)).isEqualTo(0x5A);
    assertThat(get(0x0F)).isEqualTo(0x0A);
  }

  @Test
  void hardResetKeepsTheTimeAndDisablesInterrupts() {
    set(0x0B, 0x72);
    set(4, 0x05);
    clock.advance(SECOND);
    rtc.reset(ResetKind.HARD);
    assertThat(get(0x0B)).isEqualTo(0x02);
    assertThat(irq.isHigh()).isFalse();
    assertThat(time()).isEqualTo("2003-06-17 05:01:22");
  }

  @Test
  void theIndexPortCarriesTheNmiMask() {
    ports.write(0x70, 1, 0x8F);
    assertThat(rtc.isNmiMasked()).isTrue();
    assertThat(ports.read(0x70, 1)).isEqualTo(0xFF);
    ports.write(0x70, 1, 0x0F);
    assertThat(rtc.isNmiMasked()).isFalse();
  }

  @Test
  void aDateThatDoesNotExistRunsOver() {
    set(0x0B, 0x82);
    set(7, 0x31);
    set(8, 0x02);
    set(0x0B, 0x02);
    assertThat(time()).isEqualTo("2003-03-03 16:01:21");
  }
}

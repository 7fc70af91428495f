package io.transvisor.device.pit;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pic.Pic8259Pair;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Pit8254Test extends DeviceContractTest {
  private FakeClock clock;
  private PortSpace ports;
  private Pic8259Pair pic;
  private Pit8254 pit;
  private int served;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
    ports.write(0x20, 1, 0x13);
    ports.write(0x21, 1, 0x08);
    ports.write(0x21, 1, 0x03); // automatic end of interrupt
    served = 0;
  }

  @Override
  protected Device newDevice() {
    clock = new FakeClock();
    ports = new PortSpace();
    pic = new Pic8259Pair(ports, new RecordingIrqLine());
    pit = new Pit8254(clock.events(), ports, pic.tickLine(0, clock.events()));
    return pit;
  }

  @Override
  protected void disturb(Device device) {
    program(0, 0x36, 1000);
    program(1, 0x73, 0x4321);
    program(2, 0xB0, 5000);
    ports.write(0x61, 1, 0x03);
    ticks(5);
    program(0, -1, 3000);
    ports.write(0x43, 1, 0xC6);
    ports.write(0x42, 1, 0x55);
    ports.read(0x41, 1);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("counters", 0x40, 4, ports), Peekable.ports("port 61h", 0x61, 1, ports));
  }

  /** Writes a control word, unless negative, and a count, low byte first. */
  private void program(int channel, int control, int count) {
    if (control >= 0) {
      ports.write(0x43, 1, control);
    }
    ports.write(0x40 + channel, 1, count & 0xFF);
    ports.write(0x40 + channel, 1, count >>> 8);
  }

  private void ticks(long count) {
    clock.runUntil(PitClock.nanos(PitClock.ticks(clock.nanos()) + count));
  }

  private int count(int channel) {
    ports.write(0x43, 1, channel << 6);
    return ports.read(0x40 + channel, 1) | ports.read(0x40 + channel, 1) << 8;
  }

  private int status(int channel) {
    ports.write(0x43, 1, 0xE0 | 2 << channel);
    return ports.read(0x40 + channel, 1);
  }

  private boolean output(int channel) {
    return (status(channel) & 0x80) != 0;
  }

  /** Takes waiting interrupts, and counts them in {@link #served}. */
  private void serve() {
    while (pic.isRequesting()) {
      pic.acknowledge();
      served++;
    }
  }

  private void serveFor(int millis) {
    serve();
    for (int i = 0; i < millis; i++) {
      clock.advance(1_000_000);
      serve();
    }
  }

  @Test
  void mode0CountsDownOnceAndGoesOn() {
    program(0, 0x30, 10);
    assertThat(output(0)).isFalse();
    ticks(1);
    assertThat(count(0)).isEqualTo(10);
    ticks(9);
    assertThat(count(0)).isEqualTo(1);
    assertThat(output(0)).isFalse();
    assertThat(pic.isPending(0)).isFalse();
    ticks(1);
    assertThat(count(0)).isZero();
    assertThat(output(0)).isTrue();
    assertThat(pic.isPending(0)).isTrue();
    ticks(1);
    assertThat(count(0)).isEqualTo(0xFFFF);
    serve();
    ticks(200_000);
    serve();
    assertThat(served).isEqualTo(1);
  }

  @Test
  void theFirstByteOfACountStopsMode0() {
    program(0, 0x30, 1000);
    ticks(11);
    ports.write(0x40, 1, 0x20);
    ticks(500);
    assertThat(count(0)).isEqualTo(990);
    ports.write(0x40, 1, 0x00);
    ticks(1 + 0x20);
    assertThat(output(0)).isTrue();
  }

  @Test
  void theGateHoldsMode0() {
    ports.write(0x61, 1, 1);
    program(2, 0xB0, 100);
    ticks(31);
    ports.write(0x61, 1, 0);
    ticks(1000);
    assertThat(count(2)).isEqualTo(70);
    ports.write(0x61, 1, 1);
    ticks(69);
    assertThat(ports.read(0x61, 1) & 0x20).isZero();
    ticks(1);
    assertThat(ports.read(0x61, 1) & 0x20).isEqualTo(0x20);
  }

  @Test
  void mode1IsTriggeredByTheGateAndCanBeTriggeredAgain() {
    program(2, 0xB2, 50);
    ticks(1000);
    assertThat(output(2)).isTrue();
    ports.write(0x61, 1, 1);
    ticks(1);
    assertThat(output(2)).isFalse();
    ticks(30);
    ports.write(0x61, 1, 0);
    ports.write(0x61, 1, 1);
    ticks(50);
    assertThat(output(2)).isFalse();
    ticks(1);
    assertThat(output(2)).isTrue();
  }

  @Test
  void mode2InterruptsOncePerPeriod() {
    program(0, 0x34, 1000);
    ticks(1000);
    assertThat(pic.isPending(0)).isFalse();
    assertThat(output(0)).as("low in the last tick of the period").isFalse();
    ticks(1);
    assertThat(pic.isPending(0)).isTrue();
    serve();
    for (int i = 0; i < 99; i++) {
      ticks(1000);
      serve();
    }
    assertThat(served).isEqualTo(100);
    assertThat(count(0)).isEqualTo(1000);
  }

  @Test
  void aNewCountOfMode2WaitsForTheEndOfThePeriod() {
    program(0, 0x34, 1000);
    ticks(401);
    program(0, -1, 50);
    assertThat(status(0) & 0x40).as("null count").isEqualTo(0x40);
    assertThat(count(0)).isEqualTo(600);
    ticks(599);
    assertThat(pic.isPending(0)).isFalse();
    ticks(1);
    assertThat(pic.isPending(0)).isTrue();
    assertThat(status(0) & 0x40).isZero();
    serve();
    ticks(50);
    assertThat(pic.isPending(0)).isTrue();
  }

  @Test
  void aLowGateHoldsMode2HighAndARisingOneStartsAnew() {
    ports.write(0x61, 1, 1);
    program(2, 0xB4, 100);
    ticks(100);
    assertThat(output(2)).isFalse();
    ports.write(0x61, 1, 0);
    assertThat(output(2)).isTrue();
    ticks(70);
    ports.write(0x61, 1, 1);
    ticks(1);
    assertThat(count(2)).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"100, 50, 50", "101, 51, 50", "3, 2, 1"})
  void mode3IsASquareWave(int period, int high, int low) {
    program(0, 0x36, period);
    ticks(1);
    for (int round = 0; round < 3; round++) {
      assertThat(output(0)).isTrue();
      ticks(high - 1);
      assertThat(output(0)).isTrue();
      ticks(1);
      assertThat(output(0)).isFalse();
      ticks(low - 1);
      assertThat(output(0)).isFalse();
      ticks(1);
    }
    assertThat(served).isZero();
    serve();
    assertThat(served).isEqualTo(1); // the others come later
  }

  @Test
  void mode3CountsByTwo() {
    program(0, 0x36, 10);
    ticks(1);
    int[] seen = new int[11];
    for (int i = 0; i < seen.length; i++) {
      seen[i] = count(0);
      ticks(1);
    }
    assertThat(seen).containsExactly(10, 8, 6, 4, 2, 10, 8, 6, 4, 2, 10);
  }

  @Test
  void aNewCountOfMode3TakesOverAtTheHalf() {
    program(0, 0x36, 1000);
    ticks(101);
    program(0, -1, 20);
    ticks(400);
    assertThat(output(0)).isFalse();
    ticks(9);
    assertThat(output(0)).isFalse();
    assertThat(pic.isPending(0)).isFalse();
    ticks(1);
    assertThat(output(0)).isTrue();
    assertThat(pic.isPending(0)).isTrue();
    serve();
    ticks(20);
    assertThat(pic.isPending(0)).isTrue();
  }

  @Test
  void mode4StrobesForOneTick() {
    program(0, 0x38, 10);
    ticks(10);
    assertThat(output(0)).isTrue();
    ticks(1);
    assertThat(output(0)).isFalse();
    assertThat(pic.isPending(0)).isFalse();
    ticks(1);
    assertThat(output(0)).isTrue();
    assertThat(pic.isPending(0)).isTrue();
    serve();
    ticks(100_000);
    assertThat(pic.isPending(0)).isFalse();
  }

  @Test
  void mode5StrobesAfterATrigger() {
    program(2, 0xBA, 10);
    ticks(100);
    ports.write(0x61, 1, 1);
    ticks(11);
    assertThat(output(2)).isFalse();
    ticks(1);
    assertThat(output(2)).isTrue();
  }

  @Test
  void decimalCountsAreDecimal() {
    program(0, 0x31, 0x1000);
    ticks(2);
    assertThat(count(0)).isEqualTo(0x0999);
    program(0, 0x31, 0);
    ticks(2);
    assertThat(count(0)).isEqualTo(0x9999);
  }

  @Test
  void singleByteAccessSetsTheOtherByteToZero() {
    ports.write(0x43, 1, 0x20); // high byte only
    ports.write(0x40, 1, 0x12);
    ticks(1);
    assertThat(ports.read(0x40, 1)).isEqualTo(0x12);
    assertThat(ports.read(0x40, 1)).isEqualTo(0x12);
    ports.write(0x43, 1, 0x10); // low byte only
    ports.write(0x40, 1, 0x34);
    ticks(1);
    assertThat(ports.read(0x40, 1)).isEqualTo(0x34);
  }

  @Test
  void aLatchedCountStaysUntilRead() {
    program(0, 0x34, 1000);
    ticks(11);
    ports.write(0x43, 1, 0x00);
    ticks(100);
    ports.write(0x43, 1, 0x00); // ignored: one is latched already
    assertThat(ports.read(0x40, 1)).isEqualTo(990 & 0xFF);
    ticks(100);
    assertThat(ports.read(0x40, 1)).isEqualTo(990 >>> 8);
    assertThat(ports.read(0x40, 1)).isEqualTo(790 & 0xFF);
  }

  @Test
  void readBackGivesStatusFirstThenCount() {
    program(0, 0x34, 1000);
    ticks(11);
    ports.write(0x43, 1, 0xC2);
    ticks(5);
    assertThat(ports.read(0x40, 1)).isEqualTo(0xB4);
    assertThat(ports.read(0x40, 1) | ports.read(0x40, 1) << 8).isEqualTo(990);
  }

  @Test
  void aCounterWithoutACountSaysSo() {
    ports.write(0x43, 1, 0x34);
    assertThat(status(0)).isEqualTo(0xF4);
    ticks(100_000);
    assertThat(pic.isPending(0)).isFalse();
  }

  @Test
  void aMachineThatWasHeldUpGetsItsTicksLater() {
    program(0, 0x34, 11932);
    clock.jump(1_000_000_000);
    serveFor(1000);
    assertThat(served).isEqualTo(199);
  }

  /** A program that polls a count of ticks must see every value. */
  @Test
  void lateTicksDoNotComeInARow() {
    program(0, 0x34, 11932);
    clock.jump(1_000_000_000);
    serve();
    assertThat(served).isEqualTo(1);
    clock.advance(2_000_000);
    serve();
    assertThat(served).isEqualTo(1);
    clock.advance(1_000_000);
    serve();
    assertThat(served).isEqualTo(2);
  }

  /** A tick that is late is followed by the next at its time only if that leaves a gap. */
  @Test
  void aPunctualTickRightAfterALateOneWaits() {
    program(0, 0x34, 11932);
    clock.advance(19_900_000);
    serve();
    assertThat(served).isEqualTo(1);
    clock.advance(200_000);
    serve();
    assertThat(served).isEqualTo(1);
    clock.advance(2_500_000);
    serve();
    assertThat(served).isEqualTo(2);
    serveFor(100);
    assertThat(served).isEqualTo(12);
  }

  @Test
  void aLongGapIsNotMadeGood() {
    program(0, 0x34, 11932);
    clock.jump(3_600_000_000_000L);
    serveFor(2000);
    assertThat(served).isBetween(590, 602);
  }

  @Test
  void aNewCountForgetsLostTicks() {
    program(0, 0x34, 11932);
    clock.jump(1_000_000_000);
    program(0, 0x34, 11932);
    serve();
    assertThat(served).isEqualTo(1);
  }

  @Test
  void settingAModeIsNotATick() {
    program(0, 0x30, 0);
    program(0, 0x34, 0);
    assertThat(pic.isPending(0)).isFalse();
  }

  @Test
  void itTicksFromPowerOnAsFirmwareExpects() {
    clock.advance(60_000_000);
    assertThat(pic.isPending(0)).isTrue();
  }

  @Test
  void port61ShowsTheRefreshAndKeepsItsLowBits() {
    ports.write(0x61, 1, 0xFF);
    assertThat(ports.read(0x61, 1) & 0xCF).isEqualTo(0x0F);
    int before = ports.read(0x61, 1) & 0x10;
    ticks(18);
    assertThat(ports.read(0x61, 1) & 0x10).isNotEqualTo(before);
    ticks(18);
    assertThat(ports.read(0x61, 1) & 0x10).isEqualTo(before);
  }

  @Test
  void theSpeakerSoundsWhenGatedAndEnabled() {
    program(2, 0xB6, 1193);
    assertThat(pit.speakerFrequency()).isZero();
    ports.write(0x61, 1, 3);
    assertThat(pit.speakerFrequency()).isBetween(1000.0, 1001.0);
  }
}

package io.transvisor.device.pic;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pic8259PairTest extends DeviceContractTest {
  private static final int EOI = 0x20;

  private PortSpace ports;
  private RecordingIrqLine cpu;
  private Pic8259Pair pic;
  private final FakeClock clockTime = new FakeClock();

  @BeforeEach
  void initialised() {
    newDevice();
    pic.reset(ResetKind.POWER_ON);
    initialise(0x11, 0x01);
  }

  @Override
  protected Device newDevice() {
    ports = new PortSpace();
    cpu = new RecordingIrqLine();
    pic = new Pic8259Pair(ports, cpu);
    return pic;
  }

  @Override
  protected void disturb(Device device) {
    initialise(0x11, 0x13);
    out(0x21, 0x5A);
    out(0x4D0, 0xF8);
    out(0x4D1, 0xFF);
    pic.line(3).set(true);
    pic.line(12).set(true);
    out(0x20, 0x0B);
    out(0xA0, 0x68);
    out(0xA0, 0x80);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("master", 0x20, 2, ports),
        Peekable.ports("slave", 0xA0, 2, ports),
        Peekable.ports("elcr", 0x4D0, 2, ports));
  }

  private void initialise(int icw1, int icw4) {
    out(0x20, icw1);
    out(0x21, 0x08);
    out(0x21, 0x04);
    out(0x21, icw4);
    out(0xA0, icw1);
    out(0xA1, 0x70);
    out(0xA1, 0x02);
    out(0xA1, 0x01);
  }

  private void out(int port, int value) {
    ports.write(port, 1, value);
  }

  private int in(int port) {
    return ports.read(port, 1);
  }

  @ParameterizedTest
  @CsvSource({"0,0x08", "1,0x09", "7,0x0F", "8,0x70", "9,0x71", "2,0x71", "15,0x77"})
  void aRequestReachesTheCpuWithItsVector(int irq, int vector) {
    pic.line(irq).set(true);
    assertThat(cpu.isHigh()).isTrue();
    assertThat(pic.isRequesting()).isTrue();
    assertThat(pic.acknowledge()).isEqualTo(vector);
    assertThat(cpu.isHigh()).isFalse();
  }

  @Test
  void nothingIsDeliveredBeforeInitialisation() {
    pic.reset(ResetKind.POWER_ON);
    pic.line(0).set(true);
    pic.line(12).set(true);
    assertThat(cpu.isHigh()).isFalse();
    initialise(0x11, 0x01);
    pic.line(1).set(true);
    assertThat(cpu.isHigh()).isTrue();
  }

  @Test
  void aMaskedRequestWaitsUntilUnmasked() {
    out(0x21, 0x01);
    pic.line(0).set(true);
    assertThat(cpu.isHigh()).isFalse();
    out(0x21, 0x00);
    assertThat(pic.acknowledge()).isEqualTo(0x08);
  }

  @Test
  void higherPriorityInterruptsLowerUntilItsEnd() {
    pic.line(3).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x0B);
    pic.line(4).set(true);
    assertThat(pic.isRequesting()).isFalse();
    pic.line(1).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x09);
    out(0x20, EOI); // ends IRQ 1
    assertThat(pic.isRequesting()).isFalse();
    out(0x20, EOI); // ends IRQ 3
    assertThat(pic.acknowledge()).isEqualTo(0x0C);
  }

  @Test
  void anEdgeStaysLatchedAndIsNotSeenTwice() {
    pic.line(5).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0D);
    out(0x20, EOI);
    assertThat(pic.isRequesting()).isFalse();
  }

  @Test
  void aLevelInputKeepsRequestingWhileHigh() {
    out(0x4D0, 0x20);
    pic.line(5).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x0D);
    out(0x20, EOI);
    assertThat(pic.acknowledge()).isEqualTo(0x0D);
    pic.line(5).set(false);
    out(0x20, EOI);
    assertThat(pic.isRequesting()).isFalse();
  }

  @Test
  void changingAnInputToLevelTakesItsPresentState() {
    pic.line(11).set(true);
    pic.acknowledge();
    out(0xA0, EOI);
    out(0x20, EOI);
    assertThat(pic.isRequesting()).isFalse();
    out(0x4D1, 0x08);
    assertThat(pic.acknowledge()).isEqualTo(0x73);
  }

  @Test
  void levelControlLeavesOutTheInputsThatAreAlwaysEdges() {
    out(0x4D0, 0xFF);
    out(0x4D1, 0xFF);
    assertThat(in(0x4D0)).isEqualTo(0xF8);
    assertThat(in(0x4D1)).isEqualTo(0xDE);
  }

  @Test
  void aVanishedRequestIsSpurious7() {
    out(0x4D0, 0x20);
    pic.line(5).set(true);
    pic.line(5).set(false);
    assertThat(pic.acknowledge()).isEqualTo(0x0F);
    out(0x20, 0x0B);
    assertThat(in(0x20)).as("nothing in service").isZero();
  }

  @Test
  void aVanishedSlaveRequestIsSpurious15WithTheCascadeInService() {
    pic.line(12).set(true);
    out(0xA1, 0xFF); // the cascade edge is latched in the master by now
    assertThat(pic.acknowledge()).isEqualTo(0x77);
    out(0x20, 0x0B);
    assertThat(in(0x20)).isEqualTo(0x04);
    out(0xA0, 0x0B);
    assertThat(in(0xA0)).isZero();
  }

  @Test
  void bothEndsAreNeededForASlaveInterrupt() {
    pic.line(8).set(true);
    pic.line(14).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x70);
    out(0xA0, EOI);
    assertThat(pic.isRequesting()).as("the cascade is still in service").isFalse();
    out(0x20, EOI);
    assertThat(pic.acknowledge()).isEqualTo(0x76);
  }

  @Test
  void specialFullyNestedModeLetsTheSlaveInterruptItself() {
    initialise(0x11, 0x11);
    pic.line(14).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x76);
    pic.line(8).set(true);
    assertThat(pic.acknowledge()).isEqualTo(0x70);
  }

  @Test
  void autoEoiNeedsNoEnd() {
    initialise(0x11, 0x03);
    pic.line(3).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0B);
    pic.line(3).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0B);
  }

  @Test
  void rotateOnAutoEoiMakesTheServedInputTheLowest() {
    initialise(0x11, 0x03);
    out(0x20, 0x80);
    pic.line(3).pulse();
    pic.acknowledge();
    pic.line(3).pulse();
    pic.line(4).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0C);
    out(0x20, 0x00); // stop rotating: input 5 stays on top
    pic.line(6).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0E);
    pic.line(6).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0E);
  }

  @Test
  void rotationCommandsMoveThePriorities() {
    out(0x20, 0xC0 | 3); // set priority: 3 lowest
    pic.line(3).pulse();
    pic.line(4).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0C);
    out(0x20, 0xA0); // rotate on non-specific EOI: 4 lowest
    pic.line(4).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x0B);
    out(0x20, 0xE0 | 3); // rotate on specific EOI
    assertThat(pic.acknowledge()).isEqualTo(0x0C);
  }

  @Test
  void aSpecificEndEndsWhatItNames() {
    pic.line(5).pulse();
    pic.acknowledge();
    pic.line(1).pulse();
    pic.acknowledge();
    out(0x20, 0x60 | 5);
    out(0x20, 0x0B);
    assertThat(in(0x20)).isEqualTo(0x02);
  }

  @Test
  void specialMaskModeLetsLowerPrioritiesThrough() {
    pic.line(3).pulse();
    pic.acknowledge();
    pic.line(5).pulse();
    out(0x21, 0x08);
    assertThat(pic.isRequesting()).isFalse();
    out(0x20, 0x68);
    assertThat(pic.acknowledge()).isEqualTo(0x0D);
    out(0x20, EOI); // leaves the masked bit in service
    out(0x20, 0x0B);
    assertThat(in(0x20)).isEqualTo(0x08);
    out(0x20, 0x48);
    pic.line(5).pulse();
    assertThat(pic.isRequesting()).isFalse();
  }

  @Test
  void aPollAcknowledges() {
    out(0x20, 0x0C);
    assertThat(in(0x20)).isZero();
    pic.line(6).pulse();
    out(0x20, 0x0C);
    assertThat(ports.peek(0x20)).isEqualTo(0x86);
    assertThat(in(0x20)).isEqualTo(0x86);
    out(0x20, 0x0B);
    assertThat(in(0x20)).isEqualTo(0x40);
  }

  @Test
  void requestAndServiceRegistersAreReadAsSelected() {
    pic.line(1).pulse();
    pic.acknowledge();
    pic.line(7).pulse();
    assertThat(in(0x20)).isEqualTo(0x80);
    out(0x20, 0x0B);
    assertThat(in(0x20)).isEqualTo(0x02);
    out(0x20, 0x0A);
    assertThat(in(0x20)).isEqualTo(0x80);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x12})
  void initialisationWithoutIcw4OrSlaveTakesFewerWords(int icw1) {
    out(0x20, icw1);
    out(0x21, 0x40);
    if (icw1 == 0x10) {
      out(0x21, 0x04);
    }
    out(0x21, 0xA5);
    assertThat(in(0x21)).isEqualTo(0xA5);
  }

  @Test
  void icw1ForgetsEdgesButNotLevels() {
    out(0x4D0, 0x20);
    pic.line(1).set(true);
    pic.line(5).set(true);
    initialise(0x11, 0x01);
    assertThat(pic.acknowledge()).isEqualTo(0x0D);
    out(0x20, EOI);
    pic.line(5).set(false);
    assertThat(pic.isRequesting()).isFalse();
  }

  @Test
  void severalSlaveRequestsUnderAutoEoiAllArrive() {
    out(0xA0, 0x11);
    out(0xA1, 0x70);
    out(0xA1, 0x02);
    out(0xA1, 0x03);
    pic.line(8).pulse();
    pic.line(9).pulse();
    assertThat(pic.acknowledge()).isEqualTo(0x70);
    out(0x20, EOI);
    assertThat(pic.acknowledge()).isEqualTo(0x71);
  }

  @Test
  void acknowledgesAreReported() {
    List<Integer> seen = new ArrayList<>();
    pic.onAcknowledge(seen::add);
    pic.line(14).pulse();
    pic.acknowledge();
    assertThat(seen).containsExactly(2, 14);
  }

  @Test
  void lateTicksFollowTheAcknowledges() {
    TickLine clock = pic.tickLine(0, clockTime.events());
    clock.tick(3, 100);
    assertThat(serveAll()).isEqualTo(3);
  }

  @Test
  void aTickWhileTheLastIsWaitingIsKept() {
    TickLine clock = pic.tickLine(0, clockTime.events());
    clock.tick(1, 100);
    clock.tick(1, 100);
    clock.tick(1, 100);
    assertThat(serveAll()).isEqualTo(3);
  }

  @Test
  void noMoreTicksAreKeptThanAllowed() {
    pic.tickLine(0, clockTime.events()).tick(1000, 5);
    assertThat(serveAll()).isEqualTo(6);
  }

  @Test
  void aClockMaskedForLongKeepsLittle() {
    TickLine clock = pic.tickLine(0, clockTime.events());
    out(0x21, 0x01);
    clock.tick(1000, 64);
    assertThat(clock.isListening()).isFalse();
    out(0x21, 0x00);
    assertThat(serveAll()).isEqualTo(3);
  }

  @Test
  void aHandlerThatMasksItsClockLosesNothing() {
    TickLine clock = pic.tickLine(0, clockTime.events());
    clock.tick(50, 100);
    int served = 0;
    while (pic.isRequesting()) {
      pic.acknowledge();
      out(0x21, 0x01);
      out(0x20, EOI);
      out(0x21, 0x00);
      served++;
    }
    assertThat(served).isEqualTo(50);
  }

  @Test
  void initialisingForgetsTicks() {
    pic.tickLine(0, clockTime.events()).tick(50, 100);
    initialise(0x11, 0x01);
    assertThat(serveAll()).isZero();
  }

  private int serveAll() {
    int count = 0;
    while (pic.isRequesting()) {
      pic.acknowledge();
      out(0x20, EOI);
      count++;
    }
    return count;
  }
}

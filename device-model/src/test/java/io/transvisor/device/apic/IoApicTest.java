package io.transvisor.device.apic;

import static io.transvisor.device.apic.ApicBench.TMR;
import static io.transvisor.device.apic.ApicBench.TPR;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.device.pic.CatchUpLine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IoApicTest extends DeviceContractTest {
  private static final int MASKED = 1 << 16;
  private static final int LEVEL = 1 << 15;
  private static final int REMOTE_IRR = 1 << 14;
  private static final int LOGICAL = 1 << 11;

  private ApicBench b = new ApicBench(1).enabled();

  @Override
  protected Device newDevice() {
    b = new ApicBench(1).enabled();
    return b.ioApic;
  }

  @Override
  protected void disturb(Device device) {
    b.writeIo(0, 0x03000000);
    b.redirect(4, 0x34, 0);
    b.redirect(11, LEVEL | 0x51, 0);
    b.ioApic.line(11).set(true);
    b.ioApic.line(4).set(true);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.mmio("registers", 0x20, b.ioApic));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0x170011",
    "2, 0",
    "0x10, 0x10000",
    "0x3E, 0x10000",
    "0x3F, 0",
    "0x40, 0"
  })
  void valuesAfterReset(int register, int value) {
    assertThat(b.readIo(register)).isEqualTo(value);
  }

  @Test
  void reservedAndReadOnlyBitsStay() {
    b.writeIo(0x10, -1);
    b.writeIo(0x11, -1);
    b.writeIo(1, -1);
    b.writeIo(0, -1);
    assertThat(b.readIo(0x10)).isEqualTo(0x1AFFF);
    assertThat(b.readIo(0x11)).isEqualTo(0xFF000000);
    assertThat(b.readIo(1)).isEqualTo(0x170011);
    assertThat(b.readIo(0)).isEqualTo(0x0F000000);
    assertThat(b.readIo(2)).isEqualTo(0x0F000000);
  }

  @Test
  void registersAreInMemory() {
    b.memory.write(0xFEC00000, 4, 1);
    assertThat(b.memory.read(0xFEC00010, 4)).isEqualTo(0x170011);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "1, 1", "2, 9", "8, 8", "15, 15"})
  void isaInterruptsReachTheirInputs(int irq, int pin) {
    b.redirect(pin, 0x40 + pin, 0);
    b.ioApic.line(irq).set(true);
    assertThat(b.acknowledge()).isEqualTo(0x40 + pin);
  }

  @Test
  void anEdgeAsksOnce() {
    b.redirect(4, 0x34, 0);
    b.ioApic.line(4).set(true);
    b.ioApic.line(4).set(true);
    assertThat(b.serveAll()).isEqualTo(1);
    b.ioApic.line(4).pulse();
    assertThat(b.serveAll()).isZero();
    b.ioApic.line(4).pulse();
    assertThat(b.serveAll()).isEqualTo(1);
  }

  @Test
  void anEdgeOnAMaskedInputIsLost() {
    b.redirect(4, MASKED | 0x34, 0);
    b.ioApic.line(4).set(true);
    b.redirect(4, 0x34, 0);
    assertThat(b.isInterrupted()).isFalse();
  }

  @Test
  void aLevelAsksUntilItFalls() {
    b.redirect(11, LEVEL | 0x51, 0);
    b.ioApic.line(11).set(true);
    assertThat(b.acknowledge()).isEqualTo(0x51);
    assertThat(b.read(TMR + 0x20)).isEqualTo(1 << 0x11);
    assertThat(b.readIo(0x26) & REMOTE_IRR).isNotZero();
    b.end();
    assertThat(b.acknowledge()).isEqualTo(0x51);
    b.ioApic.line(11).set(false);
    b.end();
    assertThat(b.isInterrupted()).isFalse();
    assertThat(b.readIo(0x26) & REMOTE_IRR).isZero();
  }

  @Test
  void aMaskedLevelWaits() {
    b.redirect(11, MASKED | LEVEL | 0x51, 0);
    b.ioApic.line(11).set(true);
    assertThat(b.isInterrupted()).isFalse();
    b.redirect(11, LEVEL | 0x51, 0);
    assertThat(b.acknowledge()).isEqualTo(0x51);
  }

  @Test
  void switchingToEdgesForgetsThatTheEndIsMissing() {
    b.redirect(11, LEVEL | 0x51, 0);
    b.ioApic.line(11).set(true);
    b.acknowledge();
    b.redirect(11, MASKED | 0x51, 0);
    assertThat(b.readIo(0x26) & REMOTE_IRR).isZero();
  }

  @Test
  void otherDeliveryModes() {
    b.redirect(3, 4 << 8, 0);
    b.ioApic.line(3).set(true);
    assertThat(b.cpus[0].nmis()).isEqualTo(1);
    b.redirect(5, 7 << 8, 0);
    b.ioApic.line(5).set(true);
    assertThat(b.acknowledge()).isEqualTo(ApicBench.PIC_VECTOR);
    assertThat(b.isInterrupted()).isFalse();
  }

  @Test
  void lowestPriorityChoosesAmongTheDestinations() {
    b = new ApicBench(2).enabled();
    b.redirect(7, LOGICAL | 1 << 8 | 0x60, 3);
    b.write(TPR, 0x10);
    b.ioApic.line(7).set(true);
    assertThat(b.isInterrupted()).isFalse();
    assertThat(b.apics[1].acknowledge()).isEqualTo(0x60);
  }

  @Test
  void lateTicksOfAClockFollowItsAcknowledges() {
    CatchUpLine line = new CatchUpLine("test", b.clock.events(), List.of(b.ioApic.clockInput(0)));
    b.redirect(IoApic.TIMER_PIN, 0x30, 0);
    line.tick(6, 100);
    assertThat(b.serveAll()).isEqualTo(6);
    b.redirect(IoApic.TIMER_PIN, MASKED | 0x30, 0);
    assertThat(line.isListening()).isFalse();
  }
}

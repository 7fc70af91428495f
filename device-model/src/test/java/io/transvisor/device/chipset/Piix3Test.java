package io.transvisor.device.chipset;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Piix3Test extends DeviceContractTest {
  private static final int RESET_PORT = 0xCF9;

  private final PortSpace ports = new PortSpace();
  private final FakeMachineControl machine = new FakeMachineControl();
  private final RecordingIrqLine[] irqs =
      IntStream.range(0, 16).mapToObj(i -> new RecordingIrqLine()).toArray(RecordingIrqLine[]::new);
  private Piix3 bridge;

  @BeforeEach
  void build() {
    bridge = new Piix3(ports, machine, i -> irqs[i]);
    bridge.reset(ResetKind.POWER_ON);
  }

  /** As QEMU 7.2 shows them before firmware runs. */
  @ParameterizedTest
  @CsvSource({
    "0x00, 0x70008086",
    "0x04, 0x02000000",
    "0x08, 0x06010000",
    "0x0C, 0x00800000",
    "0x4C, 0x0003004D",
    "0x68, 0x00000200",
    "0x74, 0x0C0C0000",
    "0x78, 0x00000002",
    "0xA0, 0x00000008",
    "0xA8, 0x0000000F",
  })
  void configurationAfterReset(int offset, int expected) {
    assertThat(bridge.readConfig(offset, 4)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0",
    "1, 2, 1",
    "1, 4, 3",
    "2, 1, 1",
    "3, 1, 2",
    "4, 1, 3",
    "5, 1, 0",
    "0, 1, 3",
    "31, 4, 1"
  })
  void pinsRotateBySlot(int device, int pin, int pirq) {
    assertThat(Piix3.pirq(device, pin)).isEqualTo(pirq);
  }

  @Test
  void interruptsFollowTheRouting() {
    bridge.interrupt(3, 1, true);
    assertThat(irqs).noneMatch(RecordingIrqLine::isHigh);
    bridge.writeConfig(0x62, 1, 11);
    assertThat(irqs[11].isHigh()).isTrue();
    bridge.writeConfig(0x62, 1, 10);
    assertThat(irqs[11].isHigh()).isFalse();
    assertThat(irqs[10].isHigh()).isTrue();
    bridge.writeConfig(0x60, 4, 0x80808080);
    assertThat(irqs[10].isHigh()).isFalse();
    bridge.interrupt(3, 1, false);
  }

  @Test
  void sharedInterruptsStayAssertedUntilTheLastIsGone() {
    bridge.writeConfig(0x60, 4, 0x0B0B0A0A);
    bridge.interrupt(3, 1, true);
    bridge.interrupt(4, 1, true);
    bridge.interrupt(7, 1, true);
    bridge.interrupt(3, 1, false);
    bridge.interrupt(7, 1, false);
    assertThat(irqs[11].isHigh()).isTrue();
    assertThat(irqs[11].risingEdges()).isEqualTo(1);
    bridge.interrupt(4, 1, false);
    assertThat(irqs[11].isHigh()).isFalse();
  }

  @Test
  void resetControlPullsTheResetWire() {
    ports.write(RESET_PORT, 1, 0x02);
    assertThat(ports.read(RESET_PORT, 1)).isEqualTo(0x02);
    assertThat(machine.resets()).isEmpty();
    ports.write(RESET_PORT, 1, 0x06);
    assertThat(machine.resets()).isEqualTo(List.of("reset control register CF9h"));
    assertThat(ports.read(RESET_PORT, 1)).isEqualTo(0x02);
  }

  @Override
  protected Device newDevice() {
    return new Piix3(new PortSpace(), new FakeMachineControl(), i -> new RecordingIrqLine());
  }

  @Override
  protected void disturb(Device device) {
    Piix3 b = (Piix3) device;
    b.writeConfig(0x60, 4, 0x0B0B0A0A);
    b.writeConfig(0x04, 2, 0x107);
  }
}

package io.transvisor.device.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.serial.FakeCharBackend;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParallelPortTest extends DeviceContractTest {
  private FakeClock clock;
  private PortSpace ports;
  private RecordingIrqLine irq;
  private FakeCharBackend peer;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
  }

  @Override
  protected Device newDevice() {
    clock = new FakeClock();
    ports = new PortSpace();
    irq = new RecordingIrqLine();
    peer = new FakeCharBackend();
    return new ParallelPort("parallel0", clock.events(), ports, 0x378, irq, peer);
  }

  @Override
  protected void disturb(Device device) {
    print('x', 0x1C);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.ports("registers", 0x378, 3, ports));
  }

  private void print(int value, int control) {
    ports.write(0x378, 1, value);
    ports.write(0x37A, 1, control | 1);
    ports.write(0x37A, 1, control);
  }

  private int status() {
    return ports.read(0x379, 1);
  }

  @Test
  void aStrobePrintsAndThePrinterIsBusyForAMoment() {
    assertThat(status()).isEqualTo(0xD8);
    print('A', 0x0C);
    assertThat(peer.written()).isEqualTo("A");
    assertThat(status()).isEqualTo(0x58);
    clock.advance(5_000);
    assertThat(status()).isEqualTo(0xD8);
    assertThat(irq.risingEdges()).isZero();
  }

  @Test
  void theAcknowledgeInterruptsWhenAsked() {
    print('A', 0x1C);
    clock.advance(5_000);
    assertThat(irq.risingEdges()).isOne();
  }

  @Test
  void aPrinterThatTakesNoMoreStaysBusy() {
    peer.setRoom(0);
    print('A', 0x1C);
    clock.advance(1_000_000);
    assertThat(status()).isEqualTo(0x58);
    peer.setRoom(10);
    clock.advance(5_000);
    assertThat(peer.written()).isEqualTo("A");
    assertThat(status()).isEqualTo(0xD8);
  }

  @Test
  void anUnselectedPrinterPrintsNothing() {
    print('A', 0x04);
    assertThat(peer.written()).isEmpty();
  }

  @Test
  void initialisingEndsWhatWasGoingOn() {
    print('A', 0x0C);
    ports.write(0x37A, 1, 0x08);
    assertThat(status()).isEqualTo(0xD8);
  }

  @Test
  void registersReadBack() {
    ports.write(0x378, 1, 0xAA);
    assertThat(ports.read(0x378, 1)).isEqualTo(0xAA);
    assertThat(ports.read(0x37A, 1)).isEqualTo(0xCC);
  }

  @Test
  void theOtherDirectionReadsTheBackEnd() {
    peer.type("hi");
    ports.write(0x37A, 1, 0x2C);
    assertThat(ports.read(0x378, 1)).isEqualTo('h');
    assertThat(ports.read(0x378, 1)).isEqualTo('i');
    assertThat(ports.read(0x378, 1)).isEqualTo(0xFF);
  }
}

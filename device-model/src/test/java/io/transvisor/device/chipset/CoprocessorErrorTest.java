package io.transvisor.device.chipset;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.port.PortSpace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoprocessorErrorTest extends DeviceContractTest {
  private static final int PORT = 0xF0;

  private PortSpace ports;
  private RecordingIrqLine irq13;
  private RecordingIrqLine ignne;
  private CoprocessorError error;

  @BeforeEach
  void build() {
    ports = new PortSpace();
    irq13 = new RecordingIrqLine();
    ignne = new RecordingIrqLine();
    error = new CoprocessorError(ports, irq13);
    error.connectIgnne(ignne);
  }

  @Test
  void anErrorInterruptsUntilTheHandlerWritesThePort() {
    error.ferr().set(true);
    assertThat(irq13.isHigh()).isTrue();
    assertThat(ignne.isHigh()).isFalse();
    ports.write(PORT, 1, 0);
    assertThat(irq13.isHigh()).isFalse();
    assertThat(ignne.isHigh()).isTrue();
    error.ferr().set(false);
    assertThat(ignne.isHigh()).isFalse();
  }

  @Test
  void withoutAnErrorThePortDoesNotMakeTheCpuIgnoreOne() {
    ports.write(PORT, 1, 0);
    assertThat(ignne.isHigh()).isFalse();
    error.ferr().set(true);
    assertThat(irq13.risingEdges()).isEqualTo(1);
  }

  @Override
  protected Device newDevice() {
    build();
    return error;
  }

  @Override
  protected void disturb(Device device) {
    error.ferr().set(true);
    ports.write(PORT, 1, 0);
  }
}

package io.transvisor.device.chipset;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.irq.IrqLine;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IsaIrqLinesTest extends DeviceContractTest {
  private final RecordingIrqLine[] pic =
      IntStream.range(0, 16).mapToObj(i -> new RecordingIrqLine()).toArray(RecordingIrqLine[]::new);

  @Test
  void aSharedWireIsHighWhileAnyDriverHoldsIt() {
    IsaIrqLines lines = new IsaIrqLines(i -> pic[i]);
    IrqLine a = lines.input(9);
    IrqLine b = lines.input(9);
    a.set(true);
    b.set(true);
    a.set(false);
    assertThat(pic[9].isHigh()).isTrue();
    assertThat(pic[9].risingEdges()).isEqualTo(1);
    b.set(false);
    assertThat(pic[9].isHigh()).isFalse();
    assertThat(pic[10].risingEdges()).isZero();
  }

  @Override
  protected Device newDevice() {
    IsaIrqLines lines = new IsaIrqLines(i -> new RecordingIrqLine());
    return lines;
  }

  /**
   * A reset leaves the wires to their drivers, so that nothing but a level to load can be
   * disturbed.
   */
  @Override
  protected void disturb(Device device) {
    ((IsaIrqLines) device).input(5).pulse();
  }
}

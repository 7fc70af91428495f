package io.transvisor.device.misc;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PcTestDeviceTest extends DeviceContractTest {
  private PortSpace ports;
  private PhysicalMemory memory;
  private final Map<Integer, RecordingIrqLine> irqs = new HashMap<>();

  @Override
  protected Device newDevice() {
    ports = new PortSpace();
    memory = new PhysicalMemory(1 << 20, 0);
    return new PcTestDevice(
        ports, memory, n -> irqs.computeIfAbsent(n, i -> new RecordingIrqLine()));
  }

  @Override
  protected void disturb(Device device) {
    ports.write(0xE0, 4, 0x12345678);
    ports.write(0xE8, 1, 0x9A);
    ports.write(0x200B, 1, 1);
    memory.write(0xFF001000, 4, 0xCAFE);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("latch", 0xE0, 9, ports), Peekable.ports("wires", 0x2000, 16, ports));
  }

  @Test
  void keepsBytesOfAnyWidth() {
    newDevice();
    ports.write(0xE0, 4, 0x11223344);
    ports.write(0xE1, 2, 0xAABB);
    ports.write(0xE8, 1, 0x55);
    assertThat(ports.read(0xE0, 4)).isEqualTo(0x11AABB44);
    assertThat(ports.read(0xE3, 1)).isEqualTo(0x11);
    assertThat(ports.read(0xE8, 1)).isEqualTo(0x55);
    memory.write(0xFF000FFE, 4, 0x11223344);
    assertThat(memory.read(0xFF001000, 2)).isEqualTo(0x1122);
  }

  @Test
  void setsInterruptWires() {
    newDevice();
    ports.write(0x200B, 4, 1);
    assertThat(irqs.get(11).isHigh()).isTrue();
    assertThat(irqs.get(10).isHigh()).isFalse();
    ports.write(0x200B, 4, 0);
    assertThat(irqs.get(11).isHigh()).isFalse();
  }
}

package io.transvisor.device.misc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.serial.FakeCharBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemPortsTest {
  private final PortSpace ports = new PortSpace();
  private final FakeMachineControl machine = new FakeMachineControl();
  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 0);
  private final A20Gate gate = new A20Gate(memory);

  @Test
  void theGateIsOpenAtPowerOn() {
    assertThat(gate.isOpen()).isTrue();
    gate.set(false);
    assertThat(gate.isOpen()).isFalse();
    assertThat(memory.a20Mask()).isEqualTo(~(1 << 20));
  }

  @Test
  void port92OpensTheGateAndKeepsItsValue() {
    new SystemControlPortA(ports, gate, machine);
    gate.set(false);
    assertThat(ports.read(0x92, 1)).isZero();
    ports.write(0x92, 1, 0x02);
    assertThat(gate.isOpen()).isTrue();
    assertThat(ports.read(0x92, 1)).isEqualTo(0x02);
    ports.write(0x92, 1, 0x00);
    assertThat(gate.isOpen()).isFalse();
    assertThat(machine.resets()).isEmpty();
  }

  @Test
  void port92ResetsOnARisingEdgeOnly() {
    SystemControlPortA port = new SystemControlPortA(ports, gate, machine);
    ports.write(0x92, 1, 0x01);
    ports.write(0x92, 1, 0x03);
    assertThat(machine.resets()).containsExactly("port 92h");
    port.reset(ResetKind.HARD);
    assertThat(ports.read(0x92, 1)).as("the gate alone").isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"1, 0x00, 1", "1, 0x10, 33", "2, 0x1234, 9321", "4, 0x21, 67"})
  void debugExitDoublesAndAddsOne(int width, int value, int code) {
    new IsaDebugExit(ports, 0xF4, 4, machine);
    ports.write(0xF4, width, value);
    assertThat(machine.exitCode()).hasValue(code);
  }

  @ParameterizedTest
  @CsvSource({"0x10000, 2", "0xF4, 0", "0xF4, 8"})
  void debugExitRefusesImpossiblePorts(int port, int size) {
    assertThatThrownBy(() -> new IsaDebugExit(ports, port, size, machine))
        .isInstanceOf(VmmException.class);
  }

  @Test
  void theDebugConsoleSendsAndAnswersItsName() {
    FakeCharBackend peer = new FakeCharBackend();
    DebugConsole console = new DebugConsole(ports, peer);
    assertThat(ports.read(0x402, 1)).isEqualTo(0xE9);
    peer.setRoom(1);
    for (char c : "log".toCharArray()) {
      ports.write(0x402, 1, c);
    }
    assertThat(peer.written()).isEqualTo("l");
    peer.setRoom(10);
    assertThat(peer.written()).isEqualTo("log");
    ports.write(0xE9, 1, '!');
    assertThat(peer.written()).isEqualTo("log!");
    assertThat(ports.read(0xE9, 1)).isEqualTo(0xE9);
    peer.type("nobody reads this");
    assertThat(peer.inputLeft()).isZero();
    console.close();
    assertThat(peer.isClosed()).isTrue();
  }
}

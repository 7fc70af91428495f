package io.transvisor.device.keyboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import org.junit.jupiter.api.Test;

class Ps2InputTest {
  @Test
  void inputArrivesWhenTheVcpuThreadTakesIt() {
    Ps2Bench bench = new Ps2Bench();
    FakeMachineControl machine = new FakeMachineControl();
    InputSink input = new Ps2Input(machine, bench.keyboard, bench.mouse);
    bench.toMouse(0xF4);
    input.key(Key.A, true);
    input.mouse(1, 0, 0, InputSink.LEFT);
    assertThat(bench.status() & Ps2Bench.OUTPUT_FULL).isZero();
    assertThat(machine.runPosted()).isEqualTo(2);
    assertThat(bench.drain()).containsExactly(0x1C, 0x109, 0x101, 0x100);
  }
}

package io.transvisor.device.serial;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Uart16550ATest extends DeviceContractTest {
  private static final int COM1 = 0x3F8;
  private static final long CHARACTER = Uart16550A.LONGEST_CHARACTER;

  private FakeClock clock;
  private PortSpace ports;
  private RecordingIrqLine irq;
  private FakeCharBackend peer;
  private Uart16550A uart;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
    out(3, 0x03); // 8N1 at 9600
  }

  @Override
  protected Device newDevice() {
    clock = new FakeClock();
    ports = new PortSpace();
    irq = new RecordingIrqLine();
    peer = new FakeCharBackend();
    uart = new Uart16550A("serial0", clock.events(), ports, COM1, irq, peer);
    return uart;
  }

  @Override
  protected void disturb(Device device) {
    out(3, 0x80);
    out(0, 0x01);
    out(1, 0x00);
    out(3, 0x1B);
    out(2, 0xC1);
    out(1, 0x0F);
    out(7, 0xA5);
    peer.setRoom(1);
    peer.type("abc");
    clock.advance(3 * CHARACTER);
    out(0, 'x');
    out(0, 'y');
    out(0, 'z');
    out(4, 0x0B);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.ports("registers", COM1, 8, ports));
  }

  private void out(int register, int value) {
    ports.write(COM1 + register, 1, value);
  }

  private int in(int register) {
    return ports.read(COM1 + register, 1);
  }

  private void enableFifos(int trigger) {
    out(2, trigger << 6 | 0x01);
  }

  @Test
  void resetValues() {
    assertThat(in(1)).isZero();
    assertThat(in(2)).isEqualTo(0x01);
    assertThat(in(4)).isEqualTo(0x08);
    assertThat(in(5)).isEqualTo(0x60);
    assertThat(in(6)).isEqualTo(0xB0);
  }

  @Test
  void theDivisorHidesBehindTheLatchBit() {
    out(3, 0x83);
    out(0, 0x34);
    out(1, 0x12);
    assertThat(in(0)).isEqualTo(0x34);
    assertThat(in(1)).isEqualTo(0x12);
    out(3, 0x03);
    assertThat(in(1)).isZero();
    assertThat(peer.written()).isEmpty();
  }

  @Test
  void sendsAndBecomesReadyAgain() {
    out(0, 'A');
    assertThat(peer.written()).isEqualTo("A");
    assertThat(in(5)).isZero();
    clock.advance(CHARACTER / 10);
    assertThat(in(5)).as("holding register empty, shift register not").isEqualTo(0x20);
    clock.advance(CHARACTER);
    assertThat(in(5)).isEqualTo(0x60);
  }

  @Test
  void fastLinesAreNotSlowedDown() {
    out(3, 0x83);
    out(0, 1);
    out(1, 0);
    out(3, 0x03);
    out(0, 'A');
    clock.advance(CHARACTER);
    assertThat(in(5)).isEqualTo(0x60);
  }

  @Test
  void aGuestThatNeverLooksLosesNothing() {
    String text = "The quick brown fox jumps over the lazy dog";
    text.chars().forEach(c -> out(0, c));
    assertThat(peer.written()).isEqualTo(text);
  }

  @Test
  void theTransmitInterruptIsRequestedByEnablingIt() {
    out(1, 0x02);
    assertThat(irq.isHigh()).isTrue();
    assertThat(in(2)).isEqualTo(0x02);
    assertThat(irq.isHigh()).isFalse();
    assertThat(in(2)).isEqualTo(0x01);
    out(0, 'x');
    assertThat(irq.isHigh()).isFalse();
    clock.advance(CHARACTER);
    assertThat(irq.isHigh()).isTrue();
  }

  @Test
  void aFullTransmitFifoInterruptsOnceWhenEmpty() {
    enableFifos(0);
    out(1, 0x02);
    in(2);
    irq.clear();
    for (int i = 0; i < 16; i++) {
      out(0, 'a' + i);
    }
    clock.advance(15 * CHARACTER - 1);
    assertThat(irq.risingEdges()).isZero();
    clock.advance(1);
    assertThat(irq.risingEdges()).isEqualTo(1);
    assertThat(in(2)).isEqualTo(0xC2);
    assertThat(peer.written()).isEqualTo("abcdefghijklmnop");
  }

  @Test
  void aSlowBackEndHoldsTheTransmitter() {
    enableFifos(0);
    peer.setRoom(2);
    for (int i = 0; i < 8; i++) {
      out(0, 'a' + i);
    }
    clock.advance(1_000_000);
    assertThat(in(5)).isZero();
    peer.setRoom(3);
    assertThat(peer.written()).isEqualTo("abcde");
    assertThat(in(5)).isZero();
    peer.setRoom(100);
    assertThat(peer.written()).isEqualTo("abcdefgh");
    assertThat(in(5)).isEqualTo(0x60);
  }

  @Test
  void receivesOneCharacterAtATimeWithoutFifo() {
    out(1, 0x01);
    peer.type("ab");
    assertThat(irq.isHigh()).isTrue();
    assertThat(in(2)).isEqualTo(0x04);
    assertThat(in(5)).isEqualTo(0x61);
    clock.advance(1_000_000);
    assertThat(in(0)).isEqualTo('a');
    assertThat(irq.isHigh()).isFalse();
    clock.advance(CHARACTER);
    assertThat(in(0)).isEqualTo('b');
    assertThat(in(5)).isEqualTo(0x60);
    assertThat(in(0)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 4", "2, 8", "3, 14"})
  void theReceiveFifoInterruptsAtItsTriggerLevel(int trigger, int level) {
    enableFifos(trigger);
    out(1, 0x01);
    peer.type("0123456789abcdefghij");
    clock.advance((level - 1) * CHARACTER - 1);
    if (level > 1) {
      assertThat(irq.isHigh()).isFalse();
    }
    clock.advance(1);
    assertThat(irq.isHigh()).isTrue();
    assertThat(in(2)).isEqualTo(0xC4);
    in(0);
    assertThat(irq.isHigh()).isFalse();
  }

  @Test
  void inputBeyondTheFifoWaitsOutside() {
    enableFifos(3);
    peer.type("0123456789abcdefghij");
    clock.advance(1_000_000);
    assertThat(peer.inputLeft()).isEqualTo(4);
    StringBuilder text = new StringBuilder();
    while ((in(5) & 1) != 0) {
      text.append((char) in(0));
      clock.advance(CHARACTER);
    }
    assertThat(text).hasToString("0123456789abcdefghij");
    assertThat(in(5) & 0x02).as("no overrun").isZero();
  }

  @Test
  void fewCharactersTimeOut() {
    enableFifos(3);
    out(1, 0x01);
    peer.type("ab");
    clock.advance(CHARACTER);
    assertThat(irq.isHigh()).isFalse();
    long fourCharacters = 4 * 10 * 1_000_000_000L / 9600;
    clock.advance(fourCharacters);
    assertThat(irq.isHigh()).isTrue();
    assertThat(in(2)).isEqualTo(0xCC);
    in(0);
    assertThat(irq.isHigh()).isFalse();
    clock.advance(fourCharacters + 10);
    assertThat(in(2)).isEqualTo(0xCC);
  }

  @Test
  void fifoControlClearsAndSwitches() {
    enableFifos(0);
    peer.type("abc");
    clock.advance(3 * CHARACTER);
    out(2, 0x03);
    assertThat(in(5) & 1).isZero();
    peer.type("d");
    clock.advance(CHARACTER);
    out(2, 0x00);
    assertThat(in(5) & 1).isZero();
    assertThat(in(2) & 0xC0).isZero();
    out(2, 0xC0); // without the enable bit nothing is taken
    assertThat(in(2)).isEqualTo(0x01);
  }

  @Test
  void loopbackConnectsOutputsToInputs() {
    out(4, 0x1A);
    assertThat(in(6) & 0xF0).isEqualTo(0x90);
    out(4, 0x15);
    assertThat(in(6)).as("all but the carrier rose or fell").isEqualTo(0x6B);
    out(4, 0x11);
    assertThat(in(6)).as("ring has ended").isEqualTo(0x24);
    out(0, 'Z');
    assertThat(in(5) & 1).isZero();
    clock.advance(CHARACTER);
    assertThat(in(5) & 1).isOne();
    assertThat(in(0)).isEqualTo('Z');
    assertThat(peer.written()).isEmpty();
  }

  @Test
  void modemStatusChangesInterrupt() {
    out(1, 0x08);
    out(4, 0x10);
    assertThat(irq.isHigh()).isTrue();
    assertThat(in(2)).isEqualTo(0x00);
    assertThat(in(6)).isEqualTo(0x0B);
    assertThat(irq.isHigh()).isFalse();
    assertThat(in(6)).isZero();
  }

  @Test
  void anOverrunLosesTheOldCharacterWithoutFifo() {
    out(4, 0x10);
    out(1, 0x05);
    out(0, 'a');
    clock.advance(2 * CHARACTER);
    out(0, 'b');
    clock.advance(2 * CHARACTER);
    assertThat(in(2)).as("line status comes first").isEqualTo(0x06);
    assertThat(in(5) & 0x03).isEqualTo(0x03);
    assertThat(in(2)).isEqualTo(0x04);
    assertThat(in(0)).isEqualTo('b');
  }

  @Test
  void anOverrunKeepsTheFifo() {
    enableFifos(0);
    out(4, 0x10);
    for (int i = 0; i < 17; i++) {
      out(0, 'a' + i);
      clock.advance(2 * CHARACTER);
    }
    assertThat(in(5) & 0x02).isEqualTo(0x02);
    assertThat(in(0)).isEqualTo('a');
  }

  @Test
  void aBreakIsSeenInLoopback() {
    enableFifos(0);
    out(4, 0x10);
    out(3, 0x43);
    assertThat(in(5)).isEqualTo(0xF1);
    assertThat(in(5)).as("read once").isEqualTo(0x61);
    assertThat(in(0)).isZero();
  }

  @Test
  void scratchAndUnusedBits() {
    out(7, 0x5A);
    assertThat(in(7)).isEqualTo(0x5A);
    out(1, 0xFF);
    assertThat(in(1)).isEqualTo(0x0F);
    out(4, 0xFF);
    assertThat(in(4)).isEqualTo(0x1F);
  }

  @Test
  void closingClosesTheBackEnd() {
    uart.close();
    assertThat(peer.isClosed()).isTrue();
  }
}

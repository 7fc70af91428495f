package io.transvisor.device.dma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Dma8237Test extends DeviceContractTest {
  private static final int WRITE_MEMORY = 0x44; // single transfer, increment
  private static final int READ_MEMORY = 0x48;

  private FakeClock clock;
  private PortSpace ports;
  private PhysicalMemory memory;
  private Dma8237 dma;
  private List<Integer> postCodes;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
  }

  @Override
  protected Device newDevice() {
    clock = new FakeClock();
    ports = new PortSpace();
    memory = new PhysicalMemory(1 << 20, 0);
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    postCodes = new ArrayList<>();
    dma = new Dma8237(clock.events(), ports, memory, postCodes::add);
    return dma;
  }

  @Override
  protected void disturb(Device device) {
    program(2, WRITE_MEMORY | 0x30, 0x12345, 0x200);
    program(6, READ_MEMORY, 0x54320, 0x100);
    ports.write(0x08, 1, 0x10);
    ports.read(0x04, 1);
    ports.write(0x88, 1, 0x77);
    dma.request(3, true);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("bytes", 0x00, 16, ports),
        Peekable.ports("words", 0xC0, 32, ports),
        Peekable.ports("pages", 0x80, 16, ports));
  }

  private static int pagePort(int channel) {
    return new int[] {0x87, 0x83, 0x81, 0x82, 0, 0x8B, 0x89, 0x8A}[channel];
  }

  /** Programs and unmasks a channel; the count is in transfers. */
  private void program(int channel, int mode, int address, int count) {
    int shift = channel < 4 ? 0 : 1;
    int base = channel < 4 ? 0 : 0xC0;
    int number = channel & 3;
    int inPage = address >>> shift;
    ports.write(base + (12 << shift), 1, 0);
    ports.write(base + (2 * number << shift), 1, inPage & 0xFF);
    ports.write(base + (2 * number << shift), 1, inPage >>> 8 & 0xFF);
    ports.write(base + (2 * number + 1 << shift), 1, count - 1 & 0xFF);
    ports.write(base + (2 * number + 1 << shift), 1, count - 1 >>> 8);
    ports.write(pagePort(channel), 1, address >>> 16);
    ports.write(base + (11 << shift), 1, mode | number);
    ports.write(base + (10 << shift), 1, number);
  }

  private int register16(int port) {
    ports.write(port < 0xC0 ? 0x0C : 0xD8, 1, 0);
    return ports.read(port, 1) | ports.read(port, 1) << 8;
  }

  private byte[] memory(int address, int length) {
    byte[] bytes = new byte[length];
    memory.readBytes(address, bytes, 0, length);
    return bytes;
  }

  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    return bytes;
  }

  /** A device that gives or takes a certain number of bytes and drops its request then. */
  private class Peer implements DmaChannelDevice {
    private final int channel;
    private final byte[] data;
    private int position;
    private int ends;
    private boolean granted;
    private boolean dropsAtEnd = true;

    Peer(int channel, byte[] data) {
      this.channel = channel;
      this.data = data;
      dma.connect(channel, this);
    }

    private int move(int length) {
      int run = Math.min(length, data.length - position);
      position += run;
      if (position == data.length) {
        dma.request(channel, false);
      }
      return run;
    }

    @Override
    public int dmaToMemory(byte[] target, int offset, int length) {
      int from = position;
      int run = move(length);
      System.arraycopy(data, from, target, offset, run);
      return run;
    }

    @Override
    public int dmaFromMemory(byte[] source, int offset, int length) {
      int from = position;
      int run = move(length);
      System.arraycopy(source, offset, data, from, run);
      return run;
    }

    @Override
    public int dmaVerify(int length) {
      return move(length);
    }

    @Override
    public void dmaBusGranted() {
      granted = true;
      dma.request(channel, false);
    }

    @Override
    public void dmaTerminalCount() {
      ends++;
      if (dropsAtEnd) {
        dma.request(channel, false);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 6, 7})
  void aDeviceWritesMemory(int channel) {
    Peer peer = new Peer(channel, counting(512));
    program(channel, WRITE_MEMORY, 0x1F000, channel < 4 ? 512 : 256);
    dma.request(channel, true);
    assertThat(peer.position).as("not within the request").isZero();
    clock.advance(0);
    assertThat(memory(0x1F000, 512)).isEqualTo(counting(512));
    assertThat(peer.ends).isEqualTo(1);
    assertThat(dma.isMasked(channel)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6})
  void aDeviceReadsMemory(int channel) {
    memory.writeBytes(0x24680, counting(300), 0, 300);
    Peer peer = new Peer(channel, new byte[300]);
    program(channel, READ_MEMORY, 0x24680, channel < 4 ? 300 : 150);
    dma.request(channel, true);
    clock.advance(0);
    assertThat(peer.data).isEqualTo(counting(300));
  }

  @Test
  void descendingAddressesTurnTheOrderAround() {
    new Peer(1, counting(4));
    program(1, WRITE_MEMORY | 0x20, 0x20003, 4);
    dma.request(1, true);
    clock.advance(0);
    assertThat(memory(0x20000, 4)).containsExactly(4, 3, 2, 1);

    new Peer(5, counting(4));
    program(5, WRITE_MEMORY | 0x20, 0x20012, 2);
    dma.request(5, true);
    clock.advance(0);
    assertThat(memory(0x20010, 4)).containsExactly(3, 4, 1, 2);
  }

  @Test
  void addressesWrapWithinThePage() {
    new Peer(2, counting(32));
    program(2, WRITE_MEMORY, 0x2FFF0, 32);
    dma.request(2, true);
    clock.advance(0);
    assertThat(memory(0x2FFF0, 16)).isEqualTo(counting(16));
    assertThat(memory(0x20000, 16)).isEqualTo(Arrays.copyOfRange(counting(32), 16, 32));
  }

  @Test
  void aTransferStopsWithTheRequestAndGoesOnWithIt() {
    Peer peer = new Peer(2, counting(100));
    program(2, WRITE_MEMORY, 0x10000, 300);
    dma.request(2, true);
    clock.advance(0);
    assertThat(register16(0x04)).isEqualTo(100);
    assertThat(register16(0x05)).isEqualTo(199);
    assertThat(peer.ends).isZero();
    peer.position = 0;
    dma.request(2, true);
    clock.advance(0);
    assertThat(register16(0x05)).isEqualTo(99);
  }

  @Test
  void theTerminalCountShowsInTheStatusOnce() {
    new Peer(2, counting(16));
    program(2, WRITE_MEMORY, 0x10000, 16);
    dma.request(2, true);
    assertThat(ports.peek(0x08)).isEqualTo(0x40);
    clock.advance(0);
    assertThat(ports.read(0x08, 1)).isEqualTo(0x04);
    assertThat(ports.read(0x08, 1)).isZero();
    assertThat(register16(0x05)).isEqualTo(0xFFFF);
  }

  @Test
  void autoInitialiseReloadsAndStaysUnmasked() {
    Peer peer = new Peer(1, counting(64));
    program(1, WRITE_MEMORY | 0x10, 0x10000, 16);
    peer.dropsAtEnd = false;
    dma.request(1, true);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(1);
    assertThat(register16(0x02)).isZero();
    assertThat(register16(0x03)).isEqualTo(15);
    dma.request(1, true);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(2);
    assertThat(memory(0x10000, 1)).containsExactly(17);
  }

  @Test
  void aMaskedChannelWaits() {
    Peer peer = new Peer(2, counting(16));
    program(2, WRITE_MEMORY, 0x10000, 16);
    ports.write(0x0A, 1, 0x06);
    dma.request(2, true);
    clock.advance(1000);
    assertThat(peer.position).isZero();
    ports.write(0x0E, 1, 0);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(1);
  }

  @Test
  void aDisabledControllerWaits() {
    Peer peer = new Peer(2, counting(16));
    program(2, WRITE_MEMORY, 0x10000, 16);
    ports.write(0x08, 1, 0x04);
    dma.request(2, true);
    clock.advance(1000);
    assertThat(peer.position).isZero();
    ports.write(0x08, 1, 0x00);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(1);
  }

  @Test
  void verifyMovesNoData() {
    memory.writeBytes(0x10000, counting(16), 0, 16);
    Peer peer = new Peer(2, new byte[16]);
    program(2, 0x40, 0x10000, 16);
    dma.request(2, true);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(1);
    assertThat(memory(0x10000, 16)).isEqualTo(counting(16));
  }

  @Test
  void blockTransfersStartedBySoftware() {
    Peer peer = new Peer(3, counting(32));
    program(3, 0x84, 0x10000, 32);
    ports.write(0x09, 1, 0x07);
    clock.advance(0);
    assertThat(peer.ends).isEqualTo(1);
    assertThat(memory(0x10000, 32)).isEqualTo(counting(32));
  }

  @Test
  void cascadeGrantsTheBus() {
    Peer peer = new Peer(7, counting(2));
    program(7, 0xC0, 0, 1);
    dma.request(7, true);
    clock.advance(0);
    assertThat(peer.granted).isTrue();
  }

  @Test
  void channelsAreServedByPriority() {
    List<Integer> order = new ArrayList<>();
    for (int channel : new int[] {3, 1}) {
      Peer peer =
          new Peer(channel, counting(4)) {
            @Override
            public void dmaTerminalCount() {
              order.add(channel);
              super.dmaTerminalCount();
            }
          };
      assertThat(peer.ends).isZero();
      program(channel, WRITE_MEMORY, 0x10000, 4);
      dma.request(channel, true);
    }
    clock.advance(0);
    assertThat(order).containsExactly(1, 3);
  }

  @Test
  void maskRegistersAndMasterClear() {
    ports.write(0x0F, 1, 0x05);
    assertThat(ports.read(0x0F, 1)).isEqualTo(0x05);
    ports.write(0x0A, 1, 0x00);
    assertThat(ports.read(0x0F, 1)).isEqualTo(0x04);
    ports.write(0x0D, 1, 0);
    assertThat(ports.read(0x0F, 1)).isEqualTo(0x0F);
  }

  @ParameterizedTest
  @CsvSource({"0x80", "0x84", "0x85", "0x86", "0x88", "0x8C", "0x8D", "0x8E", "0x81", "0x8F"})
  void pageRegistersKeepWhatIsWritten(int port) {
    ports.write(port, 1, 0x5A);
    assertThat(ports.read(port, 1)).isEqualTo(0x5A);
  }

  @Test
  void port80IsThePostCode() {
    ports.write(0x80, 1, 0x31);
    ports.write(0x81, 1, 0x32);
    assertThat(postCodes).containsExactly(0x31);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4, 8})
  void noDeviceSitsAtTheCascade(int channel) {
    assertThatThrownBy(() -> dma.connect(channel, new Peer(0, new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package io.transvisor.device.fwcfg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FwCfgTest extends DeviceContractTest {
  private static final int SELECTOR = 0x510;
  private static final int DATA = 0x511;
  private static final int DMA = 0x514;
  private static final int DESCRIPTOR = 0x1000;
  private static final int BUFFER = 0x2000;
  private static final int ERROR = 1;
  private static final int READ = 2;
  private static final int SKIP = 4;
  private static final int SELECT = 8;
  private static final int WRITE = 16;
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

  private PortSpace ports;
  private PhysicalMemory memory;
  private FwCfg device;

  @BeforeEach
  void build() {
    ports = new PortSpace();
    memory = new PhysicalMemory(1 << 20, 0);
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    FwCfgItems items =
        new FwCfgItems()
            .ram(0x8000000L)
            .bootMenu(true, 1500)
            .file("etc/hello", HELLO)
            .text("bootorder", "/pci\n");
    device = new FwCfg(ports, memory, items);
  }

  private byte[] item(int number, int length) {
    ports.write(SELECTOR, 2, number);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ports.read(DATA, 1);
    }
    return bytes;
  }

  private long number(int number, int length) {
    byte[] bytes = item(number, length);
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (bytes[i] & 0xFFL) << (8 * i);
    }
    return value;
  }

  /** Finds a file by name as firmware does and returns its content. */
  private byte[] file(String name) {
    int count = ByteBuffer.wrap(item(0x19, 4)).getInt();
    ByteBuffer directory = ByteBuffer.wrap(item(0x19, 4 + 64 * count)).position(4);
    for (int i = 0; i < count; i++) {
      int size = directory.getInt();
      int number = directory.getShort();
      assertThat(directory.getShort()).isZero();
      byte[] text = new byte[56];
      directory.get(text);
      if (new String(text, StandardCharsets.US_ASCII).trim().equals(name)) {
        return item(number, size);
      }
    }
    return null;
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000, 4, 0x554D4551",
    "0x0001, 4, 3",
    "0x0003, 8, 0x8000000",
    "0x0005, 2, 1",
    "0x000D, 8, 0",
    "0x000E, 2, 1",
    "0x000F, 2, 1",
    "0x8000, 2, 0",
    "0x8002, 1, 1",
    "0x7777, 4, 0",
  })
  void fixedItems(int number, int length, long expected) {
    assertThat(number(number, length)).isEqualTo(expected);
  }

  @Test
  void readingPastTheEndGivesZeros() {
    assertThat(item(0, 6)).containsExactly('Q', 'E', 'M', 'U', 0, 0);
  }

  @Test
  void filesAreFoundByName() {
    assertThat(file("etc/hello")).isEqualTo(HELLO);
    assertThat(file("bootorder")).isEqualTo("/pci\n\0".getBytes(StandardCharsets.US_ASCII));
    assertThat(file("etc/boot-menu-wait")).containsExactly(0xDC, 0x05);
    assertThat(file("etc/nothing")).isNull();
  }

  @Test
  void memoryMapHasOneRangeOfRam() {
    ByteBuffer e820 = ByteBuffer.wrap(file("etc/e820")).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(e820.getLong()).isZero();
    assertThat(e820.getLong()).isEqualTo(0x8000000L);
    assertThat(e820.getInt()).isEqualTo(1);
    assertThat(e820.hasRemaining()).isFalse();
  }

  @Test
  void writesToTheDataPortAreIgnored() {
    ports.write(SELECTOR, 2, 0x4000);
    ports.write(DATA, 1, 'X');
    assertThat(item(0, 4)).isEqualTo("QEMU".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theDmaRegisterShowsItsSignatureBigEndian() {
    assertThat(ports.read(DMA, 4)).isEqualTo(Integer.reverseBytes(0x51454D55));
    assertThat(ports.read(DMA + 4, 4)).isEqualTo(Integer.reverseBytes(0x20434647));
    assertThat(ports.read(DMA + 5, 1)).isEqualTo('C');
  }

  private int dma(int control, int length, int buffer) {
    int[] words = {control, length, 0, buffer};
    for (int i = 0; i < words.length; i++) {
      memory.write(DESCRIPTOR + 4 * i, 4, Integer.reverseBytes(words[i]));
    }
    ports.write(DMA, 4, 0);
    ports.write(DMA + 4, 4, Integer.reverseBytes(DESCRIPTOR));
    return Integer.reverseBytes(memory.read(DESCRIPTOR, 4));
  }

  private byte[] buffer(int length) {
    byte[] bytes = new byte[length];
    memory.readBytes(BUFFER, bytes, 0, length);
    return bytes;
  }

  @Test
  void dmaSelectsSkipsAndReadsOn() {
    assertThat(dma(SELECT | READ, 2, BUFFER)).isZero();
    assertThat(buffer(3)).containsExactly('Q', 'E', 0);
    assertThat(dma(SKIP, 1, 0)).isZero();
    assertThat(dma(READ, 1, BUFFER)).isZero();
    assertThat(buffer(1)).containsExactly('U');
  }

  @Test
  void dmaPastTheEndGivesZeros() {
    memory.write(BUFFER + 4, 4, -1);
    assertThat(dma(SELECT | READ, 0x2000, BUFFER)).isZero();
    assertThat(buffer(8)).containsExactly('Q', 'E', 'M', 'U', 0, 0, 0, 0);
    assertThat(dma(0xFFFF << 16 | SELECT | READ, 4, BUFFER)).isZero();
    assertThat(buffer(4)).containsOnly(0);
  }

  @Test
  void dmaWritesAreRefused() {
    assertThat(dma(SELECT | WRITE, 4, BUFFER)).isEqualTo(ERROR);
    assertThat(item(0, 1)).containsExactly('Q');
  }

  @Test
  void namesHaveALimit() {
    assertThatThrownBy(() -> new FwCfgItems().file("x".repeat(56), HELLO))
        .hasMessageContaining("55");
  }

  @Override
  protected Device newDevice() {
    build();
    return device;
  }

  @Override
  protected void disturb(Device device) {
    ports.write(SELECTOR, 2, 0x19);
    ports.read(DATA, 1);
    ports.write(DMA, 4, 0x01000000);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.ports("fw-cfg", SELECTOR, 12, ports));
  }
}

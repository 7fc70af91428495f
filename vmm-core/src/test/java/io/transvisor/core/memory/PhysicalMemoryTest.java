package io.transvisor.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.error.VmmException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhysicalMemoryTest {
  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 64 << 10);
  private final MemoryBlock rom = memory.allocate("rom", 5000);

  PhysicalMemoryTest() {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
  }

  /** Answers with its offset and remembers the last write. */
  private static final class Recorder implements MmioHandler {
    private String last = "";

    @Override
    public int read(int offset, int width) {
      return offset;
    }

    @Override
    public void write(int offset, int width, int value) {
      last = "%x/%d=%x".formatted(offset, width, value);
    }
  }

  @Test
  void blocksAreWholePages() {
    assertThat(rom.size()).isEqualTo(8192);
    assertThat(rom.offset()).isEqualTo(1 << 20);
    assertThatThrownBy(() -> memory.allocate("too much", 64 << 10))
        .isInstanceOf(VmmException.class);
  }

  @Test
  void sizesThatCannotBe() {
    assertThatThrownBy(() -> new PhysicalMemory(3L << 30, 0))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("3072 MiB");
  }

  @Test
  void unmappedReadsAllOnes() {
    assertThat(memory.read(0x80000000, 4)).isEqualTo(-1);
    assertThat(memory.read(0x80000000, 1)).isEqualTo(0xFF);
    memory.write(0x80000000, 4, 1);
  }

  @Test
  void romKeepsItsContents() {
    memory.store()[rom.offset()] = 0x55;
    memory.mapRom("rom", 0xFFFFE000, 8192, rom, 0, 1);
    memory.write(0xFFFFE000, 1, 0xAA);
    assertThat(memory.read(0xFFFFE000, 1)).isEqualTo(0x55);
  }

  @Test
  void higherPriorityHidesAndLetsGo() {
    Recorder device = new Recorder();
    Mapping m = memory.mapMmio("device", 0xA0000, 0x1000, device, 1);
    memory.write(0xA0004, 2, 0x12345678);
    assertThat(device.last).isEqualTo("4/2=5678");
    assertThat(memory.read(0xA0010, 4)).isEqualTo(0x10);
    m.setEnabled(false);
    assertThat(memory.read(0xA0010, 4)).isZero();
    m.moveTo(0xB0000);
    assertThat(memory.read(0xB0010, 4)).isEqualTo(0x10);
    assertThat(memory.read(0xA0010, 4)).isZero();
  }

  @Test
  void shadowRamSplitsReadsFromWrites() {
    memory.store()[rom.offset()] = 0x55;
    memory.mapRom("rom", 0xF0000, 4096, rom, 0, 1);
    Mapping shadow = memory.mapRam("shadow", 0xF0000, 4096, memory.ram(), 0xF0000, 2);
    shadow.setDirections(false, true);
    memory.write(0xF0000, 1, 0x77);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0x55);
    shadow.setDirections(true, false);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0x77);
    memory.write(0xF0000, 1, 0x99);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0x77);
    shadow.setDirections(true, true);
    memory.write(0xF0000, 1, 0x99);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0x99);
  }

  @Test
  void busMastersCrossFromMemoryToDevice() {
    Recorder device = new Recorder();
    memory.mapMmio("device", 0x2000, 0x1000, device, 1);
    byte[] data = {1, 2, 3, 4};
    memory.writeBytes(0x1FFE, data, 0, 4);
    assertThat(memory.read(0x1FFE, 2)).isEqualTo(0x0201);
    assertThat(device.last).isEqualTo("1/1=4");
    byte[] back = new byte[4];
    memory.readBytes(0x1FFE, back, 0, 4);
    assertThat(back).containsExactly(1, 2, 0, 1);
  }

  @Test
  void accessAcrossAPageEnd() {
    memory.write(0xFFE, 4, 0x44332211);
    assertThat(memory.read(0xFFE, 4)).isEqualTo(0x44332211);
    assertThat(memory.read(0x1000, 1)).isEqualTo(0x33);
    assertThat(memory.peek(0xFFE, 4)).isEqualTo(0x44332211);
  }

  @Test
  void storesToTracedPagesAreReportedPieceByPage() {
    List<String> stores = new ArrayList<>();
    memory.traces().setCodeHandler((offset, length) -> stores.add(offset + "+" + length));
    memory.traces().arm(1, WriteTraces.CODE);
    memory.writeBytes(0xFFE, new byte[8], 0, 8);
    memory.write(0x1000, 4, 1);
    memory.write(0x3000, 4, 1);
    assertThat(stores).containsExactly("4096+6", "4096+4");
  }

  @Test
  void listenersHearOfMapsAndA20() {
    int[] calls = new int[1];
    memory.addListener(() -> calls[0]++);
    memory.mapMmio("device", 0xC0000000, 0x1000, new Recorder(), 1);
    memory.setA20(false);
    memory.setA20(false);
    assertThat(calls[0]).isEqualTo(2);
    assertThat(memory.a20Mask()).isEqualTo(~(1 << 20));
    assertThat(memory.describe()).anyMatch(line -> line.contains("device"));
  }
}

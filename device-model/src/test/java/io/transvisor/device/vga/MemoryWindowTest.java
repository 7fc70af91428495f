package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.memory.PhysicalMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryWindowTest {
  private final VgaFixture f = new VgaFixture().withRegions();

  private boolean isPlainMemory(int address) {
    return (f.memory.writeEntry(address >>> 12) & PhysicalMemory.DIRECT) != 0;
  }

  @ParameterizedTest
  @CsvSource({
    "0, A0000, BFFFF",
    "1, A0000, AFFFF",
    "2, B0000, B7FFF",
    "3, B8000, BFFFF",
  })
  void memoryMapSelectsTheAddresses(int map, String first, String last) {
    int from = Integer.parseInt(first, 16);
    int to = Integer.parseInt(last, 16);
    f.mode(VgaModes.VGA_640X480X16);
    f.graphics(6, 1 | map << 2);
    f.write(from, 0x11);
    f.write(to, 0x22);
    assertThat(f.read(from)).isEqualTo(0x11);
    assertThat(f.read(to)).isEqualTo(0x22);
    if (from > 0xA0000) {
      assertThat(f.read(from - 1)).isEqualTo(0xFF);
    }
    if (to < 0xBFFFF) {
      assertThat(f.read(to + 1)).isEqualTo(0xFF);
    }
  }

  @Test
  void mode13hIsPlainMemory() {
    f.mode(VgaModes.VGA_320X200X256);
    assertThat(isPlainMemory(0xA0000)).isTrue();
    assertThat(isPlainMemory(0xAF000)).isTrue();
    assertThat(isPlainMemory(0xB0000)).isFalse();
    f.memory.write(0xA1234, 4, 0x01020304);
    assertThat(f.memory.read(VgaFixture.LFB + 0x1234, 4)).isEqualTo(0x01020304);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, g", "3, 8, g", "5, 1, g", "5, 8, g", "8, 7F, g", "2, 7, s", "4, 6, s"})
  void anythingThatChangesBytesOnTheWayMakesItAHandler(int register, String value, char chip) {
    f.mode(VgaModes.VGA_320X200X256);
    int v = Integer.parseInt(value, 16);
    if (chip == 'g') {
      f.graphics(register, v);
    } else {
      f.sequencer(register, v);
    }
    assertThat(isPlainMemory(0xA0000)).isFalse();
  }

  @Test
  void textAndPlanarModesAreHandled() {
    f.mode(VgaModes.TEXT_80X25);
    assertThat(isPlainMemory(0xB8000)).isFalse();
    f.mode(VgaModes.VGA_640X480X16);
    assertThat(isPlainMemory(0xA0000)).isFalse();
  }

  @Test
  void dispiBanksMoveTheWindow() {
    f.dispiMode(800, 600, 32, 0);
    assertThat(isPlainMemory(0xA0000)).isTrue();
    f.dispi(Dispi.BANK, 200);
    f.memory.write(0xA0010, 4, 0x55667788);
    assertThat(f.memory.read(VgaFixture.LFB + 200 * 65536 + 0x10, 4)).isEqualTo(0x55667788);
    f.dispi(Dispi.BANK, 0x1FF);
    f.memory.write(0xAFFFC, 4, 0x01020304);
    assertThat(f.memory.read(VgaFixture.LFB + StdVga.MEMORY_BYTES - 4, 4)).isEqualTo(0x01020304);
    f.dispi(Dispi.ENABLE, 0);
    f.dispi(Dispi.ENABLE, Dispi.ENABLED | Dispi.NO_CLEAR_MEMORY);
    f.memory.write(0xA0000, 4, 0x0BADCAFE);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isEqualTo(0x0BADCAFE);
  }

  @Test
  void fourBitDispiModesArePlanarWithBanks() {
    f.dispiMode(1600, 1200, 4, 0);
    f.graphics(5, 0);
    f.graphics(8, 0xFF);
    f.sequencer(2, 0x02);
    f.dispi(Dispi.BANK, 3);
    f.write(0xA0001, 0x3C);
    assertThat(f.memory.read(VgaFixture.LFB + (3 * 65536 + 1) * 4, 4)).isEqualTo(0x3C00);
    f.dispi(Dispi.BANK, 255);
    f.write(0xA0000, 0x3C);
    assertThat(f.read(0xA0000)).isEqualTo(0xFF);
  }

  @Test
  void windowIsClosedWhileTheAdapterIsOff() {
    f.mode(VgaModes.VGA_320X200X256);
    f.write(0xA0000, 0x12);
    f.out(0x3C3, 0);
    assertThat(f.read(0xA0000)).isNotEqualTo(0x12);
    f.out(0x3C3, 1);
    assertThat(f.read(0xA0000)).isEqualTo(0x12);
  }

  @Test
  void windowNeedsNoMemoryEnableBit() {
    f.out(0x3C2, 0x01);
    f.sequencer(2, 0x04);
    f.sequencer(4, 0x06);
    f.graphics(8, 0xFF);
    f.write(0xA0000, 0x3C);
    assertThat(f.memory.read(VgaFixture.LFB + 2, 1)).isEqualTo(0x3C);
  }
}

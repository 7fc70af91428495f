package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DispiTest {
  private final VgaFixture f = new VgaFixture().withRegions();

  @Test
  void startsWithTheNewestVersionAndTheMemorySize() {
    assertThat(f.dispi(Dispi.ID)).isEqualTo(0xB0C5);
    assertThat(f.dispi(Dispi.VIDEO_MEMORY_64K)).isEqualTo(256);
    assertThat(f.dispi(Dispi.COUNT)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0xB0C0, 0xB0C1, 0xB0C2, 0xB0C3, 0xB0C4, 0xB0C5})
  void acceptsEveryVersion(int id) {
    f.dispi(Dispi.ID, id);
    assertThat(f.dispi(Dispi.ID)).isEqualTo(id);
    f.dispi(Dispi.ID, 0xB0C6);
    assertThat(f.dispi(Dispi.ID)).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    // width, height, bits -> width, height, bits, virtual width, virtual height
    "640, 480, 8, 640, 480, 8, 640, 26214",
    "1600, 1200, 32, 1600, 1200, 32, 1600, 2621",
    "1366, 768, 32, 1360, 768, 32, 1360, 3084",
    "1024, 768, 7, 1024, 768, 8, 1024, 16384",
    "0, 0, 32, 8, 1, 32, 8, 524288",
    "20000, 20000, 32, 16000, 262, 32, 16000, 262",
    "1024, 768, 15, 1024, 768, 15, 1024, 8192",
    "800, 600, 4, 800, 600, 4, 800, 41943",
  })
  void sizesAreMadeToFit(
      int width, int height, int bits, int w, int h, int b, int virtualWidth, int virtualHeight) {
    f.dispiMode(width, height, bits, 0);
    assertThat(f.dispi(Dispi.X_RESOLUTION)).isEqualTo(w);
    assertThat(f.dispi(Dispi.Y_RESOLUTION)).isEqualTo(h);
    assertThat(f.dispi(Dispi.BITS_PER_PIXEL)).isEqualTo(b);
    assertThat(f.dispi(Dispi.VIRTUAL_WIDTH)).isEqualTo(virtualWidth);
    assertThat(f.dispi(Dispi.VIRTUAL_HEIGHT)).isEqualTo(virtualHeight);
    f.vga.refresh(f.screen);
    assertThat(f.screen.width()).isEqualTo(w);
    assertThat(f.screen.height()).isEqualTo(h);
  }

  @Test
  void offsetsOutsideOfMemoryAreDropped() {
    f.dispiMode(1024, 768, 32, 0);
    f.dispi(Dispi.Y_OFFSET, 3000);
    assertThat(f.dispi(Dispi.Y_OFFSET)).isEqualTo(3000);
    f.dispi(Dispi.Y_OFFSET, 3400);
    assertThat(f.dispi(Dispi.Y_OFFSET)).isZero();
    f.dispi(Dispi.VIRTUAL_WIDTH, 2048);
    f.dispi(Dispi.X_OFFSET, 1024);
    assertThat(f.dispi(Dispi.X_OFFSET)).isEqualTo(1024);
  }

  @Test
  void capabilitiesAreTheLargestValues() {
    f.dispi(Dispi.X_RESOLUTION, 640);
    f.dispi(Dispi.ENABLE, Dispi.GET_CAPABILITIES);
    assertThat(f.dispi(Dispi.X_RESOLUTION)).isEqualTo(16000);
    assertThat(f.dispi(Dispi.Y_RESOLUTION)).isEqualTo(12000);
    assertThat(f.dispi(Dispi.BITS_PER_PIXEL)).isEqualTo(32);
    f.dispi(Dispi.ENABLE, 0);
    assertThat(f.dispi(Dispi.X_RESOLUTION)).isEqualTo(640);
  }

  @Test
  void enablingClearsThePictureUnlessToldNotTo() {
    f.memory.write(VgaFixture.LFB, 4, 0x11111111);
    f.memory.write(VgaFixture.LFB + 640 * 480, 4, 0x22222222);
    f.dispiMode(640, 480, 8, Dispi.NO_CLEAR_MEMORY);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isEqualTo(0x11111111);
    f.dispiMode(640, 480, 8, 0);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isZero();
    assertThat(f.memory.read(VgaFixture.LFB + 640 * 480, 4)).isEqualTo(0x22222222);
    f.memory.write(VgaFixture.LFB, 4, 0x33333333);
    // Already on: nothing is cleared.
    f.dispi(Dispi.ENABLE, Dispi.ENABLED);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isEqualTo(0x33333333);
  }

  @Test
  void enablingForgetsThePanning() {
    f.dispiMode(640, 480, 8, 0);
    f.dispi(Dispi.VIRTUAL_WIDTH, 800);
    f.dispi(Dispi.X_OFFSET, 40);
    f.dispi(Dispi.Y_OFFSET, 50);
    f.dispiMode(640, 480, 8, 0);
    assertThat(f.dispi(Dispi.VIRTUAL_WIDTH)).isEqualTo(640);
    assertThat(f.dispi(Dispi.X_OFFSET)).isZero();
    assertThat(f.dispi(Dispi.Y_OFFSET)).isZero();
  }

  @Test
  void readOnlyRegistersStay() {
    f.dispiMode(640, 480, 8, 0);
    f.dispi(Dispi.VIRTUAL_HEIGHT, 5);
    f.dispi(Dispi.VIDEO_MEMORY_64K, 5);
    assertThat(f.dispi(Dispi.VIRTUAL_HEIGHT)).isEqualTo(26214);
    assertThat(f.dispi(Dispi.VIDEO_MEMORY_64K)).isEqualTo(256);
  }

  @Test
  void vgaRegistersFollowThePicture() {
    f.out(0x3C2, 0x67);
    f.dispiMode(800, 600, 8, 0);
    assertThat(f.readCrtc(1)).isEqualTo(99);
    assertThat(f.readCrtc(0x12)).isEqualTo(599 & 0xFF);
    assertThat(f.readCrtc(7) & 0x42).isEqualTo(0x40);
    assertThat(f.readCrtc(0x13)).isEqualTo(100);
  }

  @Test
  void dataIsAlsoAtTheAlignedPortAndOnlyInWords() {
    f.ports.write(0x1CE, 2, Dispi.ID);
    assertThat(f.ports.read(0x1D0, 2)).isEqualTo(0xB0C5);
    assertThat(f.ports.read(0x1CF, 1)).isEqualTo(0xFF);
    f.ports.write(0x1D0, 2, 0xB0C2);
    assertThat(f.ports.read(0x1CF, 2)).isEqualTo(0xB0C2);
    assertThat(f.ports.read(0x1CE, 4)).isEqualTo(0xB0C20000);
  }
}

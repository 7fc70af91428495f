package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterAccessTest {
  private final VgaFixture f = new VgaFixture();

  @BeforeEach
  void colorAddresses() {
    f.out(0x3C2, 0x67);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 03", "1, 3D", "2, 0F", "3, 3F", "4, 0E", "5, 00", "6, 00", "7, FF",
  })
  void sequencerKeepsItsWritableBits(int index, String mask) {
    f.sequencer(index, 0xFF);
    assertThat(f.in(0x3C4)).isEqualTo(index);
    assertThat(f.in(0x3C5)).isEqualTo(Integer.parseInt(mask, 16));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0F", "1, 0F", "2, 0F", "3, 1F", "4, 03", "5, 7B", "6, 0F", "7, 0F", "8, FF", "9, 00"
  })
  void graphicsControllerKeepsItsWritableBits(int index, String mask) {
    f.graphics(index, 0xFF);
    assertThat(f.in(0x3CE)).isEqualTo(index);
    assertThat(f.in(0x3CF)).isEqualTo(Integer.parseInt(mask, 16));
  }

  @ParameterizedTest
  @CsvSource({"0, 3F", "15, 3F", "16, EF", "17, FF", "18, 3F", "19, 0F", "20, 0F", "21, 00"})
  void attributeControllerKeepsItsWritableBits(int index, String mask) {
    f.in(0x3DA);
    f.out(0x3C0, index);
    f.out(0x3C0, 0xFF);
    assertThat(f.in(0x3C1)).isEqualTo(Integer.parseInt(mask, 16));
    assertThat(f.in(0x3C0)).isEqualTo(index);
  }

  @Test
  void everyCrtcRegisterReadsBack() {
    for (int i = 0; i < Crtc.COUNT; i++) {
      f.crtc(i, 0x55 + i & 0x7F);
      assertThat(f.readCrtc(i)).as("register %x", i).isEqualTo(0x55 + i & 0x7F);
    }
    f.crtc(0x40, 1);
    assertThat(f.readCrtc(0x40)).isZero();
  }

  @Test
  void crtcProtectionSparesTheLineCompareBit() {
    f.crtc(0, 0x5F);
    f.crtc(7, 0x0F);
    f.crtc(0x11, 0x80);
    f.crtc(0, 0);
    f.crtc(7, 0xF0);
    f.crtc(8, 0x1F);
    assertThat(f.readCrtc(0)).isEqualTo(0x5F);
    assertThat(f.readCrtc(7)).isEqualTo(0x1F);
    assertThat(f.readCrtc(8)).isEqualTo(0x1F);
    f.crtc(0x11, 0);
    f.crtc(0, 0x33);
    assertThat(f.readCrtc(0)).isEqualTo(0x33);
  }

  @Test
  void miscOutputMovesTheCrtc() {
    f.crtc(0x0F, 0x12);
    assertThat(f.in(0x3B4)).isEqualTo(0xFF);
    f.out(0x3C2, 0x66);
    assertThat(f.in(0x3CC)).isEqualTo(0x66);
    assertThat(f.in(0x3D4)).isEqualTo(0xFF);
    assertThat(f.in(0x3DA)).isEqualTo(0xFF);
    assertThat(f.in(0x3B4)).isEqualTo(0x0F);
    assertThat(f.in(0x3B5)).isEqualTo(0x12);
    f.out(0x3D5, 0x34);
    assertThat(f.in(0x3B5)).isEqualTo(0x12);
    assertThat(f.in(0x3BA)).isNotEqualTo(0xFF);
  }

  @Test
  void statusReadMakesTheNextAttributeWriteAnIndex() {
    f.in(0x3DA);
    f.out(0x3C0, 0x02);
    f.in(0x3DA);
    f.out(0x3C0, 0x03);
    f.out(0x3C0, 0x15);
    f.out(0x3C0, 0x02);
    assertThat(f.in(0x3C1)).isZero();
    f.in(0x3DA);
    f.out(0x3C0, 0x03);
    assertThat(f.in(0x3C1)).isEqualTo(0x15);
  }

  @Test
  void featureControlReadsBackAtItsOwnPort() {
    f.out(0x3DA, 0xFF);
    assertThat(f.in(0x3CA)).isEqualTo(0x0B);
  }

  @Test
  void paletteColorsChangeWithTheirThirdValue() {
    f.dac(5, 1, 2, 3);
    f.out(0x3C8, 5);
    f.out(0x3C9, 0x3F);
    f.out(0x3C9, 0x3E);
    f.out(0x3C7, 5);
    assertThat(f.in(0x3C7)).isEqualTo(3);
    assertThat(new int[] {f.in(0x3C9), f.in(0x3C9), f.in(0x3C9)}).containsExactly(1, 2, 3);
    f.out(0x3C8, 5);
    assertThat(f.in(0x3C7)).isZero();
    f.dac(5, 0xFF, 0xC1, 0x7F);
    assertThat(f.in(0x3C8)).isEqualTo(6);
    f.out(0x3C7, 5);
    assertThat(new int[] {f.in(0x3C9), f.in(0x3C9), f.in(0x3C9)}).containsExactly(0x3F, 1, 0x3F);
  }

  @Test
  void paletteIndexRunsOnAndWraps() {
    f.dac(0xFF, 1, 2, 3);
    f.out(0x3C9, 4);
    f.out(0x3C9, 5);
    f.out(0x3C9, 6);
    f.out(0x3C7, 0xFF);
    int[] values = new int[6];
    for (int i = 0; i < 6; i++) {
      values[i] = f.in(0x3C9);
    }
    assertThat(values).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void pelMaskReadsBack() {
    assertThat(f.in(0x3C6)).isEqualTo(0xFF);
    f.out(0x3C6, 0x3C);
    assertThat(f.in(0x3C6)).isEqualTo(0x3C);
  }

  @Test
  void eightBitDacKeepsAllBits() {
    f.dispi(Dispi.ENABLE, Dispi.EIGHT_BIT_DAC);
    f.dac(1, 0xFF, 0x81, 0x42);
    f.out(0x3C7, 1);
    assertThat(new int[] {f.in(0x3C9), f.in(0x3C9), f.in(0x3C9)}).containsExactly(0xFF, 0x81, 0x42);
  }

  @Test
  void switchedOffAdapterClosesTheWindow() {
    f.mode(VgaModes.TEXT_80X25);
    f.write(0xB8000, 0x41);
    f.out(0x3C3, 0);
    assertThat(f.in(0x3C3)).isZero();
    // The RAM under the window answers.
    assertThat(f.read(0xB8000)).isZero();
    f.out(0x3C3, 1);
    assertThat(f.read(0xB8000)).isEqualTo(0x41);
  }

  @Test
  void mmioRegionShowsPortsDispiAndByteOrder() {
    f.withRegions();
    f.memory.write(VgaFixture.MMIO + 0x404, 2, 0x0A02);
    assertThat(f.in(0x3C5)).isEqualTo(0x0A);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x404, 2)).isEqualTo(0x0A02);
    f.memory.write(VgaFixture.MMIO + 0x502, 4, 0x00C80140);
    assertThat(f.dispi(Dispi.X_RESOLUTION)).isEqualTo(320);
    assertThat(f.dispi(Dispi.Y_RESOLUTION)).isEqualTo(200);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x500, 2)).isEqualTo(0xB0C5);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x514, 2)).isEqualTo(0x100);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x600, 4)).isEqualTo(8);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x604, 4)).isEqualTo(0x1E1E1E1E);
    assertThat(f.memory.read(VgaFixture.MMIO + 0x800, 4)).isEqualTo(-1);
  }

  @Test
  void edidIsWellFormed() {
    f.withRegions();
    assertThat(f.memory.read(VgaFixture.MMIO, 4)).isEqualTo(0xFFFFFF00);
    assertThat(f.memory.read(VgaFixture.MMIO + 4, 4)).isEqualTo(0x00FFFFFF);
    int sum = 0;
    for (int i = 0; i < 128; i++) {
      sum += f.memory.read(VgaFixture.MMIO + i, 1);
    }
    assertThat(sum & 0xFF).isZero();
  }
}

package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateMap;
import io.transvisor.core.error.VmmException;
import io.transvisor.device.pci.PciConfig;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StdVgaTest extends DeviceContractTest {
  private VgaFixture fixture;

  @Override
  protected Device newDevice() {
    fixture = new VgaFixture();
    return fixture.vga;
  }

  @Override
  protected void disturb(Device device) {
    VgaFixture f = fixture.withRegions();
    f.mode(VgaModes.VGA_640X480X16);
    f.palette();
    f.fillPlanes(1000, 1);
    f.graphics(4, 2);
    f.graphics(3, 0x1B);
    f.graphics(0, 5);
    f.read(0xA0010);
    f.out(0x3C8, 7);
    f.out(0x3C9, 1);
    f.in(0x3DA);
    f.out(0x3C0, 0x33);
    f.out(0x3DA, 3);
    f.dispi(Dispi.BANK, 9);
    f.dispiMode(800, 600, 16, Dispi.EIGHT_BIT_DAC);
    f.crtc(0x11, 0x90);
    f.vga.refresh(f.screen);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("vga", VgaPorts.BASE, VgaPorts.COUNT, fixture.ports),
        Peekable.ports("dispi", DispiPorts.BASE, DispiPorts.COUNT, fixture.ports),
        Peekable.mmio("window", 4, fixture.at(0xA0000)),
        Peekable.mmio("mmio", 34, fixture.at(VgaFixture.MMIO + 0x3FF)));
  }

  @Test
  void identifiesItselfAsQemuStandardVga() {
    VgaFixture f = new VgaFixture();
    assertThat(f.vga.readConfig(PciConfig.VENDOR_ID, 4)).isEqualTo(0x11111234);
    assertThat(f.vga.readConfig(PciConfig.REVISION_ID, 4)).isEqualTo(0x03000002);
    assertThat(f.vga.readConfig(PciConfig.SUBSYSTEM_VENDOR_ID, 4)).isEqualTo(0x11001AF4);
  }

  @Test
  void regionsHaveTheSizesOfQemu() {
    VgaFixture f = new VgaFixture(new byte[39424]);
    assertThat(sized(f, PciConfig.BAR0)).isEqualTo(0xFF000008);
    assertThat(sized(f, PciConfig.BAR0 + 4)).isZero();
    assertThat(sized(f, PciConfig.BAR0 + 8)).isEqualTo(0xFFFFF000);
    assertThat(sized(f, PciConfig.ROM_BAR)).isEqualTo(0xFFFF0001);
  }

  private static int sized(VgaFixture f, int register) {
    f.vga.writeConfig(register, 4, -1);
    return f.vga.readConfig(register, 4);
  }

  @Test
  void frameBufferIsVideoMemory() {
    VgaFixture f = new VgaFixture().withRegions();
    f.memory.write(VgaFixture.LFB + 0x123456, 4, 0xCAFEBABE);
    assertThat(f.memory.read(VgaFixture.LFB + 0x123456, 4)).isEqualTo(0xCAFEBABE);
    assertThat(f.memory.read(VgaFixture.LFB + StdVga.MEMORY_BYTES - 4, 4)).isZero();
  }

  @Test
  void biosImageIsReadAtTheRomRegisterAndNotWritable() {
    byte[] image = new byte[1024];
    image[0] = 0x55;
    image[1] = (byte) 0xAA;
    VgaFixture f = new VgaFixture(image).withRegions();
    f.vga.writeConfig(PciConfig.ROM_BAR, 4, 0xC0000000 | 1);
    f.memory.write(0xC0000000, 1, 0);
    assertThat(f.memory.read(0xC0000000, 2)).isEqualTo(0xAA55);
  }

  @Test
  void biosImageMustFit() {
    assertThatThrownBy(() -> new VgaFixture(new byte[StdVga.MAX_BIOS_BYTES + 1]))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("VGA BIOS of 65537 bytes");
  }

  @Test
  void powerOnClearsVideoMemoryAndHardResetKeepsIt() {
    VgaFixture f = new VgaFixture().withRegions();
    f.memory.write(VgaFixture.LFB, 4, 0x12345678);
    f.vga.reset(ResetKind.HARD);
    assertThat(f.withRegions().memory.read(VgaFixture.LFB, 4)).isEqualTo(0x12345678);
    f.vga.reset(ResetKind.POWER_ON);
    assertThat(f.withRegions().memory.read(VgaFixture.LFB, 4)).isZero();
  }

  @Test
  void aLoadedAdapterShowsTheSamePicture() {
    VgaFixture f = new VgaFixture();
    f.mode(VgaModes.VGA_320X200X256);
    f.palette();
    f.fill(0xA0000, 64000, 3);
    StateMap state = saved(f.vga);
    VgaFixture other = new VgaFixture();
    other.vga.setStandardTextMode();
    other.vga.refresh(other.screen);
    other.vga.load(state);
    assertThat(other.pictureHash()).isEqualTo(f.pictureHash());
    assertThat(other.read(0xA1234)).isEqualTo(f.read(0xA1234));
  }

  @Test
  void savedRegistersOfAnotherSizeAreRefused() {
    VgaFixture f = new VgaFixture();
    StateMap state = saved(f.vga);
    state.values().put("crtc.registers", new int[3]);
    assertThatThrownBy(() -> f.vga.load(state))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("3 registers");
  }

  @Test
  void noRegisterValuesMakeRefreshFail() {
    VgaFixture f = new VgaFixture().withRegions();
    f.mode(VgaModes.VGA_640X480X16);
    Random random = new Random(42);
    for (int round = 0; round < 60; round++) {
      for (int i = 0; i < 40; i++) {
        switch (random.nextInt(6)) {
          case 0 -> f.crtc(random.nextInt(25), random.nextInt(256) & (random.nextInt(256) | 3));
          case 1 -> f.sequencer(random.nextInt(5), random.nextInt(256) | 3);
          case 2 -> f.graphics(random.nextInt(9), random.nextInt(256));
          case 3 -> f.attribute(random.nextInt(21), random.nextInt(256));
          case 4 -> {
            int register = 1 + random.nextInt(9);
            f.dispi(register, random.nextInt(0x10000) & (register == 4 ? 1 : 0x7FF));
          }
          default -> {
            int address = 0xA0000 + random.nextInt(0x20000);
            f.memory.write(address, 1 << random.nextInt(3), random.nextInt());
            f.memory.read(address, 1 << random.nextInt(3));
          }
        }
      }
      f.crtc(0x01, random.nextInt(120));
      f.sequencer(0, 3);
      f.vga.refresh(f.screen);
      f.vga.text();
      assertThat(f.screen.width()).isPositive();
    }
  }
}

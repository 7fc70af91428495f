package io.transvisor.device.chipset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class I440FxTest extends DeviceContractTest {
  private static final int RAM = 4 << 20;
  private static final int BIOS_SIZE = 256 << 10;

  private PhysicalMemory memory;
  private I440Fx bridge;

  @BeforeEach
  void build() {
    byte[] bios = new byte[BIOS_SIZE];
    Arrays.fill(bios, (byte) 0xB1);
    bios[BIOS_SIZE - 1] = (byte) 0xEE;
    memory = new PhysicalMemory(RAM, 1 << 20);
    bridge = new I440Fx(new PhysicalMap(memory, bios), RAM);
    bridge.reset(ResetKind.POWER_ON);
  }

  @Test
  void identityIsThatOfQemusHostBridge() {
    assertThat(bridge.readConfig(0, 4)).isEqualTo(0x12378086);
    assertThat(bridge.readConfig(8, 4)).isEqualTo(0x06000002);
    assertThat(bridge.readConfig(0x2C, 4)).isEqualTo(0x11001AF4);
  }

  @Test
  void firmwareIsAtBothEndsAfterReset() {
    assertThat(memory.read(0xFFFFFFFF, 1)).isEqualTo(0xEE);
    assertThat(memory.read(-BIOS_SIZE, 1)).isEqualTo(0xB1);
    assertThat(memory.read(0xFFFFF, 1)).isEqualTo(0xEE);
    assertThat(memory.read(0xE0000, 1)).isEqualTo(0xB1);
    assertThat(memory.read(0xDFFFF, 1)).isEqualTo(0xFF);
    memory.write(0xF0000, 1, 0x11);
    memory.write(0xFFFFFFFF, 1, 0x11);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0xB1);
    assertThat(memory.read(0xFFFFFFFF, 1)).isEqualTo(0xEE);
  }

  @Test
  void ramHasAHoleFrom640KibTo1Mib() {
    memory.write(0x9FFFF, 1, 0x12);
    memory.write(0xA0000, 1, 0x34);
    memory.write(0x100000, 1, 0x56);
    memory.write(RAM - 1, 1, 0x78);
    memory.write(RAM, 1, 0x9A);
    assertThat(memory.read(0x9FFFF, 1)).isEqualTo(0x12);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0xFF);
    assertThat(memory.read(0x100000, 1)).isEqualTo(0x56);
    assertThat(memory.read(RAM - 1, 1)).isEqualTo(0x78);
    assertThat(memory.read(RAM, 1)).isEqualTo(0xFF);
  }

  @ParameterizedTest
  @CsvSource({
    "0x59, 4, 0xF0000, 0xFFFFF",
    "0x5A, 0, 0xC0000, 0xC3FFF",
    "0x5A, 4, 0xC4000, 0xC7FFF",
    "0x5B, 0, 0xC8000, 0xCBFFF",
    "0x5B, 4, 0xCC000, 0xCFFFF",
    "0x5C, 0, 0xD0000, 0xD3FFF",
    "0x5C, 4, 0xD4000, 0xD7FFF",
    "0x5D, 0, 0xD8000, 0xDBFFF",
    "0x5D, 4, 0xDC000, 0xDFFFF",
    "0x5E, 0, 0xE0000, 0xE3FFF",
    "0x5E, 4, 0xE4000, 0xE7FFF",
    "0x5F, 0, 0xE8000, 0xEBFFF",
    "0x5F, 4, 0xEC000, 0xEFFFF",
  })
  void eachAttributeNibbleSwitchesItsSegment(int register, int shift, int first, int last) {
    int before = memory.read(first, 1);
    // Write RAM, read what is below.
    bridge.writeConfig(register, 1, 2 << shift);
    memory.write(first, 1, 0x5A);
    memory.write(last, 1, 0xA5);
    assertThat(memory.read(first, 1)).isEqualTo(before);
    // Read RAM, writes are lost.
    bridge.writeConfig(register, 1, 1 << shift);
    assertThat(memory.read(first, 1)).isEqualTo(0x5A);
    memory.write(first, 1, 0x11);
    assertThat(memory.read(first, 1)).isEqualTo(0x5A);
    assertThat(memory.read(last, 1)).isEqualTo(0xA5);
    // Both, then neither.
    bridge.writeConfig(register, 1, 3 << shift);
    memory.write(first, 1, 0x11);
    assertThat(memory.read(first, 1)).isEqualTo(0x11);
    bridge.writeConfig(register, 1, 0);
    assertThat(memory.read(first, 1)).isEqualTo(before);
  }

  @Test
  void firmwareCopiesItselfIntoShadowRamAndResetBringsTheRomBack() {
    bridge.writeConfig(0x58, 4, 0x33333000);
    bridge.writeConfig(0x5C, 4, 0x33333333);
    memory.write(0xF0000, 4, 0x12345678);
    assertThat(memory.read(0xF0000, 4)).isEqualTo(0x12345678);
    bridge.reset(ResetKind.HARD);
    assertThat(memory.read(0xF0000, 1)).isEqualTo(0xB1);
    assertThat(memory.read(0xC0000, 1)).isEqualTo(0xFF);
  }

  @Test
  void smramOpensOnlyWhenEnabledAndClosesForGoodWhenLocked() {
    bridge.writeConfig(0x72, 1, 0x42);
    memory.write(0xA0000, 1, 0x77);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0xFF);
    bridge.writeConfig(0x72, 1, 0x4A);
    memory.write(0xA0000, 1, 0x77);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0x77);
    bridge.writeConfig(0x72, 1, 0x5A);
    assertThat(bridge.readConfig(0x72, 1)).isEqualTo(0x1A);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0xFF);
    bridge.writeConfig(0x72, 1, 0x4A);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0xFF);
    bridge.reset(ResetKind.HARD);
    assertThat(bridge.readConfig(0x72, 1)).isEqualTo(0x02);
    bridge.writeConfig(0x72, 1, 0x4A);
    assertThat(memory.read(0xA0000, 1)).isEqualTo(0x77);
  }

  @Test
  void withoutFirmwareNothingIsMappedBelow1Mib() {
    PhysicalMemory bare = new PhysicalMemory(RAM, 0);
    new I440Fx(new PhysicalMap(bare, null), RAM).reset(ResetKind.POWER_ON);
    assertThat(bare.read(0xF0000, 4)).isEqualTo(-1);
    assertThat(bare.read(0xFFFFFFF0, 4)).isEqualTo(-1);
  }

  @Test
  void aSmallFirmwareImageIsWhollyVisibleBelow1Mib() {
    byte[] bios = new byte[128 << 10];
    bios[0] = 0x55;
    PhysicalMemory small = new PhysicalMemory(640 << 10, 128 << 10);
    new PhysicalMap(small, bios);
    assertThat(small.read(0xE0000, 1)).isEqualTo(0x55);
    assertThat(small.read(0xFFFE0000, 1)).isEqualTo(0x55);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 100_000, 16 << 20})
  void firmwareOfAnOddSizeIsRefused(int size) {
    assertThatThrownBy(() -> new PhysicalMap(memory, new byte[size]))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("the BIOS image has " + size + " bytes");
  }

  @Override
  protected Device newDevice() {
    return new I440Fx(new PhysicalMap(new PhysicalMemory(1 << 20, 0), null), RAM);
  }

  @Override
  protected void disturb(Device device) {
    I440Fx b = (I440Fx) device;
    b.writeConfig(0x58, 4, 0x12310300);
    b.writeConfig(0x72, 1, 0x4A);
    b.writeConfig(0x04, 2, 0x107);
  }
}

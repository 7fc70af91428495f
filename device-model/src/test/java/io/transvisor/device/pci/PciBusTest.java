package io.transvisor.device.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortRange;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PciBusTest extends DeviceContractTest {
  private static final int ADDRESS = 0xCF8;
  private static final int DATA = 0xCFC;

  private final PortSpace ports = new PortSpace();
  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 64 << 10);
  private final List<String> interrupts = new ArrayList<>();
  private PciBus bus;
  private Card card;

  /** A card with 256 ports, 16 KiB of memory and a 4 KiB ROM. */
  private static final class Card extends PciFunction {
    final PortRange range;
    final Mapping window;
    final Mapping rom;

    Card(PortSpace ports, PhysicalMemory memory) {
      super("card", 0x1234, 0x5678, 0x9A, 0x020001);
      PortHandler handler =
          new PortHandler() {
            @Override
            public int read(int offset, int width) {
              return 0x42;
            }

            @Override
            public void write(int offset, int width, int value) {}
          };
      range = ports.register("card", 0, 256, 1, handler);
      range.setEnabled(false);
      window = memory.mapRam("card", 0, 0x4000, memory.allocate("card", 0x4000), 0, 5);
      window.setEnabled(false);
      rom = memory.mapRom("card-rom", 0, 0x1000, memory.allocate("card-rom", 0x1000), 0, 5);
      rom.setEnabled(false);
      ioBar(0, 256, range);
      memoryBar(1, 0x4000, true, window);
      romBar(0x1000, rom);
      interruptPin(1);
    }
  }

  @BeforeEach
  void plugCard() {
    bus = new PciBus(ports);
    bus.setInterruptRouter((device, pin, on) -> interrupts.add(device + "." + pin + "=" + on));
    card = bus.plug(3, 0, new Card(ports, memory));
    card.reset(ResetKind.POWER_ON);
  }

  private int read(int device, int function, int offset, int width) {
    ports.write(ADDRESS, 4, 0x80000000 | device << 11 | function << 8 | offset & 0xFC);
    return ports.read(DATA + (offset & 3), width);
  }

  private void write(int offset, int width, int value) {
    ports.write(ADDRESS, 4, 0x80000000 | 3 << 11 | offset & 0xFC);
    ports.write(DATA + (offset & 3), width, value);
  }

  @ParameterizedTest
  @CsvSource({
    "0x00, 4, 0x56781234",
    "0x00, 2, 0x1234",
    "0x02, 2, 0x5678",
    "0x03, 1, 0x56",
    "0x08, 4, 0x0200019A",
    "0x2C, 4, 0x11001AF4",
    "0x10, 4, 0x00000001",
    "0x14, 4, 0x00000008",
    "0x3D, 1, 1",
  })
  void headerReadsInAnyWidth(int offset, int width, int expected) {
    assertThat(read(3, 0, offset, width)).isEqualTo(expected);
  }

  @Test
  void absentFunctionsAndOtherBusesReadAsOnes() {
    assertThat(read(4, 0, 0, 4)).isEqualTo(-1);
    assertThat(read(3, 1, 0, 2)).isEqualTo(0xFFFF);
    ports.write(ADDRESS, 4, 0x80010000 | 3 << 11);
    assertThat(ports.read(DATA, 1)).isEqualTo(0xFF);
  }

  @Test
  void withoutTheEnableBitNothingAnswers() {
    ports.write(ADDRESS, 4, 3 << 11);
    assertThat(ports.read(DATA, 4)).isEqualTo(-1);
  }

  @Test
  void theAddressRegisterTakesDoublewordsOnly() {
    ports.write(ADDRESS, 4, 0x80000008);
    ports.write(ADDRESS, 2, 0x1234);
    ports.write(ADDRESS + 3, 1, 0);
    assertThat(ports.read(ADDRESS, 4)).isEqualTo(0x80000008);
  }

  @ParameterizedTest
  @CsvSource({"0x10, 0xFFFFFF01", "0x14, 0xFFFFC008", "0x30, 0xFFFFF001", "0x18, 0"})
  void sizingABaseAddressRegister(int offset, String expected) {
    write(offset, 4, -1);
    assertThat(read(3, 0, offset, 4))
        .isEqualTo(Integer.parseUnsignedInt(expected.replace("0x", ""), 16));
  }

  @Test
  void portsDecodeWhereTheRegisterSaysAndOnlyWhenEnabled() {
    write(0x10, 4, 0xC001);
    assertThat(ports.read(0xC010, 1)).isEqualTo(0xFF);
    write(0x04, 2, 1);
    assertThat(ports.read(0xC010, 1)).isEqualTo(0x42);
    write(0x10, 4, 0xD001);
    assertThat(ports.read(0xC010, 1)).isEqualTo(0xFF);
    assertThat(ports.read(0xD010, 1)).isEqualTo(0x42);
    write(0x04, 2, 0);
    assertThat(ports.read(0xD010, 1)).isEqualTo(0xFF);
  }

  @Test
  void sizingWhileEnabledDoesNotHideWhatIsBelow() {
    write(0x04, 2, 3);
    write(0x14, 4, -1);
    assertThat(card.window.isEnabled()).isFalse();
    write(0x14, 4, 0);
    assertThat(card.window.isEnabled()).isFalse();
    write(0x14, 4, 0xE0000000);
    assertThat(card.window.isEnabled()).isTrue();
    assertThat(card.window.base()).isEqualTo(0xE0000000);
  }

  @Test
  void theRomNeedsItsOwnEnableBitAsWell() {
    write(0x30, 4, 0xFEB00000);
    write(0x04, 2, 2);
    assertThat(card.rom.isEnabled()).isFalse();
    write(0x30, 4, 0xFEB00001);
    assertThat(card.rom.isEnabled()).isTrue();
  }

  @Test
  void interruptIsReportedOncePerChangeAndCanBeDisabled() {
    card.intx().set(true);
    card.intx().set(true);
    assertThat(interrupts).containsExactly("3.1=true");
    assertThat(read(3, 0, 0x06, 2) & 8).isEqualTo(8);
    write(0x04, 2, 0x400);
    assertThat(interrupts).containsExactly("3.1=true", "3.1=false");
    write(0x04, 2, 0);
    card.intx().set(false);
    assertThat(interrupts).containsExactly("3.1=true", "3.1=false", "3.1=true", "3.1=false");
    assertThat(read(3, 0, 0x06, 2) & 8).isZero();
  }

  @Test
  void readOnlyRegistersKeepTheirValue() {
    for (int offset = 0; offset < 256; offset += 4) {
      write(offset, 4, -1);
    }
    assertThat(read(3, 0, 0x00, 4)).isEqualTo(0x56781234);
    assertThat(read(3, 0, 0x04, 2)).isEqualTo(0x0507);
    assertThat(read(3, 0, 0x08, 4)).isEqualTo(0x0200019A);
    assertThat(read(3, 0, 0x3C, 4)).isEqualTo(0x000001FF);
    assertThat(read(3, 0, 0x40, 4)).isZero();
  }

  @Test
  void resetTakesTheAddressesAway() {
    write(0x10, 4, 0xC001);
    write(0x14, 4, 0xE0000000);
    write(0x04, 2, 7);
    card.intx().set(true);
    card.reset(ResetKind.HARD);
    assertThat(read(3, 0, 0x10, 4)).isEqualTo(1);
    assertThat(read(3, 0, 0x04, 2)).isZero();
    assertThat(card.range.isEnabled()).isFalse();
    assertThat(card.window.isEnabled()).isFalse();
    assertThat(interrupts).endsWith("3.1=false");
  }

  @Test
  void aSecondFunctionMakesTheFirstMultifunction() {
    assertThat(read(3, 0, 0x0E, 1)).isZero();
    bus.plug(3, 1, new Card(ports, new PhysicalMemory(1 << 20, 64 << 10)));
    assertThat(read(3, 0, 0x0E, 1)).isEqualTo(0x80);
    card.reset(ResetKind.HARD);
    assertThat(read(3, 0, 0x0E, 1)).isEqualTo(0x80);
  }

  @Test
  void aSlotTakesOneCard() {
    Card another = new Card(ports, new PhysicalMemory(1 << 20, 64 << 10));
    assertThatThrownBy(() -> bus.plug(3, 0, another))
        .hasMessageContaining("00:03.0 is taken by card");
  }

  @Test
  void listsWhatIsPlugged() {
    assertThat(bus.describe()).containsExactly("00:03.0 1234:5678 card");
  }

  @Override
  protected Device newDevice() {
    return new PciBus(new PortSpace());
  }

  @Override
  protected void disturb(Device device) {
    PortSpace own = new PortSpace();
    PciBus other = new PciBus(own);
    own.write(ADDRESS, 4, 0x80001234);
    device.load(saved(other));
  }
}

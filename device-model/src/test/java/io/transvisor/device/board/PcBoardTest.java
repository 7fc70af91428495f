package io.transvisor.device.board;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.FakeClock;
import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.RecordingCpuPins;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateMap;
import io.transvisor.core.input.Key;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.rtc.RtcBase;
import io.transvisor.device.serial.NullBackend;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcBoardTest {
  private static final int RAM = 16 << 20;
  private static final int CONFIG_ADDRESS = 0xCF8;
  private static final int CONFIG_DATA = 0xCFC;

  private final PortSpace ports = new PortSpace();
  private final FakeClock clock = new FakeClock();
  private final FakeMachineControl machine = new FakeMachineControl();
  private PhysicalMemory memory;

  private static PcOptions.Builder options() {
    return PcOptions.builder(RtcBase.utc(Instant.EPOCH));
  }

  private PcBoard board(PcOptions options) {
    memory = new PhysicalMemory(RAM, PcBoard.reservedBytes(options.bios()));
    PcBoard board = new PcBoard(memory, ports, clock.events(), machine, options);
    board.devices().forEach(d -> d.reset(ResetKind.POWER_ON));
    return board;
  }

  private int config(int device, int function, int offset) {
    ports.write(CONFIG_ADDRESS, 4, 0x80000000 | device << 11 | function << 8 | offset);
    return ports.read(CONFIG_DATA, 4);
  }

  private void config(int device, int function, int offset, int value) {
    ports.write(CONFIG_ADDRESS, 4, 0x80000000 | device << 11 | function << 8 | offset);
    ports.write(CONFIG_DATA, 4, value);
  }

  @Test
  void pciHasTheFunctionsOfQemusMachine() {
    assertThat(board(options().build()).pci().describe())
        .containsExactly(
            "00:00.0 8086:1237 i440fx",
            "00:01.0 8086:7000 piix3",
            "00:01.1 8086:7010 ide",
            "00:01.3 8086:7113 piix4-pm",
            "00:02.0 1234:1111 vga");
  }

  @Test
  void deviceNamesAreUnique() {
    PcOptions.Builder options =
        options().parallel(new NullBackend()).debugConsole(new NullBackend());
    IntStream.range(0, 4).forEach(i -> options.serial(i, new NullBackend()));
    List<String> names =
        board(options.debugExit(0x501, 2).build()).devices().stream().map(Device::name).toList();
    assertThat(names)
        .doesNotHaveDuplicates()
        .contains("serial3", "parallel0", "debugcon", "isa-debug-exit", "fdc");
  }

  @Test
  void withoutFirmwareNothingIsAtTheResetVector() {
    board(options().build());
    assertThat(memory.read(0xFFFFFFF0, 4)).isEqualTo(-1);
    assertThat(memory.read(0xFFFF0, 4)).isEqualTo(-1);
  }

  @Test
  void firmwareIsAtTheResetVector() {
    byte[] bios = new byte[256 << 10];
    Arrays.fill(bios, bios.length - 16, bios.length, (byte) 0xEA);
    board(options().firmware(bios, null).build());
    assertThat(memory.read(0xFFFFFFF0, 1)).isEqualTo(0xEA);
    assertThat(memory.read(0xFFFF0, 1)).isEqualTo(0xEA);
  }

  /** CMOS as QEMU fills it for 16 MiB, one 1.44 MB floppy drive, boot order "cad". */
  @ParameterizedTest
  @CsvSource({
    "0x10, 0x40",
    "0x14, 0x07",
    "0x15, 0x80",
    "0x16, 0x02",
    "0x17, 0x00",
    "0x18, 0x3C",
    "0x34, 0x00",
    "0x3D, 0x12",
    "0x38, 0x30"
  })
  void cmosTellsFirmwareTheHardware(int address, int expected) {
    board(options().build());
    ports.write(0x70, 1, address);
    assertThat(ports.read(0x71, 1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyReachesTheCpuAsInterrupt1(boolean apics) {
    PcBoard board = board(options().apics(apics).build());
    RecordingCpuPins cpu = new RecordingCpuPins();
    board.connectCpu(cpu);
    initialisePic();
    board.input().key(Key.A, true);
    machine.runPosted();
    assertThat(cpu.intr().isHigh()).isTrue();
    assertThat(board.interruptController().acknowledge()).isEqualTo(0x09);
    assertThat(ports.read(0x60, 1)).isEqualTo(0x1C);
  }

  @Test
  void aKeyReachesTheCpuThroughTheIoApic() {
    PcBoard board = board(options().build());
    RecordingCpuPins cpu = new RecordingCpuPins();
    board.connectCpu(cpu);
    memory.write(0xFEE000F0, 4, 0x1FF);
    memory.write(0xFEE00350, 4, 0x10700);
    memory.write(0xFEC00000, 4, 0x12);
    memory.write(0xFEC00010, 4, 0x31);
    board.input().key(Key.A, true);
    machine.runPosted();
    assertThat(cpu.intr().isHigh()).isTrue();
    assertThat(board.interruptController().acknowledge()).isEqualTo(0x31);
  }

  private void initialisePic() {
    int[][] writes = {
      {0x20, 0x11}, {0x21, 0x08}, {0x21, 0x04}, {0x21, 0x01}, {0x21, 0x00},
      {0xA0, 0x11}, {0xA1, 0x70}, {0xA1, 0x02}, {0xA1, 0x01}, {0xA1, 0x00},
    };
    for (int[] w : writes) {
      ports.write(w[0], 1, w[1]);
    }
  }

  @Test
  void thePowerButtonReachesTheCpuAsInterrupt9() {
    PcBoard board = board(options().build());
    initialisePic();
    config(1, 3, 0x40, 0x600);
    config(1, 3, 0x80, 1);
    ports.write(0x4D1, 1, 0x02);
    ports.write(0xB2, 1, 0xF1);
    ports.write(0x602, 2, 0x100);
    board.pressPowerButton();
    assertThat(board.interruptController().isRequesting()).isTrue();
    assertThat(board.interruptController().acknowledge()).isEqualTo(0x71);
  }

  @Test
  void allWaysToResetLeadToTheResetWire() {
    board(options().build());
    ports.write(0x64, 1, 0xFE);
    ports.write(0x92, 1, 1);
    ports.write(0xCF9, 1, 6);
    assertThat(machine.resets())
        .containsExactly("keyboard controller", "port 92h", "reset control register CF9h");
  }

  @Test
  void keyboardControllerAndPort92ShareTheA20Gate() {
    board(options().build());
    ports.write(0x64, 1, 0xDD);
    assertThat(memory.a20Mask()).isEqualTo(~(1 << 20));
    ports.write(0x92, 1, 2);
    assertThat(memory.a20Mask()).isEqualTo(-1);
    ports.write(0x64, 1, 0xDD);
    assertThat(memory.a20Mask()).isEqualTo(~(1 << 20));
    assertThat(ports.read(0x92, 1)).isZero();
  }

  @Test
  void firmwareDefaultsGiveTextAndTranslatedKeys() {
    PcBoard board = board(options().build());
    board.setFirmwareDefaults();
    assertThat(board.video().text()).isNotNull();
    ports.write(0x64, 1, 0x20);
    assertThat(ports.read(0x60, 1)).isEqualTo(0x47);
  }

  @Test
  void firmwareFindsTheAcpiTables() {
    board(options().build());
    ports.write(0x510, 2, 0x19);
    StringBuilder directory = new StringBuilder();
    for (int i = 0; i < 4 + 7 * 64; i++) {
      directory.append(
          new String(new byte[] {(byte) ports.read(0x511, 1)}, StandardCharsets.ISO_8859_1));
    }
    assertThat(directory)
        .contains(
            "etc/acpi/tables",
            "etc/acpi/rsdp",
            "etc/table-loader",
            "etc/e820",
            "etc/smbios/smbios-anchor")
        .contains("etc/boot-fail-wait");
  }

  @Test
  void aMachinesStateCanBeMovedToAnother() {
    PcBoard first = board(options().build());
    config(2, 0, 0x10, 0xFD000000);
    config(2, 0, 0x04, 7);
    ports.write(0x64, 1, 0xAA);
    PcBoard second = new PcBoardTest().board(options().build());
    for (int i = 0; i < first.devices().size(); i++) {
      StateMap state = new StateMap();
      first.devices().get(i).save(state);
      second.devices().get(i).load(state);
    }
    assertThat(second.pci().function(2, 0).readConfig(0x10, 4)).isEqualTo(0xFD000008);
    assertThat(config(2, 0, 0x10)).isEqualTo(0xFD000008);
  }
}

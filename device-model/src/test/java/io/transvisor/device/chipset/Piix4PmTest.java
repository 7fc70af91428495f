package io.transvisor.device.chipset;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.port.PortSpace;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Piix4PmTest extends DeviceContractTest {
  private static final int PM = 0x600;
  private static final int STATUS = PM;
  private static final int ENABLE = PM + 2;
  private static final int CONTROL = PM + 4;
  private static final int TIMER = PM + 8;
  private static final int SMBUS = 0x700;
  private static final int SCI_ENABLE = 1;
  private static final int POWER_BUTTON = 1 << 8;
  private static final long OVERFLOW_NANOS = (0x800000L * 1_000_000_000L) / 3_579_545 + 1;

  private PortSpace ports;
  private FakeClock clock;
  private FakeMachineControl machine;
  private RecordingIrqLine sci;
  private Piix4Pm pm;

  @BeforeEach
  void build() {
    ports = new PortSpace();
    clock = new FakeClock();
    machine = new FakeMachineControl();
    sci = new RecordingIrqLine();
    pm = new Piix4Pm(ports, clock.events(), machine, sci);
    pm.reset(ResetKind.POWER_ON);
    setUpAsFirmware(pm);
  }

  private static void setUpAsFirmware(Piix4Pm pm) {
    pm.writeConfig(0x40, 4, PM | 1);
    pm.writeConfig(0x80, 1, 1);
    pm.writeConfig(0x90, 4, SMBUS | 1);
    pm.writeConfig(0xD2, 1, 9);
  }

  @ParameterizedTest
  @CsvSource({
    "0x00, 0x71138086",
    "0x04, 0x02800000",
    "0x08, 0x06800003",
    "0x3C, 0x00000100",
    "0x40, 0x00000001",
    "0x58, 0x02000000",
    "0x90, 0x0000B101",
    "0xD0, 0x00090000",
  })
  void configurationAfterReset(int offset, int expected) {
    pm.reset(ResetKind.HARD);
    assertThat(pm.readConfig(offset, 4)).isEqualTo(expected);
  }

  @Test
  void registersAreWhereTheBaseSaysOnceEnabled() {
    pm.writeConfig(0x40, 4, 0x1240);
    assertThat(pm.readConfig(0x40, 4)).isEqualTo(0x1241);
    assertThat(ports.read(0x1244, 2)).isZero();
    assertThat(ports.read(CONTROL, 2)).isEqualTo(0xFFFF);
    pm.writeConfig(0x80, 1, 0);
    assertThat(ports.read(0x1244, 2)).isEqualTo(0xFFFF);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1000000000, 3579545", "280000, 1002", "10000000000, 2241018"})
  void theTimerCountsAt3579545HertzIn24Bits(long nanos, int expected) {
    clock.set(nanos);
    assertThat(ports.read(TIMER, 4)).isEqualTo(expected);
    assertThat(ports.read(TIMER, 2)).isEqualTo(expected & 0xFFFF);
    assertThat(ports.read(TIMER + 2, 1)).isEqualTo(expected >> 16);
  }

  @Test
  void overflowStatusIsSetEachTimeBit23Changes() {
    clock.set(OVERFLOW_NANOS - 1000);
    assertThat(ports.read(STATUS, 2)).isZero();
    clock.set(OVERFLOW_NANOS);
    assertThat(ports.read(STATUS, 2)).isEqualTo(1);
    ports.write(STATUS, 2, 1);
    assertThat(ports.read(STATUS, 2)).isZero();
    clock.set(2 * OVERFLOW_NANOS);
    assertThat(ports.read(STATUS, 2)).isEqualTo(1);
    assertThat(sci.risingEdges()).isZero();
  }

  @Test
  void overflowInterruptsWhenEnabled() {
    ports.write(CONTROL, 2, SCI_ENABLE);
    ports.write(ENABLE, 2, 1);
    clock.advance(OVERFLOW_NANOS);
    assertThat(sci.isHigh()).isTrue();
    ports.write(STATUS, 2, 1);
    assertThat(sci.isHigh()).isFalse();
    clock.advance(OVERFLOW_NANOS);
    assertThat(sci.risingEdges()).isEqualTo(2);
  }

  @Test
  void thePowerButtonInterruptsAGuestThatListens() {
    pm.pressPowerButton();
    assertThat(ports.read(STATUS, 2)).isZero();
    ports.write(ENABLE, 2, POWER_BUTTON);
    ports.write(CONTROL, 2, SCI_ENABLE);
    pm.pressPowerButton();
    assertThat(ports.read(STATUS, 2)).isEqualTo(POWER_BUTTON);
    assertThat(sci.isHigh()).isTrue();
    ports.write(STATUS + 1, 1, POWER_BUTTON >> 8);
    assertThat(sci.isHigh()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, true", "2, true", "1, false", "5, false"})
  void sleepTypesThatSwitchOff(int type, boolean off) {
    ports.write(CONTROL, 2, type << 10 | 1 << 13 | SCI_ENABLE);
    assertThat(machine.isPoweredOff()).isEqualTo(off);
    assertThat(ports.read(CONTROL, 2)).isEqualTo(type << 10 | SCI_ENABLE);
  }

  @Test
  void choosingASleepTypeAloneDoesNothing() {
    ports.write(CONTROL, 2, SCI_ENABLE);
    ports.write(CONTROL, 1, SCI_ENABLE);
    assertThat(machine.isPoweredOff()).isFalse();
    ports.write(CONTROL + 1, 1, 0x20);
    assertThat(machine.isPoweredOff()).isTrue();
  }

  @Test
  void theSmiCommandPortSwitchesAcpiMode() {
    ports.write(0xB2, 1, 0xF1);
    assertThat(ports.read(CONTROL, 2) & SCI_ENABLE).isEqualTo(SCI_ENABLE);
    assertThat(ports.read(0xB2, 1)).isEqualTo(0xF1);
    ports.write(0xB2, 1, 0xF0);
    assertThat(ports.read(CONTROL, 2) & SCI_ENABLE).isZero();
    ports.write(0xB3, 1, 0x5A);
    assertThat(ports.read(0xB3, 1)).isEqualTo(0x5A);
  }

  @Test
  void generalPurposeEnablesAreKeptAndStatusIsClearedByOnes() {
    ports.write(0xAFE2, 2, 0x1234);
    ports.write(0xAFE0, 2, 0xFFFF);
    assertThat(ports.read(0xAFE0, 4)).isEqualTo(0x12340000);
    assertThat(sci.isHigh()).isFalse();
  }

  @Test
  void anSmbusTransactionFindsNoDevice() {
    assertThat(ports.read(SMBUS, 1)).isZero();
    ports.write(SMBUS + 4, 1, 0xA1);
    ports.write(SMBUS + 2, 1, 0x48);
    assertThat(ports.read(SMBUS, 1)).isEqualTo(0x04);
    assertThat(ports.read(SMBUS + 2, 1)).isEqualTo(0x08);
    ports.write(SMBUS, 1, 0x04);
    assertThat(ports.read(SMBUS, 1)).isZero();
    assertThat(sci.risingEdges()).isZero();
  }

  @Test
  void anSmbusTransactionCanEndWithAnInterrupt() {
    ports.write(SMBUS + 2, 1, 0x49);
    assertThat(sci.isHigh()).isTrue();
    ports.write(SMBUS, 1, 0xFF);
    assertThat(sci.isHigh()).isFalse();
    ports.write(SMBUS + 2, 1, 0x02);
    assertThat(ports.read(SMBUS, 1)).isEqualTo(0x10);
  }

  @Test
  void smbusBlockDataIsReadBackFromTheStart() {
    for (int i = 0; i < 3; i++) {
      ports.write(SMBUS + 7, 1, 0x10 + i);
    }
    ports.read(SMBUS + 2, 1);
    assertThat(
            List.of(ports.read(SMBUS + 7, 1), ports.read(SMBUS + 7, 1), ports.read(SMBUS + 7, 1)))
        .containsExactly(0x10, 0x11, 0x12);
  }

  @Override
  protected Device newDevice() {
    build();
    return pm;
  }

  @Override
  protected void disturb(Device device) {
    setUpAsFirmware((Piix4Pm) device);
    clock.advance(2 * OVERFLOW_NANOS);
    ports.write(CONTROL, 2, SCI_ENABLE | 0x1400);
    ports.write(ENABLE, 2, POWER_BUTTON | 1);
    ((Piix4Pm) device).pressPowerButton();
    ports.write(0xB2, 1, 0x77);
    ports.write(0xAFE2, 1, 0x0F);
    ports.write(SMBUS + 7, 1, 0x33);
    ports.write(SMBUS + 2, 1, 0x49);
    ports.write(PM + 0x28, 4, 0x12345678);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(Peekable.ports("pm", PM, 64, ports), Peekable.ports("smbus", SMBUS, 64, ports));
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.device.ResetKind;
import org.junit.jupiter.api.Test;

class IdeChannelTest {
  private static final int DONE = Ata.DRDY | Ata.DSC;

  private final IdeRig rig = new IdeRig();

  @Test
  void emptyChannelReadsAsZeroSoThatNobodyWaits() {
    for (int register = 1; register < 8; register++) {
      rig.out(register, 0x55);
      assertThat(rig.in(register)).as("register %d", register).isZero();
    }
    assertThat(rig.status()).isZero();
    assertThat(rig.ports.read(0x1F0, 2)).isZero();
    assertThat(rig.ports.read(0x177, 1)).isZero();
    rig.settle();
    assertThat(rig.irq.risingEdges()).isZero();
  }

  @Test
  void absentSlaveKeepsRegistersButHasNoStatus() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.out(6, 0xF0);
    assertThat(rig.in(6)).isEqualTo(0xF0);
    assertThat(rig.in(4)).isEqualTo(0xFF);
    assertThat(rig.in(5)).isEqualTo(0xFF);
    rig.out(2, 0x55);
    rig.out(3, 0xAA);
    assertThat(rig.in(2)).isEqualTo(0x55);
    assertThat(rig.in(3)).isEqualTo(0xAA);
    assertThat(rig.in(7)).isZero();
    assertThat(rig.in(1)).isZero();
    rig.out(7, Ata.CMD_IDENTIFY);
    rig.settle();
    assertThat(rig.in(7)).isZero();
    assertThat(rig.irq.risingEdges()).isZero();
  }

  @Test
  void powerOnShowsTheSignatures() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.ide.attachCdrom(0, 1, null);
    rig.ide.reset(ResetKind.POWER_ON);
    assertSignatures();
  }

  private void assertSignatures() {
    assertThat(rig.status()).isEqualTo(DONE);
    assertThat(new int[] {rig.in(1), rig.in(2), rig.in(3), rig.in(4), rig.in(5)})
        .containsExactly(1, 1, 1, 0, 0);
    rig.out(6, 0xB0);
    assertThat(rig.status()).isZero();
    assertThat(new int[] {rig.in(1), rig.in(2), rig.in(3), rig.in(4), rig.in(5)})
        .containsExactly(1, 1, 1, 0x14, 0xEB);
  }

  @Test
  void softwareResetEndsCommandsAndShowsTheSignatures() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.ide.attachCdrom(0, 1, null);
    rig.command(Ata.CMD_READ_SECTORS, 5, 2);
    rig.control(Ata.CONTROL_SRST);
    assertThat(rig.status() & Ata.BSY).isNotZero();
    rig.settle();
    assertThat(rig.status() & Ata.BSY).isNotZero();
    rig.control(0);
    assertThat(rig.in(6) & 0x10).as("drive 0 is selected").isZero();
    assertSignatures();
    rig.settle();
    assertThat(rig.irq.risingEdges()).isZero();
    rig.command(Ata.CMD_READ_SECTORS, 5, 1);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.DRQ);
  }

  @Test
  void diagnosticGoesToBothDrives() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.ide.attachCdrom(0, 1, null);
    rig.out(6, 0xB0);
    rig.out(2, 0x99);
    rig.out(7, Ata.CMD_EXECUTE_DIAGNOSTIC);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertSignatures();
  }

  @Test
  void statusClearsTheInterruptAlternateStatusDoesNot() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.command(Ata.CMD_IDENTIFY, 0, 0);
    rig.settle();
    assertThat(rig.irq.isHigh()).isTrue();
    rig.status();
    assertThat(rig.irq.isHigh()).isTrue();
    rig.in(7);
    assertThat(rig.irq.isHigh()).isFalse();
  }

  @Test
  void commandClearsTheInterrupt() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.command(Ata.CMD_RECALIBRATE, 0, 0);
    rig.settle();
    assertThat(rig.irq.isHigh()).isTrue();
    rig.out(7, Ata.CMD_RECALIBRATE);
    assertThat(rig.irq.isHigh()).isFalse();
  }

  @Test
  void nienHoldsTheWireDown() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.control(Ata.CONTROL_NIEN);
    rig.command(Ata.CMD_RECALIBRATE, 0, 0);
    rig.settle();
    assertThat(rig.irq.isHigh()).isFalse();
    rig.control(0);
    assertThat(rig.irq.isHigh()).as("INTRQ was pending all the time").isTrue();
    rig.control(Ata.CONTROL_NIEN);
    assertThat(rig.irq.isHigh()).isFalse();
    rig.in(7);
    rig.control(0);
    assertThat(rig.irq.isHigh()).isFalse();
  }

  @Test
  void registersAreLockedWhileTheDriveIsBusyOrHasData() {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.command(Ata.CMD_READ_SECTORS, 5, 1);
    rig.out(3, 0x77);
    rig.out(7, Ata.CMD_RECALIBRATE);
    rig.waitInterrupt();
    assertThat(rig.in(3)).isEqualTo(5);
    rig.out(3, 0x77);
    rig.out(7, Ata.CMD_RECALIBRATE);
    assertThat(rig.status()).isEqualTo(DONE | Ata.DRQ);
    assertThat(rig.readData(512)[0]).isEqualTo((byte) 5);
    assertThat(rig.status()).isEqualTo(DONE);
  }

  @Test
  void secondChannelHasItsOwnPortsAndWire() {
    rig.ide.attachDisk(1, 0, new MemoryImage(100));
    rig.ports.write(0x176, 1, 0xE0);
    rig.ports.write(0x177, 1, Ata.CMD_RECALIBRATE);
    assertThat(rig.ports.read(0x376, 1) & Ata.BSY).isNotZero();
    rig.settle();
    assertThat(rig.irq15.isHigh()).isTrue();
    assertThat(rig.irq.risingEdges()).isZero();
    assertThat(rig.ports.read(0x177, 1)).isEqualTo(DONE);
    assertThat(rig.irq15.isHigh()).isFalse();
  }
}

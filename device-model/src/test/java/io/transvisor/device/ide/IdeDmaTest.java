package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bus-master transfers of a disk, as the drivers of Linux and Windows make them. */
class IdeDmaTest {
  private static final int DONE = Ata.DRDY | Ata.DSC;
  private static final int ACTIVE = 1;
  private static final int INTERRUPT = 4;
  private static final int BUFFER = 0x20000;

  private final MemoryImage image = new MemoryImage(10_000);
  private final IdeRig rig = new IdeRig().configured();

  @BeforeEach
  void attach() {
    rig.ide.attachDisk(0, 0, image);
  }

  private byte[] guest(int address, int length) {
    byte[] bytes = new byte[length];
    rig.memory.readBytes(address, bytes, 0, length);
    return bytes;
  }

  private byte[] sectors(int first, int count) {
    return Arrays.copyOfRange(image.content(), first * 512, (first + count) * 512);
  }

  @Test
  void readScattersOverTheRegions() {
    rig.prd(BUFFER, 512, false);
    rig.prd(BUFFER + 0x8002, 1000, false);
    rig.prd(BUFFER + 0x4000, 536, true);
    rig.command(Ata.CMD_READ_DMA, 70, 4);
    rig.startBusMaster(true);
    assertThat(rig.busMasterStatus()).isEqualTo(ACTIVE);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT);
    byte[] expected = sectors(70, 4);
    assertThat(guest(BUFFER, 512)).isEqualTo(Arrays.copyOf(expected, 512));
    assertThat(guest(BUFFER + 0x8002, 1000)).isEqualTo(Arrays.copyOfRange(expected, 512, 1512));
    assertThat(guest(BUFFER + 0x4000, 536)).isEqualTo(Arrays.copyOfRange(expected, 1512, 2048));
    rig.stopBusMaster();
    rig.ports.write(IdeRig.BUS_MASTER + 2, 1, INTERRUPT);
    assertThat(rig.busMasterStatus()).isZero();
    assertThat(rig.irq.risingEdges()).isEqualTo(1);
  }

  @Test
  void busMasterMayBeStartedBeforeTheCommand() {
    rig.prd(BUFFER, 512, true);
    rig.startBusMaster(true);
    rig.command(Ata.CMD_READ_DMA, 9, 1);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(guest(BUFFER, 512)).isEqualTo(sectors(9, 1));
  }

  @Test
  void driveWaitsForTheBusMaster() {
    rig.prd(BUFFER, 512, true);
    rig.command(Ata.CMD_READ_DMA, 9, 1);
    rig.settle();
    assertThat(rig.status()).isEqualTo(DONE | Ata.DRQ);
    assertThat(rig.irq.isHigh()).isFalse();
    rig.startBusMaster(true);
    assertThat(rig.irq.isHigh()).as("never within the start itself").isFalse();
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
  }

  @Test
  void nothingMovesWhileBusMasteringIsOff() {
    rig.ide.writeConfig(4, 2, 1);
    rig.prd(BUFFER, 512, true);
    rig.command(Ata.CMD_READ_DMA, 9, 1);
    rig.startBusMaster(true);
    rig.settle();
    assertThat(rig.irq.isHigh()).isFalse();
    assertThat(guest(BUFFER, 512)).containsOnly(0);
    rig.ide.writeConfig(4, 2, 5);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(guest(BUFFER, 512)).isEqualTo(sectors(9, 1));
  }

  @Test
  void writeGathersFromTheRegions() {
    byte[] data = new byte[1024];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 13);
    }
    rig.memory.writeBytes(BUFFER, data, 0, 600);
    rig.memory.writeBytes(BUFFER + 0x1000, data, 600, 424);
    rig.prd(BUFFER, 600, false);
    rig.prd(BUFFER + 0x1000, 424, true);
    rig.command(Ata.CMD_WRITE_DMA, 33, 2);
    rig.startBusMaster(false);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT);
    assertThat(sectors(33, 2)).isEqualTo(data);
    assertThat(image.at(35, 0)).isEqualTo((byte) 35);
  }

  @Test
  void extendedTransferInSeveralChunks() {
    int count = 5000;
    for (int i = 0; i < 39; i++) {
      rig.prd(0x40000 + i * 0x10000, 0, false);
    }
    rig.prd(0x40000 + 39 * 0x10000, count * 512 - 39 * 0x10000, true);
    rig.commandExt(Ata.CMD_READ_DMA_EXT, 4321, count);
    rig.startBusMaster(true);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(guest(0x40000, count * 512)).isEqualTo(sectors(4321, count));
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT);

    rig.memory.writeBytes(0x40000, new byte[count * 512], 0, count * 512);
    rig.commandExt(Ata.CMD_WRITE_DMA_EXT, 4321, count);
    rig.stopBusMaster();
    rig.startBusMaster(false);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(sectors(4321, count)).isEqualTo(new byte[count * 512]);
    assertThat(image.at(4321 + count, 0)).isEqualTo((byte) (4321 + count));
  }

  @Test
  void tooManyDescriptorsLeaveTheBusMasterActive() {
    rig.prd(BUFFER, 4096, true);
    rig.command(Ata.CMD_READ_DMA, 1, 1);
    rig.startBusMaster(true);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT | ACTIVE);
    rig.stopBusMaster();
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT);
  }

  @Test
  void tooFewDescriptorsStopTheBusMasterWithoutInterrupt() {
    rig.prd(BUFFER, 512, true);
    rig.command(Ata.CMD_READ_DMA, 1, 2);
    rig.startBusMaster(true);
    rig.settle();
    assertThat(rig.busMasterStatus()).isZero();
    assertThat(rig.irq.risingEdges()).isZero();
    assertThat(rig.status()).isEqualTo(DONE);
  }

  @Test
  void stoppedTransferWaitsUntilResetOrRestart() {
    rig.prd(BUFFER, 1024, true);
    rig.command(Ata.CMD_READ_DMA, 1, 2);
    rig.startBusMaster(true);
    rig.stopBusMaster();
    rig.settle();
    assertThat(rig.busMasterStatus()).isZero();
    assertThat(rig.irq.risingEdges()).isZero();
    rig.control(Ata.CONTROL_SRST);
    rig.control(0);
    assertThat(rig.status()).isEqualTo(DONE);
  }

  @Test
  void failedReadStopsTheBusMasterAndInterrupts() {
    image.breakSector(5);
    rig.prd(BUFFER, 1024, true);
    rig.command(Ata.CMD_READ_DMA, 4, 2);
    rig.startBusMaster(true);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.UNC);
    assertThat(rig.busMasterStatus()).isEqualTo(INTERRUPT);
  }

  @Test
  void registersKeepOnlyWhatTheyHave() {
    rig.ports.write(IdeRig.BUS_MASTER + 4, 4, 0x12345677);
    assertThat(rig.ports.read(IdeRig.BUS_MASTER + 4, 4)).isEqualTo(0x12345674);
    rig.ports.write(IdeRig.BUS_MASTER + 2, 1, 0xFF);
    assertThat(rig.busMasterStatus()).isEqualTo(0x60);
    rig.ports.write(IdeRig.BUS_MASTER + 8, 1, 0xFE);
    assertThat(rig.ports.read(IdeRig.BUS_MASTER + 8, 1)).isEqualTo(0x08);
    assertThat(rig.ports.read(IdeRig.BUS_MASTER, 1)).isZero();
  }

  @Test
  void configurationSpace() {
    assertThat(rig.ide.readConfig(0, 4)).isEqualTo(0x70108086);
    assertThat(rig.ide.readConfig(8, 4)).isEqualTo(0x01018000);
    assertThat(rig.ide.readConfig(0x20, 4)).isEqualTo(IdeRig.BUS_MASTER | 1);
    rig.ide.writeConfig(0x20, 4, -1);
    assertThat(rig.ide.readConfig(0x20, 4)).isEqualTo(0xFFFFFFF1);
    assertThat(rig.ide.readConfig(0x3D, 1)).isZero();
    rig.ide.writeConfig(0x40, 4, 0xA3078005);
    assertThat(rig.ide.readConfig(0x40, 4)).isEqualTo(0xA3078005);
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.device.storage.IsoMedium;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PACKET transport: registers, interrupt reason, byte counts, DMA. */
class AtapiCdromTest {
  private static final int DONE = Ata.DRDY | Ata.DSC;
  private static final int HAS_DATA = DONE | Ata.DRQ;
  private static final int BLOCKS = 600;

  private static final int REASON_COMMAND = 1;
  private static final int REASON_TO_HOST = 2;

  private final MemoryImage image = new MemoryImage(BLOCKS * 4);
  private final IdeRig rig = new IdeRig().configured();
  private AtapiCdrom drive;

  @BeforeEach
  void attach() {
    drive = rig.ide.attachCdrom(0, 0, new IsoMedium(image));
    testUnitReady();
    testUnitReady();
    rig.irq.clear();
  }

  private byte[] blocks(int first, int count) {
    return Arrays.copyOfRange(image.content(), first * 2048, (first + count) * 2048);
  }

  private static byte[] packet(int... bytes) {
    byte[] packet = new byte[12];
    for (int i = 0; i < bytes.length; i++) {
      packet[i] = (byte) bytes[i];
    }
    return packet;
  }

  private static byte[] read10(int lba, int count) {
    return packet(0x28, 0, lba >> 24, lba >> 16, lba >> 8, lba, 0, count >> 8, count);
  }

  /** Gives the PACKET command and the packet. */
  private void send(int features, int limit, byte[] packet) {
    rig.out(6, 0xA0);
    rig.out(1, features);
    rig.out(4, limit);
    rig.out(5, limit >> 8);
    rig.out(7, Ata.CMD_PACKET);
    assertThat(rig.status()).isEqualTo(HAS_DATA);
    assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND);
    rig.writeData(packet);
  }

  private int testUnitReady() {
    send(0, 0, packet(0));
    return rig.waitInterrupt();
  }

  /** Takes a whole PIO reply, noting the size of every piece. */
  private byte[] receive(List<Integer> pieces) {
    byte[] all = new byte[0];
    while (true) {
      int status = rig.waitInterrupt();
      if ((status & Ata.DRQ) == 0) {
        assertThat(status).isEqualTo(DONE);
        assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND | REASON_TO_HOST);
        return all;
      }
      assertThat(status).isEqualTo(HAS_DATA);
      assertThat(rig.in(2) & 7).isEqualTo(REASON_TO_HOST);
      int count = rig.in(4) | rig.in(5) << 8;
      pieces.add(count);
      byte[] data = rig.readData(count);
      int old = all.length;
      all = Arrays.copyOf(all, old + count);
      System.arraycopy(data, 0, all, old, count);
    }
  }

  private byte[] transfer(int limit, byte[] packet) {
    send(0, limit, packet);
    return receive(new ArrayList<>());
  }

  @Test
  void identifyPacketDevice() {
    rig.out(6, 0xA0);
    rig.out(7, Ata.CMD_IDENTIFY_PACKET);
    assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
    byte[] data = rig.readData(512);
    assertThat(rig.status()).isEqualTo(DONE);
    assertThat(data[0] & 0xFF | (data[1] & 0xFF) << 8).isEqualTo(0x85C0);
    byte[] model = new byte[40];
    for (int i = 0; i < 40; i++) {
      model[i] = data[54 + (i ^ 1)];
    }
    assertThat(new String(model, StandardCharsets.US_ASCII).strip()).isEqualTo(AtapiCdrom.MODEL);
  }

  @ParameterizedTest
  @ValueSource(ints = {Ata.CMD_IDENTIFY, Ata.CMD_READ_SECTORS})
  void diskCommandsAreAbortedWithTheSignature(int command) {
    rig.out(6, 0xA0);
    rig.out(7, command);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.ABRT);
    assertThat(rig.in(4)).isEqualTo(0x14);
    assertThat(rig.in(5)).isEqualTo(0xEB);
  }

  @Test
  void commandWithoutDataInterruptsOnce() {
    assertThat(testUnitReady()).isEqualTo(DONE);
    assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND | REASON_TO_HOST);
    assertThat(rig.irq.risingEdges()).isEqualTo(1);
  }

  @Test
  void readComesInPiecesOfTheByteCountLimit() {
    List<Integer> pieces = new ArrayList<>();
    send(0, 2048, read10(20, 3));
    assertThat(receive(pieces)).isEqualTo(blocks(20, 3));
    assertThat(pieces).containsExactly(2048, 2048, 2048);
    assertThat(rig.irq.risingEdges()).isEqualTo(4);
  }

  @Test
  void piecesNeedNotBeBlocks() {
    List<Integer> pieces = new ArrayList<>();
    send(0, 3001, read10(0, 4));
    assertThat(receive(pieces)).isEqualTo(blocks(0, 4));
    assertThat(pieces).containsExactly(3000, 3000, 2192);
  }

  @Test
  void longReadWithTheLargestLimit() {
    List<Integer> pieces = new ArrayList<>();
    send(0, 0xFFFF, read10(100, 500));
    assertThat(receive(pieces)).isEqualTo(blocks(100, 500));
    assertThat(pieces.getFirst()).isEqualTo(0xFFFE);
  }

  @Test
  void oddReplyEndsWithHalfAWord() {
    List<Integer> pieces = new ArrayList<>();
    send(0, 0x100, packet(0x12, 0, 0, 0, 5));
    assertThat(receive(pieces)).containsExactly(5, 0x80, 0, 0x21, 31);
    assertThat(pieces).containsExactly(5);
  }

  @Test
  void dataWithoutByteCountLimitIsAborted() {
    send(0, 0, read10(0, 1));
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.ABRT);
    assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND | REASON_TO_HOST);
  }

  @Test
  void overlappedCommandsAreAborted() {
    rig.out(6, 0xA0);
    rig.out(1, 2);
    rig.out(7, Ata.CMD_PACKET);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
  }

  @Test
  void failedCommandShowsTheSenseKeyAndKeepsTheSense() {
    send(0, 2048, read10(BLOCKS, 1));
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(0x50);
    assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND | REASON_TO_HOST);
    byte[] sense = transfer(0x100, packet(3, 0, 0, 0, 18));
    assertThat(sense[2]).isEqualTo((byte) 5);
    assertThat(sense[12]).isEqualTo((byte) 0x21);
    assertThat(transfer(0x100, packet(3, 0, 0, 0, 18))[2]).isZero();
  }

  @Test
  void unreadableBlockIsAMediumError() {
    image.breakSector(40);
    send(0, 2048, read10(10, 1));
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(0x30);
    byte[] sense = transfer(0x100, packet(3, 0, 0, 0, 18));
    assertThat(sense[12]).isEqualTo((byte) 0x11);
  }

  @Test
  void readByDma() {
    rig.prd(0x20000, 4096, false);
    for (int i = 0; i < 6; i++) {
      rig.prd(0x30000 + i * 0x10000, 0, false);
    }
    rig.prd(0x90000, 200 * 2048 - 6 * 0x10000 - 4096, true);
    send(1, 0, read10(5, 200));
    rig.startBusMaster(true);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.in(2) & 7).isEqualTo(REASON_COMMAND | REASON_TO_HOST);
    assertThat(rig.busMasterStatus()).isEqualTo(4);
    byte[] start = new byte[4096];
    rig.memory.readBytes(0x20000, start, 0, 4096);
    assertThat(start).isEqualTo(blocks(5, 2));
    byte[] rest = new byte[200 * 2048 - 4096];
    rig.memory.readBytes(0x30000, rest, 0, rest.length);
    assertThat(rest).isEqualTo(blocks(7, 198));
    assertThat(rig.irq.risingEdges()).isEqualTo(1);
  }

  @Test
  void shortReplyByDmaLeavesTheBusMasterActive() {
    rig.prd(0x20000, 512, true);
    send(1, 0, packet(0x12, 0, 0, 0, 36));
    rig.startBusMaster(true);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.busMasterStatus()).isEqualTo(5);
    assertThat(rig.memory.read(0x20000, 1)).isEqualTo(5);
  }

  @Test
  void dmaWithTooFewDescriptorsStopsWithoutInterrupt() {
    rig.prd(0x20000, 1024, true);
    send(1, 0, read10(0, 1));
    rig.startBusMaster(true);
    rig.settle();
    assertThat(rig.busMasterStatus()).isZero();
    assertThat(rig.irq.risingEdges()).isZero();
    assertThat(rig.status()).isEqualTo(DONE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void modeSelectTakesAParameterList(boolean dma) {
    byte[] list = new byte[16];
    System.arraycopy(new byte[] {1, 6, 0x20, 9, 0, 0, 0, 0}, 0, list, 8, 8);
    byte[] select = packet(0x55, 0x10, 0, 0, 0, 0, 0, 0, 16);
    if (dma) {
      rig.memory.writeBytes(0x20000, list, 0, 16);
      rig.prd(0x20000, 16, true);
      send(1, 0, select);
      rig.startBusMaster(false);
    } else {
      send(0, 10, select);
      for (int[] piece : new int[][] {{0, 10}, {10, 16}}) {
        assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
        assertThat(rig.in(2) & 7).isZero();
        assertThat(rig.in(4)).isEqualTo(piece[1] - piece[0]);
        rig.writeData(Arrays.copyOfRange(list, piece[0], piece[1]));
      }
    }
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    byte[] page = transfer(0x100, packet(0x5A, 0, 1, 0, 0, 0, 0, 0, 16));
    assertThat(Arrays.copyOfRange(page, 8, 16)).containsExactly(1, 6, 0x20, 9, 0, 0, 0, 0);
  }

  @Test
  void deviceResetEndsACommand() {
    send(0, 2048, read10(0, 4));
    rig.out(7, Ata.CMD_DEVICE_RESET);
    assertThat(rig.status()).isZero();
    assertThat(rig.in(4)).isEqualTo(0x14);
    rig.settle();
    assertThat(rig.irq.risingEdges()).isZero();
    assertThat(testUnitReady()).isEqualTo(DONE);
  }

  @Test
  void setFeaturesSelectsTheMode() {
    rig.out(6, 0xA0);
    rig.out(1, 3);
    rig.out(2, 0x22);
    rig.out(7, Ata.CMD_SET_FEATURES);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    rig.out(7, Ata.CMD_IDENTIFY_PACKET);
    rig.waitInterrupt();
    byte[] data = rig.readData(512);
    assertThat(data[127]).isEqualTo((byte) 4);
  }

  @Test
  void mediumTakenOutDuringATransferEndsItWithAnError() {
    send(0, 2048, read10(0, 100));
    rig.waitInterrupt();
    assertThat(drive.eject(false)).isTrue();
    assertThat(image.isClosed()).isTrue();
    int status;
    do {
      rig.readData(2048);
      status = rig.waitInterrupt();
    } while ((status & Ata.DRQ) != 0);
    assertThat(status).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(0x30);
  }

  @Test
  void mediumTakenOutBeforeTheFirstBlock() {
    send(0, 2048, read10(0, 100));
    drive.eject(false);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(testUnitReady()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(0x20);
  }
}

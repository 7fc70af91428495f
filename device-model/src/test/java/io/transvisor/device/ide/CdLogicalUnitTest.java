package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.device.storage.IsoMedium;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MMC commands, packet by packet. */
class CdLogicalUnitTest {
  private static final int BLOCKS = 1000;

  private final MemoryImage image = new MemoryImage(BLOCKS * 4);
  private final CdTray tray = new CdTray(new IsoMedium(image));
  private final CdLogicalUnit unit = new CdLogicalUnit(tray);

  private PacketResult execute(int... bytes) {
    byte[] packet = new byte[12];
    for (int i = 0; i < bytes.length; i++) {
      packet[i] = (byte) bytes[i];
    }
    return unit.execute(packet);
  }

  private byte[] reply(int... bytes) {
    PacketResult result = execute(bytes);
    assertThat(result).isInstanceOf(PacketResult.Reply.class);
    return ((PacketResult.Reply) result).data();
  }

  private void assertSense(PacketResult result, Sense sense) {
    assertThat(result).isEqualTo(new PacketResult.Failed(sense));
    byte[] data = reply(3, 0, 0, 0, 18);
    assertThat(data[0] & 0x7F).isEqualTo(0x70);
    assertThat(new Sense(data[2], data[12] & 0xFF, data[13])).isEqualTo(sense);
  }

  private static int[] ints(byte[] bytes) {
    int[] result = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      result[i] = bytes[i] & 0xFF;
    }
    return result;
  }

  @Test
  void firstCommandAfterResetIsToldOfIt() {
    unit.reset();
    assertThat(reply(0x12, 0, 0, 0, 36)).hasSize(36);
    assertSense(execute(0x00), Sense.POWER_ON_OR_RESET);
    assertThat(execute(0x00)).isInstanceOf(PacketResult.Done.class);
  }

  @Test
  void requestSenseTakesAWaitingUnitAttention() {
    unit.reset();
    byte[] data = reply(3, 0, 0, 0, 18);
    assertThat(data[2]).isEqualTo((byte) 6);
    assertThat(data[12]).isEqualTo((byte) 0x29);
    assertThat(execute(0x00)).isInstanceOf(PacketResult.Done.class);
  }

  @Test
  void inquiry() {
    byte[] data = reply(0x12, 0, 0, 0, 96);
    assertThat(data).hasSize(36).startsWith(5, 0x80, 0, 0x21, 31);
    assertThat(new String(data, 8, 28, StandardCharsets.US_ASCII))
        .isEqualTo("TRANSVSRTransvisor CD-RO1.0 ");
    assertThat(reply(0x12, 0, 0, 0, 8)).hasSize(8);
    assertThat(execute(0x12)).isInstanceOf(PacketResult.Done.class);
    assertSense(execute(0x12, 1, 0x80, 0, 36), Sense.INVALID_FIELD_IN_PACKET);
  }

  @Test
  void capacity() {
    assertThat(ByteBuffer.wrap(reply(0x25)).getInt()).isEqualTo(BLOCKS - 1);
    assertThat(ByteBuffer.wrap(reply(0x25)).getInt(4)).isEqualTo(2048);
  }

  @Test
  void reads() {
    assertThat(execute(0x28, 0, 0, 0, 1, 0, 0, 2, 0))
        .isEqualTo(new PacketResult.Blocks(256, 512, RawBlock.USER_DATA));
    assertThat(execute(0xA8, 0, 0, 0, 0, 5, 0, 0, 0, 9))
        .isEqualTo(new PacketResult.Blocks(5, 9, RawBlock.USER_DATA));
    assertThat(execute(0xBE, 0, 0, 0, 0, 7, 0, 0, 1, 0xF8))
        .isEqualTo(new PacketResult.Blocks(7, 1, 0xF8));
    assertThat(execute(0xB9, 0, 0, 0, 2, 16, 0, 2, 20, 0x10))
        .isEqualTo(new PacketResult.Blocks(16, 4, RawBlock.USER_DATA));
    assertThat(execute(0x28)).isInstanceOf(PacketResult.Done.class);
    assertThat(execute(0xBE, 0, 0, 0, 0, 7, 0, 0, 1, 0)).isInstanceOf(PacketResult.Done.class);
  }

  @Test
  void readsOutsideOrOfOtherKindsAreRefused() {
    assertSense(execute(0x28, 0, 0, 0, 3, 0xE7, 0, 0, 2), Sense.ADDRESS_OUT_OF_RANGE);
    assertSense(execute(0x28, 0, 0xFF, 0, 0, 0, 0, 0, 1), Sense.ADDRESS_OUT_OF_RANGE);
    assertSense(execute(0xA8, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF), Sense.ADDRESS_OUT_OF_RANGE);
    assertSense(execute(0xBE, 1 << 2, 0, 0, 0, 7, 0, 0, 1, 0x10), Sense.ILLEGAL_MODE_FOR_TRACK);
    assertSense(execute(0xBE, 0, 0, 0, 0, 7, 0, 0, 1, 0x12), Sense.INVALID_FIELD_IN_PACKET);
    assertSense(execute(0xBE, 0, 0, 0, 0, 7, 0, 0, 1, 0x10, 1), Sense.INVALID_FIELD_IN_PACKET);
    assertSense(execute(0xB9, 0, 0, 0, 2, 16, 0, 2, 10, 0x10), Sense.INVALID_FIELD_IN_PACKET);
    assertSense(execute(0x2B, 0, 0, 0, 3, 0xE8), Sense.ADDRESS_OUT_OF_RANGE);
    assertSense(execute(0x45), Sense.ILLEGAL_MODE_FOR_TRACK);
    assertSense(execute(0xC7), Sense.INVALID_COMMAND);
  }

  @Test
  void tableOfContents() {
    assertThat(ints(reply(0x43, 0, 0, 0, 0, 0, 0, 0, 100)))
        .containsExactly(
            0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xAA, 0, 0, 0, 0x03, 0xE8);
    // 1000 blocks after 0:02:00 is 0:15:25.
    assertThat(ints(reply(0x43, 2, 0, 0, 0, 0, 0xAA, 0, 100)))
        .containsExactly(0, 10, 1, 1, 0, 0x14, 0xAA, 0, 0, 0, 15, 25);
    assertThat(ints(reply(0x43, 0, 1, 0, 0, 0, 0, 0, 100)))
        .containsExactly(0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0);
    assertThat(ints(reply(0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0x40)))
        .as("format in the last byte, as old drivers give it")
        .containsExactly(0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0);
    int[] full = ints(reply(0x43, 2, 2, 0, 0, 0, 1, 0, 100));
    assertThat(full).hasSize(48);
    assertThat(Arrays.copyOfRange(full, 26, 37))
        .containsExactly(1, 0x14, 0, 0xA2, 0, 0, 0, 0, 0, 15, 25);
    assertSense(execute(0x43, 0, 0, 0, 0, 0, 2, 0, 100), Sense.INVALID_FIELD_IN_PACKET);
    assertSense(execute(0x43, 0, 5, 0, 0, 0, 0, 0, 100), Sense.INVALID_FIELD_IN_PACKET);
    assertThat(reply(0x43, 0, 0, 0, 0, 0, 0, 0, 4)).hasSize(4);
  }

  @Test
  void discAndTrackInformation() {
    byte[] disc = reply(0x51, 0, 0, 0, 0, 0, 0, 0, 100);
    assertThat(ints(disc)).hasSize(34).startsWith(0, 32, 0x0E, 1, 1, 1, 1);
    byte[] track = reply(0x52, 1, 0, 0, 0, 1, 0, 0, 100);
    assertThat(ints(track)).hasSize(36).startsWith(0, 34, 1, 1, 0, 4, 1);
    assertThat(ByteBuffer.wrap(track).getInt(24)).isEqualTo(BLOCKS);
    assertSense(execute(0x52, 1, 0, 0, 0, 2, 0, 0, 100), Sense.INVALID_FIELD_IN_PACKET);
  }

  @Test
  void subChannel() {
    assertThat(ints(reply(0x42, 0, 0x40, 1, 0, 0, 0, 0, 100)))
        .hasSize(16)
        .startsWith(0, 0x15, 0, 12, 1, 0x14, 1, 1);
    assertThat(reply(0x42, 0, 0x40, 2, 0, 0, 0, 0, 100)).hasSize(24);
    assertThat(reply(0x42, 0, 0, 1, 0, 0, 0, 0, 100)).hasSize(4);
    assertSense(execute(0x42, 0, 0x40, 7, 0, 0, 0, 0, 100), Sense.INVALID_FIELD_IN_PACKET);
  }

  @Test
  void configurationFollowsTheDisc() {
    byte[] all = reply(0x46, 0, 0, 0, 0, 0, 0, 1, 0);
    ByteBuffer b = ByteBuffer.wrap(all);
    assertThat(b.getInt()).isEqualTo(all.length - 4);
    assertThat(b.getShort(6)).as("current profile").isEqualTo((short) 8);
    assertThat(ints(reply(0x46, 2, 0, 3, 0, 0, 0, 1, 0)))
        .containsExactly(0, 0, 0, 12, 0, 0, 0, 8, 0, 3, 3, 4, 0x29, 0, 0, 0);
    assertThat(reply(0x46, 2, 7, 7, 0, 0, 0, 1, 0)).hasSize(8);
    tray.eject(true);
    assertThat(ByteBuffer.wrap(reply(0x46, 1, 0, 0, 0, 0, 0, 1, 0)).getShort(6)).isZero();
  }

  @Test
  void largeMediumIsADvd() {
    CdDisc dvd = new CdDisc(2_000_000);
    assertThat(dvd.isDvd()).isTrue();
    assertThat(ByteBuffer.wrap(CdFeatures.response(dvd, 0, 0)).getShort(6)).isEqualTo((short) 0x10);
    ByteBuffer physical = ByteBuffer.wrap(dvd.dvdStructure(0));
    assertThat(physical.getShort()).isEqualTo((short) 2050);
    assertThat(physical.getInt(12)).isEqualTo(0x30000 + 2_000_000 - 1);
    assertSense(execute(0xAD, 0, 0, 0, 0, 0, 0, 0, 8, 4), Sense.INVALID_FIELD_IN_PACKET);
  }

  @Test
  void modePages() {
    int[] capabilities = ints(reply(0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 100));
    assertThat(capabilities).hasSize(28).startsWith(0, 26, 1, 0, 0, 0, 0, 0, 0x2A, 18);
    assertThat(capabilities[14]).isEqualTo(0x29);
    execute(0x1E, 0, 0, 0, 1);
    assertThat(reply(0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 100)[14]).isEqualTo((byte) 0x2B);
    assertThat(ints(reply(0x1A, 0, 1, 0, 100)))
        .containsExactly(11, 1, 0, 0, 1, 6, 0, 5, 0, 0, 0, 0);
    assertThat(reply(0x5A, 0, 0x3F, 0, 0, 0, 0, 1, 0)).hasSize(8 + 8 + 8 + 16 + 20);
    assertSense(execute(0x5A, 0, 0x05, 0, 0, 0, 0, 0, 100), Sense.INVALID_FIELD_IN_PACKET);
    assertSense(execute(0x5A, 0, 0xC1, 0, 0, 0, 0, 0, 100), Sense.SAVING_NOT_SUPPORTED);
  }

  @Test
  void modeSelectChangesOnlyWhatIsChangeable() {
    assertThat(execute(0x15, 0x10, 0, 0, 20)).isEqualTo(new PacketResult.ParameterList(20));
    byte[] list = new byte[20];
    list[4] = 0x0E;
    list[5] = 14;
    Arrays.fill(list, 6, 20, (byte) 0x33);
    assertThat(unit.receive(list)).isInstanceOf(PacketResult.Done.class);
    int[] page = ints(reply(0x5A, 0, 0x0E, 0, 0, 0, 0, 0, 100));
    assertThat(Arrays.copyOfRange(page, 8, 24))
        .containsExactly(0x0E, 14, 6, 0, 0, 0, 0, 75, 3, 0x33, 3, 0x33, 3, 0x33, 3, 0x33);
    assertThat(ints(reply(0x5A, 0, 0x8E, 0, 0, 0, 0, 0, 100))[17])
        .as("default values stay")
        .isEqualTo(0xFF);
  }

  @Test
  void badParameterListsAreRefused() {
    execute(0x55, 0x10, 0, 0, 0, 0, 0, 0, 12);
    assertSense(
        unit.receive(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 6, 0, 0}), Sense.PARAMETER_LIST_LENGTH);
    execute(0x55, 0x10, 0, 0, 0, 0, 0, 0, 10);
    assertSense(
        unit.receive(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0x33, 0}),
        Sense.INVALID_FIELD_IN_PARAMETERS);
    execute(0x55, 0x10, 0, 0, 0, 0, 0, 0, 2);
    assertSense(unit.receive(new byte[2]), Sense.PARAMETER_LIST_LENGTH);
    assertThat(execute(0x55, 0x10)).isInstanceOf(PacketResult.Done.class);
  }

  @Test
  void eventsOfTheTray() {
    int[] poll = {0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8};
    assertThat(ints(reply(poll))).containsExactly(0, 6, 4, 0x10, 0, 2, 0, 0);
    assertThat(execute(0x1B, 0, 0, 0, 2)).isInstanceOf(PacketResult.Done.class);
    assertThat(ints(reply(poll))).containsExactly(0, 6, 4, 0x10, 3, 1, 0, 0);
    assertSense(execute(0x00), Sense.NO_MEDIUM_TRAY_OPEN);
    assertThat(ints(reply(0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8))[1]).isEqualTo(0x10);
    assertThat(execute(0x1B, 0, 0, 0, 3)).isInstanceOf(PacketResult.Done.class);
    assertThat(ints(reply(poll))).containsExactly(0, 6, 4, 0x10, 2, 2, 0, 0);
    assertSense(execute(0x00), Sense.MEDIUM_CHANGED);
    assertThat(execute(0x00)).isInstanceOf(PacketResult.Done.class);
    assertThat(ints(reply(0x4A, 1, 0, 0, 2, 0, 0, 0, 8))).containsExactly(0, 2, 0x80, 0x10);
    assertSense(execute(0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8), Sense.INVALID_FIELD_IN_PACKET);
  }

  @Test
  void lockedTrayStaysClosedAndAsksTheGuest() {
    execute(0x1E, 0, 0, 0, 1);
    assertSense(execute(0x1B, 0, 0, 0, 2), Sense.REMOVAL_PREVENTED);
    assertThat(tray.eject(false)).isFalse();
    assertThat(reply(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8)[4]).isEqualTo((byte) 1);
    assertThat(tray.eject(true)).isTrue();
    assertThat(image.isClosed()).isTrue();
    assertSense(execute(0x25), Sense.NO_MEDIUM_TRAY_OPEN);
    execute(0x1B, 0, 0, 0, 3);
    assertSense(execute(0x25), Sense.NO_MEDIUM_TRAY_CLOSED);
  }

  @Test
  void anotherMediumIsNoticed() {
    tray.insert(new IsoMedium(new MemoryImage(8)));
    assertThat(image.isClosed()).isTrue();
    assertSense(execute(0x00), Sense.NO_MEDIUM_TRAY_OPEN);
    assertSense(execute(0x00), Sense.MEDIUM_CHANGED);
    assertThat(ByteBuffer.wrap(reply(0x25)).getInt()).isEqualTo(1);
    byte[] event = reply(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8);
    assertThat(event[4]).isEqualTo((byte) 3);
    event = reply(0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8);
    assertThat(event[4]).isEqualTo((byte) 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0xBB, 0x4E, 0x2B, 0x2F, 0x1B, 0x1E})
  void commandsWithoutData(int operation) {
    assertThat(execute(operation)).isInstanceOf(PacketResult.Done.class);
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AtaDiskTest {
  private static final int SECTORS = 40_000;
  private static final int DONE = Ata.DRDY | Ata.DSC;
  private static final int HAS_DATA = DONE | Ata.DRQ;

  private final MemoryImage image = new MemoryImage(SECTORS);
  private final IdeRig rig = new IdeRig();

  @BeforeEach
  void attach() {
    rig.ide.attachDisk(0, 0, image);
  }

  private byte[] sectors(int first, int count) {
    return Arrays.copyOfRange(image.content(), first * 512, (first + count) * 512);
  }

  private static byte[] pattern(int bytes, int seed) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (i * 7 + i / 512 + seed);
    }
    return data;
  }

  private int[] identify() {
    rig.command(Ata.CMD_IDENTIFY, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
    byte[] data = rig.readData(512);
    assertThat(rig.status()).isEqualTo(DONE);
    int[] words = new int[256];
    for (int i = 0; i < 256; i++) {
      words[i] = data[2 * i] & 0xFF | (data[2 * i + 1] & 0xFF) << 8;
    }
    return words;
  }

  private static String text(int[] words, int from, int count) {
    byte[] ascii = new byte[2 * count];
    for (int i = 0; i < count; i++) {
      ascii[2 * i] = (byte) (words[from + i] >> 8);
      ascii[2 * i + 1] = (byte) words[from + i];
    }
    return new String(ascii, StandardCharsets.US_ASCII).strip();
  }

  @Test
  void identifyDescribesTheDrive() {
    int[] words = identify();
    assertThat(words[0]).isEqualTo(0x0040);
    assertThat(words[1]).isEqualTo(39);
    assertThat(words[3]).isEqualTo(16);
    assertThat(words[6]).isEqualTo(63);
    assertThat(text(words, 10, 10)).isEqualTo("TV00001");
    assertThat(text(words, 23, 4)).isEqualTo("1.0");
    assertThat(text(words, 27, 20)).isEqualTo("Transvisor HARDDISK");
    assertThat(words[49] & 0x0300).as("LBA and DMA").isEqualTo(0x0300);
    assertThat(words[54] * words[55] * words[56]).isEqualTo(words[57] | words[58] << 16);
    assertThat(words[59]).isEqualTo(0x0110);
    assertThat(words[60] | words[61] << 16).isEqualTo(SECTORS);
    assertThat(words[63]).isEqualTo(0x0007);
    assertThat(words[88]).isEqualTo(0x203F);
    assertThat(words[83] & 0x0400).as("48-bit addresses").isNotZero();
    assertThat(words[82] & 1).as("SMART").isZero();
    assertThat(words[100] | words[101] << 16).isEqualTo(SECTORS);
  }

  @Test
  void readSectorsInterruptsOncePerSector() {
    rig.command(Ata.CMD_READ_SECTORS, 1000, 3);
    assertThat(rig.status()).isEqualTo(DONE | Ata.BSY);
    assertThat(rig.irq.isHigh()).isFalse();
    for (int i = 0; i < 3; i++) {
      assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
      assertThat(rig.readData(512)).isEqualTo(sectors(1000 + i, 1));
    }
    assertThat(rig.status()).isEqualTo(DONE);
    rig.settle();
    assertThat(rig.irq.risingEdges()).isEqualTo(3);
    assertThat(rig.in(1)).isZero();
    assertThat(rig.in(2)).isZero();
    assertThat(rig.in(3) | rig.in(4) << 8).isEqualTo(1003);
  }

  @Test
  void countZeroIs256Sectors() {
    rig.command(Ata.CMD_READ_SECTORS_NO_RETRY, 0, 0);
    for (int i = 0; i < 256; i++) {
      assertThat(rig.waitNotBusy()).isEqualTo(HAS_DATA);
      assertThat(rig.readData(512)).isEqualTo(sectors(i, 1));
    }
    assertThat(rig.status()).isEqualTo(DONE);
  }

  @Test
  void dataPortTakes32Bits() {
    rig.command(Ata.CMD_READ_SECTORS, 7, 1);
    rig.waitInterrupt();
    assertThat(rig.ports.read(0x1F0, 4)).isEqualTo(7);
    for (int i = 1; i < 127; i++) {
      rig.ports.read(0x1F0, 4);
    }
    assertThat(rig.status()).isEqualTo(HAS_DATA);
    assertThat(rig.ports.read(0x1F0, 4)).isEqualTo(~7 << 24);
    assertThat(rig.status()).isEqualTo(DONE);
    assertThat(rig.ports.read(0x1F0, 4)).isZero();
  }

  @Test
  void writeSectorsReachTheImage() {
    byte[] data = pattern(4 * 512, 3);
    rig.command(Ata.CMD_WRITE_SECTORS, 500, 4);
    assertThat(rig.irq.isHigh()).as("no interrupt before the first block").isFalse();
    for (int i = 0; i < 4; i++) {
      assertThat(rig.waitNotBusy()).isEqualTo(HAS_DATA);
      rig.writeData(Arrays.copyOfRange(data, i * 512, (i + 1) * 512));
      assertThat(rig.waitInterrupt()).isEqualTo(i < 3 ? HAS_DATA : DONE);
    }
    assertThat(sectors(500, 4)).isEqualTo(data);
    assertThat(image.at(504, 0)).isEqualTo((byte) 504);
    assertThat(rig.irq.risingEdges()).isEqualTo(4);
  }

  @Test
  void multipleTransfersInBlocks() {
    rig.command(Ata.CMD_SET_MULTIPLE, 0, 8);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(identify()[59]).isEqualTo(0x0108);
    rig.irq.clear();

    rig.command(Ata.CMD_READ_MULTIPLE, 100, 20);
    for (int[] block : new int[][] {{100, 8}, {108, 8}, {116, 4}}) {
      assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
      assertThat(rig.readData(block[1] * 512)).isEqualTo(sectors(block[0], block[1]));
    }
    assertThat(rig.status()).isEqualTo(DONE);
    assertThat(rig.irq.risingEdges()).isEqualTo(3);

    byte[] data = pattern(10 * 512, 9);
    rig.command(Ata.CMD_WRITE_MULTIPLE, 200, 10);
    rig.writeData(Arrays.copyOf(data, 8 * 512));
    assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
    rig.writeData(Arrays.copyOfRange(data, 8 * 512, 10 * 512));
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(sectors(200, 10)).isEqualTo(data);
  }

  @Test
  void disabledMultipleIsAborted() {
    rig.command(Ata.CMD_SET_MULTIPLE, 0, 0);
    rig.waitInterrupt();
    assertThat(identify()[59]).isZero();
    assertAborted(Ata.CMD_READ_MULTIPLE);
    assertAborted(Ata.CMD_WRITE_MULTIPLE_EXT);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 12, 32, 255})
  void oddMultipleIsRefused(int sectors) {
    rig.command(Ata.CMD_SET_MULTIPLE, 0, sectors);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(identify()[59]).isEqualTo(0x0110);
  }

  @Test
  void extendedAddressesAndCounts() {
    rig.commandExt(Ata.CMD_READ_SECTORS_EXT, 39_000, 600);
    for (int i = 0; i < 600; i++) {
      assertThat(rig.waitNotBusy()).isEqualTo(HAS_DATA);
      assertThat(rig.readData(512)).isEqualTo(sectors(39_000 + i, 1));
    }
    assertThat(rig.status()).isEqualTo(DONE);

    byte[] data = pattern(512, 1);
    rig.commandExt(Ata.CMD_WRITE_MULTIPLE_EXT, 39_999, 1);
    rig.writeData(data);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(sectors(39_999, 1)).isEqualTo(data);
  }

  @Test
  void highOrderBytesAreReadThroughHob() {
    rig.out(6, 0x40);
    rig.out(2, 0x12);
    rig.out(2, 0x34);
    rig.out(3, 0x56);
    rig.out(3, 0x78);
    assertThat(rig.in(2)).isEqualTo(0x34);
    assertThat(rig.in(3)).isEqualTo(0x78);
    rig.control(Ata.CONTROL_HOB);
    assertThat(rig.in(2)).isEqualTo(0x12);
    assertThat(rig.in(3)).isEqualTo(0x56);
    rig.out(4, 0);
    assertThat(rig.in(2)).as("a register write clears HOB").isEqualTo(0x34);
  }

  @Test
  void nativeMaximum() {
    rig.command(Ata.CMD_READ_NATIVE_MAX, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(rig.in(3) | rig.in(4) << 8 | rig.in(5) << 16 | (rig.in(6) & 15) << 24)
        .isEqualTo(SECTORS - 1);
    rig.commandExt(Ata.CMD_READ_NATIVE_MAX_EXT, 0, 0);
    rig.waitInterrupt();
    assertThat(rig.in(3) | rig.in(4) << 8 | rig.in(5) << 16).isEqualTo(SECTORS - 1);
    rig.control(Ata.CONTROL_HOB);
    assertThat(rig.in(3) | rig.in(4) | rig.in(5)).isZero();
  }

  @Test
  void cylinderHeadSectorAddresses() {
    // Cylinder 2, head 3, sector 4 of 16 heads and 63 sectors.
    int lba = (2 * 16 + 3) * 63 + 3;
    rig.out(6, 0xA3);
    rig.out(2, 2);
    rig.out(3, 4);
    rig.out(4, 2);
    rig.out(5, 0);
    rig.out(7, Ata.CMD_READ_SECTORS);
    for (int i = 0; i < 2; i++) {
      rig.waitInterrupt();
      assertThat(rig.readData(512)).isEqualTo(sectors(lba + i, 1));
    }
    assertThat(rig.in(3)).isEqualTo(6);
    assertThat(rig.in(4)).isEqualTo(2);
    assertThat(rig.in(6)).isEqualTo(0xA3);
  }

  @Test
  void initializeParametersChangesTheTranslation() {
    rig.out(6, 0xA7);
    rig.out(2, 17);
    rig.out(7, Ata.CMD_INITIALIZE_PARAMETERS);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    int[] words = identify();
    assertThat(words[55]).isEqualTo(8);
    assertThat(words[56]).isEqualTo(17);
    assertThat(words[54]).isEqualTo(SECTORS / (8 * 17));
    assertThat(words[3]).as("the default stays").isEqualTo(16);

    rig.out(6, 0xA1);
    rig.out(2, 1);
    rig.out(3, 5);
    rig.out(4, 1);
    rig.out(5, 0);
    rig.out(7, Ata.CMD_READ_SECTORS);
    rig.waitInterrupt();
    assertThat(rig.readData(512)).isEqualTo(sectors((8 + 1) * 17 + 4, 1));
  }

  @ParameterizedTest
  @CsvSource({
    // Sector 0, sector above 63, then a cylinder past the end.
    "0, 0, 0",
    "64, 0, 0",
    "1, 0, 60000"
  })
  void chsOutsideTheDiskIsNotFound(int sector, int head, int cylinder) {
    rig.out(6, 0xA0 | head);
    rig.out(2, 1);
    rig.out(3, sector);
    rig.out(4, cylinder);
    rig.out(5, cylinder >> 8);
    rig.out(7, Ata.CMD_READ_SECTORS);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.IDNF);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Ata.CMD_READ_SECTORS,
        Ata.CMD_WRITE_SECTORS,
        Ata.CMD_READ_DMA,
        Ata.CMD_WRITE_DMA,
        Ata.CMD_READ_VERIFY,
        Ata.CMD_READ_MULTIPLE
      })
  void addressesPastTheEndAreNotFound(int command) {
    rig.command(command, SECTORS - 1, 2);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.IDNF);
    assertThat(rig.in(3) | rig.in(4) << 8).as("first sector not found").isEqualTo(SECTORS);
  }

  @Test
  void unreadableSectorIsReportedAsUncorrectable() {
    image.breakSector(12);
    rig.command(Ata.CMD_READ_SECTORS, 10, 4);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.UNC);
    rig.command(Ata.CMD_READ_SECTORS, 13, 1);
    assertThat(rig.waitInterrupt()).isEqualTo(HAS_DATA);
  }

  @Test
  void unwritableSectorAbortsTheWrite() {
    image.breakSector(10);
    rig.command(Ata.CMD_WRITE_SECTORS, 10, 1);
    rig.writeData(new byte[512]);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.ABRT);
  }

  @ParameterizedTest
  @ValueSource(ints = {Ata.CMD_WRITE_SECTORS, Ata.CMD_WRITE_MULTIPLE, Ata.CMD_WRITE_DMA})
  void readOnlyDiskAbortsWrites(int command) {
    image.readOnlyImage();
    rig.command(command, 10, 1);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.ABRT);
  }

  private void assertAborted(int command) {
    rig.command(command, 0, 1);
    assertThat(rig.waitInterrupt()).as("command %02x", command).isEqualTo(Ata.DRDY | Ata.ERR);
    assertThat(rig.in(1)).isEqualTo(Ata.ABRT);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        // NOP, DEVICE RESET, format track, download microcode, PACKET, IDENTIFY PACKET, SMART,
        // security set password and unlock, SET MAX ADDRESS, an old vendor command.
        0x00,
        0x08,
        0x50,
        0x92,
        0xA0,
        0xA1,
        0xB0,
        0xF1,
        0xF2,
        0xF9,
        0xFF
      })
  void commandsOfAbsentFeaturesAreAborted(int command) {
    assertAborted(command);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x10, 0x1F, 0x40, 0x41, 0x70, 0x7F, 0xE1, 0xE3, 0xE0, 0xE2, 0xE6, 0x95})
  void commandsWithoutDataComplete(int command) {
    rig.command(command, 0, 1);
    assertThat(rig.status()).isEqualTo(DONE | Ata.BSY);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
  }

  @Test
  void flushReachesTheImage() {
    rig.command(Ata.CMD_FLUSH_CACHE, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    rig.command(Ata.CMD_FLUSH_CACHE_EXT, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    assertThat(image.flushes()).isEqualTo(2);
  }

  @Test
  void withoutWriteCacheEveryWriteIsFlushed() {
    setFeature(0x82, 0);
    int before = image.flushes();
    assertThat(identify()[85] & 0x20).isZero();
    rig.command(Ata.CMD_WRITE_SECTORS, 0, 1);
    rig.writeData(new byte[512]);
    rig.waitInterrupt();
    assertThat(image.flushes()).isEqualTo(before + 1);
    setFeature(0x02, 0);
    assertThat(identify()[85] & 0x20).isNotZero();
  }

  private int setFeature(int feature, int count) {
    rig.out(6, 0xE0);
    rig.out(1, feature);
    rig.out(2, count);
    rig.out(7, Ata.CMD_SET_FEATURES);
    return rig.waitInterrupt();
  }

  @ParameterizedTest
  @CsvSource({
    // Mode, then words 63 and 88 of IDENTIFY.
    "0x08, 0x0007, 0x003F",
    "0x0C, 0x0007, 0x003F",
    "0x22, 0x0407, 0x003F",
    "0x42, 0x0007, 0x043F"
  })
  void transferModes(String mode, String word63, String word88) {
    assertThat(setFeature(0x03, Integer.decode(mode))).isEqualTo(DONE);
    int[] words = identify();
    assertThat(words[63]).isEqualTo(Integer.decode(word63));
    assertThat(words[88]).isEqualTo(Integer.decode(word88));
  }

  @ParameterizedTest
  @CsvSource({"0x03, 0x46", "0x03, 0x30", "0x77, 0"})
  void unknownFeaturesAreAborted(String feature, String count) {
    assertThat(setFeature(Integer.decode(feature), Integer.decode(count)))
        .isEqualTo(Ata.DRDY | Ata.ERR);
  }

  @Test
  void powerModeFollowsTheCommands() {
    assertThat(powerMode()).isEqualTo(0xFF);
    rig.command(Ata.CMD_IDLE_IMMEDIATE, 0, 0);
    rig.waitInterrupt();
    assertThat(powerMode()).isEqualTo(0x80);
    rig.command(Ata.CMD_STANDBY_IMMEDIATE, 0, 0);
    rig.waitInterrupt();
    assertThat(powerMode()).isZero();
    rig.command(Ata.CMD_READ_VERIFY, 0, 1);
    rig.waitInterrupt();
    assertThat(powerMode()).isEqualTo(0xFF);
  }

  private int powerMode() {
    rig.command(Ata.CMD_CHECK_POWER_MODE, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(DONE);
    return rig.in(2);
  }
}

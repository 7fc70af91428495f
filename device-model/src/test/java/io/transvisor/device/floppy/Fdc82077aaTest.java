package io.transvisor.device.floppy;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.dma.Dma8237;
import io.transvisor.device.floppy.FloppyFormat.DriveKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Fdc82077aaTest extends DeviceContractTest {
  private static final int BUFFER = 0x20000;
  private static final int TO_MEMORY = 0x46;
  private static final int FROM_MEMORY = 0x4A;

  private FakeClock clock;
  private PortSpace ports;
  private PhysicalMemory memory;
  private RecordingIrqLine irq;
  private Fdc82077aa fdc;
  private MemoryImage disk;

  @BeforeEach
  void fresh() {
    newDevice().reset(ResetKind.POWER_ON);
    start();
    command(0x03, 0xAF, 0x02);
  }

  @Override
  protected Device newDevice() {
    clock = new FakeClock();
    ports = new PortSpace();
    memory = new PhysicalMemory(1 << 20, 0);
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    irq = new RecordingIrqLine();
    Dma8237 dma = new Dma8237(clock.events(), ports, memory, code -> {});
    dma.reset(ResetKind.POWER_ON);
    fdc =
        new Fdc82077aa(
            clock.events(),
            ports,
            irq,
            dma,
            DriveKind.THREE_INCH_1440K,
            DriveKind.THREE_INCH_1440K);
    disk = new MemoryImage(2880);
    fdc.insert(0, disk);
    return fdc;
  }

  @Override
  protected void disturb(Device device) {
    start();
    command(0x03, 0xAF, 0x03); // non-DMA
    command(0x13, 0x00, 0x57, 0x10);
    command(0x94);
    results(1);
    command(0x0F, 0x00, 0x11);
    clock.advance(1_000_000);
    command(0x08);
    results(2);
    out(7, 0x00);
    command(0xE6, 0x00, 0x11, 0, 3, 2, 18, 0x1B, 0xFF);
    clock.advance(1_000_000);
    in(5);
    command(0x0F, 0x01, 0x22);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    return List.of(
        Peekable.ports("registers", 0x3F0, 6, ports), Peekable.ports("input", 0x3F7, 1, ports));
  }

  private void out(int register, int value) {
    ports.write(0x3F0 + register, 1, value);
  }

  private int in(int register) {
    return ports.read(0x3F0 + register, 1);
  }

  /** Takes the controller out of reset with drive A's motor on, and its four reports with it. */
  private void start() {
    out(2, 0x1C);
    clock.advance(1_000_000);
    for (int drive = 0; drive < 4; drive++) {
      command(0x08);
      assertThat(results(2)).containsExactly(0xC0 | drive, 0);
    }
    irq.clear();
  }

  private void command(int... bytes) {
    for (int b : bytes) {
      out(5, b);
    }
  }

  private int[] results(int count) {
    int[] bytes = new int[count];
    for (int i = 0; i < count; i++) {
      assertThat(in(4) & 0xD0).as("status before result byte %d", i).isEqualTo(0xD0);
      bytes[i] = in(5);
    }
    assertThat(in(4) & 0xD0).as("status after the results").isEqualTo(0x80);
    return bytes;
  }

  /** Issues a command that interrupts, and waits for that. */
  private void execute(int... bytes) {
    command(bytes);
    assertThat(irq.isHigh()).as("no interrupt within the port access").isFalse();
    clock.advance(10_000_000);
    assertThat(irq.isHigh()).as("interrupt").isTrue();
  }

  private int[] transfer(int... bytes) {
    execute(bytes);
    int[] results = results(7);
    assertThat(irq.isHigh()).isFalse();
    return results;
  }

  private void programDma(int mode, int length) {
    ports.write(0x0A, 1, 0x06);
    ports.write(0x0C, 1, 0);
    ports.write(0x04, 1, BUFFER & 0xFF);
    ports.write(0x04, 1, BUFFER >>> 8 & 0xFF);
    ports.write(0x05, 1, length - 1 & 0xFF);
    ports.write(0x05, 1, length - 1 >>> 8);
    ports.write(0x81, 1, BUFFER >>> 16);
    ports.write(0x0B, 1, mode);
    ports.write(0x0A, 1, 0x02);
  }

  private int memorySector(int index) {
    return memory.read(BUFFER + 512 * index, 2);
  }

  private int diskSector(int index) {
    return disk.bytes[512 * index] & 0xFF | (disk.bytes[512 * index + 1] & 0xFF) << 8;
  }

  // ---- housekeeping commands ----

  @Test
  void resetInterruptsOnceWhenReleased() {
    out(2, 0x18);
    assertThat(in(4)).isZero();
    out(2, 0x1C);
    assertThat(irq.isHigh()).isFalse();
    clock.advance(1_000_000);
    assertThat(irq.risingEdges()).isOne();
    out(4, 0x80); // the same through the data rate register
    clock.advance(1_000_000);
    assertThat(irq.risingEdges()).isEqualTo(2);
    assertThat(in(4)).isEqualTo(0x80);
  }

  @Test
  void identification() {
    command(0x10);
    assertThat(results(1)).containsExactly(0x90);
    command(0x18);
    assertThat(results(1)).containsExactly(0x41);
    command(0x1F);
    assertThat(results(1)).containsExactly(0x80);
    command(0x08);
    assertThat(results(1)).as("nothing to report").containsExactly(0x80);
  }

  @Test
  void dumpShowsWhatWasSet() {
    command(0x13, 0x00, 0x57, 0x10);
    command(0x12, 0x84 | 0x03);
    command(0x94);
    assertThat(results(1)).containsExactly(0x10);
    execute(0x0F, 0x00, 0x21);
    command(0x08);
    results(2);
    command(0x0E);
    assertThat(results(10)).containsExactly(0x21, 0, 0, 0, 0xAF, 0x02, 0, 0x87, 0x57, 0x10);
  }

  @Test
  void lockedSettingsOutliveASoftwareReset() {
    command(0x13, 0x00, 0x57, 0x10);
    command(0x94);
    results(1);
    out(2, 0x18);
    start();
    command(0x0E);
    assertThat(results(10)[8]).isEqualTo(0x57);
    command(0x14);
    assertThat(results(1)).containsExactly(0x00);
    out(2, 0x18);
    start();
    command(0x0E);
    assertThat(results(10)[8]).isEqualTo(0x20);
  }

  @Test
  void driveStatus() {
    command(0x04, 0x04);
    assertThat(results(1)).containsExactly(0x3C);
    disk.readOnly = true;
    execute(0x0F, 0x00, 5);
    command(0x08);
    results(2);
    command(0x04, 0x00);
    assertThat(results(1)).containsExactly(0x68);
    command(0x04, 0x03);
    assertThat(results(1)).as("no such drive").containsExactly(0x2B);
  }

  // ---- seeks ----

  @Test
  void seekAndRecalibrateReportThroughSenseInterrupt() {
    command(0x0F, 0x04, 0x11);
    assertThat(in(4)).as("drive busy, ready for a command").isEqualTo(0x81);
    clock.advance(1_000_000);
    assertThat(irq.isHigh()).isTrue();
    command(0x08);
    assertThat(results(2)).containsExactly(0x24, 0x11);
    assertThat(irq.isHigh()).isFalse();
    assertThat(in(4)).isEqualTo(0x80);
    execute(0x07, 0x00);
    command(0x08);
    assertThat(results(2)).containsExactly(0x20, 0x00);
  }

  @Test
  void relativeSeeks() {
    execute(0xCF, 0x00, 20);
    command(0x08);
    assertThat(results(2)).containsExactly(0x20, 20);
    execute(0x8F, 0x00, 5);
    command(0x08);
    assertThat(results(2)).containsExactly(0x20, 15);
  }

  @Test
  void aDriveThatIsNotThereNeverFindsTrack0() {
    execute(0x07, 0x02);
    command(0x08);
    assertThat(results(2)).containsExactly(0x72, 0x00);
  }

  @Test
  void overlappedSeeksAreBothReported() {
    command(0x0F, 0x00, 7);
    command(0x0F, 0x01, 9);
    assertThat(in(4)).isEqualTo(0x83);
    clock.advance(1_000_000);
    command(0x08);
    assertThat(results(2)).containsExactly(0x20, 7);
    clock.advance(1_000_000);
    assertThat(irq.isHigh()).isTrue();
    command(0x08);
    assertThat(results(2)).containsExactly(0x21, 9);
    assertThat(irq.isHigh()).isFalse();
  }

  // ---- reading and writing with DMA ----

  @Test
  void readsSectorsUntilTheTerminalCount() {
    programDma(TO_MEMORY, 3 * 512);
    assertThat(transfer(0xE6, 0x04, 5, 1, 4, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x04, 0, 0, 5, 1, 7, 2);
    int first = (5 * 2 + 1) * 18 + 3;
    assertThat(memorySector(0)).isEqualTo(first);
    assertThat(memorySector(2)).isEqualTo(first + 2);
    assertThat(memorySector(3)).isZero();
  }

  @Test
  void aTerminalCountAtTheEndOfTheCylinderIsNoError() {
    programDma(TO_MEMORY, 36 * 512);
    assertThat(transfer(0xE6, 0x00, 3, 0, 1, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x00, 0, 0, 4, 0, 1, 2);
    assertThat(memorySector(35)).isEqualTo(3 * 36 + 35);
  }

  @Test
  void runningOffTheCylinderIs() {
    programDma(TO_MEMORY, 40 * 512);
    assertThat(transfer(0x46, 0x00, 3, 0, 17, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x40, 0x80, 0, 4, 0, 1, 2);
    assertThat(memorySector(1)).isEqualTo(3 * 36 + 17);
  }

  @Test
  void writesSectors() {
    byte[] data = new byte[1024];
    Arrays.fill(data, (byte) 0x5A);
    memory.writeBytes(BUFFER, data, 0, 1024);
    programDma(FROM_MEMORY, 1024);
    assertThat(transfer(0xC5, 0x00, 79, 0, 18, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x04, 0, 0, 79, 1, 2, 2);
    assertThat(diskSector(79 * 36 + 17)).isEqualTo(0x5A5A);
    assertThat(diskSector(79 * 36 + 18)).isEqualTo(0x5A5A);
    assertThat(diskSector(79 * 36 + 19)).isEqualTo(79 * 36 + 19);
  }

  @Test
  void theRestOfASectorIsWrittenAsZeros() {
    programDma(FROM_MEMORY, 2);
    memory.write(BUFFER, 2, 0x1234);
    transfer(0x45, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);
    assertThat(diskSector(1)).isEqualTo(0x1234);
    assertThat(disk.bytes[512 + 2]).isZero();
    assertThat(disk.bytes[512 + 511]).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0xE6, 0, 0, 19, 2, 0x40, 0x04", // no such sector
    "0xE6, 80, 0, 1, 2, 0x40, 0x04", // no such cylinder
    "0xE6, 0, 0, 1, 3, 0x40, 0x04", // sectors of another size
    "0xA6, 0, 0, 1, 2, 0x40, 0x01" // single density
  })
  void sectorsThatAreNotThere(int command, int c, int h, int r, int n, int st0, int st1) {
    programDma(TO_MEMORY, 512);
    int[] results = transfer(command, 0x00, c, h, r, n, 36, 0x1B, 0xFF);
    assertThat(results[0]).isEqualTo(st0);
    assertThat(results[1]).isEqualTo(st1);
    assertThat(results[2]).isZero();
  }

  @Test
  void aWriteProtectedDiskIsNotWritten() {
    disk.readOnly = true;
    programDma(FROM_MEMORY, 512);
    int[] results = transfer(0xC5, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    assertThat(results).startsWith(0x40, 0x02, 0x00);
    assertThat(diskSector(0)).isZero();
  }

  @Test
  void theWrongDataRateFindsNoAddressMark() {
    out(7, 0x02);
    programDma(TO_MEMORY, 512);
    assertThat(transfer(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF)).startsWith(0x40, 0x01);
    assertThat(transfer(0x4A, 0x00)).startsWith(0x40, 0x01);
    out(7, 0x00);
    assertThat(transfer(0x4A, 0x00)).startsWith(0x00, 0x00);
  }

  @Test
  void anEmptyDriveAnswersQuickly() {
    programDma(TO_MEMORY, 512);
    assertThat(transfer(0xE6, 0x01, 0, 0, 1, 2, 18, 0x1B, 0xFF)).startsWith(0x41, 0x01);
    assertThat(transfer(0x4A, 0x01)).startsWith(0x41, 0x01);
  }

  @Test
  void aHostErrorIsADataError() {
    disk.badSector = 2;
    programDma(TO_MEMORY, 4 * 512);
    assertThat(transfer(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x40, 0x20, 0x20, 0, 0, 3, 2);
    assertThat(memorySector(1)).isEqualTo(1);
  }

  @Test
  void aShortImageEndsInZeros() {
    fdc.insert(0, new MemoryImage(1));
    memory.write(BUFFER + 512, 2, 0xFFFF);
    programDma(TO_MEMORY, 1024);
    assertThat(transfer(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF)).startsWith(0x00, 0x00);
    assertThat(memorySector(1)).isZero();
  }

  @Test
  void readTrackStartsAtTheIndex() {
    programDma(TO_MEMORY, 18 * 512);
    assertThat(transfer(0x42, 0x00, 2, 0, 9, 2, 18, 0x1B, 0xFF)).startsWith(0x00, 0x00);
    assertThat(memorySector(0)).isEqualTo(72);
    assertThat(memorySector(17)).isEqualTo(72 + 17);
  }

  @Test
  void deletedSectorsAreSkippedOrEndTheCommand() {
    memory.write(BUFFER, 2, 0xDEAD & 0xFFFF);
    programDma(FROM_MEMORY, 512);
    transfer(0x49, 0x00, 0, 0, 2, 2, 18, 0x1B, 0xFF);

    programDma(TO_MEMORY, 3 * 512);
    assertThat(transfer(0x46, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF))
        .as("ends after the deleted sector")
        .startsWith(0x00, 0x00, 0x40);
    assertThat(memorySector(1)).isEqualTo(0xDEAD);

    programDma(TO_MEMORY, 2 * 512);
    assertThat(transfer(0x66, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF))
        .as("skips it")
        .startsWith(0x00, 0x00, 0x40, 0, 0, 4);
    assertThat(memorySector(1)).isEqualTo(2);

    programDma(TO_MEMORY, 512);
    assertThat(transfer(0x6C, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF)).startsWith(0x00, 0x00, 0x40);
    assertThat(memorySector(0)).isEqualTo(0xDEAD);
  }

  @Test
  void verifyMovesNothing() {
    assertThat(transfer(0xD6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF))
        .containsExactly(0x00, 0, 0, 1, 0, 1, 2);
    assertThat(transfer(0xD6, 0x80, 0, 0, 1, 2, 18, 0x1B, 5))
        .containsExactly(0x00, 0, 0, 0, 0, 6, 2);
    disk.badSector = 3;
    assertThat(transfer(0xD6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF)).startsWith(0x40, 0x20, 0x20);
  }

  @ParameterizedTest
  @CsvSource({
    "0x51, 3, 0x08", // equal: found in sector 3 of the track
    "0x59, 3, 0x08", // low or equal
    "0x5D, 3, 0x00" // high or equal: the disk is higher in sector 4
  })
  void scansCompare(int command, int sector, int st2) {
    Arrays.fill(disk.bytes, 0, 18 * 512, (byte) 0x20);
    Arrays.fill(disk.bytes, 2 * 512, 3 * 512, (byte) (command == 0x5D ? 0x40 : 0x30));
    if (command == 0x59) {
      Arrays.fill(disk.bytes, 0, 2 * 512, (byte) 0x7E);
    }
    byte[] wanted = new byte[512];
    Arrays.fill(wanted, (byte) 0x30);
    wanted[100] = (byte) 0xFF;
    for (int i = 0; i < 18; i++) {
      memory.writeBytes(BUFFER + 512 * i, wanted, 0, 512);
    }
    programDma(FROM_MEMORY, 18 * 512);
    int[] results = transfer(command, 0x00, 0, 0, 1, 2, 18, 0x1B, 1);
    assertThat(results[0] & 0xC0).isZero();
    assertThat(results[2]).isEqualTo(st2);
    assertThat(results[5]).isEqualTo(sector);
  }

  @Test
  void aScanThatFindsNothingSaysSo() {
    programDma(FROM_MEMORY, 18 * 512);
    assertThat(transfer(0x51, 0x00, 0, 0, 1, 2, 18, 0x1B, 1)[2]).isEqualTo(0x04);
  }

  @Test
  void formatsATrack() {
    byte[] ids = new byte[18 * 4];
    for (int i = 0; i < 18; i++) {
      ids[4 * i] = 7;
      ids[4 * i + 1] = 1;
      ids[4 * i + 2] = (byte) (i + 1);
      ids[4 * i + 3] = 2;
    }
    memory.writeBytes(BUFFER, ids, 0, ids.length);
    programDma(FROM_MEMORY, ids.length);
    assertThat(transfer(0x4D, 0x04, 2, 18, 0x6C, 0xF6)).startsWith(0x04, 0x00, 0x00);
    int first = (7 * 2 + 1) * 18;
    assertThat(diskSector(first - 1)).isEqualTo(first - 1);
    assertThat(diskSector(first)).isEqualTo(0xF6F6);
    assertThat(diskSector(first + 17)).isEqualTo(0xF6F6);
    assertThat(diskSector(first + 18)).isEqualTo(first + 18);
  }

  @Test
  void formattingToAnotherLayoutFails() {
    memory.writeBytes(BUFFER, new byte[] {0, 0, 19, 2}, 0, 4);
    programDma(FROM_MEMORY, 4);
    assertThat(transfer(0x4D, 0x00, 2, 19, 0x6C, 0xF6)).startsWith(0x50, 0x00, 0x00);
  }

  @Test
  void readIdSeesTheSectorsPassBy() {
    execute(0x0F, 0x00, 12);
    command(0x08);
    results(2);
    assertThat(transfer(0x4A, 0x04)).containsExactly(0x04, 0, 0, 12, 1, 1, 2);
    assertThat(transfer(0x4A, 0x04)).containsExactly(0x04, 0, 0, 12, 1, 2, 2);
  }

  // ---- without DMA ----

  @Test
  void readsThroughTheDataRegister() {
    command(0x03, 0xAF, 0x03);
    command(0xE6, 0x00, 0, 0, 17, 2, 18, 0x1B, 0xFF);
    assertThat(in(4)).isEqualTo(0x70);
    for (int sector = 16; sector < 36; sector++) {
      clock.advance(1_000_000);
      assertThat(irq.isHigh()).isTrue();
      for (int i = 0; i < 512; i++) {
        assertThat(in(4)).isEqualTo(0xF0);
        int value = in(5);
        if (i == 0) {
          assertThat(value).isEqualTo(sector);
        }
      }
      assertThat(in(4) & 0x80).isZero();
      assertThat(irq.isHigh()).isFalse();
    }
    clock.advance(1_000_000);
    assertThat(results(7)).containsExactly(0x00, 0, 0, 1, 0, 1, 2);
  }

  @Test
  void writesThroughTheDataRegister() {
    command(0x03, 0xAF, 0x03);
    command(0x45, 0x00, 0, 0, 18, 2, 18, 0x1B, 0xFF);
    clock.advance(1_000_000);
    for (int i = 0; i < 512; i++) {
      assertThat(in(4)).isEqualTo(0xB0);
      out(5, 0x77);
    }
    clock.advance(1_000_000);
    assertThat(results(7)).startsWith(0x00, 0x00);
    assertThat(diskSector(17)).isEqualTo(0x7777);
  }

  // ---- disks ----

  @Test
  void theChangeLineStaysUntilTheHeadSteps() {
    assertThat(in(7)).isEqualTo(0x80);
    execute(0x0F, 0x00, 1);
    assertThat(in(7)).isZero();
    MemoryImage other = new MemoryImage(1440);
    assertThat(fdc.insert(0, other)).isSameAs(disk);
    assertThat(in(7)).isEqualTo(0x80);
    command(0x08);
    results(2);
    execute(0x07, 0x00);
    assertThat(in(7)).isZero();
    assertThat(fdc.eject(0)).isSameAs(other);
    command(0x08);
    results(2);
    execute(0x0F, 0x00, 2);
    assertThat(in(7)).as("no disk, no end of the change").isEqualTo(0x80);
    assertThat(fdc.medium(0)).isNull();
  }

  @Test
  void aDiskTakenOutInTheMiddleEndsTheCommand() {
    command(0x03, 0xAF, 0x03);
    command(0xE6, 0x00, 0, 0, 1, 2, 18, 0x1B, 0xFF);
    clock.advance(1_000_000);
    fdc.eject(0);
    for (int i = 0; i < 512; i++) {
      in(5);
    }
    clock.advance(1_000_000);
    assertThat(results(7)[0] & 0xC0).isEqualTo(0x40);
  }

  @ParameterizedTest
  @ValueSource(ints = {720, 1440, 2400, 5760})
  void disksOfAllDensitiesReadAtTheirRate(int sectors) {
    MemoryImage other = new MemoryImage(sectors);
    fdc.insert(0, other);
    FloppyFormat format = FloppyFormat.ofSize(sectors, "test");
    out(7, format.rate());
    programDma(TO_MEMORY, 512);
    int track = format.tracks() - 1;
    assertThat(transfer(0xE6, 0x04, track, 1, format.sectors(), 2, format.sectors(), 0x1B, 0xFF))
        .startsWith(0x00, 0x00);
    assertThat(memorySector(0)).isEqualTo(sectors - 1);
  }

  @Test
  void cmosTypesAndClosing() {
    assertThat(fdc.cmosType(0)).isEqualTo(4);
    fdc.close();
    assertThat(disk.closed).isTrue();
  }

  @Test
  void statusRegistersAOfThePs2() {
    assertThat(in(0)).isEqualTo(0x06);
    disk.readOnly = true;
    command(0x0F, 0x00, 3);
    clock.advance(1_000_000);
    assertThat(in(0)).isEqualTo(0x94);
    assertThat(in(1)).isEqualTo(0xE1);
    assertThat(in(2)).isEqualTo(0x1C);
    out(3, 0x02);
    assertThat(in(3)).isEqualTo(0x02);
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.IsoMedium;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Host I/O on the controller's own thread. */
class IdeAsyncTest {
  private static final int DONE = Ata.DRDY | Ata.DSC;

  private final IdeRig rig = new IdeRig(false).configured();

  @AfterEach
  void close() {
    rig.ide.close();
  }

  /** An image whose reads wait for the test. */
  private static final class SlowImage implements BlockImage {
    private final MemoryImage image = new MemoryImage(1000);
    private final CountDownLatch mayRead = new CountDownLatch(1);
    private volatile Thread reader;

    @Override
    public long sectors() {
      return image.sectors();
    }

    @Override
    public void read(long sector, int count, byte[] target, int offset) {
      if (sector != 0) {
        reader = Thread.currentThread();
        try {
          assertThat(mayRead.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      image.read(sector, count, target, offset);
    }

    @Override
    public void write(long sector, int count, byte[] source, int offset) {
      image.write(sector, count, source, offset);
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public void flush() {
      image.flush();
    }

    @Override
    public void close() {
      image.close();
    }

    @Override
    public String describe() {
      return "slow";
    }
  }

  private int waitPosted() throws InterruptedException {
    while (!rig.irq.isHigh()) {
      if (!rig.clock.runNext()) {
        assertThat(rig.control.runNextPosted(10_000)).isTrue();
      }
    }
    return rig.in(7);
  }

  @Test
  void theVcpuGoesOnWhileTheHostReads() throws InterruptedException {
    SlowImage image = new SlowImage();
    rig.ide.attachDisk(0, 0, image);
    rig.command(Ata.CMD_READ_SECTORS, 77, 1);
    rig.settle();
    assertThat(rig.status()).isEqualTo(DONE | Ata.BSY);
    image.mayRead.countDown();
    assertThat(waitPosted()).isEqualTo(DONE | Ata.DRQ);
    assertThat(image.reader).isNotEqualTo(Thread.currentThread());
    assertThat(rig.readData(512)[0]).isEqualTo((byte) 77);
  }

  @Test
  void quickIoStillTakesTheLeastTime() throws InterruptedException {
    rig.ide.attachDisk(0, 0, new MemoryImage(100));
    rig.command(Ata.CMD_READ_SECTORS, 7, 1);
    assertThat(rig.control.runNextPosted(10_000)).isTrue();
    assertThat(rig.irq.isHigh()).isFalse();
    rig.clock.advance(IdeTiming.DEFAULT.command() - 1);
    assertThat(rig.irq.isHigh()).isFalse();
    rig.clock.advance(1);
    assertThat(rig.irq.isHigh()).isTrue();
  }

  @Test
  void resetForgetsIoUnderWay() throws InterruptedException {
    SlowImage image = new SlowImage();
    rig.ide.attachDisk(0, 0, image);
    rig.command(Ata.CMD_READ_SECTORS, 77, 1);
    rig.control(Ata.CONTROL_SRST);
    rig.control(0);
    rig.command(Ata.CMD_READ_SECTORS, 0, 1);
    image.mayRead.countDown();
    assertThat(waitPosted()).isEqualTo(DONE | Ata.DRQ);
    assertThat(rig.readData(512)[0]).isZero();
    rig.settle();
    assertThat(rig.irq.risingEdges()).isEqualTo(1);
  }

  @Test
  void writesUnderWayReachTheImageBeforeItCloses() {
    MemoryImage image = new MemoryImage(100);
    rig.ide.attachDisk(0, 0, image);
    rig.command(Ata.CMD_WRITE_SECTORS, 3, 1);
    byte[] data = new byte[512];
    Arrays.fill(data, (byte) 0x42);
    rig.writeData(data);
    rig.ide.close();
    assertThat(image.at(3, 100)).isEqualTo((byte) 0x42);
    assertThat(image.isClosed()).isTrue();
  }

  @Test
  void manyTransfersOnBothChannels() throws InterruptedException {
    MemoryImage disk = new MemoryImage(5000);
    rig.ide.attachDisk(0, 0, disk);
    rig.ide.attachCdrom(1, 0, new IsoMedium(new MemoryImage(100)));
    for (int i = 0; i < 50; i++) {
      rig.clearTable();
      rig.prd(0x20000, 64 * 512, true);
      rig.stopBusMaster();
      rig.command(Ata.CMD_READ_DMA, i * 64, 64);
      rig.startBusMaster(true);
      rig.ports.write(0x177, 1, Ata.CMD_IDENTIFY_PACKET);
      assertThat(waitPosted()).isEqualTo(DONE);
      assertThat(rig.memory.read(0x20000, 2)).isEqualTo(i * 64);
      rig.settle();
      rig.ports.read(0x177, 1);
      for (int word = 0; word < 256; word++) {
        rig.ports.read(0x170, 2);
      }
    }
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.DeviceContractTest;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateMap;
import io.transvisor.device.storage.IsoMedium;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Piix3IdeTest extends DeviceContractTest {
  private final Map<Device, IdeRig> rigs = new HashMap<>();

  private IdeRig newRig() {
    IdeRig rig = new IdeRig();
    rig.ide.attachDisk(0, 0, new MemoryImage(2000));
    rig.ide.attachCdrom(0, 1, new IsoMedium(new MemoryImage(400)));
    rig.ide.attachCdrom(1, 0, null);
    rig.ide.reset(ResetKind.POWER_ON);
    return rig;
  }

  @Override
  protected Device newDevice() {
    IdeRig rig = newRig();
    rigs.put(rig.ide, rig);
    return rig.ide;
  }

  @Override
  protected void disturb(Device device) {
    IdeRig rig = rigs.get(device).configured();
    rig.ide.writeConfig(0x40, 4, 0x12345678);
    rig.ports.write(IdeRig.BUS_MASTER + 12, 4, 0x5678);
    // The CD drive has sense data and a changed mode page, and is in the middle of a reply.
    rig.out(6, 0xB0);
    rig.out(4, 100);
    rig.out(5, 0);
    rig.out(7, Ata.CMD_PACKET);
    rig.writeData(new byte[] {0x1E, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    rig.waitInterrupt();
    rig.out(7, Ata.CMD_PACKET);
    rig.writeData(new byte[] {0x1E, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    rig.waitInterrupt();
    rig.out(4, 100);
    rig.out(5, 0);
    rig.out(7, Ata.CMD_PACKET);
    rig.writeData(new byte[] {0x28, 0, 0, 0, 0, 7, 0, 0, 9, 0, 0, 0});
    rig.settle();
    rig.readData(10);
    // The disk of the other channel's kind is busy with a transfer.
    rig.ports.write(0x177, 1, Ata.CMD_PACKET);
    rig.ports.write(0x170, 2, 0x1234);
  }

  @Override
  protected List<Peekable> peekables(Device device) {
    IdeRig rig = rigs.get(device);
    return List.of(
        Peekable.ports("primary", 0x1F0, 8, rig.ports),
        Peekable.ports("primary control", 0x3F6, 1, rig.ports),
        Peekable.ports("secondary", 0x170, 8, rig.ports),
        Peekable.ports("bus master", IdeRig.BUS_MASTER, 16, rig.ports));
  }

  @Test
  void peekOfStatusShowsItAndKeepsTheInterrupt() {
    IdeRig rig = newRig();
    rig.command(Ata.CMD_RECALIBRATE, 0, 0);
    rig.settle();
    assertThat(rig.ports.peek(0x1F7)).isEqualTo(Ata.DRDY | Ata.DSC);
    assertThat(rig.irq.isHigh()).isTrue();
  }

  /**
   * Takes a PIO write, a PIO read and a DMA read apart: at every step the state moves to a new
   * machine, which must end where an undisturbed one does.
   */
  @ParameterizedTest
  @ValueSource(ints = {Ata.CMD_READ_MULTIPLE, Ata.CMD_WRITE_SECTORS, Ata.CMD_READ_DMA})
  void commandsSurviveSaveAndLoadAtEveryStep(int command) {
    byte[] straight = new byte[0];
    for (boolean moving : new boolean[] {false, true}) {
      IdeRig rig = newRig().configured();
      rig.prd(0x20000, 40 * 512, true);
      rig.command(command, 300, 40);
      if (command == Ata.CMD_READ_DMA) {
        rig.startBusMaster(true);
      }
      List<Byte> seen = new ArrayList<>();
      do {
        if (moving) {
          rig = moved(rig);
        }
        while ((rig.status() & Ata.DRQ) != 0 && command != Ata.CMD_READ_DMA) {
          if (command == Ata.CMD_WRITE_SECTORS) {
            rig.writeData(new byte[] {(byte) 0xAB, 0x12});
          } else {
            for (byte b : rig.readData(2)) {
              seen.add(b);
            }
          }
        }
      } while (rig.clock.runNext());
      assertThat(rig.status()).isEqualTo(Ata.DRDY | Ata.DSC);
      byte[] memory = new byte[40 * 512];
      rig.memory.readBytes(0x20000, memory, 0, memory.length);
      byte[] outcome = Arrays.copyOf(memory, memory.length + seen.size());
      for (int i = 0; i < seen.size(); i++) {
        outcome[memory.length + i] = seen.get(i);
      }
      if (moving) {
        assertThat(outcome).isEqualTo(straight);
      }
      straight = outcome;
    }
  }

  private IdeRig moved(IdeRig old) {
    StateMap state = saved(old.ide);
    IdeRig rig = newRig();
    rig.clock.set(old.clock.nanos());
    byte[] memory = new byte[rig.memory.ramSize()];
    old.memory.readBytes(0, memory, 0, memory.length);
    rig.memory.writeBytes(0, memory, 0, memory.length);
    rig.ide.load(state);
    return rig;
  }

  @Test
  void equalInputGivesEqualTimes() {
    assertThat(trace()).isEqualTo(trace());
  }

  private List<Long> trace() {
    IdeRig rig = newRig();
    Random random = new Random(3);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rig.command(Ata.CMD_READ_MULTIPLE, random.nextInt(1000), 1 + random.nextInt(16));
      rig.waitInterrupt();
      times.add(rig.clock.nanos());
      rig.readData(16 * 512);
      rig.settle();
    }
    return times;
  }

  @Test
  void closeClosesTheImages() {
    IdeRig rig = new IdeRig();
    MemoryImage disk = new MemoryImage(10);
    MemoryImage cd = new MemoryImage(10);
    rig.ide.attachDisk(0, 0, disk);
    rig.ide.attachCdrom(1, 1, new IsoMedium(cd));
    rig.ide.close();
    assertThat(disk.isClosed()).isTrue();
    assertThat(cd.isClosed()).isTrue();
  }
}

package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.device.ResetKind;
import io.transvisor.device.storage.IsoMedium;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hostile driver: registers, packets, descriptors and time at random. Nothing may be thrown, and
 * after a reset the drives must work.
 */
class IdeFuzzTest {
  private static final int STEPS = 40_000;

  /** Packet operations worth trying more often than at random. */
  private static final int[] OPERATIONS = {
    0x00, 0x03, 0x12, 0x15, 0x1A, 0x1B, 0x1E, 0x25, 0x28, 0x2B, 0x2F, 0x42, 0x43, 0x46, 0x4A, 0x51,
    0x52, 0x55, 0x5A, 0xA8, 0xAD, 0xB9, 0xBB, 0xBD, 0xBE
  };

  private static final int[] COMMANDS = {
    0x08, 0x20, 0x24, 0x25, 0x29, 0x30, 0x34, 0x35, 0x39, 0x40, 0x42, 0x90, 0x91, 0xA0, 0xA0, 0xA0,
    0xA0, 0xA1, 0xC4, 0xC5, 0xC6, 0xC8, 0xCA, 0xE5, 0xE7, 0xEC, 0xEF
  };

  private final IdeRig rig = new IdeRig().configured();
  private Random random;

  private int base() {
    return random.nextInt(4) == 0 ? 0x170 : 0x1F0;
  }

  private int width() {
    return 1 << random.nextInt(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void nothingIsThrownAndNothingHangs(long seed) {
    random = new Random(seed);
    MemoryImage disk = new MemoryImage(3000);
    AtapiCdrom cdrom;
    rig.ide.attachDisk(0, 0, disk);
    cdrom = rig.ide.attachCdrom(0, 1, new IsoMedium(new MemoryImage(2000)));
    rig.ide.attachDisk(1, 1, new MemoryImage(500).readOnlyImage());
    for (int i = 0; i < STEPS; i++) {
      try {
        step(cdrom);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", step " + i, e);
      }
    }
    rig.ide.reset(ResetKind.HARD);
    rig.command(Ata.CMD_IDENTIFY, 0, 0);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.DSC | Ata.DRQ);
    rig.ide.reset(ResetKind.HARD);
    rig.out(6, 0xB0);
    rig.out(7, Ata.CMD_IDENTIFY_PACKET);
    assertThat(rig.waitInterrupt()).isEqualTo(Ata.DRDY | Ata.DSC | Ata.DRQ);
  }

  private void step(AtapiCdrom cdrom) {
    switch (random.nextInt(16)) {
      case 0, 1 -> rig.ports.write(base() + random.nextInt(8), width(), random.nextInt());
      case 2 -> rig.ports.read(base() + random.nextInt(8), width());
      case 3, 4 -> rig.ports.write(base() + 7, 1, pick(COMMANDS));
      case 5 -> rig.ports.write(base() + 6, 1, 0xE0 | random.nextInt(2) << 4);
      case 6 -> {
        // Small addresses, so that many are inside.
        for (int register = 1; register < 6; register++) {
          rig.ports.write(base() + register, 1, random.nextInt(register == 2 ? 8 : 4));
        }
      }
      case 7 -> rig.readData(random.nextInt(1024) & ~1);
      case 8 -> rig.writeData(new byte[random.nextInt(1024) & ~1]);
      case 9, 10 -> rig.writeData(packet());
      case 11 -> rig.clock.advance(random.nextInt(200_000));
      case 12 -> {
        int port = IdeRig.BUS_MASTER + random.nextInt(16);
        rig.ports.write(port, width(), random.nextInt());
      }
      case 13 -> {
        rig.clearTable();
        rig.prd(random.nextInt(1 << 22), random.nextInt(0x10000), random.nextBoolean());
        rig.prd(random.nextInt(), random.nextInt(0x10000), true);
        rig.startBusMaster(random.nextBoolean());
      }
      case 14 -> rare(cdrom);
      default -> rig.waitQuietly();
    }
  }

  private void rare(AtapiCdrom cdrom) {
    switch (random.nextInt(12)) {
      case 0 -> rig.control(random.nextInt(256));
      case 1 -> rig.control(0);
      case 2 -> cdrom.insert(new IsoMedium(new MemoryImage(4 + random.nextInt(2000))));
      case 3 -> cdrom.eject(random.nextBoolean());
      case 4 -> rig.ide.writeConfig(4, 2, random.nextInt() | 1);
      case 5 -> rig.configured();
      case 6 -> rig.ide.reset(ResetKind.HARD);
      default -> {
        rig.control(0);
        rig.configured();
      }
    }
  }

  private int pick(int[] values) {
    return values[random.nextInt(values.length)];
  }

  private byte[] packet() {
    byte[] packet = new byte[12];
    packet[0] = (byte) pick(OPERATIONS);
    for (int i = 1; i < 12; i++) {
      packet[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
    }
    return packet;
  }
}

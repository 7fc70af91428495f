package io.transvisor.device.ide;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.machine.MachineControl;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortRange;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.pci.PciFunction;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.IsoMedium;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The IDE function of the PIIX3 (Intel 82371SB, 2.3 and 2.7): two channels at the addresses and
 * interrupts of the AT, and bus-master registers behind BAR 4. Belongs at 00:01.1.
 *
 * <p>The channels are decoded whatever the enable bits say, and the timing registers only keep what
 * is written: as in QEMU, whose guests we run. The enable bits come up set, so that a kernel
 * started without firmware finds both channels.
 */
public final class Piix3Ide extends PciFunction {
  /** Names of the channels. */
  static final String PRIMARY = "ide0";

  static final String SECONDARY = "ide1";

  private static final int VENDOR = 0x8086;
  private static final int DEVICE = 0x7010;

  /** IDE controller, bus master, both channels fixed to compatibility mode. */
  private static final int CLASS_CODE = 0x010180;

  private static final int BUS_MASTER_BAR = 4;
  private static final int BUS_MASTER_PORTS = 16;

  // Timing registers: IDETIM of either channel with the decode enable in bit 15, and SIDETIM.
  private static final int IDETIM_PRIMARY = 0x40;
  private static final int IDETIM_SECONDARY = 0x42;
  private static final int SIDETIM = 0x44;
  private static final int DECODE_ENABLE = 0x8000;

  private final IdeChannel[] channels;
  private final ExecutorService io;

  /**
   * @param primary the wire of IRQ 14
   * @param secondary the wire of IRQ 15
   * @param deterministic host I/O is done on the vCPU thread, so that equal runs of the guest are
   *     equal to the last interrupt
   */
  public Piix3Ide(
      PortSpace ports,
      PhysicalMemory memory,
      EventQueue events,
      MachineControl control,
      IrqLine primary,
      IrqLine secondary,
      boolean deterministic,
      IdeTiming timing) {
    super("ide", VENDOR, DEVICE, 0, CLASS_CODE);
    io =
        deterministic
            ? null
            : Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("ide-io").factory());
    IdeHost host = new IdeHost(events, control, io, deterministic, timing);
    channels =
        new IdeChannel[] {
          new IdeChannel(PRIMARY, host, ports, memory, 0x1F0, 0x3F6, primary),
          new IdeChannel(SECONDARY, host, ports, memory, 0x170, 0x376, secondary)
        };
    PortRange range = ports.register("ide-bus-master", 0, BUS_MASTER_PORTS, 4, new BusMasters());
    range.setEnabled(false);
    ioBar(BUS_MASTER_BAR, BUS_MASTER_PORTS, range);
    putWord(config, IDETIM_PRIMARY, DECODE_ENABLE);
    putWord(config, IDETIM_SECONDARY, DECODE_ENABLE);
    for (int i = IDETIM_PRIMARY; i <= SIDETIM; i++) {
      writableMask[i] = (byte) 0xFF;
    }
    config[0x06] = (byte) 0x80;
    config[0x07] = 0x02;
  }

  /**
   * Connects a disk; the drive closes the image at the end.
   *
   * @param channel 0 primary, 1 secondary
   * @param unit 0 master, 1 slave
   */
  public AtaDisk attachDisk(int channel, int unit, BlockImage image) {
    AtaDisk disk = new AtaDisk(channels[channel], unit, image);
    channels[channel].attach(disk);
    return disk;
  }

  /**
   * Connects a CD drive.
   *
   * @param channel 0 primary, 1 secondary
   * @param unit 0 master, 1 slave
   * @param medium what is in it, or null; closed by the drive
   */
  public AtapiCdrom attachCdrom(int channel, int unit, IsoMedium medium) {
    AtapiCdrom drive = new AtapiCdrom(channels[channel], unit, medium);
    channels[channel].attach(drive);
    return drive;
  }

  // ---- configuration ----

  @Override
  public void writeConfig(int offset, int width, int value) {
    super.writeConfig(offset, width, value);
    updateBusMaster();
  }

  private void updateBusMaster() {
    for (IdeChannel channel : channels) {
      channel.setBusMasterAllowed(busMasterEnabled());
    }
  }

  /** Both channels' registers, eight bytes each. */
  private final class BusMasters implements PlainPort {
    @Override
    public int read(int offset, int width) {
      int value = 0;
      for (int i = 0; i < width; i++) {
        int at = offset + i;
        value |= channels[at >> 3].busMaster().readByte(at & 7) << (8 * i);
      }
      return value;
    }

    @Override
    public void write(int offset, int width, int value) {
      for (int i = 0; i < width; i++) {
        int at = offset + i;
        channels[at >> 3].busMaster().writeByte(at & 7, value >>> (8 * i) & 0xFF);
      }
    }
  }

  // ---- life ----

  @Override
  public void reset(ResetKind kind) {
    super.reset(kind);
    for (IdeChannel channel : channels) {
      channel.hardReset();
    }
  }

  @Override
  public void save(StateWriter out) {
    super.save(out);
    channels[0].save(out, PRIMARY + ".");
    channels[1].save(out, SECONDARY + ".");
  }

  @Override
  public void load(StateReader in) {
    super.load(in);
    channels[0].load(in, PRIMARY + ".");
    channels[1].load(in, SECONDARY + ".");
  }

  /** Finishes all writes under way and closes the images. */
  @Override
  public void close() {
    if (io != null) {
      io.close();
    }
    for (IdeChannel channel : channels) {
      channel.close();
    }
  }
}

package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.BlockImage;

/**
 * A fixed disk: the general feature set of ATA/ATAPI-6 with 48-bit addresses, power management and
 * bus-master DMA. SMART, security, host protected area and the other optional feature sets are
 * absent and reported so; their commands are aborted.
 */
public final class AtaDisk extends DiskTransfer {
  private static final int POWER_ACTIVE = 0xFF;
  private static final int POWER_IDLE = 0x80;
  private static final int POWER_STANDBY = 0x00;

  private final DiskGeometry geometry;
  private int multiple = IdentifyData.MAX_MULTIPLE;
  private int powerMode = POWER_ACTIVE;

  AtaDisk(IdeChannel channel, int unit, BlockImage image) {
    super(channel, unit, image);
    this.geometry = address.geometry();
  }

  /** Capacity in sectors. */
  public long sectors() {
    return image.sectors();
  }

  /** The geometry the drive was made with. */
  public DiskGeometry geometry() {
    return geometry;
  }

  /** The geometry INITIALIZE DEVICE PARAMETERS has set. */
  DiskGeometry currentGeometry() {
    return address.geometry();
  }

  /** Sectors per block of READ and WRITE MULTIPLE, 0 if they are disabled. */
  int multiple() {
    return multiple;
  }

  @Override
  boolean isPacketDevice() {
    return false;
  }

  @Override
  void hardReset() {
    address.setGeometry(geometry);
    multiple = IdentifyData.MAX_MULTIPLE;
    powerMode = POWER_ACTIVE;
    super.hardReset();
  }

  // ---- commands ----

  @Override
  void execute(int command) {
    switch (command) {
      case Ata.CMD_READ_SECTORS, Ata.CMD_READ_SECTORS_NO_RETRY -> startPioRead(false, 1);
      case Ata.CMD_READ_SECTORS_EXT -> startPioRead(true, 1);
      case Ata.CMD_READ_MULTIPLE -> startPioRead(false, multiple);
      case Ata.CMD_READ_MULTIPLE_EXT -> startPioRead(true, multiple);
      case Ata.CMD_WRITE_SECTORS, Ata.CMD_WRITE_SECTORS_NO_RETRY, Ata.CMD_WRITE_VERIFY ->
          startPioWrite(false, 1);
      case Ata.CMD_WRITE_SECTORS_EXT -> startPioWrite(true, 1);
      case Ata.CMD_WRITE_MULTIPLE -> startPioWrite(false, multiple);
      case Ata.CMD_WRITE_MULTIPLE_EXT -> startPioWrite(true, multiple);
      case Ata.CMD_READ_DMA, Ata.CMD_READ_DMA_NO_RETRY -> startDmaRead(false);
      case Ata.CMD_READ_DMA_EXT -> startDmaRead(true);
      case Ata.CMD_WRITE_DMA, Ata.CMD_WRITE_DMA_NO_RETRY -> startDmaWrite(false);
      case Ata.CMD_WRITE_DMA_EXT -> startDmaWrite(true);
      case Ata.CMD_READ_VERIFY, Ata.CMD_READ_VERIFY_NO_RETRY -> verify(false);
      case Ata.CMD_READ_VERIFY_EXT -> verify(true);
      case Ata.CMD_INITIALIZE_PARAMETERS -> initializeParameters();
      case Ata.CMD_SET_MULTIPLE -> setMultiple();
      case Ata.CMD_SET_FEATURES -> setDiskFeatures();
      case Ata.CMD_FLUSH_CACHE, Ata.CMD_FLUSH_CACHE_EXT -> startFlush();
      case Ata.CMD_IDENTIFY -> startIdentify();
      case Ata.CMD_READ_NATIVE_MAX -> readNativeMax(false);
      case Ata.CMD_READ_NATIVE_MAX_EXT -> readNativeMax(true);
      default -> executeOther(command);
    }
  }

  private void executeOther(int command) {
    switch (command & 0xF0) {
      // The low nibble was the step rate, once.
      case Ata.CMD_RECALIBRATE -> complete(0);
      case Ata.CMD_SEEK -> seek();
      case 0x90, 0xE0 -> {
        int modern = isOldPowerCommand(command) ? (command & 0x0F) - 4 | 0xE0 : command;
        executePower(modern);
      }
      default -> complete(Ata.ABRT);
    }
  }

  /**
   * 94h to 99h are the codes of E0h to E3h, E5h and E6h before ATA-1 settled, still used by old
   * drivers.
   */
  private static boolean isOldPowerCommand(int command) {
    return command >= 0x94 && command <= 0x97;
  }

  private void executePower(int command) {
    switch (command) {
      case Ata.CMD_STANDBY_IMMEDIATE, Ata.CMD_STANDBY, Ata.CMD_SLEEP, 0x99 -> {
        // A zero count disables the timer that STANDBY sets; any other we treat as never running
        // out.
        powerMode = command == Ata.CMD_STANDBY ? powerMode : POWER_STANDBY;
        startFlush();
      }
      case Ata.CMD_IDLE_IMMEDIATE, Ata.CMD_IDLE -> {
        powerMode = POWER_IDLE;
        complete(0);
      }
      case Ata.CMD_CHECK_POWER_MODE, 0x98 -> {
        registers.set(Ata.SECTOR_COUNT, powerMode);
        complete(0);
      }
      default -> complete(Ata.ABRT);
    }
  }

  private void initializeParameters() {
    int heads = (registers.get(Ata.DEVICE) & 0x0F) + 1;
    int sectors = registers.get(Ata.SECTOR_COUNT);
    if (sectors == 0) {
      complete(Ata.ABRT);
      return;
    }
    int cylinders = (int) Math.min(sectors() / (heads * sectors), 65535);
    address.setGeometry(new DiskGeometry(cylinders, heads, sectors, geometry.translation()));
    complete(0);
  }

  private void setMultiple() {
    int wanted = registers.get(Ata.SECTOR_COUNT);
    if (wanted > IdentifyData.MAX_MULTIPLE || Integer.bitCount(wanted) > 1) {
      complete(Ata.ABRT);
    } else {
      multiple = wanted;
      complete(0);
    }
  }

  private void setDiskFeatures() {
    boolean cached = writeCache;
    if (!setFeatures()) {
      complete(Ata.ABRT);
    } else if (cached && !writeCache) {
      startFlush();
    } else {
      complete(0);
    }
  }

  private void readNativeMax(boolean ext) {
    long last = sectors() - 1;
    address.write(ext ? last : Math.min(last, (1 << 28) - 2), ext);
    complete(0);
  }

  private void seek() {
    long target = address.read(false);
    complete(target < 0 || target >= sectors() ? Ata.IDNF : 0);
  }

  @Override
  void identify() {
    IdentifyData.forDisk(buffer, this);
  }

  @Override
  void wake() {
    powerMode = POWER_ACTIVE;
  }

  // ---- saved state ----

  @Override
  void save(StateWriter out, String prefix) {
    super.save(out, prefix);
    DiskGeometry current = address.geometry();
    out.putInts(
        prefix + "disk",
        new int[] {multiple, powerMode, current.cylinders(), current.heads(), current.sectors()});
  }

  @Override
  void loadCommand(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "disk");
    multiple = all[0];
    powerMode = all[1];
    address.setGeometry(new DiskGeometry(all[2], all[3], all[4], geometry.translation()));
    super.loadCommand(in, prefix);
  }
}

package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;

/**
 * A fixed disk: the general feature set of ATA/ATAPI-6 with 48-bit addresses, power management and bus-master DMA. SMART,
 * security, host protected area and the other optional feature sets are absent and reported so; their commands are aborted.
 *
 * <p>A transfer moves in chunks of host I/O; PIO then hands a chunk to the host block by block, DMA moves it in one go.
 */
public final class AtaDisk extends IdeDrive {
  private static final int SECTOR = BlockImage.SECTOR_SIZE;

  /** Sectors of one host I/O. */
  private static final int PIO_CHUNK = 256;

  private static final int DMA_CHUNK = 2048;

  private static final int POWER_ACTIVE = 0xFF;
  private static final int POWER_IDLE = 0x80;
  private static final int POWER_STANDBY = 0x00;

  /** What the disk is doing, or waiting for. */
  private enum Phase {
    IDLE,
    /** Nothing but time, then the result in {@link #result}. */
    COMPLETION,
    IDENTIFY,
    FLUSH,
    /** Reading a chunk of a PIO command from the image. */
    PIO_READ,
    /** The pause before the next block of the chunk. */
    PIO_READ_PAUSE,
    /** The host empties a block. */
    PIO_READ_BLOCK,
    /** The host fills a block. */
    PIO_WRITE_BLOCK,
    PIO_WRITE_PAUSE,
    /** Writing a chunk of a PIO command to the image. */
    PIO_WRITE,
    DMA_READ,
    /** A chunk is there; the bus master has to be started. */
    DMA_READ_WAIT,
    /** The bus master moves the chunk. */
    DMA_READ_MOVE,
    DMA_WRITE_WAIT,
    DMA_WRITE_MOVE,
    DMA_WRITE
  }

  private static final Phase[] PHASES = Phase.values();

  private final BlockImage image;
  private final DiskGeometry geometry;
  private DiskGeometry current;
  private int multiple = IdentifyData.MAX_MULTIPLE;
  private int powerMode = POWER_ACTIVE;

  private Phase phase = Phase.IDLE;
  private int result;
  private boolean extended;

  /** First sector not yet transferred: the start of the chunk. */
  private long lba;

  /** Sectors not yet transferred, those of the chunk included. */
  private int remaining;

  private int chunkSectors;

  /** Sectors of the chunk the host has moved. */
  private int chunkDone;

  /** Sectors between two interrupts of a PIO command. */
  private int blockSectors;

  AtaDisk(IdeChannel channel, int unit, BlockImage image) {
    super(channel, unit);
    this.image = image;
    this.geometry = DiskGeometry.of(image);
    this.current = geometry;
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
    return current;
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
    current = geometry;
    multiple = IdentifyData.MAX_MULTIPLE;
    powerMode = POWER_ACTIVE;
    super.hardReset();
  }

  @Override
  void abandon() {
    phase = Phase.IDLE;
    result = 0;
    extended = false;
    lba = 0;
    remaining = 0;
    chunkSectors = 0;
    chunkDone = 0;
    blockSectors = 0;
  }

  // ---- commands ----

  @Override
  void execute(int command) {
    abandon();
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
      case Ata.CMD_IDENTIFY -> {
        busy();
        phase = Phase.IDENTIFY;
        io.delay(timing().command());
      }
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

  /** 94h to 99h are the codes of E0h to E3h, E5h and E6h before ATA-1 settled, still used by old drivers. */
  private static boolean isOldPowerCommand(int command) {
    return command >= 0x94 && command <= 0x97;
  }

  private void executePower(int command) {
    switch (command) {
      case Ata.CMD_STANDBY_IMMEDIATE, Ata.CMD_STANDBY, Ata.CMD_SLEEP, 0x99 -> {
        // A zero count disables the timer that STANDBY sets; any other we treat as never running out.
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

  /** Ends the command after the usual time. */
  private void complete(int errorBits) {
    busy();
    phase = Phase.COMPLETION;
    result = errorBits;
    io.delay(timing().command());
  }

  private void initializeParameters() {
    int heads = (registers.get(Ata.DEVICE) & 0x0F) + 1;
    int sectors = registers.get(Ata.SECTOR_COUNT);
    if (sectors == 0) {
      complete(Ata.ABRT);
      return;
    }
    int cylinders = (int) Math.min(sectors() / (heads * sectors), 65535);
    current = new DiskGeometry(cylinders, heads, sectors, geometry.translation());
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

  private void startFlush() {
    busy();
    phase = Phase.FLUSH;
    io.start(timing().command(), image::flush);
  }

  private void readNativeMax(boolean ext) {
    long last = sectors() - 1;
    extended = ext;
    storeAddress(ext ? last : Math.min(last, (1 << 28) - 2));
    complete(0);
  }

  private void seek() {
    lba = address(false);
    complete(lba < 0 || lba >= sectors() ? Ata.IDNF : 0);
  }

  private void verify(boolean ext) {
    if (begin(ext)) {
      storeAddress(lba + remaining - 1);
      registers.set(Ata.SECTOR_COUNT, 0);
      complete(0);
    }
  }

  // ---- addresses ----

  /** The sector the registers name; negative if a CHS address is outside the geometry. */
  private long address(boolean ext) {
    int device = registers.get(Ata.DEVICE);
    if ((device & Ata.DEVICE_LBA) != 0) {
      return ext
          ? registers.low24() | (long) registers.previous24() << 24
          : registers.low24() | (device & 0x0F) << 24;
    }
    int sector = registers.get(Ata.LBA_LOW);
    int head = device & 0x0F;
    int cylinder = registers.get(Ata.LBA_MID) | registers.get(Ata.LBA_HIGH) << 8;
    if (sector == 0 || sector > current.sectors() || head >= current.heads()) {
      return -1;
    }
    return ((long) cylinder * current.heads() + head) * current.sectors() + sector - 1;
  }

  /** Puts a sector number into the registers, in the form the command uses. */
  private void storeAddress(long sector) {
    int device = registers.get(Ata.DEVICE);
    if ((device & Ata.DEVICE_LBA) != 0) {
      storeLow24((int) sector);
      if (extended) {
        registers.setPrevious(Ata.LBA_LOW, (int) (sector >>> 24));
        registers.setPrevious(Ata.LBA_MID, (int) (sector >>> 32));
        registers.setPrevious(Ata.LBA_HIGH, (int) (sector >>> 40));
      } else {
        registers.set(Ata.DEVICE, device & 0xF0 | (int) (sector >>> 24) & 0x0F);
      }
      return;
    }
    int perCylinder = current.heads() * current.sectors();
    int inCylinder = (int) (sector % perCylinder);
    int cylinder = (int) (sector / perCylinder);
    int sectorNumber = inCylinder % current.sectors() + 1;
    storeLow24((cylinder & 0xFFFF) << 8 | sectorNumber & 0xFF);
    registers.set(Ata.DEVICE, device & 0xF0 | inCylinder / current.sectors() & 0x0F);
  }

  private void storeLow24(int value) {
    registers.set(Ata.LBA_LOW, value);
    registers.set(Ata.LBA_MID, value >>> 8);
    registers.set(Ata.LBA_HIGH, value >>> 16);
  }

  /** Takes address and count from the registers; false, with the command ended, if they are outside the disk. */
  private boolean begin(boolean ext) {
    powerMode = POWER_ACTIVE;
    extended = ext;
    int count = registers.get(Ata.SECTOR_COUNT);
    if (ext) {
      count |= registers.getPrevious(Ata.SECTOR_COUNT) << 8;
      remaining = count == 0 ? 65536 : count;
    } else {
      remaining = count == 0 ? 256 : count;
    }
    lba = address(ext);
    if (lba < 0 || lba >= sectors() || remaining > sectors() - lba) {
      if (lba >= 0) {
        storeAddress(Math.max(lba, sectors()));
      }
      complete(Ata.IDNF);
      return false;
    }
    return true;
  }

  /** The chunk has been transferred. */
  private void advance() {
    lba += chunkSectors;
    remaining -= chunkSectors;
    reportProgress(0);
    chunkSectors = 0;
    chunkDone = 0;
  }

  private void reportProgress(int ofChunk) {
    storeAddress(lba + ofChunk);
    int left = remaining - ofChunk;
    registers.set(Ata.SECTOR_COUNT, left);
    if (extended) {
      registers.setPrevious(Ata.SECTOR_COUNT, left >>> 8);
    }
  }

  private void finish() {
    phase = Phase.IDLE;
    succeed();
  }

  private void finishWith(int errorBits) {
    phase = Phase.IDLE;
    fail(errorBits);
  }

  // ---- PIO ----

  private void startPioRead(boolean ext, int block) {
    if (block == 0) {
      complete(Ata.ABRT);
    } else if (begin(ext)) {
      blockSectors = block;
      readChunk(Phase.PIO_READ, PIO_CHUNK, timing().command());
    }
  }

  private void readChunk(Phase readPhase, int limit, long nanos) {
    busy();
    phase = readPhase;
    chunkSectors = Math.min(remaining, limit);
    ensureBuffer(chunkSectors * SECTOR);
    io.start(nanos, readWork());
  }

  private Runnable readWork() {
    long from = lba;
    int count = chunkSectors;
    byte[] target = buffer;
    return () -> image.read(from, count, target, 0);
  }

  private Runnable writeWork() {
    long from = lba;
    int count = chunkSectors;
    byte[] source = buffer;
    boolean force = !writeCache;
    return () -> {
      image.write(from, count, source, 0);
      if (force) {
        image.flush();
      }
    };
  }

  private int nextBlock() {
    return Math.min(blockSectors, chunkSectors - chunkDone);
  }

  private void offerBlock() {
    phase = Phase.PIO_READ_BLOCK;
    openWindowToHost(chunkDone * SECTOR, nextBlock() * SECTOR);
    channel.raiseInterrupt();
  }

  private void startPioWrite(boolean ext, int block) {
    if (block == 0) {
      complete(Ata.ABRT);
    } else if (image.readOnly()) {
      log(new ImageIoException(image.describe(), address(ext), "the image is read-only"));
      complete(Ata.ABRT);
    } else if (begin(ext)) {
      blockSectors = block;
      beginWriteChunk();
    }
  }

  private void beginWriteChunk() {
    chunkSectors = Math.min(remaining, PIO_CHUNK);
    chunkDone = 0;
    ensureBuffer(chunkSectors * SECTOR);
    acceptBlock();
  }

  private void acceptBlock() {
    phase = Phase.PIO_WRITE_BLOCK;
    openWindowFromHost(chunkDone * SECTOR, nextBlock() * SECTOR);
  }

  @Override
  void windowDone() {
    switch (phase) {
      case IDENTIFY -> {
        phase = Phase.IDLE;
        closeWindow();
        status = Ata.DRDY | Ata.DSC;
      }
      case PIO_READ_BLOCK -> blockRead();
      case PIO_WRITE_BLOCK -> blockWritten();
      default -> throw new IllegalStateException("data port used in phase " + phase);
    }
  }

  private void blockRead() {
    chunkDone += nextBlock();
    reportProgress(chunkDone);
    if (chunkDone < chunkSectors) {
      busy();
      phase = Phase.PIO_READ_PAUSE;
      io.delay(timing().block());
      return;
    }
    advance();
    if (remaining > 0) {
      readChunk(Phase.PIO_READ, PIO_CHUNK, timing().block());
    } else {
      // The host knows that it has everything: no interrupt.
      phase = Phase.IDLE;
      closeWindow();
      error = 0;
      status = Ata.DRDY | Ata.DSC;
    }
  }

  private void blockWritten() {
    chunkDone += nextBlock();
    busy();
    if (chunkDone < chunkSectors) {
      phase = Phase.PIO_WRITE_PAUSE;
      io.delay(timing().block());
    } else {
      phase = Phase.PIO_WRITE;
      io.start(timing().command(), writeWork());
    }
  }

  // ---- DMA ----

  private void startDmaRead(boolean ext) {
    if (begin(ext)) {
      readChunk(Phase.DMA_READ, DMA_CHUNK, timing().command());
    }
  }

  private void startDmaWrite(boolean ext) {
    if (image.readOnly()) {
      log(new ImageIoException(image.describe(), address(ext), "the image is read-only"));
      complete(Ata.ABRT);
    } else if (begin(ext)) {
      phase = Phase.DMA_WRITE_WAIT;
      waitForBusMaster();
    }
  }

  /** DMARQ is asserted. */
  private void waitForBusMaster() {
    status = Ata.DRDY | Ata.DSC | Ata.DRQ;
    if (channel.isBusMasterReady()) {
      busMasterStarted();
    }
  }

  @Override
  void busMasterStarted() {
    if (phase == Phase.DMA_READ_WAIT) {
      phase = Phase.DMA_READ_MOVE;
      io.delay(timing().block());
    } else if (phase == Phase.DMA_WRITE_WAIT) {
      phase = Phase.DMA_WRITE_MOVE;
      io.delay(timing().block());
    }
  }

  private void moveToMemory() {
    if (!channel.isBusMasterReady()) {
      phase = Phase.DMA_READ_WAIT;
      return;
    }
    int bytes = chunkSectors * SECTOR;
    if (channel.busMaster().toMemory(buffer, 0, bytes) < bytes) {
      outOfMemory();
      return;
    }
    advance();
    if (remaining > 0) {
      readChunk(Phase.DMA_READ, DMA_CHUNK, timing().block());
    } else {
      channel.busMaster().finish();
      finish();
    }
  }

  private void moveFromMemory() {
    if (!channel.isBusMasterReady()) {
      phase = Phase.DMA_WRITE_WAIT;
      return;
    }
    chunkSectors = Math.min(remaining, DMA_CHUNK);
    int bytes = chunkSectors * SECTOR;
    ensureBuffer(bytes);
    if (channel.busMaster().fromMemory(buffer, 0, bytes) < bytes) {
      outOfMemory();
      return;
    }
    busy();
    phase = Phase.DMA_WRITE;
    io.start(timing().command(), writeWork());
  }

  /** The descriptors end before the transfer does: the bus master stops without an interrupt, and so does the drive. */
  private void outOfMemory() {
    channel.busMaster().stop();
    abandon();
    status = Ata.DRDY | Ata.DSC;
  }

  // ---- I/O ----

  @Override
  void ioDone(ImageIoException failure) {
    if (failure != null) {
      ioFailed(failure);
      return;
    }
    switch (phase) {
      case COMPLETION -> {
        if (result == 0) {
          finish();
        } else {
          finishWith(result);
        }
      }
      case IDENTIFY -> {
        IdentifyData.forDisk(buffer, this);
        openWindowToHost(0, IdentifyData.BYTES);
        channel.raiseInterrupt();
      }
      case FLUSH -> finish();
      case PIO_READ -> {
        chunkDone = 0;
        offerBlock();
      }
      case PIO_READ_PAUSE -> offerBlock();
      case PIO_WRITE_PAUSE -> {
        acceptBlock();
        channel.raiseInterrupt();
      }
      case PIO_WRITE -> {
        advance();
        if (remaining == 0) {
          finish();
        } else {
          beginWriteChunk();
          channel.raiseInterrupt();
        }
      }
      case DMA_READ -> {
        phase = Phase.DMA_READ_WAIT;
        waitForBusMaster();
      }
      case DMA_READ_MOVE -> moveToMemory();
      case DMA_WRITE_MOVE -> moveFromMemory();
      case DMA_WRITE -> dmaWritten();
      default -> throw new IllegalStateException("I/O done in phase " + phase);
    }
  }

  private void dmaWritten() {
    advance();
    if (remaining > 0) {
      phase = Phase.DMA_WRITE_WAIT;
      waitForBusMaster();
    } else {
      channel.busMaster().finish();
      finish();
    }
  }

  private void ioFailed(ImageIoException failure) {
    log(failure);
    boolean reading = phase == Phase.PIO_READ || phase == Phase.DMA_READ;
    if (phase != Phase.FLUSH) {
      reportProgress(0);
      channel.busMaster().stop();
    }
    finishWith(reading ? Ata.UNC : Ata.ABRT);
  }

  // ---- life ----

  @Override
  int bufferInUse() {
    return switch (phase) {
      case IDENTIFY -> windowEnd;
      case PIO_READ_PAUSE,
          PIO_READ_BLOCK,
          PIO_WRITE_BLOCK,
          PIO_WRITE_PAUSE,
          PIO_WRITE,
          DMA_READ_WAIT,
          DMA_READ_MOVE,
          DMA_WRITE ->
          chunkSectors * SECTOR;
      default -> 0;
    };
  }

  @Override
  void save(StateWriter out, String prefix) {
    super.save(out, prefix);
    out.putInts(
        prefix + "disk",
        new int[] {
          phase.ordinal(),
          result,
          extended ? 1 : 0,
          remaining,
          chunkSectors,
          chunkDone,
          blockSectors,
          multiple,
          powerMode,
          current.cylinders(),
          current.heads(),
          current.sectors()
        });
    out.putInts(prefix + "lba", new int[] {(int) lba, (int) (lba >>> 32)});
  }

  @Override
  void loadCommand(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "disk");
    phase = PHASES[all[0]];
    result = all[1];
    extended = all[2] != 0;
    remaining = all[3];
    chunkSectors = all[4];
    chunkDone = all[5];
    blockSectors = all[6];
    multiple = all[7];
    powerMode = all[8];
    current = new DiskGeometry(all[9], all[10], all[11], geometry.translation());
    int[] address = in.getInts(prefix + "lba");
    lba = Integer.toUnsignedLong(address[0]) | (long) address[1] << 32;
    ensureBuffer(chunkSectors * SECTOR);
  }

  @Override
  void restartIo(long deadline) {
    io.startUntil(
        deadline,
        switch (phase) {
          case FLUSH -> image::flush;
          case PIO_READ, DMA_READ -> readWork();
          case PIO_WRITE, DMA_WRITE -> writeWork();
          default -> null;
        });
  }

  @Override
  void close() {
    image.close();
  }
}

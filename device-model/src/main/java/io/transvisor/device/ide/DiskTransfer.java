package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;

/**
 * How sectors get from an image to the guest and back. A transfer moves in chunks of host I/O; PIO
 * then hands a chunk to the host block by block, DMA moves it in one go. Which command starts what
 * is {@link AtaDisk}'s.
 */
abstract sealed class DiskTransfer extends IdeDrive permits AtaDisk {
  private static final int SECTOR = BlockImage.SECTOR_SIZE;

  /** Sectors of one host I/O. */
  private static final int PIO_CHUNK = 256;

  private static final int DMA_CHUNK = 2048;

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
    /** A chunk is there for the bus master. */
    DMA_READ_MOVE,
    DMA_WRITE_MOVE,
    DMA_WRITE
  }

  private static final Phase[] PHASES = Phase.values();

  final BlockImage image;
  final SectorAddress address;

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

  DiskTransfer(IdeChannel channel, int unit, BlockImage image) {
    super(channel, unit);
    this.image = image;
    this.address = new SectorAddress(registers, DiskGeometry.of(image));
  }

  /** Writes the 512 bytes of IDENTIFY DEVICE to the start of the buffer. */
  abstract void identify();

  /** The medium is being used: the drive is not idle any more. */
  abstract void wake();

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

  // ---- commands without data ----

  /** Ends the command after the usual time. */
  final void complete(int errorBits) {
    busy();
    phase = Phase.COMPLETION;
    result = errorBits;
    io.delay(timing().command());
  }

  final void startFlush() {
    busy();
    phase = Phase.FLUSH;
    io.start(timing().command(), image::flush);
  }

  final void startIdentify() {
    busy();
    phase = Phase.IDENTIFY;
    io.delay(timing().command());
  }

  // ---- progress ----

  /**
   * Takes address and count from the registers; false, with the command ended, if they are outside
   * the disk.
   */
  private boolean begin(boolean ext) {
    wake();
    extended = ext;
    int count = registers.get(Ata.SECTOR_COUNT);
    if (ext) {
      count |= registers.getPrevious(Ata.SECTOR_COUNT) << 8;
      remaining = count == 0 ? 65536 : count;
    } else {
      remaining = count == 0 ? 256 : count;
    }
    lba = address.read(ext);
    if (lba < 0 || lba >= image.sectors() || remaining > image.sectors() - lba) {
      if (lba >= 0) {
        address.write(Math.max(lba, image.sectors()), extended);
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
    address.write(lba + ofChunk, extended);
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

  final void verify(boolean ext) {
    if (begin(ext)) {
      address.write(lba + remaining - 1, extended);
      registers.set(Ata.SECTOR_COUNT, 0);
      complete(0);
    }
  }

  // ---- PIO ----

  final void startPioRead(boolean ext, int block) {
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

  final void startPioWrite(boolean ext, int block) {
    if (block == 0) {
      complete(Ata.ABRT);
    } else if (image.readOnly()) {
      log(new ImageIoException(image.describe(), address.read(ext), "the image is read-only"));
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

  final void startDmaRead(boolean ext) {
    if (begin(ext)) {
      readChunk(Phase.DMA_READ, DMA_CHUNK, timing().command());
    }
  }

  final void startDmaWrite(boolean ext) {
    if (image.readOnly()) {
      log(new ImageIoException(image.describe(), address.read(ext), "the image is read-only"));
      complete(Ata.ABRT);
    } else if (begin(ext)) {
      requestChunk();
    }
  }

  private void requestChunk() {
    phase = Phase.DMA_WRITE_MOVE;
    requestDma();
  }

  @Override
  void moveDma() {
    if (phase == Phase.DMA_READ_MOVE) {
      moveReadChunk();
    } else {
      moveWriteChunk();
    }
  }

  private void moveReadChunk() {
    if (!moveToMemory(0, chunkSectors * SECTOR)) {
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

  private void moveWriteChunk() {
    chunkSectors = Math.min(remaining, DMA_CHUNK);
    int bytes = chunkSectors * SECTOR;
    ensureBuffer(bytes);
    if (moveFromMemory(0, bytes)) {
      busy();
      phase = Phase.DMA_WRITE;
      io.start(timing().command(), writeWork());
    }
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
        identify();
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
        phase = Phase.DMA_READ_MOVE;
        requestDma();
      }
      case DMA_WRITE -> dmaWritten();
      default -> throw new IllegalStateException("I/O done in phase " + phase);
    }
  }

  private void dmaWritten() {
    advance();
    if (remaining > 0) {
      requestChunk();
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
        prefix + "transfer",
        new int[] {
          phase.ordinal(),
          result,
          extended ? 1 : 0,
          remaining,
          chunkSectors,
          chunkDone,
          blockSectors
        });
    out.putInts(prefix + "lba", new int[] {(int) lba, (int) (lba >>> 32)});
  }

  @Override
  void loadCommand(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "transfer");
    phase = PHASES[all[0]];
    result = all[1];
    extended = all[2] != 0;
    remaining = all[3];
    chunkSectors = all[4];
    chunkDone = all[5];
    blockSectors = all[6];
    int[] at = in.getInts(prefix + "lba");
    lba = Integer.toUnsignedLong(at[0]) | (long) at[1] << 32;
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

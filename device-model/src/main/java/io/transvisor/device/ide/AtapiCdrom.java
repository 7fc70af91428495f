package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.ImageIoException;
import io.transvisor.device.storage.IsoMedium;

/**
 * A CD drive on an IDE cable: the PACKET transport of ATA/ATAPI-6 (PIO and DMA) around a {@link
 * CdLogicalUnit}. The medium can be changed while the guest runs.
 *
 * <p>A reply is a stream of {@link #left} bytes. What of it is in the buffer lies from {@link
 * #start} to {@link #end}; blocks of the medium follow in chunks of host I/O. PIO hands it out in
 * pieces of at most the byte count limit of the command.
 */
public final class AtapiCdrom extends IdeDrive {
  static final String MODEL = "Transvisor CD-ROM";

  private static final int PACKET_SIZE = 12;

  // Bits of the interrupt reason register, which is the sector count register of a packet device.
  private static final int REASON_COMMAND = 1;
  private static final int REASON_TO_HOST = 2;

  /** Bit of the features register: the data of the packet go by DMA. */
  private static final int FEATURE_DMA = 1;

  private static final int FEATURE_OVERLAP = 2;

  /** Most bytes of one PIO piece. */
  private static final int MAX_PIECE = 0xFFFE;

  /** Room for what is left of a piece and the blocks read behind it. */
  private static final int STREAM_BUFFER = 0x40000;

  /** Blocks of one host I/O. */
  private static final int MAX_BLOCKS = 64;

  private enum Phase {
    IDLE,
    /** Nothing but time, then success or, with {@link #failed}, check condition. */
    COMPLETION,
    /** Nothing but time, then an aborted command. */
    ABORT,
    IDENTIFY,
    /** The host writes the packet. */
    PACKET,
    /** Time, or blocks from the medium, until there is a piece for the host. */
    FILL,
    /** The host reads a piece. */
    PIECE,
    /** There is data for the bus master. */
    DMA_MOVE,
    /** The host writes a parameter list. */
    LIST_PIECE,
    LIST_PAUSE,
    LIST_MOVE
  }

  private static final Phase[] PHASES = Phase.values();

  private final CdTray tray;
  private final CdLogicalUnit logicalUnit;

  private Phase phase = Phase.IDLE;
  private boolean packetCommand;
  private boolean failed;
  private boolean dma;
  private int limit;
  private long left;
  private int start;
  private int end;
  private int piece;
  private int nextBlock;
  private int blocksLeft;
  private int blockParts;

  /** Blocks the I/O under way brings. */
  private int blocksComing;

  AtapiCdrom(IdeChannel channel, int unit, IsoMedium medium) {
    super(channel, unit);
    tray = new CdTray(medium);
    logicalUnit = new CdLogicalUnit(tray);
  }

  // ---- for the user of the machine, on the vCPU thread ----

  /** Puts a medium in, closing the one that is there, and closes the tray. */
  public void insert(IsoMedium medium) {
    cutTransfer();
    tray.insert(medium);
  }

  /**
   * Opens the tray and takes the medium out.
   *
   * @param force even if the guest has locked the tray
   * @return false if it is locked; the guest then has been told that somebody wants the medium
   */
  public boolean eject(boolean force) {
    if (tray.isLocked() && !force) {
      return tray.eject(false);
    }
    cutTransfer();
    return tray.eject(force);
  }

  /**
   * A transfer from a medium that goes away ends, after what is in the buffer, with a read error.
   */
  private void cutTransfer() {
    if (blocksLeft == 0) {
      return;
    }
    logicalUnit.fail(Sense.UNRECOVERED_READ_ERROR);
    failed = true;
    blocksLeft = 0;
    left = Math.min(left, end - start);
    if (blocksComing > 0) {
      // The I/O under way keeps the old buffer.
      buffer = buffer.clone();
      blocksComing = 0;
      io.delay(timing().command());
    }
  }

  /** The path of the medium in the drive, or null. */
  public String medium() {
    return tray.medium() == null ? null : tray.medium().describe();
  }

  public boolean isTrayOpen() {
    return tray.isOpen();
  }

  public boolean isTrayLocked() {
    return tray.isLocked();
  }

  // ---- reset ----

  @Override
  boolean isPacketDevice() {
    return true;
  }

  @Override
  void hardReset() {
    logicalUnit.reset();
    super.hardReset();
  }

  @Override
  void abandon() {
    phase = Phase.IDLE;
    packetCommand = false;
    failed = false;
    dma = false;
    limit = 0;
    left = 0;
    start = 0;
    end = 0;
    piece = 0;
    nextBlock = 0;
    blocksLeft = 0;
    blockParts = 0;
    blocksComing = 0;
  }

  // ---- ATA commands ----

  @Override
  void execute(int command) {
    switch (command) {
      case Ata.CMD_PACKET -> acceptPacket();
      case Ata.CMD_IDENTIFY_PACKET -> {
        busy();
        phase = Phase.IDENTIFY;
        io.delay(timing().command());
      }
      case Ata.CMD_DEVICE_RESET -> {
        cancelCommand();
        setSignature();
        error = Ata.DIAGNOSTIC_PASSED;
        status = 0;
      }
      case Ata.CMD_SET_FEATURES -> finishLater(setFeatures());
      case Ata.CMD_STANDBY_IMMEDIATE,
          Ata.CMD_IDLE_IMMEDIATE,
          Ata.CMD_STANDBY,
          Ata.CMD_IDLE,
          Ata.CMD_SLEEP ->
          finishLater(true);
      case Ata.CMD_CHECK_POWER_MODE -> {
        registers.set(Ata.SECTOR_COUNT, 0xFF);
        finishLater(true);
      }
      case Ata.CMD_IDENTIFY, Ata.CMD_READ_SECTORS, Ata.CMD_READ_SECTORS_NO_RETRY -> {
        // Software that takes the drive for a disk is shown what it is (ATA/ATAPI-6, 8.15.5.2).
        setSignature();
        finishLater(false);
      }
      default -> finishLater(false);
    }
  }

  private void finishLater(boolean success) {
    busy();
    phase = success ? Phase.COMPLETION : Phase.ABORT;
    io.delay(timing().command());
  }

  // ---- packets ----

  private void acceptPacket() {
    int features = registers.get(Ata.ERROR_FEATURES);
    if ((features & FEATURE_OVERLAP) != 0) {
      finishLater(false);
      return;
    }
    dma = (features & FEATURE_DMA) != 0;
    limit = registers.get(Ata.LBA_MID) | registers.get(Ata.LBA_HIGH) << 8;
    registers.set(Ata.SECTOR_COUNT, REASON_COMMAND);
    phase = Phase.PACKET;
    packetCommand = true;
    error = 0;
    openWindowFromHost(0, PACKET_SIZE);
  }

  private void executePacket() {
    byte[] packet = new byte[PACKET_SIZE];
    System.arraycopy(buffer, 0, packet, 0, PACKET_SIZE);
    busy();
    perform(logicalUnit.execute(packet));
  }

  private void perform(PacketResult result) {
    switch (result) {
      case PacketResult.Done _ -> complete(false, timing().command());
      case PacketResult.Failed _ -> complete(true, timing().command());
      case PacketResult.Reply reply -> {
        if (mayTransfer()) {
          byte[] data = reply.data();
          System.arraycopy(data, 0, buffer, 0, data.length);
          left = data.length;
          end = data.length;
          phase = Phase.FILL;
          io.delay(timing().command());
        }
      }
      case PacketResult.Blocks blocks -> {
        if (mayTransfer()) {
          nextBlock = blocks.first();
          blocksLeft = blocks.count();
          blockParts = blocks.parts();
          left = (long) blocks.count() * blockBytes();
          fill(timing().command());
        }
      }
      case PacketResult.ParameterList list -> {
        if (mayTransfer()) {
          ensureBuffer(list.length());
          left = list.length();
          phase = Phase.LIST_PAUSE;
          io.delay(timing().command());
        }
      }
    }
  }

  /** PIO data need a byte count limit; without one the command is aborted (ATA/ATAPI-6, 8.23.5). */
  private boolean mayTransfer() {
    if (!dma && limit == 0) {
      phase = Phase.ABORT;
      io.delay(timing().command());
      return false;
    }
    return true;
  }

  private void complete(boolean withError, long nanos) {
    busy();
    phase = Phase.COMPLETION;
    failed = withError;
    io.delay(nanos);
  }

  private void finish() {
    phase = Phase.IDLE;
    // CHECK POWER MODE answers in the register where packets give the interrupt reason.
    if (packetCommand) {
      registers.set(Ata.SECTOR_COUNT, REASON_COMMAND | REASON_TO_HOST);
    }
    if (failed) {
      fail(logicalUnit.sense().key() << 4);
    } else {
      succeed();
    }
  }

  /**
   * The next piece: what is left, or the limit. Only the last piece may be odd, unless nothing else
   * is allowed.
   */
  private int pieceSize() {
    int most = Math.min(limit, MAX_PIECE);
    return left <= most ? (int) left : most > 1 ? most & ~1 : most;
  }

  // ---- to the host ----

  private int blockBytes() {
    return RawBlock.size(blockParts);
  }

  /** Makes room behind what is in the buffer and reads blocks of the medium into it. */
  private void fill(long nanos) {
    ensureBuffer(STREAM_BUFFER);
    System.arraycopy(buffer, start, buffer, 0, end - start);
    end -= start;
    start = 0;
    int room = (buffer.length - end) / blockBytes();
    blocksComing = Math.min(Math.min(blocksLeft, MAX_BLOCKS), room);
    phase = Phase.FILL;
    io.start(nanos, fillWork());
  }

  private Runnable fillWork() {
    IsoMedium medium = tray.medium();
    int first = nextBlock;
    int count = blocksComing;
    int parts = blockParts;
    byte[] target = buffer;
    int at = end;
    if (parts == RawBlock.USER_DATA) {
      return () -> medium.read(first, count, target, at);
    }
    return () -> {
      byte[] data = new byte[count * IsoMedium.BLOCK_SIZE];
      medium.read(first, count, data, 0);
      for (int i = 0; i < count; i++) {
        int size = RawBlock.size(parts);
        RawBlock.build(first + i, parts, data, i * IsoMedium.BLOCK_SIZE, target, at + i * size);
      }
    };
  }

  private void filled() {
    end += blocksComing * blockBytes();
    nextBlock += blocksComing;
    blocksLeft -= blocksComing;
    blocksComing = 0;
    if (left == 0) {
      complete(failed, timing().block());
    } else if (dma) {
      phase = Phase.DMA_MOVE;
      registers.set(Ata.SECTOR_COUNT, REASON_TO_HOST);
      requestDma();
    } else {
      offerPiece();
    }
  }

  private void offerPiece() {
    piece = pieceSize();
    if (piece > end - start && blocksLeft > 0) {
      fill(timing().block());
      return;
    }
    phase = Phase.PIECE;
    reportPiece(REASON_TO_HOST);
    openWindowToHost(start, piece);
    channel.raiseInterrupt();
  }

  private void reportPiece(int reason) {
    registers.set(Ata.SECTOR_COUNT, reason);
    registers.set(Ata.LBA_MID, piece);
    registers.set(Ata.LBA_HIGH, piece >> 8);
  }

  private void pieceRead() {
    start += piece;
    left -= piece;
    busy();
    if (left == 0) {
      complete(failed, timing().block());
    } else {
      phase = Phase.FILL;
      io.delay(timing().block());
    }
  }

  // ---- from the host ----

  private void acceptList() {
    if (dma) {
      phase = Phase.LIST_MOVE;
      registers.set(Ata.SECTOR_COUNT, 0);
      requestDma();
      return;
    }
    piece = pieceSize();
    phase = Phase.LIST_PIECE;
    reportPiece(0);
    openWindowFromHost(start, piece);
    channel.raiseInterrupt();
  }

  private void listPieceWritten() {
    start += piece;
    left -= piece;
    busy();
    phase = Phase.LIST_PAUSE;
    io.delay(timing().block());
  }

  private void listReceived() {
    byte[] list = new byte[start];
    System.arraycopy(buffer, 0, list, 0, start);
    start = 0;
    busy();
    perform(logicalUnit.receive(list));
  }

  // ---- DMA ----

  @Override
  void moveDma() {
    if (phase == Phase.DMA_MOVE) {
      moveData();
    } else {
      moveList();
    }
  }

  private void moveData() {
    int bytes = (int) Math.min(left, end - start);
    if (!moveToMemory(start, bytes)) {
      return;
    }
    start += bytes;
    left -= bytes;
    if (left > 0) {
      busy();
      fill(timing().block());
    } else {
      channel.busMaster().finish();
      finish();
    }
  }

  private void moveList() {
    int bytes = (int) left;
    if (moveFromMemory(0, bytes)) {
      channel.busMaster().finish();
      start = bytes;
      left = 0;
      listReceived();
    }
  }

  // ---- events ----

  @Override
  void windowDone() {
    switch (phase) {
      case IDENTIFY -> {
        phase = Phase.IDLE;
        closeWindow();
        status = Ata.DRDY | Ata.DSC;
      }
      case PACKET -> executePacket();
      case PIECE -> pieceRead();
      case LIST_PIECE -> listPieceWritten();
      default -> throw new IllegalStateException("data port used in phase " + phase);
    }
  }

  @Override
  void ioDone(ImageIoException failure) {
    if (failure != null) {
      log(failure);
      channel.busMaster().stop();
      logicalUnit.fail(Sense.UNRECOVERED_READ_ERROR);
      failed = true;
      finish();
      return;
    }
    switch (phase) {
      case COMPLETION -> finish();
      case ABORT -> {
        phase = Phase.IDLE;
        if (packetCommand) {
          registers.set(Ata.SECTOR_COUNT, REASON_COMMAND | REASON_TO_HOST);
        }
        fail(Ata.ABRT);
      }
      case IDENTIFY -> {
        IdentifyData.forCdrom(buffer, this);
        openWindowToHost(0, IdentifyData.BYTES);
        channel.raiseInterrupt();
      }
      case FILL -> filled();
      case LIST_PAUSE -> {
        if (left == 0) {
          listReceived();
        } else {
          acceptList();
        }
      }
      default -> throw new IllegalStateException("I/O done in phase " + phase);
    }
  }

  // ---- life ----

  @Override
  int bufferInUse() {
    return switch (phase) {
      case IDLE, COMPLETION, ABORT -> 0;
      case IDENTIFY, PACKET -> windowEnd;
      case FILL, PIECE, DMA_MOVE -> end;
      case LIST_PIECE, LIST_PAUSE, LIST_MOVE -> Math.max(start, windowEnd);
    };
  }

  @Override
  void save(StateWriter out, String prefix) {
    super.save(out, prefix);
    out.putInts(
        prefix + "cdrom",
        new int[] {
          phase.ordinal(),
          packetCommand ? 1 : 0,
          failed ? 1 : 0,
          dma ? 1 : 0,
          limit,
          (int) left,
          (int) (left >>> 32),
          start,
          end,
          piece,
          nextBlock,
          blocksLeft,
          blockParts,
          blocksComing
        });
    logicalUnit.save(out, prefix);
  }

  @Override
  void loadCommand(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "cdrom");
    phase = PHASES[all[0]];
    packetCommand = all[1] != 0;
    failed = all[2] != 0;
    dma = all[3] != 0;
    limit = all[4];
    left = Integer.toUnsignedLong(all[5]) | (long) all[6] << 32;
    start = all[7];
    end = all[8];
    piece = all[9];
    nextBlock = all[10];
    blocksLeft = all[11];
    blockParts = all[12];
    blocksComing = all[13];
    logicalUnit.load(in, prefix);
    ensureBuffer(STREAM_BUFFER);
  }

  @Override
  void restartIo(long deadline) {
    io.startUntil(deadline, blocksComing > 0 ? fillWork() : null);
  }

  @Override
  void close() {
    if (tray.medium() != null) {
      tray.medium().close();
    }
  }
}

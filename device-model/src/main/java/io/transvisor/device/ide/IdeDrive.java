package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.device.storage.ImageIoException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What disks and CD drives have in common: status and error registers, the sector buffer with the
 * window the data port sees, SET FEATURES, and waiting for I/O. Commands and what happens when a
 * window has been emptied or filled are the subclass's.
 */
abstract class IdeDrive {
  private static final Logger LOG = LoggerFactory.getLogger(IdeDrive.class);

  /** Power-on transfer mode: Ultra DMA 5, what QEMU's drives report. */
  private static final int DEFAULT_TRANSFER_MODE = 0x45;

  private static final int INITIAL_BUFFER = 0x10000;

  /** Failures a drive logs. */
  private static final int MAX_LOGGED = 20;

  final IdeChannel channel;
  final int unit;
  final TaskFile registers;
  final DriveIo io;
  int status;
  int error;
  byte[] buffer = new byte[INITIAL_BUFFER];

  /** The next byte of {@link #buffer} the data port moves, and where the window ends. */
  int windowPosition;

  int windowEnd;

  /** Whether the host reads the window. */
  private boolean windowToHost;

  int transferMode = DEFAULT_TRANSFER_MODE;
  boolean writeCache = true;
  boolean lookAhead = true;
  private int logged;

  /** How far data of a DMA command are on their way between the buffer and guest memory. */
  private enum DmaStep {
    NONE,
    /** There is something to move; the bus master has to be started. */
    WAITING,
    MOVING
  }

  private static final DmaStep[] DMA_STEPS = DmaStep.values();

  private DmaStep dmaStep = DmaStep.NONE;

  IdeDrive(IdeChannel channel, int unit) {
    this.channel = channel;
    this.unit = unit;
    this.registers = channel.registers(unit);
    this.io = new DriveIo(channel.host(), channel.name() + "." + unit, this::ioOver);
  }

  final IdeTiming timing() {
    return channel.host().timing();
  }

  // ---- what a kind of drive defines ----

  /** Whether the drive takes packets. */
  abstract boolean isPacketDevice();

  /** A new command; nothing is left of the one before. */
  abstract void execute(int command);

  /** The host has moved the last byte of the window. */
  abstract void windowDone();

  /** What {@link #io} was started for is over. */
  abstract void ioDone(ImageIoException failure);

  /** The bus master is ready to move what {@link #requestDma} was called for. */
  abstract void moveDma();

  /** Forgets the command being executed, without an interrupt. */
  abstract void abandon();

  abstract void close();

  // ---- reset ----

  /** Power-on and the RESET wire. */
  void hardReset() {
    transferMode = DEFAULT_TRANSFER_MODE;
    writeCache = true;
    lookAhead = true;
    softReset();
  }

  /** What SRST does: any command ends, settings stay, the signature appears. */
  void softReset() {
    cancelCommand();
    passDiagnostic();
  }

  /** Signature, diagnostic code and the status that goes with them (ATA/ATAPI-6, 9.12). */
  final void passDiagnostic() {
    setSignature();
    error = Ata.DIAGNOSTIC_PASSED;
    status = isPacketDevice() ? 0 : Ata.DRDY | Ata.DSC;
  }

  final void setSignature() {
    registers.set(Ata.SECTOR_COUNT, 1);
    registers.set(Ata.LBA_LOW, 1);
    registers.set(Ata.LBA_MID, isPacketDevice() ? 0x14 : 0);
    registers.set(Ata.LBA_HIGH, isPacketDevice() ? 0xEB : 0);
    registers.set(Ata.DEVICE, registers.get(Ata.DEVICE) & Ata.DEVICE_DEV | Ata.DEVICE_ALWAYS_ONE);
  }

  /** Ends what is going on. I/O still under way keeps the old buffer to itself. */
  final void cancelCommand() {
    if (io.isBusy()) {
      io.cancel();
      buffer = new byte[INITIAL_BUFFER];
    }
    closeWindow();
    dmaStep = DmaStep.NONE;
    abandon();
  }

  /** The host wrote the command register: whatever goes on without BSY is over. */
  final void start(int command) {
    dmaStep = DmaStep.NONE;
    abandon();
    execute(command);
  }

  // ---- DMA ----

  /** Asserts DMARQ. */
  final void requestDma() {
    status = Ata.DRDY | Ata.DSC | Ata.DRQ;
    dmaStep = DmaStep.WAITING;
    if (channel.isBusMasterReady()) {
      busMasterStarted();
    }
  }

  /** The bus master has become ready for the drive. */
  final void busMasterStarted() {
    if (dmaStep == DmaStep.WAITING) {
      dmaStep = DmaStep.MOVING;
      io.delay(timing().block());
    }
  }

  private void ioOver(ImageIoException failure) {
    if (dmaStep != DmaStep.MOVING) {
      ioDone(failure);
    } else if (channel.isBusMasterReady()) {
      dmaStep = DmaStep.NONE;
      moveDma();
    } else {
      dmaStep = DmaStep.WAITING;
    }
  }

  /** Moves part of the buffer to guest memory; false if the command ended without an interrupt. */
  final boolean moveToMemory(int position, int bytes) {
    return isWhole(channel.busMaster().toMemory(buffer, position, bytes), bytes);
  }

  /**
   * Fills part of the buffer from guest memory; false if the command ended without an interrupt.
   */
  final boolean moveFromMemory(int position, int bytes) {
    return isWhole(channel.busMaster().fromMemory(buffer, position, bytes), bytes);
  }

  /** Where the descriptors end before the data do, bus master and drive just stop. */
  private boolean isWhole(int moved, int wanted) {
    if (moved < wanted) {
      channel.busMaster().stop();
      abandon();
      status = Ata.DRDY | Ata.DSC;
    }
    return moved >= wanted;
  }

  // ---- ends of commands ----

  final void busy() {
    closeWindow();
    status = Ata.BSY | Ata.DRDY | Ata.DSC;
  }

  final void succeed() {
    closeWindow();
    error = 0;
    status = Ata.DRDY | Ata.DSC;
    channel.raiseInterrupt();
  }

  final void fail(int errorBits) {
    closeWindow();
    error = errorBits;
    // An aborted command has not moved the heads, so it does not report their seek as complete.
    status = errorBits == Ata.ABRT ? Ata.DRDY | Ata.ERR : Ata.DRDY | Ata.DSC | Ata.ERR;
    channel.raiseInterrupt();
  }

  /** One line per failure, but not without end: a guest can make any number of them. */
  final void log(ImageIoException failure) {
    if (logged < MAX_LOGGED) {
      logged++;
      String end = logged == MAX_LOGGED ? " (the last one of this drive that is logged)" : "";
      LOG.warn("{}{}", failure.getMessage(), end);
    }
  }

  // ---- data port ----

  /** Lets the host read {@code length} bytes of the buffer. */
  final void openWindowToHost(int position, int length) {
    openWindow(position, length, true);
  }

  /** Lets the host write {@code length} bytes of the buffer. */
  final void openWindowFromHost(int position, int length) {
    openWindow(position, length, false);
  }

  private void openWindow(int position, int length, boolean toHost) {
    windowPosition = position;
    windowEnd = position + length;
    windowToHost = toHost;
    status = Ata.DRDY | Ata.DSC | Ata.DRQ;
  }

  final void closeWindow() {
    windowPosition = 0;
    windowEnd = 0;
    windowToHost = false;
  }

  /** Reads 2 or 4 bytes through the data port; 0 while there is nothing to read. */
  final int readData(int width) {
    int at = windowPosition;
    int left = windowEnd - at;
    if (left <= 0 || !windowToHost) {
      return 0;
    }
    int value;
    if (left < width) {
      value = 0;
      for (int i = 0; i < left; i++) {
        value |= (buffer[at + i] & 0xFF) << (8 * i);
      }
      windowPosition = windowEnd;
    } else {
      value =
          width == 4
              ? (int) PhysicalMemory.INT.get(buffer, at)
              : (short) PhysicalMemory.SHORT.get(buffer, at) & 0xFFFF;
      windowPosition = at + width;
    }
    if (windowPosition == windowEnd) {
      windowDone();
    }
    return value;
  }

  /** Writes 2 or 4 bytes through the data port; dropped while none are wanted. */
  final void writeData(int width, int value) {
    int left = windowEnd - windowPosition;
    if (left <= 0 || windowToHost) {
      return;
    }
    for (int i = 0; i < Math.min(width, left); i++) {
      buffer[windowPosition++] = (byte) (value >>> (8 * i));
    }
    if (windowPosition == windowEnd) {
      windowDone();
    }
  }

  final void ensureBuffer(int bytes) {
    if (buffer.length < bytes) {
      buffer = Arrays.copyOf(buffer, bytes);
    }
  }

  // ---- SET FEATURES ----

  /**
   * SET FEATURES (ATA/ATAPI-6, 8.46): whether the subcommand in the features register is one we
   * know.
   */
  final boolean setFeatures() {
    return switch (registers.get(Ata.ERROR_FEATURES)) {
      case 0x02 -> {
        writeCache = true;
        yield true;
      }
      case 0x82 -> {
        writeCache = false;
        yield true;
      }
      case 0xAA -> {
        lookAhead = true;
        yield true;
      }
      case 0x55 -> {
        lookAhead = false;
        yield true;
      }
      case 0x03 -> setTransferMode(registers.get(Ata.SECTOR_COUNT));
      // APM, AAM, keep or revert settings over a software reset, and two obsolete ones: nothing to
      // do.
      case 0x05, 0x85, 0x42, 0xC2, 0x66, 0xCC, 0x67, 0x96, 0x9A -> true;
      default -> false;
    };
  }

  /** The mode is a kind in bits 7 to 3 and a number in bits 2 to 0. */
  private boolean setTransferMode(int mode) {
    int number = mode & 7;
    boolean known =
        switch (mode >> 3) {
          case 0 -> number <= 1;
          case 1 -> number <= 4;
          case 2, 4 -> number <= 2;
          case 8 -> number <= 5;
          default -> false;
        };
    if (known) {
      transferMode = mode;
    }
    return known;
  }

  /**
   * The selected-mode bits of an IDENTIFY word, if the selected mode is of this kind; 0 otherwise.
   */
  final int selectedMode(int kind) {
    return transferMode >> 3 == kind ? 0x100 << (transferMode & 7) : 0;
  }

  // ---- saved state ----

  /** Bytes of the buffer that must survive; I/O that fills the buffer will be done again. */
  abstract int bufferInUse();

  void save(StateWriter out, String prefix) {
    out.putInts(
        prefix + "registers",
        new int[] {
          status,
          error,
          windowPosition,
          windowEnd,
          windowToHost ? 1 : 0,
          transferMode,
          writeCache ? 1 : 0,
          lookAhead ? 1 : 0,
          io.isBusy() ? 1 : 0,
          dmaStep.ordinal()
        });
    out.putLong(prefix + "deadline", io.isBusy() ? io.deadline() : 0);
    out.putBytes(prefix + "buffer", Arrays.copyOf(buffer, bufferInUse()));
  }

  void load(StateReader in, String prefix) {
    cancelCommand();
    int[] all = in.getInts(prefix + "registers");
    status = all[0];
    error = all[1];
    windowPosition = all[2];
    windowEnd = all[3];
    windowToHost = all[4] != 0;
    transferMode = all[5];
    writeCache = all[6] != 0;
    lookAhead = all[7] != 0;
    byte[] saved = in.getBytes(prefix + "buffer");
    buffer = Arrays.copyOf(saved, Math.max(saved.length, INITIAL_BUFFER));
    loadCommand(in, prefix);
    dmaStep = DMA_STEPS[all[9]];
    if (all[8] != 0) {
      restartIo(in.getLong(prefix + "deadline"));
    }
  }

  /** Reads back the command being executed. */
  abstract void loadCommand(StateReader in, String prefix);

  /** Starts again what was being waited for when the state was saved. */
  abstract void restartIo(long deadline);
}

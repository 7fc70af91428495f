package io.transvisor.device.floppy;

import static io.transvisor.device.floppy.FdcRegisters.ST0_ABNORMAL;
import static io.transvisor.device.floppy.FdcRegisters.ST0_EQUIPMENT_CHECK;
import static io.transvisor.device.floppy.FdcRegisters.ST1_DATA_ERROR;
import static io.transvisor.device.floppy.FdcRegisters.ST1_END_OF_CYLINDER;
import static io.transvisor.device.floppy.FdcRegisters.ST1_MISSING_ADDRESS_MARK;
import static io.transvisor.device.floppy.FdcRegisters.ST1_NOT_WRITABLE;
import static io.transvisor.device.floppy.FdcRegisters.ST1_NO_DATA;
import static io.transvisor.device.floppy.FdcRegisters.ST2_CONTROL_MARK;
import static io.transvisor.device.floppy.FdcRegisters.ST2_DATA_ERROR;
import static io.transvisor.device.floppy.FdcRegisters.ST2_SCAN_HIT;
import static io.transvisor.device.floppy.FdcRegisters.ST2_SCAN_NOT_SATISFIED;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.ImageIoException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The execution phase of a command that goes through sectors: which sector is next, the bytes of
 * the current one, and the status it will end with (82077AA datasheet, 5.1 and 6).
 *
 * <p>The cylinder of the command is where the head goes: SeaBIOS relies on the implied seek of
 * QEMU's controller even without having configured it.
 */
final class SectorTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(SectorTransfer.class);

  private static final int SIZE = BlockImage.SECTOR_SIZE;

  /** The code of 512-byte sectors in commands and address marks. */
  static final int SIZE_CODE = 2;

  private static final int ID_SIZE = 4;
  private static final int ANY = 0xFF;

  final FdcCommand command;
  final int driveNumber;
  private final FloppyDrive drive;
  private final boolean multiTrack;
  private final boolean skip;
  private final int sizeCode;
  private final int
      last; // EOT: last sector number; sectors left for FORMAT, VERIFY with a count, READ TRACK
  private final boolean counted;
  private final int filler;
  private final int step;

  private int cylinder;
  private int head;
  private int sector;
  private int left;
  private final byte[] buffer = new byte[SIZE];
  private int position;
  private boolean loaded; // buffer holds the current sector
  private boolean over;
  private boolean endOfCylinder;
  private boolean scanDiffers;
  private boolean scanSatisfied;
  private int st0;
  private int st1;
  private int st2;

  /**
   * @param bytes the command phase, as written
   */
  SectorTransfer(FdcCommand command, byte[] bytes, FloppyDrive drive, int rate) {
    this.command = command;
    this.drive = drive;
    driveNumber = bytes[1] & 3;
    boolean format = command == FdcCommand.FORMAT_TRACK;
    multiTrack =
        !format && command != FdcCommand.READ_TRACK && (bytes[0] & FdcCommand.MULTI_TRACK) != 0;
    skip = !format && (bytes[0] & FdcCommand.SKIP) != 0;
    if (format) {
      cylinder = drive.track();
      head = bytes[1] >>> 2 & 1;
      sector = 1;
      sizeCode = bytes[2] & 0xFF;
      last = bytes[3] & 0xFF;
      filler = bytes[5] & 0xFF;
      counted = true;
      left = last;
      step = 1;
    } else {
      cylinder = bytes[2] & 0xFF;
      head = bytes[3] & 0xFF;
      sizeCode = bytes[5] & 0xFF;
      last = bytes[6] & 0xFF;
      filler = 0;
      boolean verifyCount = command == FdcCommand.VERIFY && (bytes[1] & 0x80) != 0;
      counted = verifyCount || command == FdcCommand.READ_TRACK;
      left = verifyCount ? bytes[8] & 0xFF : last;
      sector = command == FdcCommand.READ_TRACK ? 1 : bytes[4] & 0xFF;
      step = isScan() && (bytes[8] & 0xFF) == 2 ? 2 : 1;
    }
    begin((bytes[0] & FdcCommand.MFM) != 0, rate);
  }

  private void begin(boolean mfm, int rate) {
    if (!drive.hasMedium() || !mfm || drive.format().rate() != rate) {
      // Nothing readable passes under the head: no disk, or recorded in another way.
      fail(ST1_MISSING_ADDRESS_MARK, 0);
    } else if (writes() && drive.isWriteProtected()) {
      fail(ST1_NOT_WRITABLE, 0);
    } else if (counted && left == 0) {
      over = true;
    } else if (command != FdcCommand.FORMAT_TRACK) {
      findSector();
    }
  }

  // ---- what kind it is ----

  boolean givesData() {
    return switch (command) {
      case READ, READ_DELETED, READ_TRACK -> true;
      default -> false;
    };
  }

  boolean takesData() {
    return !givesData() && command != FdcCommand.VERIFY;
  }

  private boolean writes() {
    return switch (command) {
      case WRITE, WRITE_DELETED, FORMAT_TRACK -> true;
      default -> false;
    };
  }

  private boolean isScan() {
    return switch (command) {
      case SCAN_EQUAL, SCAN_LOW_OR_EQUAL, SCAN_HIGH_OR_EQUAL -> true;
      default -> false;
    };
  }

  /** No more bytes will be given or taken. */
  boolean isOver() {
    return over;
  }

  /**
   * Finds the next sector; the bytes a non-DMA host moves before the next interrupt, 0 when it is
   * over.
   */
  int nextRun() {
    if (!loaded && command != FdcCommand.FORMAT_TRACK) {
      findSector();
    }
    if (over) {
      return 0;
    }
    return command == FdcCommand.FORMAT_TRACK ? ID_SIZE - position : SIZE - position;
  }

  // ---- sectors ----

  private void fail(int st1Bits, int st2Bits) {
    st0 |= ST0_ABNORMAL;
    st1 |= st1Bits;
    st2 |= st2Bits;
    over = true;
  }

  /** Makes sure the current sector exists and, unless it is to be written, is in the buffer. */
  private void findSector() {
    while (!over) {
      if (sizeCode != SIZE_CODE || !drive.hasSector(cylinder, head, sector)) {
        fail(ST1_NO_DATA, 0);
        return;
      }
      drive.stepTo(cylinder);
      position = 0;
      scanDiffers = false;
      if (writes()) {
        loaded = true;
        return;
      }
      boolean wantsDeleted = command == FdcCommand.READ_DELETED;
      boolean otherMark = drive.isDeleted(cylinder, head, sector) != wantsDeleted;
      if (otherMark && command != FdcCommand.READ_TRACK) {
        st2 |= ST2_CONTROL_MARK;
        if (skip) {
          advance();
          continue;
        }
      }
      readSector();
      return;
    }
  }

  private void readSector() {
    try {
      drive.read(cylinder, head, sector, buffer);
      loaded = true;
    } catch (ImageIoException e) {
      LOG.warn("floppy: {}", e.getMessage());
      fail(ST1_DATA_ERROR, ST2_DATA_ERROR);
    }
  }

  private void writeSector(int c, int h, int r) {
    if (!drive.hasSector(c, h, r)) {
      fail(ST1_NO_DATA, 0); // the disk was taken out in between
      return;
    }
    try {
      drive.write(c, h, r, buffer, command == FdcCommand.WRITE_DELETED);
    } catch (ImageIoException e) {
      LOG.warn("floppy: {}", e.getMessage());
      fail(ST1_DATA_ERROR, ST2_DATA_ERROR);
    }
  }

  /** All bytes of the current sector have been moved. */
  private void sectorDone() {
    loaded = false;
    position = 0;
    if (writes()) {
      writeSector(cylinder, head, sector);
    } else if (isScan()) {
      evaluateScan();
    } else if ((st2 & ST2_CONTROL_MARK) != 0 && !skip) {
      over = true; // the other kind of mark ends the command after this sector
      return;
    }
    if (!over) {
      advance();
    }
  }

  /** Goes to the next sector, or ends where the cylinder or the count does. */
  private void advance() {
    loaded = false;
    if (counted) {
      left--;
      over = left == 0;
    }
    boolean lastOne = command == FdcCommand.READ_TRACK ? over : sector + step > last;
    if (!lastOne) {
      sector += step;
      return;
    }
    sector = 1;
    if (multiTrack && head == 0) {
      head = 1;
      return;
    }
    if (multiTrack) {
      head = 0;
    }
    cylinder++;
    endOfCylinder = true;
    over = true;
  }

  // ---- data ----

  /** Gives bytes to the host; fewer than asked for only at the end. */
  int give(byte[] target, int offset, int length) {
    int given = 0;
    while (given < length && !over) {
      if (!loaded) {
        findSector();
        continue;
      }
      int run = Math.min(length - given, SIZE - position);
      System.arraycopy(buffer, position, target, offset + given, run);
      given += run;
      position += run;
      if (position == SIZE) {
        sectorDone();
      }
    }
    return given;
  }

  /** Takes bytes from the host; fewer than offered only at the end. */
  int take(byte[] source, int offset, int length) {
    int taken = 0;
    while (taken < length && !over) {
      if (command == FdcCommand.FORMAT_TRACK) {
        takeId(source[offset + taken]);
        taken++;
        continue;
      }
      if (!loaded) {
        findSector();
        continue;
      }
      int run = Math.min(length - taken, SIZE - position);
      if (isScan()) {
        compare(source, offset + taken, run);
      } else {
        System.arraycopy(source, offset + taken, buffer, position, run);
      }
      taken += run;
      position += run;
      if (position == SIZE) {
        sectorDone();
      }
    }
    return taken;
  }

  /** One byte of the address marks FORMAT TRACK is given; a complete one formats its sector. */
  private void takeId(byte value) {
    buffer[position++] = value;
    if (position < ID_SIZE) {
      return;
    }
    position = 0;
    int c = buffer[0] & 0xFF;
    int h = buffer[1] & 0xFF;
    int r = buffer[2] & 0xFF;
    if (sizeCode != SIZE_CODE || !drive.hasSector(c, h, r)) {
      // The image cannot take another layout than the one its size tells.
      st0 |= ST0_EQUIPMENT_CHECK;
      fail(0, 0);
      return;
    }
    drive.stepTo(c);
    cylinder = c;
    head = h;
    sector = r;
    Arrays.fill(buffer, (byte) filler);
    writeSector(c, h, r);
    left--;
    over |= left == 0;
  }

  private void compare(byte[] source, int offset, int length) {
    for (int i = 0; i < length && !scanDiffers; i++) {
      int host = source[offset + i] & 0xFF;
      int disk = buffer[position + i] & 0xFF;
      if (host == disk || host == ANY || disk == ANY) {
        continue;
      }
      scanDiffers = true;
      scanSatisfied =
          switch (command) {
            case SCAN_LOW_OR_EQUAL -> disk < host;
            case SCAN_HIGH_OR_EQUAL -> disk > host;
            default -> false;
          };
    }
  }

  private void evaluateScan() {
    st2 &= ~(ST2_SCAN_HIT | ST2_SCAN_NOT_SATISFIED);
    if (!scanDiffers) {
      st2 |= ST2_SCAN_HIT;
      over = true;
    } else if (scanSatisfied) {
      over = true;
    } else {
      st2 |= ST2_SCAN_NOT_SATISFIED;
    }
  }

  /** VERIFY: reads through to the end without giving data to anybody. */
  void verify() {
    while (!over) {
      if (!loaded) {
        findSector();
      } else {
        sectorDone();
      }
    }
  }

  /**
   * The host has had enough, or {@link #isOver}.
   *
   * @param terminalCount whether the host said so; otherwise running off the cylinder is an error
   */
  void finish(boolean terminalCount) {
    if (!over && position > 0 && command != FdcCommand.FORMAT_TRACK) {
      if (writes()) {
        Arrays.fill(buffer, position, SIZE, (byte) 0);
      }
      sectorDone(); // the rest of a sector is read and dropped, or written as zeros
    }
    over = true;
    boolean needsCount = givesData() || takesData() && !isScan();
    if (endOfCylinder && needsCount && !terminalCount) {
      st0 |= ST0_ABNORMAL;
      st1 |= ST1_END_OF_CYLINDER;
    }
  }

  /** The seven result bytes. */
  byte[] result() {
    int head0 = head & 1;
    return new byte[] {
      (byte) (st0 | head0 << 2 | driveNumber),
      (byte) st1,
      (byte) st2,
      (byte) cylinder,
      (byte) head,
      (byte) sector,
      (byte) sizeCode
    };
  }

  // ---- state ----

  void save(StateWriter out) {
    out.putInts(
        "transfer",
        new int[] {
          cylinder,
          head,
          sector,
          left,
          position,
          bit(loaded),
          bit(over),
          bit(endOfCylinder),
          bit(scanDiffers),
          bit(scanSatisfied),
          st0,
          st1,
          st2
        });
    out.putBytes("transferBuffer", buffer);
  }

  void load(StateReader in) {
    int[] s = in.getInts("transfer");
    cylinder = s[0];
    head = s[1];
    sector = s[2];
    left = s[3];
    position = s[4];
    loaded = s[5] != 0;
    over = s[6] != 0;
    endOfCylinder = s[7] != 0;
    scanDiffers = s[8] != 0;
    scanSatisfied = s[9] != 0;
    st0 = s[10];
    st1 = s[11];
    st2 = s[12];
    System.arraycopy(in.getBytes("transferBuffer"), 0, buffer, 0, SIZE);
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }
}

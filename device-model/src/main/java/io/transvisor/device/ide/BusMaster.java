package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * One channel's bus-master function: eight registers, and the walk through the table of physical
 * region descriptors (PRDs) which says where in guest memory the data are (Programming Interface
 * for Bus Master IDE Controller 1.0; Intel 82371SB datasheet, 2.7).
 *
 * <p>A region is up to 64 KiB (count 0) of an even address and length; the last descriptor of a
 * table has bit 31 set. What the specification forbids is taken as written: regions may cross 64
 * KiB boundaries. A table ends with its 8192nd descriptor, flagged or not.
 */
final class BusMaster {
  static final int REGISTERS = 8;

  private static final int COMMAND = 0;
  private static final int STATUS = 2;
  private static final int TABLE = 4;

  private static final int COMMAND_START = 0x01;
  private static final int COMMAND_TO_MEMORY = 0x08;
  private static final int STATUS_ACTIVE = 0x01;
  private static final int STATUS_ERROR = 0x02;
  private static final int STATUS_INTERRUPT = 0x04;
  private static final int STATUS_DRIVES_CAPABLE = 0x60;

  private static final int TABLE_LIMIT = 0x10000;
  private static final int END_OF_TABLE = 1 << 31;

  private final PhysicalMemory memory;
  private final Runnable started;
  private int command;
  private int status;
  private int table;
  private int nextDescriptor;
  private int regionAddress;
  private int regionLeft;
  private boolean lastRegion;

  /**
   * @param started called when software starts the bus master
   */
  BusMaster(PhysicalMemory memory, Runnable started) {
    this.memory = memory;
    this.started = started;
  }

  void reset() {
    command = 0;
    status = 0;
    table = 0;
    rewind();
  }

  // ---- registers ----

  int readByte(int offset) {
    return switch (offset) {
      case COMMAND -> command;
      case STATUS -> status;
      case TABLE, TABLE + 1, TABLE + 2, TABLE + 3 -> table >>> (8 * (offset - TABLE)) & 0xFF;
      default -> 0;
    };
  }

  void writeByte(int offset, int value) {
    switch (offset) {
      case COMMAND -> writeCommand(value);
      case STATUS -> {
        int cleared = value & (STATUS_ERROR | STATUS_INTERRUPT);
        status = (status & ~cleared & ~STATUS_DRIVES_CAPABLE) | (value & STATUS_DRIVES_CAPABLE);
      }
      case TABLE, TABLE + 1, TABLE + 2, TABLE + 3 -> {
        int shift = 8 * (offset - TABLE);
        table = (table & ~(0xFF << shift) | (value & 0xFF) << shift) & ~3;
      }
      default -> {}
    }
  }

  private void writeCommand(int value) {
    int changed = (command ^ value) & COMMAND_START;
    command = value & (COMMAND_START | COMMAND_TO_MEMORY);
    if (changed == 0) {
      return;
    }
    if ((command & COMMAND_START) == 0) {
      status &= ~STATUS_ACTIVE;
    } else {
      rewind();
      status |= STATUS_ACTIVE;
      started.run();
    }
  }

  // ---- the drive's side ----

  /** Whether the bus master has been started and has not come to an end. */
  boolean isActive() {
    return (status & STATUS_ACTIVE) != 0;
  }

  /** The drive's interrupt wire went up. */
  void interrupt() {
    status |= STATUS_INTERRUPT;
  }

  /**
   * The drive needs nothing more; the bus master stays active if the table offers more than the
   * drive took.
   */
  void finish() {
    if (regionLeft == 0 && lastRegion) {
      status &= ~STATUS_ACTIVE;
    }
  }

  /** Ends the transfer although the drive wanted more. */
  void stop() {
    status &= ~STATUS_ACTIVE;
  }

  private void rewind() {
    nextDescriptor = 0;
    regionAddress = 0;
    regionLeft = 0;
    lastRegion = false;
  }

  /**
   * Moves bytes to guest memory.
   *
   * @return the bytes moved: less than {@code length} if the table ended
   */
  int toMemory(byte[] source, int offset, int length) {
    int moved = 0;
    while (moved < length && nextRegion()) {
      int n = Math.min(length - moved, regionLeft);
      memory.writeBytes(regionAddress, source, offset + moved, n);
      advance(n);
      moved += n;
    }
    return moved;
  }

  /** Moves bytes from guest memory; see {@link #toMemory}. */
  int fromMemory(byte[] target, int offset, int length) {
    int moved = 0;
    while (moved < length && nextRegion()) {
      int n = Math.min(length - moved, regionLeft);
      memory.readBytes(regionAddress, target, offset + moved, n);
      advance(n);
      moved += n;
    }
    return moved;
  }

  private void advance(int bytes) {
    regionAddress += bytes;
    regionLeft -= bytes;
  }

  private boolean nextRegion() {
    if (regionLeft > 0) {
      return true;
    }
    if (lastRegion) {
      return false;
    }
    int at = table + nextDescriptor;
    regionAddress = memory.read(at, 4) & ~1;
    int counts = memory.read(at + 4, 4);
    regionLeft = counts & 0xFFFE;
    if (regionLeft == 0) {
      regionLeft = 0x10000;
    }
    nextDescriptor += 8;
    lastRegion = (counts & END_OF_TABLE) != 0 || nextDescriptor >= TABLE_LIMIT;
    return true;
  }

  // ---- saved state ----

  void save(StateWriter out, String prefix) {
    out.putInts(
        prefix + "busMaster",
        new int[] {
          command, status, table, nextDescriptor, regionAddress, regionLeft, lastRegion ? 1 : 0
        });
  }

  void load(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "busMaster");
    command = all[0];
    status = all[1];
    table = all[2];
    nextDescriptor = all[3];
    regionAddress = all[4];
    regionLeft = all[5];
    lastRegion = all[6] != 0;
  }
}

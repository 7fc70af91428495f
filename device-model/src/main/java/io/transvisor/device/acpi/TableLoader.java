package io.transvisor.device.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builder of the script by which firmware places tables in memory (QEMU, docs/specs/fw_cfg,
 * linker/loader): commands of 128 bytes that load a file, add a file's address to a pointer in
 * another, and compute a checksum.
 */
final class TableLoader {
  private static final int COMMAND_SIZE = 128;
  private static final int NAME_SIZE = 56;
  private static final int ALLOCATE = 1;
  private static final int ADD_POINTER = 2;
  private static final int ADD_CHECKSUM = 3;
  private static final int POINTER_SIZE = 4;

  /** Where firmware puts a file. */
  enum Zone {
    /** Anywhere below 4 GiB. */
    HIGH(1),
    /** In the segment F0000, where operating systems search. */
    F_SEGMENT(2);

    private final int code;

    Zone(int code) {
      this.code = code;
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private static ByteBuffer command(int code) {
    return ByteBuffer.allocate(COMMAND_SIZE).order(ByteOrder.LITTLE_ENDIAN).putInt(code);
  }

  private static ByteBuffer putName(ByteBuffer command, String file) {
    int start = command.position();
    return command.put(file.getBytes(StandardCharsets.US_ASCII)).position(start + NAME_SIZE);
  }

  TableLoader allocate(String file, int alignment, Zone zone) {
    out.writeBytes(
        putName(command(ALLOCATE), file).putInt(alignment).put((byte) zone.code).array());
    return this;
  }

  /**
   * Adds the address of {@code pointee} to the four-byte pointer at {@code offset} of {@code file}.
   */
  TableLoader addPointer(String file, int offset, String pointee) {
    ByteBuffer command = putName(putName(command(ADD_POINTER), file), pointee);
    out.writeBytes(command.putInt(offset).put((byte) POINTER_SIZE).array());
    return this;
  }

  /**
   * Stores at {@code offset} the byte that makes the sum of the given bytes of {@code file} zero.
   */
  TableLoader addChecksum(String file, int offset, int start, int length) {
    out.writeBytes(
        putName(command(ADD_CHECKSUM), file).putInt(offset).putInt(start).putInt(length).array());
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}

package io.transvisor.console.boot;

import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.device.acpi.AcpiTables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Runs the script by which firmware places ACPI tables (QEMU, docs/specs/fw_cfg, linker/loader):
 * pointers and checksums.
 */
final class AcpiPlacement {
  private static final int COMMAND_SIZE = 128;
  private static final int NAME_SIZE = 56;
  private static final int ADD_POINTER = 2;
  private static final int ADD_CHECKSUM = 3;

  private final PhysicalMemory memory;
  private final AcpiTables acpi;

  AcpiPlacement(PhysicalMemory memory, AcpiTables acpi) {
    this.memory = memory;
    this.acpi = acpi;
  }

  /** Writes the tables to {@code tablesAddress} and the root pointer to {@code rsdpAddress}. */
  void place(int tablesAddress, int rsdpAddress) {
    byte[] tables = acpi.tables().clone();
    byte[] rsdp = acpi.rsdp().clone();
    ByteBuffer script = ByteBuffer.wrap(acpi.loader()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + COMMAND_SIZE <= script.capacity(); at += COMMAND_SIZE) {
      int operands = at + 4;
      byte[] file = name(script, operands).equals(AcpiTables.RSDP_FILE) ? rsdp : tables;
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      switch (script.getInt(at)) {
        case ADD_POINTER -> {
          boolean toRsdp = name(script, operands + NAME_SIZE).equals(AcpiTables.RSDP_FILE);
          int offset = script.getInt(operands + 2 * NAME_SIZE);
          bytes.putInt(offset, bytes.getInt(offset) + (toRsdp ? rsdpAddress : tablesAddress));
        }
        case ADD_CHECKSUM -> {
          int offset = script.getInt(operands + NAME_SIZE);
          int start = script.getInt(operands + NAME_SIZE + 4);
          int length = script.getInt(operands + NAME_SIZE + 8);
          byte sum = 0;
          for (int i = start; i < start + length; i++) {
            sum += file[i];
          }
          file[offset] -= sum;
        }
        default -> {
          // Allocation: the caller has chosen the addresses.
        }
      }
    }
    memory.writeBytes(tablesAddress, tables, 0, tables.length);
    memory.writeBytes(rsdpAddress, rsdp, 0, rsdp.length);
  }

  private static String name(ByteBuffer script, int at) {
    byte[] bytes = new byte[NAME_SIZE];
    script.get(at, bytes);
    return new String(bytes, StandardCharsets.US_ASCII).split("\0", 2)[0];
  }
}

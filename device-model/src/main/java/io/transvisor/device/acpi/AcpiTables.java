package io.transvisor.device.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The ACPI 1.0b tables of the board (ACPI 1.0b, 5.2): RSDP, RSDT, FADT of revision 1, FACS, DSDT,
 * and on a board with APICs the MADT.
 *
 * @param tables the tables behind one another, starting with the FACS; pointers hold offsets into
 *     these bytes
 * @param rsdp the root pointer; its pointer holds the RSDT's offset into {@code tables}
 * @param loader the script by which firmware places both
 */
public record AcpiTables(byte[] tables, byte[] rsdp, byte[] loader) {
  /** Names of the three files for firmware. */
  public static final String TABLES_FILE = "etc/acpi/tables";

  public static final String RSDP_FILE = "etc/acpi/rsdp";
  public static final String LOADER_FILE = "etc/table-loader";

  /** First port of the power management registers, where SeaBIOS puts them. */
  public static final int PM_BASE = 0x600;

  private static final int GPE_BASE = 0xAFE0;
  private static final int SMI_COMMAND_PORT = 0xB2;
  private static final int ACPI_ENABLE = 0xF1;
  private static final int ACPI_DISABLE = 0xF0;
  private static final int SCI_IRQ = 9;

  /** Interrupt models of the FADT. */
  private static final int DUAL_8259 = 0;

  private static final int MULTIPLE_APIC = 1;
  private static final int CENTURY_REGISTER = 0x32;

  /** WBINVD works, C1 works on all processors, no fixed sleep button, no fixed event of the RTC. */
  private static final int FADT_FLAGS = 1 << 0 | 1 << 2 | 1 << 5 | 1 << 6;

  /** Latencies above these say that C2 and C3 are not supported. */
  private static final int NO_C2_C3 = 0xFFF;

  private static final int HEADER = 36;
  private static final int POINTER = 4;
  private static final int CHECKSUM = 9;
  private static final int FACS_LENGTH = 64;
  private static final int FADT_LENGTH = 116;
  private static final int RSDP_LENGTH = 20;
  private static final int RSDP_CHECKSUM = 8;
  private static final int RSDP_POINTER = 16;

  /** Builds the tables. */
  public static AcpiTables build(BoardDescription board) {
    ByteArrayOutputStream tables = new ByteArrayOutputStream();
    TableLoader loader = new TableLoader();
    loader.allocate(TABLES_FILE, 64, TableLoader.Zone.HIGH);
    loader.allocate(RSDP_FILE, 16, TableLoader.Zone.F_SEGMENT);

    int facs = 0;
    tables.writeBytes(facs());
    int dsdt = append(tables, loader, table("DSDT", 1, Dsdt.build(board)));
    int fadt = append(tables, null, table("FACP", 1, fadt(board, facs, dsdt)));
    int[] listed =
        board.apics()
            ? new int[] {fadt, append(tables, loader, table("APIC", 1, Madt.build()))}
            : new int[] {fadt};
    ByteBuffer pointers = little(POINTER * listed.length);
    for (int table : listed) {
      pointers.putInt(table);
    }
    int rsdt = append(tables, null, table("RSDT", 1, pointers.array()));

    loader.addPointer(TABLES_FILE, fadt + HEADER, TABLES_FILE);
    loader.addPointer(TABLES_FILE, fadt + HEADER + 4, TABLES_FILE);
    loader.addChecksum(TABLES_FILE, fadt + CHECKSUM, fadt, FADT_LENGTH);
    for (int n = 0; n < listed.length; n++) {
      loader.addPointer(TABLES_FILE, rsdt + HEADER + POINTER * n, TABLES_FILE);
    }
    loader.addChecksum(TABLES_FILE, rsdt + CHECKSUM, rsdt, HEADER + pointers.capacity());
    loader.addPointer(RSDP_FILE, RSDP_POINTER, TABLES_FILE);
    loader.addChecksum(RSDP_FILE, RSDP_CHECKSUM, 0, RSDP_LENGTH);
    return new AcpiTables(tables.toByteArray(), rsdp(rsdt), loader.toBytes());
  }

  /** Appends a table; with a loader given, has its checksum computed. Returns its offset. */
  private static int append(ByteArrayOutputStream tables, TableLoader loader, byte[] table) {
    int offset = tables.size();
    tables.writeBytes(table);
    if (loader != null) {
      loader.addChecksum(TABLES_FILE, offset + CHECKSUM, offset, table.length);
    }
    return offset;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] table(String signature, int revision, byte[] body) {
    ByteBuffer b = little(HEADER + body.length);
    b.put(ascii(signature)).putInt(HEADER + body.length).put((byte) revision).put((byte) 0);
    b.put(ascii("TRNSVR"))
        .put(ascii("TVPC"))
        .put(ascii("    "))
        .putInt(1)
        .put(ascii("TVSR"))
        .putInt(1);
    return b.put(body).array();
  }

  private static byte[] facs() {
    return little(FACS_LENGTH).put(ascii("FACS")).putInt(FACS_LENGTH).array();
  }

  private static byte[] fadt(BoardDescription board, int facs, int dsdt) {
    ByteBuffer b = little(FADT_LENGTH - HEADER);
    b.putInt(facs).putInt(dsdt);
    b.put((byte) (board.apics() ? MULTIPLE_APIC : DUAL_8259)).put((byte) 0);
    b.putShort((short) SCI_IRQ).putInt(SMI_COMMAND_PORT);
    b.put((byte) ACPI_ENABLE).put((byte) ACPI_DISABLE).put((byte) 0).put((byte) 0);
    b.putInt(PM_BASE).putInt(0).putInt(PM_BASE + 4).putInt(0).putInt(0).putInt(PM_BASE + 8);
    b.putInt(GPE_BASE).putInt(0);
    b.put((byte) 4)
        .put((byte) 2)
        .put((byte) 0)
        .put((byte) 4)
        .put((byte) 4)
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) 0);
    b.putShort((short) NO_C2_C3).putShort((short) NO_C2_C3).putShort((short) 0).putShort((short) 0);
    b.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 0).put((byte) CENTURY_REGISTER);
    b.put(new byte[3]).putInt(FADT_FLAGS);
    return b.array();
  }

  private static byte[] rsdp(int rsdt) {
    ByteBuffer b =
        little(RSDP_LENGTH).put(ascii("RSD PTR ")).put((byte) 0).put(ascii("TRNSVR")).put((byte) 0);
    return b.putInt(rsdt).array();
  }
}

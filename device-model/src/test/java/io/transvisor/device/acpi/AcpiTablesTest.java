package io.transvisor.device.acpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcpiTablesTest {
  private static final int TABLES_AT = 0x07FF0000;
  private static final int RSDP_AT = 0xF5000;
  private static final String NO_COMPILER =
      "SKIPPED: the DSDT is not checked, as the ACPI compiler iasl is not installed (Debian package acpica-tools)";

  /** Both files where firmware would have put them, after it has run the loader script. */
  private static final class Placed {
    final Map<String, ByteBuffer> files = new LinkedHashMap<>();
    final Map<String, Integer> alignments = new LinkedHashMap<>();

    Placed(AcpiTables acpi) {
      files.put(
          AcpiTables.TABLES_FILE,
          ByteBuffer.wrap(acpi.tables().clone()).order(ByteOrder.LITTLE_ENDIAN));
      files.put(
          AcpiTables.RSDP_FILE,
          ByteBuffer.wrap(acpi.rsdp().clone()).order(ByteOrder.LITTLE_ENDIAN));
      ByteBuffer script = ByteBuffer.wrap(acpi.loader()).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < script.capacity(); at += 128) {
        run(script, at);
      }
    }

    private void run(ByteBuffer script, int at) {
      String name = name(script, at + 4);
      ByteBuffer file = files.get(name);
      switch (script.getInt(at)) {
        case 1 -> alignments.put(name + " zone " + script.get(at + 64), script.getInt(at + 60));
        case 2 -> {
          int address = name(script, at + 60).equals(AcpiTables.TABLES_FILE) ? TABLES_AT : RSDP_AT;
          int offset = script.getInt(at + 116);
          assertThat(script.get(at + 120)).isEqualTo((byte) 4);
          file.putInt(offset, file.getInt(offset) + address);
        }
        case 3 -> {
          int offset = script.getInt(at + 60);
          int start = script.getInt(at + 64);
          int length = script.getInt(at + 68);
          byte sum = 0;
          for (int i = start; i < start + length; i++) {
            sum += file.get(i);
          }
          file.put(offset, (byte) (file.get(offset) - sum));
        }
        default -> throw new AssertionError("unknown command " + script.getInt(at));
      }
    }

    private static String name(ByteBuffer script, int at) {
      byte[] bytes = new byte[56];
      script.get(at, bytes);
      return new String(bytes, StandardCharsets.US_ASCII).trim();
    }

    ByteBuffer rsdp() {
      return files.get(AcpiTables.RSDP_FILE);
    }

    /** The table at a physical address, checked for signature and checksum. */
    byte[] table(int address, String signature) {
      ByteBuffer tables = files.get(AcpiTables.TABLES_FILE);
      int offset = address - TABLES_AT;
      byte[] table = new byte[tables.getInt(offset + 4)];
      tables.get(offset, table);
      assertThat(new String(table, 0, 4, StandardCharsets.US_ASCII)).isEqualTo(signature);
      if (!signature.equals("FACS")) {
        assertThat(sum(table)).isZero();
      }
      return table;
    }
  }

  private static byte sum(byte[] bytes) {
    byte sum = 0;
    for (byte b : bytes) {
      sum += b;
    }
    return sum;
  }

  private static int dword(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }

  private static Placed placed() {
    return new Placed(AcpiTables.build(BoardDescription.of(128 << 20, true, true, true, 0xF)));
  }

  private static byte[] fadt(Placed p) {
    return p.table(dword(p.table(p.rsdp().getInt(16), "RSDT"), 36), "FACP");
  }

  @Test
  void theRootPointerLeadsToAllTables() {
    Placed p = placed();
    byte[] rsdp = p.rsdp().array();
    assertThat(new String(rsdp, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("RSD PTR ");
    assertThat(sum(rsdp)).isZero();
    byte[] rsdt = p.table(p.rsdp().getInt(16), "RSDT");
    assertThat(rsdt).hasSize(44);
    byte[] fadt = fadt(p);
    assertThat(p.table(dword(fadt, 36), "FACS")).hasSize(64);
    assertThat(dword(fadt, 36) % 64).isZero();
    assertThat(p.table(dword(fadt, 40), "DSDT").length).isGreaterThan(1000);
  }

  @Test
  void theApicTableHasTheOverridesOfQemusMachine() {
    Placed p = placed();
    byte[] madt = p.table(dword(p.table(p.rsdp().getInt(16), "RSDT"), 40), "APIC");
    assertThat(dword(madt, 36)).isEqualTo(0xFEE00000);
    List<String> entries = new ArrayList<>();
    for (int at = 44; at < madt.length; at += madt[at + 1]) {
      entries.add(HexFormat.of().formatHex(madt, at, at + madt[at + 1]));
    }
    assertThat(entries)
        .containsExactly(
            "0008000001000000",
            "010c00000000c0fe00000000",
            "020a0000020000000000",
            "020a0005050000000d00",
            "020a0009090000000d00",
            "020a000a0a0000000d00",
            "020a000b0b0000000d00",
            "0406ff000001");
  }

  @Test
  void aBoardWithoutApicsHasNoApicTable() {
    Placed p = new Placed(AcpiTables.build(BoardDescription.of(1 << 20, false, true, true, 0)));
    assertThat(p.table(p.rsdp().getInt(16), "RSDT")).hasSize(40);
    assertThat(fadt(p)[44]).isZero();
  }

  @Test
  void firmwarePutsTheRootPointerWhereItIsLookedFor() {
    assertThat(placed().alignments)
        .containsEntry(AcpiTables.TABLES_FILE + " zone 1", 64)
        .containsEntry(AcpiTables.RSDP_FILE + " zone 2", 16);
  }

  /** Offsets of the ACPI 1.0b FADT. */
  @ParameterizedTest
  @CsvSource({
    "44, 1, 1",
    "46, 2, 9",
    "48, 4, 0xB2",
    "52, 1, 0xF1",
    "53, 1, 0xF0",
    "56, 4, 0x600",
    "64, 4, 0x604",
    "76, 4, 0x608",
    "80, 4, 0xAFE0",
    "88, 1, 4",
    "89, 1, 2",
    "91, 1, 4",
    "92, 1, 4",
    "96, 2, 0xFFF",
    "98, 2, 0xFFF",
    "108, 1, 0x32",
    "112, 4, 0x65",
  })
  void fixedDescription(int offset, int width, int expected) {
    byte[] fadt = fadt(placed());
    assertThat(fadt).hasSize(116);
    int value =
        ByteBuffer.wrap(Arrays.copyOf(fadt, 120)).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    assertThat(width == 4 ? value : value & (1 << 8 * width) - 1).isEqualTo(expected);
  }

  /**
   * The reference compiler reads the tables back, and compiles what it has read without an error.
   */
  @ParameterizedTest
  @CsvSource({"true, true, 15", "false, false, 0"})
  void theReferenceCompilerAcceptsTheDsdt(
      boolean floppy, boolean parallel, int serial, @TempDir Path directory)
      throws IOException, InterruptedException {
    boolean installed = isInstalled("iasl");
    if (!installed) {
      System.err.println(NO_COMPILER);
    }
    assumeTrue(installed, NO_COMPILER);
    Placed p =
        new Placed(
            AcpiTables.build(BoardDescription.of(128 << 20, true, floppy, parallel, serial)));
    byte[] fadt = fadt(p);
    Files.write(directory.resolve("dsdt.aml"), p.table(dword(fadt, 40), "DSDT"));
    Files.write(directory.resolve("facp.aml"), fadt);

    assertThat(run(directory, "iasl", "-d", "dsdt.aml"))
        .contains("Disassembly completed")
        .doesNotContain("Error");
    assertThat(run(directory, "iasl", "-d", "facp.aml"))
        .contains("Formatted output")
        .doesNotContain("Error");
    byte[] rsdt = p.table(p.rsdp().getInt(16), "RSDT");
    Files.write(directory.resolve("apic.aml"), p.table(dword(rsdt, 40), "APIC"));
    assertThat(run(directory, "iasl", "-d", "apic.aml"))
        .contains("Formatted output")
        .doesNotContain("Error");
    assertThat(run(directory, "iasl", "-p", "again", "dsdt.dsl"))
        .contains("Compilation successful. 0 Errors");
    String source = Files.readString(directory.resolve("dsdt.dsl"));
    assertThat(source.contains("PNP0700")).isEqualTo(floppy);
    assertThat(source.contains("PNP0400")).isEqualTo(parallel);
    assertThat(source.split("PNP0501", -1).length - 1).isEqualTo(Integer.bitCount(serial));
    assertThat(source)
        .contains("LNKA", "LNKS", "\\_S5", "PNP0A03", "PNP0303", "PNP0F13", "PNP0B00");
  }

  private static boolean isInstalled(String program) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  private static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    process.waitFor();
    return output;
  }
}

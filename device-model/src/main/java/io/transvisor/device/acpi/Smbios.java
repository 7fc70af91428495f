package io.transvisor.device.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The SMBIOS 2.8 structures of the board (DMTF DSP0134 2.8): system, chassis, processor, memory
 * array, memory device, mapped address, boot information, end. The BIOS structure, type 0, is left
 * to the firmware, which knows its own version.
 *
 * @param anchor the 31-byte entry point; firmware fills in the address and the checksums
 * @param tables the structures behind one another
 */
public record Smbios(byte[] anchor, byte[] tables) {
  /** Names of the two files for firmware. */
  public static final String ANCHOR_FILE = "etc/smbios/smbios-anchor";

  public static final String TABLES_FILE = "etc/smbios/smbios-tables";

  private static final int MAJOR = 2;
  private static final int MINOR = 8;
  private static final int ANCHOR_LENGTH = 31;
  private static final int INTERMEDIATE = 16;
  private static final int HEADER = 4;
  private static final int MEMORY_ARRAY_HANDLE = 0x1000;
  private static final int NO_HANDLE = 0xFFFF;
  private static final int NO_ERROR_HANDLE = 0xFFFE;

  private static final int OTHER = 1;
  private static final int SAFE = 3;
  private static final int UNKNOWN_SECURITY = 2;
  private static final int POWER_SWITCH = 6;
  private static final int CENTRAL_PROCESSOR = 3;
  private static final int POPULATED_ENABLED = 0x41;
  private static final int SYSTEM_MEMORY = 3;
  private static final int MULTI_BIT_ECC = 6;
  private static final int DIMM = 9;
  private static final int MEMORY_TYPE_RAM = 7;
  private static final int DETAIL_OTHER = 2;

  /** In the size of a memory device: the unit is KiB rather than MiB. */
  private static final int SIZE_IN_KIB = 0x8000;

  private static final String MANUFACTURER = "Transvisor";
  private static final String PRODUCT = "Standard PC (i440FX + PIIX, 1996)";

  /**
   * @param ramBytes RAM from address 0, in bytes
   * @param uuid the machine's identity, 16 bytes in the order of its text form; zeros for none
   */
  public static Smbios build(int ramBytes, byte[] uuid) {
    List<Structure> structures = new ArrayList<>();
    structures.add(system(uuid));
    structures.add(chassis());
    structures.add(processor());
    structures.add(memoryArray(ramBytes));
    structures.add(memoryDevice(ramBytes));
    structures.add(mappedAddress(ramBytes));
    structures.add(new Structure(32, 0x2000, 11).bytes(0, 0, 0, 0, 0, 0, 0));
    structures.add(new Structure(127, 0x7F00, HEADER));
    ByteArrayOutputStream tables = new ByteArrayOutputStream();
    int longest = 0;
    for (Structure s : structures) {
      byte[] encoded = s.encode();
      longest = Math.max(longest, encoded.length);
      tables.writeBytes(encoded);
    }
    return new Smbios(anchor(longest, tables.size(), structures.size()), tables.toByteArray());
  }

  private static Structure system(byte[] uuid) {
    return new Structure(1, 0x100, 27)
        .text(MANUFACTURER)
        .text(PRODUCT)
        .text("pc")
        .text(null)
        .uuid(uuid)
        .bytes(POWER_SWITCH)
        .text(null)
        .text(null);
  }

  private static Structure chassis() {
    return new Structure(3, 0x300, 22)
        .text(MANUFACTURER)
        .bytes(OTHER)
        .text("pc")
        .text(null)
        .text(null)
        .bytes(SAFE, SAFE, SAFE, UNKNOWN_SECURITY)
        .dword(0)
        .bytes(0, 0, 0, 0)
        .text(null);
  }

  private static Structure processor() {
    return new Structure(4, 0x400, 42)
        .text("CPU 0")
        .bytes(CENTRAL_PROCESSOR, OTHER)
        .text(MANUFACTURER)
        .dword(0)
        .dword(0)
        .text(null)
        .bytes(0)
        .word(0)
        .word(0)
        .word(0)
        .bytes(POPULATED_ENABLED, OTHER)
        .word(NO_HANDLE)
        .word(NO_HANDLE)
        .word(NO_HANDLE)
        .text(null)
        .text(null)
        .text(null)
        .bytes(1, 1, 1)
        .word(1 << 1)
        .word(OTHER);
  }

  private static Structure memoryArray(int ramBytes) {
    return new Structure(16, MEMORY_ARRAY_HANDLE, 23)
        .bytes(OTHER, SYSTEM_MEMORY, MULTI_BIT_ECC)
        .dword(ramBytes >>> 10)
        .word(NO_ERROR_HANDLE)
        .word(1)
        .dword(0)
        .dword(0);
  }

  private static Structure memoryDevice(int ramBytes) {
    boolean mebibytes = (ramBytes & 0xFFFFF) == 0 || ramBytes >>> 10 >= SIZE_IN_KIB;
    return new Structure(17, 0x1100, 40)
        .word(MEMORY_ARRAY_HANDLE)
        .word(NO_ERROR_HANDLE)
        .word(NO_HANDLE)
        .word(NO_HANDLE)
        .word(mebibytes ? ramBytes >>> 20 : SIZE_IN_KIB | ramBytes >>> 10)
        .bytes(DIMM, 0)
        .text("DIMM 0")
        .text(null)
        .bytes(MEMORY_TYPE_RAM)
        .word(DETAIL_OTHER)
        .word(0)
        .text(MANUFACTURER)
        .text(null)
        .text(null)
        .text(null)
        .bytes(0)
        .dword(0)
        .word(0)
        .word(0)
        .word(0)
        .word(0);
  }

  private static Structure mappedAddress(int ramBytes) {
    return new Structure(19, 0x1300, 31)
        .dword(0)
        .dword((ramBytes >>> 10) - 1)
        .word(MEMORY_ARRAY_HANDLE)
        .bytes(1)
        .dword(0)
        .dword(0)
        .dword(0)
        .dword(0);
  }

  private static byte[] anchor(int longest, int length, int count) {
    ByteBuffer b = ByteBuffer.allocate(ANCHOR_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    b.put("_SM_".getBytes(StandardCharsets.US_ASCII)).put((byte) 0).put((byte) ANCHOR_LENGTH);
    b.put((byte) MAJOR).put((byte) MINOR).putShort((short) longest).put(new byte[6]);
    b.put("_DMI_".getBytes(StandardCharsets.US_ASCII)).put((byte) 0).putShort((short) length);
    b.putInt(0).putShort((short) count).put((byte) (MAJOR << 4 | MINOR));
    byte[] anchor = b.array();
    anchor[INTERMEDIATE + 5] = (byte) -sum(anchor, INTERMEDIATE);
    anchor[4] = (byte) -sum(anchor, 0);
    return anchor;
  }

  private static int sum(byte[] bytes, int from) {
    int sum = 0;
    for (int i = from; i < bytes.length; i++) {
      sum += bytes[i];
    }
    return sum;
  }

  /** One structure: the formatted part, then its strings, referred to by number from 1. */
  private static final class Structure {
    private final ByteBuffer formatted;
    private final List<String> strings = new ArrayList<>();

    Structure(int type, int handle, int length) {
      formatted = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      formatted.put((byte) type).put((byte) length).putShort((short) handle);
    }

    Structure bytes(int... values) {
      for (int v : values) {
        formatted.put((byte) v);
      }
      return this;
    }

    Structure word(int value) {
      formatted.putShort((short) value);
      return this;
    }

    Structure dword(int value) {
      formatted.putInt(value);
      return this;
    }

    /** The first three fields of a UUID are little-endian since SMBIOS 2.6. */
    Structure uuid(byte[] text) {
      ByteBuffer fields = ByteBuffer.wrap(text);
      formatted.putInt(fields.getInt()).putShort(fields.getShort()).putShort(fields.getShort());
      formatted.putLong(Long.reverseBytes(fields.getLong()));
      return this;
    }

    Structure text(String value) {
      if (value == null) {
        return bytes(0);
      }
      strings.add(value);
      return bytes(strings.size());
    }

    byte[] encode() {
      if (formatted.hasRemaining()) {
        throw new IllegalStateException("SMBIOS structure " + formatted.get(0) + " is incomplete");
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(formatted.array());
      for (String s : strings) {
        out.writeBytes(s.getBytes(StandardCharsets.US_ASCII));
        out.write(0);
      }
      if (strings.isEmpty()) {
        out.write(0);
      }
      out.write(0);
      return out.toByteArray();
    }
  }
}

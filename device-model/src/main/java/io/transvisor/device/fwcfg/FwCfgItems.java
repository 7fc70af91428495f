package io.transvisor.device.fwcfg;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What firmware can ask for: numbered items with a fixed meaning, and named files, which get
 * numbers from 20h up in the order of their names. Numbers are little-endian inside items; the file
 * directory is big-endian (QEMU, docs/specs/fw_cfg).
 */
public final class FwCfgItems {
  static final int SIGNATURE = 0x0000;
  static final int ID = 0x0001;
  static final int RAM_SIZE = 0x0003;
  static final int NO_GRAPHIC = 0x0004;
  static final int CPU_COUNT = 0x0005;
  static final int NUMA = 0x000D;
  static final int BOOT_MENU = 0x000E;
  static final int MAX_CPUS = 0x000F;
  static final int FILE_DIRECTORY = 0x0019;
  static final int FIRST_FILE = 0x0020;
  static final int ARCH_LOCAL = 0x8000;
  static final int ACPI_TABLES = ARCH_LOCAL;
  static final int SMBIOS_ENTRIES = ARCH_LOCAL + 1;
  static final int IRQ0_OVERRIDE = ARCH_LOCAL + 2;

  private static final int VERSION_TRADITIONAL = 1;
  private static final int VERSION_DMA = 2;
  private static final int E820_RAM = 1;
  private static final int MAX_NAME = 55;

  private final Map<Integer, byte[]> fixed = new HashMap<>();
  private final TreeMap<String, byte[]> files = new TreeMap<>();

  /** The items every machine has: signature, features, and zeros for what this machine lacks. */
  public FwCfgItems() {
    fixed.put(SIGNATURE, "QEMU".getBytes(StandardCharsets.US_ASCII));
    fixed.put(ID, integer(VERSION_TRADITIONAL | VERSION_DMA, 4));
    fixed.put(NO_GRAPHIC, integer(0, 2));
    fixed.put(NUMA, integer(0, 8));
    fixed.put(BOOT_MENU, integer(0, 2));
    fixed.put(ACPI_TABLES, integer(0, 2));
    fixed.put(SMBIOS_ENTRIES, integer(0, 2));
    fixed.put(IRQ0_OVERRIDE, integer(1, 1));
    cpus(1);
  }

  /** RAM starting at address 0, in bytes: the plain number and the file {@code etc/e820}. */
  public FwCfgItems ram(long bytes) {
    fixed.put(RAM_SIZE, integer(bytes, 8));
    ByteBuffer entry = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    entry.putLong(0).putLong(bytes).putInt(E820_RAM);
    return file("etc/e820", entry.array());
  }

  /** How many CPUs there are, none to be added later. */
  public FwCfgItems cpus(int count) {
    fixed.put(CPU_COUNT, integer(count, 2));
    fixed.put(MAX_CPUS, integer(count, 2));
    return this;
  }

  /**
   * Whether firmware offers its boot menu, and how long it waits for the key, in milliseconds; 0
   * for firmware's default.
   */
  public FwCfgItems bootMenu(boolean show, int waitMillis) {
    fixed.put(BOOT_MENU, integer(show ? 1 : 0, 2));
    if (waitMillis > 0) {
      file("etc/boot-menu-wait", integer(waitMillis, 2));
    }
    return this;
  }

  /** An item with a fixed number below those of files. */
  public FwCfgItems item(int number, byte[] content) {
    fixed.put(number, content);
    return this;
  }

  /** A named file; a later one of the same name replaces it. */
  public FwCfgItems file(String name, byte[] content) {
    if (name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "firmware file name longer than " + MAX_NAME + " characters: " + name);
    }
    files.put(name, content.clone());
    return this;
  }

  /** A named file with text in it, zero-terminated as firmware expects. */
  public FwCfgItems text(String name, String content) {
    return file(name, (content + '\0').getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A named file with an integer in it, little-endian. */
  public FwCfgItems integer(String name, long value, int width) {
    return file(name, integer(value, width));
  }

  private static byte[] integer(long value, int width) {
    byte[] bytes = new byte[width];
    for (int i = 0; i < width; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  /** All items by number, with the directory of the files. */
  Map<Integer, byte[]> byNumber() {
    Map<Integer, byte[]> items = new HashMap<>(fixed);
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    directory.writeBytes(ByteBuffer.allocate(4).putInt(files.size()).array());
    int number = FIRST_FILE;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      ByteBuffer entry = ByteBuffer.allocate(64);
      entry.putInt(file.getValue().length).putShort((short) number).putShort((short) 0);
      entry.put(file.getKey().getBytes(StandardCharsets.US_ASCII));
      directory.writeBytes(entry.array());
      items.put(number++, file.getValue());
    }
    items.put(FILE_DIRECTORY, directory.toByteArray());
    return items;
  }
}

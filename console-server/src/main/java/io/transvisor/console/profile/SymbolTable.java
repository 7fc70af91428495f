package io.transvisor.console.profile;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Names of guest addresses, from 32-bit ELF files and Linux's System.map. */
public final class SymbolTable {
  private static final int ELF_MAGIC = 0x464C457F;
  private static final int SECTION_HEADERS = 32;
  private static final int SECTION_HEADER_SIZE = 46;
  private static final int SECTION_COUNT = 48;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_DYNSYM = 11;
  private static final int SYMBOL_SIZE = 16;
  private static final int STT_NOTYPE = 0;
  private static final int STT_FUNC = 2;

  /** Farther from the name before it an address has none. */
  private static final long REACH = 1 << 16;

  private final TreeMap<Long, String> names = new TreeMap<>();

  /**
   * Reads a file's symbols.
   *
   * @param option {@code FILE} or {@code FILE@ADDRESS}, the hexadecimal address being added to all
   *     symbols
   * @throws VmmException if the file cannot be read or is neither of the two kinds
   */
  public void read(String option) {
    int at = option.lastIndexOf('@');
    Path file = Path.of(at < 0 ? option : option.substring(0, at));
    long base = 0;
    if (at >= 0) {
      try {
        base = Long.parseLong(option.substring(at + 1).replaceFirst("^0x", ""), 16);
      } catch (NumberFormatException e) {
        throw new VmmException("--symbols %s: the address is not hexadecimal".formatted(option));
      }
    }
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new VmmException("--symbols %s: cannot be read".formatted(file));
    }
    boolean found = isElf(content) ? readElf(content, base) : readMap(content, base);
    if (!found) {
      throw new VmmException(
          "--symbols %s: no symbols of a 32-bit ELF file or a System.map".formatted(file));
    }
  }

  private static boolean isElf(byte[] content) {
    return content.length > SECTION_COUNT + 2
        && ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt(0) == ELF_MAGIC;
  }

  private boolean readElf(byte[] content, long base) {
    ByteBuffer elf = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int before = names.size();
    try {
      int headers = elf.getInt(SECTION_HEADERS);
      int size = elf.getShort(SECTION_HEADER_SIZE) & 0xFFFF;
      int count = elf.getShort(SECTION_COUNT) & 0xFFFF;
      for (int i = 0; i < count; i++) {
        int header = headers + i * size;
        int type = elf.getInt(header + 4);
        if (type == SHT_SYMTAB || type == SHT_DYNSYM) {
          int strings = elf.getInt(headers + elf.getInt(header + 24) * size + 16);
          readSymbols(elf, elf.getInt(header + 16), elf.getInt(header + 20), strings, base);
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return false; // truncated
    }
    return names.size() > before;
  }

  private void readSymbols(ByteBuffer elf, int from, int length, int strings, long base) {
    for (int at = from; at < from + length; at += SYMBOL_SIZE) {
      int type = elf.get(at + 12) & 15;
      boolean defined = elf.getShort(at + 14) > 0;
      String name = string(elf, strings + elf.getInt(at));
      // Local labels of assemblers have a full stop and no type.
      boolean label = type == STT_NOTYPE && !name.contains(".");
      if (defined && !name.isEmpty() && (type == STT_FUNC || label)) {
        names.put(base + (elf.getInt(at + 4) & 0xFFFFFFFFL), name);
      }
    }
  }

  private static String string(ByteBuffer elf, int at) {
    int end = at;
    while (elf.get(end) != 0) {
      end++;
    }
    return new String(elf.array(), at, end - at, StandardCharsets.ISO_8859_1);
  }

  private boolean readMap(byte[] content, long base) {
    int before = names.size();
    new String(content, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> line.matches("[0-9a-f]{8} [tTwW] \\S+.*"))
        .map(line -> line.split("\\s+"))
        .forEach(words -> names.put(base + Long.parseLong(words[0], 16), words[2]));
    return names.size() > before;
  }

  /** Address of the symbol an address belongs to, or -1. */
  public long startOf(int address) {
    long a = address & 0xFFFFFFFFL;
    Map.Entry<Long, String> e = names.floorEntry(a);
    return e == null || a - e.getKey() > REACH ? -1 : e.getKey();
  }

  /** The symbol an address belongs to, or null. */
  public String nameOf(int address) {
    long start = startOf(address);
    return start < 0 ? null : names.get(start);
  }
}

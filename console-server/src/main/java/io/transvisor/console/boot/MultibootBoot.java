package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Boots Multiboot 1 kernels, ELF or flat, with modules, memory map and command line (Multiboot
 * specification 0.6.96, 3.2-3.3).
 */
final class MultibootBoot implements KernelBoot {
  private static final int BOOTLOADER_MAGIC = 0x2BADB002;
  private static final int INFO_MEMORY = 1;
  private static final int INFO_COMMAND_LINE = 1 << 2;
  private static final int INFO_MODULES = 1 << 3;
  private static final int INFO_MEMORY_MAP = 1 << 6;
  private static final int INFO_LOADER_NAME = 1 << 9;
  private static final int INFO_SIZE = 120;

  /**
   * Where the segment descriptors, the information structure and its strings go: above what BIOS
   * and real mode use. A kernel that is loaded there moves them up.
   */
  private static final int BOOT_DATA = 0x9000;

  private static final int HIGH_START = 0x100000;
  private static final int BOOT_DATA_LIMIT = 0x80000;
  private static final int ELF_MAGIC = 0x464C457F;
  private static final int PT_LOAD = 1;

  private final KernelImage kernel;
  private final MultibootHeader header;
  private final List<MultibootModule> modules;
  private final String commandLine;

  MultibootBoot(
      KernelImage kernel, MultibootHeader header, List<MultibootModule> modules, String append) {
    this.kernel = kernel;
    this.header = header;
    this.modules = modules;
    this.commandLine = append.isEmpty() ? kernel.path().toString() : kernel.path() + " " + append;
  }

  @Override
  public void boot(PhysicalMemory memory, CpuState cpu, FirmwareData firmware) {
    List<MemoryRange> used = new ArrayList<>();
    int entry =
        header.addressesGiven()
            ? loadFlat(memory, firmware, used)
            : loadElf(memory, firmware, used);
    int[] starts = placeModules(memory, firmware, used);
    int size = ProtectedModeEntry.GDT_SIZE + information(firmware, starts, 0).length;
    int at = place(used, size);
    requireMemory(firmware, at, size);
    int info = at + ProtectedModeEntry.GDT_SIZE;
    byte[] content = information(firmware, starts, info);
    memory.writeBytes(info, content, 0, content.length);
    ProtectedModeEntry.enter(memory, cpu, entry, at);
    cpu.gpr[CpuState.EAX] = BOOTLOADER_MAGIC;
    cpu.gpr[CpuState.EBX] = info;
  }

  /**
   * First multiple of 4 KiB from {@link #BOOT_DATA} on where {@code size} bytes overwrite nothing
   * that has been loaded.
   */
  private static int place(List<MemoryRange> used, int size) {
    long at = BOOT_DATA;
    while (true) {
      long from = at;
      OptionalLong end =
          used.stream()
              .filter(r -> r.base() < from + size && from < r.base() + r.length())
              .mapToLong(r -> r.base() + r.length())
              .max();
      if (end.isPresent()) {
        at = end.getAsLong() + 4095 & -4096;
      } else if (at < HIGH_START && at + size > MemoryRange.LOW_END) {
        at = HIGH_START;
      } else {
        return (int) at;
      }
    }
  }

  /** Returns the entry point. */
  private int loadFlat(PhysicalMemory memory, FirmwareData firmware, List<MemoryRange> used) {
    int from = header.offset() - (header.headerAddress() - header.loadAddress());
    if (from < 0 || from > kernel.size()) {
      throw kernel.error("Multiboot load address lies outside the file");
    }
    int length =
        header.loadEnd() == 0 ? kernel.size() - from : header.loadEnd() - header.loadAddress();
    int end = header.bssEnd() == 0 ? header.loadAddress() + length : header.bssEnd();
    if (length < 0 || length > kernel.size() - from) {
      throw kernel.error("truncated: the Multiboot header asks for more bytes than the file has");
    }
    requireMemory(firmware, header.loadAddress(), Math.max(length, end - header.loadAddress()));
    memory.writeBytes(header.loadAddress(), kernel.bytes().array(), from, length);
    clear(memory, header.loadAddress() + length, end);
    used.add(range(header.loadAddress(), Math.max(length, end - header.loadAddress())));
    return header.entry();
  }

  /** Returns the entry point. */
  private int loadElf(PhysicalMemory memory, FirmwareData firmware, List<MemoryRange> used) {
    ByteBuffer b = kernel.bytes();
    if (b.getInt(0) != ELF_MAGIC || b.get(4) != 1 || b.getShort(18) != 3) {
      throw kernel.error(
          "a Multiboot kernel that is no 32-bit x86 ELF file and has no address fields");
    }
    int entry = b.getInt(24);
    int physicalEntry = entry;
    int headers = b.getInt(28);
    int headerSize = b.getShort(42) & 0xFFFF;
    int count = b.getShort(44) & 0xFFFF;
    for (int n = 0; n < count; n++) {
      long at = (headers & 0xFFFFFFFFL) + (long) n * headerSize;
      if (at + 32 > kernel.size()) {
        throw kernel.error("truncated inside the ELF program headers");
      }
      int ph = (int) at;
      if (b.getInt(ph) != PT_LOAD) {
        continue;
      }
      int offset = b.getInt(ph + 4);
      int virtual = b.getInt(ph + 8);
      int physical = b.getInt(ph + 12);
      int fileSize = b.getInt(ph + 16);
      int memorySize = b.getInt(ph + 20);
      if (offset < 0 || fileSize < 0 || offset + (long) fileSize > kernel.size()) {
        throw kernel.error("truncated: ELF segment %d lies outside the file".formatted(n));
      }
      requireMemory(firmware, physical, Integer.max(fileSize, memorySize));
      memory.writeBytes(physical, b.array(), offset, fileSize);
      clear(memory, physical + fileSize, physical + memorySize);
      used.add(range(physical, Math.max(fileSize, memorySize)));
      if (Integer.compareUnsigned(entry - virtual, memorySize) < 0) {
        physicalEntry = entry - virtual + physical;
      }
    }
    if (used.isEmpty()) {
      throw kernel.error("the ELF file has nothing to load");
    }
    return physicalEntry;
  }

  private static MemoryRange range(int address, int length) {
    return new MemoryRange(address, length, MemoryRange.RAM);
  }

  private void requireMemory(FirmwareData firmware, int address, int length) {
    if (address < 0 || length < 0 || (long) address + length > firmware.usableBytes()) {
      throw new VmmException(
          "-kernel %s: needs memory at %08x to %08x, which the guest does not have"
              .formatted(kernel.path(), address, (address & 0xFFFFFFFFL) + (length & 0xFFFFFFFFL)));
    }
  }

  private static void clear(PhysicalMemory memory, int from, int to) {
    if (to > from) {
      memory.writeBytes(from, new byte[to - from], 0, to - from);
    }
  }

  /** The information structure and what it points to, for address {@code at}. */
  private byte[] information(FirmwareData firmware, int[] starts, int at) {
    ByteBuffer b = ByteBuffer.allocate(BOOT_DATA_LIMIT).order(ByteOrder.LITTLE_ENDIAN);
    b.position(INFO_SIZE);
    int line = at + string(b, commandLine);
    int loader = at + string(b, "Transvisor");
    align(b);
    int map = at + b.position();
    List<MemoryRange> ranges = MemoryRange.map(firmware);
    for (MemoryRange r : ranges) {
      b.putInt(20).putLong(r.base()).putLong(r.length()).putInt(r.type());
    }
    int[] lines = modules.stream().mapToInt(m -> at + string(b, m.commandLine())).toArray();
    align(b);
    int list = at + b.position();
    for (int i = 0; i < lines.length; i++) {
      b.putInt(starts[i])
          .putInt(starts[i] + modules.get(i).content().length)
          .putInt(lines[i])
          .putInt(0);
    }
    b.putInt(
        0, INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MEMORY_MAP | INFO_LOADER_NAME);
    b.putInt(4, 639);
    b.putInt(8, (firmware.usableBytes() >>> 10) - 1024);
    b.putInt(16, line);
    b.putInt(20, modules.size());
    b.putInt(24, list);
    b.putInt(44, 24 * ranges.size());
    b.putInt(48, map);
    b.putInt(64, loader);
    return Arrays.copyOf(b.array(), b.position());
  }

  private int[] placeModules(PhysicalMemory memory, FirmwareData firmware, List<MemoryRange> used) {
    int[] starts = new int[modules.size()];
    long kernelEnd = used.stream().mapToLong(r -> r.base() + r.length()).max().orElse(0);
    int at = (int) Math.max(kernelEnd, HIGH_START);
    for (int i = 0; i < starts.length; i++) {
      at = at + 4095 & -4096;
      byte[] content = modules.get(i).content();
      requireMemory(firmware, at, content.length);
      memory.writeBytes(at, content, 0, content.length);
      used.add(range(at, content.length));
      starts[i] = at;
      at += content.length;
    }
    return starts;
  }

  /** Offset of the text in the buffer. */
  private static int string(ByteBuffer b, String text) {
    int at = b.position();
    b.put(text.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
    return at;
  }

  private static void align(ByteBuffer b) {
    b.position(b.position() + 3 & -4);
  }
}

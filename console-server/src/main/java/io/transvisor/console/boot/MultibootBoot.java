package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
   * Where the information structure and its strings go: below the kernel, above what BIOS and real
   * mode use.
   */
  private static final int INFO_ADDRESS = 0x9000;

  private static final int INFO_AREA = 0x80000;
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
    Loaded loaded =
        header.addressesGiven() ? loadFlat(memory, firmware) : loadElf(memory, firmware);
    int info = writeInfo(memory, firmware, loaded.end());
    ProtectedModeEntry.enter(memory, cpu, loaded.entry());
    cpu.gpr[CpuState.EAX] = BOOTLOADER_MAGIC;
    cpu.gpr[CpuState.EBX] = info;
  }

  /** Entry point and first free address after the kernel. */
  private record Loaded(int entry, int end) {}

  private Loaded loadFlat(PhysicalMemory memory, FirmwareData firmware) {
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
    return new Loaded(header.entry(), Math.max(end, header.loadAddress() + length));
  }

  private Loaded loadElf(PhysicalMemory memory, FirmwareData firmware) {
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
    int end = 0;
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
      end = Math.max(end, physical + Math.max(fileSize, memorySize));
      if (Integer.compareUnsigned(entry - virtual, memorySize) < 0) {
        physicalEntry = entry - virtual + physical;
      }
    }
    if (end == 0) {
      throw kernel.error("the ELF file has nothing to load");
    }
    return new Loaded(physicalEntry, end);
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

  private int writeInfo(PhysicalMemory memory, FirmwareData firmware, int kernelEnd) {
    ByteBuffer b = ByteBuffer.allocate(INFO_AREA).order(ByteOrder.LITTLE_ENDIAN);
    b.position(INFO_SIZE);
    int line = string(b, commandLine);
    int loader = string(b, "Transvisor");
    align(b);
    int map = INFO_ADDRESS + b.position();
    List<MemoryRange> ranges = MemoryRange.map(firmware);
    for (MemoryRange r : ranges) {
      b.putInt(20).putLong(r.base()).putLong(r.length()).putInt(r.type());
    }
    int[] starts = placeModules(memory, firmware, kernelEnd);
    int[] lines = new int[modules.size()];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = string(b, modules.get(i).commandLine());
    }
    align(b);
    int list = INFO_ADDRESS + b.position();
    for (int i = 0; i < lines.length; i++) {
      b.putInt(starts[i])
          .putInt(starts[i] + modules.get(i).content().length)
          .putInt(lines[i])
          .putInt(0);
    }
    int used = b.position();
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
    memory.writeBytes(INFO_ADDRESS, b.array(), 0, used);
    return INFO_ADDRESS;
  }

  private int[] placeModules(PhysicalMemory memory, FirmwareData firmware, int kernelEnd) {
    int[] starts = new int[modules.size()];
    int at = Math.max(kernelEnd, 0x100000);
    for (int i = 0; i < starts.length; i++) {
      at = at + 4095 & -4096;
      byte[] content = modules.get(i).content();
      requireMemory(firmware, at, content.length);
      memory.writeBytes(at, content, 0, content.length);
      starts[i] = at;
      at += content.length;
    }
    return starts;
  }

  private static int string(ByteBuffer b, String text) {
    int at = INFO_ADDRESS + b.position();
    b.put(text.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
    return at;
  }

  private static void align(ByteBuffer b) {
    b.position(b.position() + 3 & -4);
  }
}

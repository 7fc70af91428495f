package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The 32-bit entry of the Linux/x86 boot protocol, 2.00 and later (Documentation/x86/boot and
 * zero-page in the kernel's tree). The real-mode part of the kernel is skipped, so no firmware is
 * called: memory map and screen are described in {@code boot_params}.
 */
final class LinuxBoot implements KernelBoot {
  // Setup header, by offset in the file and in boot_params.
  private static final int SETUP_SECTS = 0x1F1;
  private static final int HEADER_JUMP_LENGTH = 0x201;
  private static final int HEADER_MAGIC = 0x202;
  private static final int VERSION = 0x206;
  private static final int TYPE_OF_LOADER = 0x210;
  private static final int LOAD_FLAGS = 0x211;
  private static final int CODE32_START = 0x214;
  private static final int RAMDISK_IMAGE = 0x218;
  private static final int RAMDISK_SIZE = 0x21C;
  private static final int HEAP_END = 0x224;
  private static final int CMD_LINE_PTR = 0x228;
  private static final int INITRD_ADDR_MAX = 0x22C;
  private static final int CMDLINE_SIZE = 0x238;
  private static final int INIT_SIZE = 0x260;

  // The rest of boot_params.
  private static final int EXT_MEM_K = 0x02;
  private static final int VIDEO_MODE = 0x06;
  private static final int VIDEO_COLS = 0x07;
  private static final int VIDEO_LINES = 0x0E;
  private static final int VIDEO_IS_VGA = 0x0F;
  private static final int VIDEO_POINTS = 0x10;
  private static final int ACPI_RSDP = 0x70;
  private static final int ALT_MEM_K = 0x1E0;
  private static final int E820_ENTRIES = 0x1E8;
  private static final int E820_TABLE = 0x2D0;

  private static final int MAGIC = 0x53726448; // "HdrS"
  private static final int LOADED_HIGH = 1;
  private static final int CAN_USE_HEAP = 0x80;
  private static final int UNKNOWN_LOADER = 0xFF;
  private static final int BOOT_PARAMS_SIZE = 4096;

  private static final int BOOT_PARAMS_ADDRESS = 0x10000;
  private static final int COMMAND_LINE_ADDRESS = 0x20000;
  private static final int HIGH_KERNEL_ADDRESS = 0x100000;
  private static final int MEBIBYTE = 1 << 20;

  private final KernelImage kernel;
  private final byte[] initrd;
  private final byte[] commandLine;
  private final int version;
  private final int setupBytes;

  LinuxBoot(KernelImage kernel, byte[] initrd, String commandLine) {
    this.kernel = kernel;
    this.initrd = initrd;
    this.commandLine = (commandLine + "\0").getBytes(StandardCharsets.ISO_8859_1);
    this.version = kernel.bytes().getShort(VERSION) & 0xFFFF;
    int sectors = kernel.bytes().get(SETUP_SECTS) & 0xFF;
    this.setupBytes = 512 * (1 + (sectors == 0 ? 4 : sectors));
    if (version < 0x0200) {
      throw kernel.error("Linux boot protocol older than 2.00");
    }
    if (setupBytes >= kernel.size()) {
      throw kernel.error("truncated: only the real-mode part is there");
    }
    if ((kernel.bytes().get(LOAD_FLAGS) & LOADED_HIGH) == 0) {
      throw kernel.error("a zImage that loads below 1 MiB; only bzImage kernels are supported");
    }
    if (kernel.bytes().getInt(CODE32_START) == 0) {
      throw kernel.error(
          "it starts in real mode and needs a BIOS, which kernels given by -kernel have not;"
              + " boot it from a disk or CD");
    }
    int longest = version >= 0x0206 ? kernel.bytes().getInt(CMDLINE_SIZE) : 255;
    if (this.commandLine.length - 1 > longest) {
      throw new VmmException(
          "-append: the command line has %d characters, this kernel takes %d"
              .formatted(this.commandLine.length - 1, longest));
    }
  }

  static boolean recognises(KernelImage image) {
    return image.size() > INIT_SIZE + 4
        && image.bytes().getInt(HEADER_MAGIC) == MAGIC
        && image.bytes().getShort(0x1FE) == (short) 0xAA55;
  }

  @Override
  public void boot(PhysicalMemory memory, CpuState cpu, FirmwareData firmware) {
    int payload = kernel.size() - setupBytes;
    int top = firmware.usableBytes();
    int needed = version >= 0x020A ? Math.max(payload, kernel.bytes().getInt(INIT_SIZE)) : payload;
    if ((long) HIGH_KERNEL_ADDRESS + needed + initrd.length > top) {
      throw new VmmException(
          "-m %d: too little memory for this kernel and initrd, which need %d MiB"
              .formatted(
                  memory.ramSize() / MEBIBYTE,
                  (HIGH_KERNEL_ADDRESS + (long) needed + initrd.length) / MEBIBYTE + 2));
    }
    memory.writeBytes(HIGH_KERNEL_ADDRESS, kernel.bytes().array(), setupBytes, payload);
    memory.writeBytes(COMMAND_LINE_ADDRESS, commandLine, 0, commandLine.length);
    int initrdAddress = placeInitrd(memory, top);
    byte[] params = bootParams(firmware, initrdAddress);
    memory.writeBytes(BOOT_PARAMS_ADDRESS, params, 0, params.length);
    ProtectedModeEntry.enter(memory, cpu, HIGH_KERNEL_ADDRESS);
    cpu.gpr[CpuState.ESI] = BOOT_PARAMS_ADDRESS;
    cpu.gpr[CpuState.EBP] = 0;
    cpu.gpr[CpuState.EDI] = 0;
    cpu.gpr[CpuState.EBX] = 0;
    cpu.gpr[CpuState.ESP] = BOOT_PARAMS_ADDRESS;
  }

  private int placeInitrd(PhysicalMemory memory, int top) {
    if (initrd.length == 0) {
      return 0;
    }
    long max =
        version >= 0x0203 ? kernel.bytes().getInt(INITRD_ADDR_MAX) & 0xFFFFFFFFL : 0x37FFFFFF;
    int address = (int) (Math.min(max + 1, top) - initrd.length) & -4096;
    memory.writeBytes(address, initrd, 0, initrd.length);
    return address;
  }

  private byte[] bootParams(FirmwareData firmware, int initrdAddress) {
    byte[] params = new byte[BOOT_PARAMS_SIZE];
    int headerEnd = HEADER_MAGIC + (kernel.bytes().get(HEADER_JUMP_LENGTH) & 0xFF);
    kernel.bytes().get(SETUP_SECTS, params, SETUP_SECTS, headerEnd - SETUP_SECTS);
    ByteBuffer b = ByteBuffer.wrap(params).order(ByteOrder.LITTLE_ENDIAN);
    int extendedK = (firmware.usableBytes() - MEBIBYTE) >>> 10;
    b.putShort(EXT_MEM_K, (short) Math.min(extendedK, 0xFFFF));
    b.putInt(ALT_MEM_K, extendedK);
    b.put(VIDEO_MODE, (byte) 3);
    b.put(VIDEO_COLS, (byte) 80);
    b.put(VIDEO_LINES, (byte) 25);
    b.put(VIDEO_IS_VGA, (byte) 1);
    b.putShort(VIDEO_POINTS, (short) 16);
    b.putLong(ACPI_RSDP, firmware.rsdp());
    b.put(TYPE_OF_LOADER, (byte) UNKNOWN_LOADER);
    b.put(LOAD_FLAGS, (byte) (b.get(LOAD_FLAGS) | CAN_USE_HEAP));
    b.putShort(HEAP_END, (short) 0xFE00);
    b.putInt(CODE32_START, HIGH_KERNEL_ADDRESS);
    b.putInt(RAMDISK_IMAGE, initrdAddress);
    b.putInt(RAMDISK_SIZE, initrd.length);
    b.putInt(CMD_LINE_PTR, COMMAND_LINE_ADDRESS);
    int entries = 0;
    for (MemoryRange r : MemoryRange.map(firmware)) {
      int at = E820_TABLE + 20 * entries++;
      b.putLong(at, r.base());
      b.putLong(at + 8, r.length());
      b.putInt(at + 16, r.type());
    }
    b.put(E820_ENTRIES, (byte) entries);
    return params;
  }
}

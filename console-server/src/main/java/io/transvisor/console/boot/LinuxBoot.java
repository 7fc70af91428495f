package io.transvisor.console.boot;

import io.transvisor.core.cpu.CpuState;
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
  // boot_params behind and before the setup header.
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

  private static final int GDT_ADDRESS = 0x1000;
  private static final int BOOT_PARAMS_SIZE = 4096;
  private static final int BOOT_PARAMS_ADDRESS = 0x10000;
  private static final int COMMAND_LINE_ADDRESS = 0x20000;
  private static final int HEAP_END = 0xFE00;
  private static final int MEBIBYTE = 1 << 20;

  private final LinuxHeader header;
  private final ByteBuffer kernel;
  private final byte[] initrd;
  private final byte[] commandLine;

  LinuxBoot(LinuxHeader header, byte[] initrd, String commandLine) {
    this.header = header;
    this.kernel = header.image().bytes();
    this.initrd = initrd;
    this.commandLine = (commandLine + "\0").getBytes(StandardCharsets.ISO_8859_1);
    header.checkCommandLine(commandLine.length());
  }

  @Override
  public void boot(PhysicalMemory memory, CpuState cpu, FirmwareData firmware) {
    int top = firmware.usableBytes();
    header.checkMemory(initrd.length, top, memory.ramSize());
    memory.writeBytes(
        LinuxHeader.HIGH_KERNEL_ADDRESS,
        kernel.array(),
        header.setupBytes(),
        header.payloadBytes());
    memory.writeBytes(COMMAND_LINE_ADDRESS, commandLine, 0, commandLine.length);
    int initrdAddress = placeInitrd(memory, top);
    byte[] params = bootParams(firmware, initrdAddress);
    memory.writeBytes(BOOT_PARAMS_ADDRESS, params, 0, params.length);
    ProtectedModeEntry.enter(memory, cpu, LinuxHeader.HIGH_KERNEL_ADDRESS, GDT_ADDRESS);
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
    int address = header.initrdAddress(initrd.length, top);
    memory.writeBytes(address, initrd, 0, initrd.length);
    return address;
  }

  private byte[] bootParams(FirmwareData firmware, int initrdAddress) {
    byte[] params = new byte[BOOT_PARAMS_SIZE];
    header.copyTo(params);
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
    header.fillIn(b, HEAP_END, COMMAND_LINE_ADDRESS, initrdAddress, initrd.length);
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
